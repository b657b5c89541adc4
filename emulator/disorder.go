package emulator

import (
	"encoding/json"
	"net/http"

	"github.com/suback/suback/hooks"
)

// Disorder lets a test see where AWS promises no order and this gateway keeps one
// otherwise. The zero value keeps it. In suback.yaml disorder: {pubacks: true, seed: 7}.
type Disorder struct {
	// Pubacks lets the PUBACKs of one connection's QoS 1 publishes come in another
	// order than the publishes: up to 8 wait, for 50 ms after the newest [B-699].
	Pubacks bool `yaml:"pubacks" json:"pubacks"`

	// Shadows is for the answers of device shadows. There are none yet, so it is
	// taken and has no effect.
	Shadows bool `yaml:"shadows" json:"shadows"`

	// Seed makes a run repeat: what a client sees depends on it, on its client id,
	// and on what it publishes without a pause.
	Seed int `yaml:"seed" json:"seed"`
}

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
