package admin

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/suback/suback/emulator/account"
	"github.com/suback/suback/emulator/services/shadow"
)

// Device shadows
//
//	GET  /_suback/shadows[?search=][&limit=]       [{"thingName","shadowName"}], by name; those
//	                                               that have a text in it, as many as 1 to 10,000
//	GET  /_suback/shadows/{thing}[?name=]          the document, as a get answers it
//	POST /_suback/shadows/{thing}[?name=]          an update, answered with what AWS answers

// mostShadowBytes is how much of a request is read: more is refused by the service.
const mostShadowBytes = 128 << 10

// mostShadows is the most that limit may be, and what it is by default.
const mostShadows = 10_000

type shadowName struct {
	ThingName  string `json:"thingName"`
	ShadowName string `json:"shadowName,omitempty"`
}

func listShadows(a *account.Account, w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	limit, err := limitOf(q, mostShadows, mostShadows)
	if err != nil {
		account.Refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	found := []shadowName{}
	for _, id := range a.Shadows().IDs() {
		if len(found) < limit && strings.Contains(id.String(), q.Get("search")) {
			found = append(found, shadowName{id.Thing, id.Name})
		}
	}
	writeJSON(w, found)
}

func shadowOf(r *http.Request) shadow.ID {
	return shadow.ID{Thing: r.PathValue("thing"), Name: r.URL.Query().Get("name")}
}

func showShadow(a *account.Account, w http.ResponseWriter, r *http.Request) {
	id := shadowOf(r)
	document, ok := a.Shadows().Document(id)
	if !ok {
		account.Refuse(w, http.StatusNotFound, fmt.Sprintf("there is no shadow %s: an update makes it", id))
		return
	}
	writeJSON(w, json.RawMessage(document))
}

// updateShadow does what an HTTP update does, and tells subscribers as that does [S-84].
func updateShadow(a *account.Account, w http.ResponseWriter, r *http.Request) {
	payload, err := io.ReadAll(http.MaxBytesReader(w, r.Body, mostShadowBytes))
	if err != nil {
		account.Refuse(w, http.StatusRequestEntityTooLarge, err.Error())
		return
	}
	out := a.UpdateShadow(shadowOf(r), payload, a.CauseOf(r))
	w.Header().Set("Content-Type", "application/json")
	if out.Refusal != nil {
		w.WriteHeader(out.Refusal.Code)
	}
	_, _ = w.Write(out.Answer)
}
