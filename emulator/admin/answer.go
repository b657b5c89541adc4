package admin

import (
	"encoding/json"
	"net/http"
)

// writeJSON answers a request.
func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}
