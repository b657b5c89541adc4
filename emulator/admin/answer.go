package admin

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"github.com/suback/suback/emulator/account"
)

// limitOf is how many are asked for with ?limit=.
func limitOf(q url.Values, byDefault, most int) (int, error) {
	text := q.Get("limit")
	if text == "" {
		return byDefault, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > most {
		return 0, fmt.Errorf("limit is %q, want 1 to %d", account.Shortened(text), most)
	}
	return n, nil
}

// isText reports whether ?format= asks for lines for people; JSON, which it is without, is not text.
func isText(q url.Values) (bool, error) {
	switch format := q.Get("format"); format {
	case "", "json":
		return false, nil
	case "text":
		return true, nil
	default:
		return false, fmt.Errorf("format is %q, want json or text", account.Shortened(format))
	}
}

// writeText answers with lines for people.
func writeText(w http.ResponseWriter, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = fmt.Fprintln(w, text)
}

// writeJSON answers a request.
func writeJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}
