package transport

import (
	"bytes"
	"encoding/json"
	"net/http"

	"github.com/google/uuid"
)

// An Answer is an HTTP answer in the device gateway's form. It is
// an http.Handler that always gives that answer.
type Answer struct {
	// Status is the HTTP status, mostly 403.
	Status int
	// Type goes into x-amzn-ErrorType, as in "ForbiddenException"; none for a
	// success.
	Type string
	// Message is what the client reads: "Forbidden", mostly, or "OK".
	Message string
}

// ServeHTTP answers with r.
func (r *Answer) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	id := uuid.NewString()
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Connection", "keep-alive")
	// Written as AWS does: net/http would change the case.
	h["x-amzn-RequestId"] = []string{id}
	if r.Type != "" {
		h["x-amzn-ErrorType"] = []string{r.Type + ":"}
	}
	h["access-control-allow-origin"] = []string{"*"}
	h["access-control-expose-headers"] = []string{"x-amzn-ErrorMessage,x-amzn-RequestId,x-amzn-ErrorType,Date"}
	w.WriteHeader(r.Status)
	_, _ = w.Write(body(r.Message, id))
}

// body is 63 bytes and the message.
func body(message, id string) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(struct {
		Message string `json:"message"`
		TraceID string `json:"traceId"`
	}{message, id})
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
