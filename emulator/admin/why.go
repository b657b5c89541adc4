package admin

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/suback/suback/emulator/account"
)

// evaluate answers POST /_suback/evaluate: what policies say to a request.
func evaluate(a *account.Account, w http.ResponseWriter, r *http.Request) {
	var q account.Question
	decoder := json.NewDecoder(r.Body)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&q); err != nil {
		account.Refuse(w, http.StatusBadRequest, `the body is not as wanted: `+err.Error()+
			`, want such as {"client": "pump-7", "action": "iot:Publish", "name": "a/b"}`)
		return
	}
	e, err := a.Evaluate(q)
	switch {
	case errors.Is(err, account.ErrNotConnected):
		account.Refuse(w, http.StatusNotFound, err.Error())
	case err != nil:
		account.Refuse(w, http.StatusBadRequest, err.Error())
	default:
		writeJSON(w, e)
	}
}

// repairOf answers GET /_suback/repair?event=: what mends the refusal of a record.
func repairOf(a *account.Account, w http.ResponseWriter, r *http.Request) {
	repair, err := a.RepairOf(r.URL.Query().Get("event"))
	if err != nil {
		account.Refuse(w, http.StatusNotFound, err.Error())
		return
	}
	writeJSON(w, repair)
}

// whyNot answers GET /_suback/why?client=&topic=&format=text: why nothing arrives there.
func whyNot(a *account.Account, w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if q.Get("client") == "" {
		account.Refuse(w, http.StatusBadRequest, "want ?client=, the client id at which nothing arrives")
		return
	}
	text, err := isText(q)
	if err != nil {
		account.Refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	finding := a.Why(q.Get("client"), q.Get("topic"))
	if text {
		writeText(w, finding.Text())
		return
	}
	writeJSON(w, finding)
}
