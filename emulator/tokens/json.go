package tokens

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"
)

// JSON 1.1 of Cognito and JSON of the credential provider
//
//   - Cognito: application/x-amz-json-1.1; errors are 400 with __type and message,
//     and both again in headers, as seen in browsers
//   - the credential provider: application/json; errors have a message, and their
//     type in a header

const jsonType = "application/x-amz-json-1.1"

type jsonError struct {
	Type    string `json:"__type"`
	Message string `json:"message"`
}

func writeJSON(w http.ResponseWriter, c *call, o outcome) {
	h := w.Header()
	h.Set("Content-Type", jsonType)
	status, result := http.StatusOK, o.result
	if r := o.refusal; r != nil {
		status, result = r.status, jsonError{r.Reason, r.message}
		h["x-amzn-ErrorType"] = []string{r.Reason + ":"}
		h["x-amzn-ErrorMessage"] = []string{headerSafe(r.message)}
	}
	c.write(w, status, result)
}

func writeCredentials(w http.ResponseWriter, c *call, o outcome) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	status, result := http.StatusOK, o.result
	if r := o.refusal; r != nil {
		status, result = r.status, map[string]string{"message": r.message}
		h["x-amzn-ErrorType"] = []string{r.Reason}
	}
	c.write(w, status, result)
}

func (c *call) write(w http.ResponseWriter, status int, result any) {
	body, err := json.Marshal(result)
	if err != nil {
		status, body = http.StatusInternalServerError, nil // no member can fail
	}
	h := w.Header()
	h["x-amzn-RequestId"] = []string{c.id}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// headerSafe leaves of a text what may stand in a header.
func headerSafe(s string) string {
	safe := []byte(s)
	for i, b := range safe {
		if b < ' ' || b > '~' {
			safe[i] = '?'
		}
	}
	return string(safe)
}

// An epoch is a time as JSON 1.1 has it: seconds since 1970, a number.
type epoch time.Time

// MarshalJSON writes it.
func (e epoch) MarshalJSON() ([]byte, error) {
	return strconv.AppendInt(nil, time.Time(e).Unix(), 10), nil
}
