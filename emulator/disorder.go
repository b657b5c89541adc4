package emulator

import (
	"encoding/json"
	"net/http"

	"github.com/suback/suback/hooks"
)

const noShadows = "disorder: shadows has no effect, since there are no device shadows yet"

// SetDisorder replaces what the configuration says, until a Reset or until the file
// says something else. For each connection it counts from its next PUBLISH on.
func (a *Account) SetDisorder(d Disorder) {
	if d.Shadows {
		a.log.Warn(noShadows)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.disorder = d
	a.hook.SetDisorder(hooks.Disorder{Pubacks: d.Pubacks, Seed: d.Seed})
}

// Disorder returns what is out of order at present.
func (a *Account) Disorder() Disorder {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.disorder
}

// showDisorder serves GET /_suback/disorder.
func (a *Account) showDisorder(w http.ResponseWriter, _ *http.Request) {
	answer := struct {
		Disorder
		Note string `json:"note,omitempty"`
	}{Disorder: a.Disorder()}
	if answer.Shadows {
		answer.Note = noShadows
	}
	writeJSON(w, answer)
}

// takeDisorder serves POST /_suback/disorder: what the body leaves out is in order.
func (a *Account) takeDisorder(w http.ResponseWriter, r *http.Request) {
	var next *Disorder
	body := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<10))
	body.DisallowUnknownFields()
	if err := body.Decode(&next); err != nil || next == nil {
		refuse(w, http.StatusBadRequest,
			`want {"pubacks": true, "shadows": true, "seed": 7} or a part of it: true or false, and a whole number`)
		return
	}
	a.SetDisorder(*next)
	a.showDisorder(w, r)
}
