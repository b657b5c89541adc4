package admin

import (
	"encoding/json"
	"net/http"

	"github.com/suback/suback/emulator/account"
	"github.com/suback/suback/emulator/config"
)

// showDisorder serves GET /_suback/disorder.
func showDisorder(a *account.Account, w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, a.Disorder())
}

// takeDisorder serves POST /_suback/disorder: what the body leaves out is in order.
func takeDisorder(a *account.Account, w http.ResponseWriter, r *http.Request) {
	var next *config.Disorder
	body := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<10))
	body.DisallowUnknownFields()
	if err := body.Decode(&next); err != nil || next == nil {
		account.Refuse(w, http.StatusBadRequest,
			`want {"pubacks": true, "shadows": true, "seed": 7} or a part of it: true or false, and a whole number`)
		return
	}
	a.SetDisorder(*next)
	showDisorder(a, w, r)
}
