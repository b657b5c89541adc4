package admin

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
	"unicode/utf8"

	"github.com/suback/suback/emulator/account"
	"github.com/suback/suback/emulator/services/rules/sql"
)

// POST /_suback/sql
//
//	{"statement": "SELECT …", "sqlVersion": "2016-03-23", "payload": "{…}", "topic": "a/b",
//	 "clientId": "pump-7"}      payloadBase64 for one that is no text; all but statement may be left out
//
//   - the answer is that of suback sql --json, with "text", the result as it is written, and
//     "lines", what suback sql says of it
//   - a statement that is none is an answer too, with "error", "offset", "line" and "column":
//     whoever types one asks at each step
//   - a request has at most 64 KiB, as all of the admin API's; suback sql takes all that a
//     message may have
//   - one is tried at a time, within the bounds of every evaluation; whoever waits for longer
//     than two seconds is answered 503

const (
	mostSQLBody = 64 << 10 // of a request
	sqlPatience = 2 * time.Second
)

// A statementTrial is what is asked.
type statementTrial struct {
	Statement     string `json:"statement"`
	SQLVersion    string `json:"sqlVersion"`
	Payload       string `json:"payload"`
	PayloadBase64 string `json:"payloadBase64"`
	Topic         string `json:"topic"`
	ClientID      string `json:"clientId"`
}

// trySQL answers it; turn has one who tries.
func (e api) trySQL(a *account.Account, w http.ResponseWriter, r *http.Request) {
	var in statementTrial
	payload, err := in.read(http.MaxBytesReader(w, r.Body, mostSQLBody))
	if err != nil {
		account.Refuse(w, http.StatusBadRequest, err.Error())
		return
	}
	patience := time.NewTimer(sqlPatience)
	defer patience.Stop()
	select {
	case e.turn <- struct{}{}:
		defer func() { <-e.turn }()
	case <-patience.C:
		account.Refuse(w, http.StatusServiceUnavailable, "others try statements: ask again")
		return
	case <-r.Context().Done():
		return
	}
	answerTrial(a, w, r, &in, payload)
}

// read reads what is asked, and returns its payload.
func (in *statementTrial) read(body io.Reader) (payload []byte, err error) {
	err = json.NewDecoder(body).Decode(in)
	switch long := (*http.MaxBytesError)(nil); {
	case errors.As(err, &long):
		return nil, fmt.Errorf("the request has more than %d bytes, suback sql takes more", long.Limit)
	case err != nil:
		return nil, fmt.Errorf(`want {"statement": "SELECT …", "payload": "{…}", "topic": "a/b"}: %w`, err)
	case in.PayloadBase64 == "":
		return []byte(in.Payload), nil
	}
	if payload, err = base64.StdEncoding.DecodeString(in.PayloadBase64); err != nil {
		err = fmt.Errorf("payloadBase64: %w, want the payload in base64", err)
	}
	return payload, err
}

func answerTrial(
	a *account.Account, w http.ResponseWriter, r *http.Request, in *statementTrial, payload []byte,
) {
	version, err := sql.ParseVersion(orNewest(in.SQLVersion))
	var s *sql.Statement
	if err == nil {
		s, err = sql.Parse(in.Statement, version)
	}
	if err != nil {
		refuseStatement(w, err)
		return
	}
	t := a.TryStatement(r.Context(), s,
		&sql.Message{Topic: in.Topic, ClientID: in.ClientID, Payload: sql.NewPayload(payload)})
	w.Header().Set("Cache-Control", "no-store")
	writeJSON(w, newStatementAnswer(t))
}

// A statementAnswer is the answer of suback sql --json, and its lines.
type statementAnswer struct {
	sql.Answer
	Text  string   `json:"text,omitempty"` // the payload as it is written: 5.0 stays that
	Lines []string `json:"lines"`
}

func newStatementAnswer(t *sql.Trial) statementAnswer {
	a := statementAnswer{Answer: t.Answer(), Lines: t.Lines()}
	if a.Payload != nil {
		a.Text = string(a.Payload)
	}
	return a
}

func orNewest(version string) string {
	if version == "" {
		return sql.V2016.String()
	}
	return version
}

// refuseStatement says where it is none, as suback sql --json does.
func refuseStatement(w http.ResponseWriter, err error) {
	said := map[string]any{"matched": false, "error": err.Error(), "lines": []string{}}
	if e := (*sql.Error)(nil); errors.As(err, &e) {
		said["offset"], said["line"], said["column"] = e.Offset, e.Line, e.Column
	}
	writeJSON(w, said)
}

// showPayload answers GET /_suback/messages/{id}/payload: a message that a topic rule met.
func showPayload(a *account.Account, w http.ResponseWriter, r *http.Request) {
	m, ok := a.Rules().Seen(r.PathValue("id"))
	if !ok || m.Left {
		account.Refuse(w, http.StatusNotFound,
			"the payload is not kept: that is of the latest messages that a topic rule met, up to 4096 bytes each")
		return
	}
	said := map[string]string{"topic": m.Topic, "clientId": m.ClientID}
	if utf8.Valid(m.Payload) {
		said["payload"] = string(m.Payload)
	} else {
		said["payloadBase64"] = base64.StdEncoding.EncodeToString(m.Payload)
	}
	w.Header().Set("Cache-Control", "no-store")
	writeJSON(w, said)
}
