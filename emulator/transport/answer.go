package transport

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// The device gateway's answers to HTTP requests
//
//   - the head's lines in the gateway's order and casing
//   - {"message":…,"traceId":…}, compact, with the request id as trace id
//   - CORS headers where the request has an Origin, and only there
//   - a request that cannot be read gets such an answer, too
//   - a browser's preflight is answered

// An Answer is an HTTP answer in the device gateway's form. It is
// an http.Handler that always gives that answer.
type Answer struct {
	// Status is the HTTP status, mostly 403.
	Status int
	// Type goes into x-amzn-ErrorType, as in "ForbiddenException"; none for a
	// success.
	Type string
	// Message is what the client reads: "Forbidden", mostly, or "OK". An empty
	// one is null.
	Message string
}

// ServeHTTP answers with r. request may be nil: then there is no Origin.
func (r *Answer) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	id := uuid.NewString()
	r.Send(w, request, id, r.Body(id))
}

// Send answers with r's status and type, the id of the request, a UUID, and a
// body of the caller's.
func (r *Answer) Send(w http.ResponseWriter, request *http.Request, id string, body []byte) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Connection", "keep-alive")
	h[requestID] = []string{id}
	if r.Type != "" {
		h["x-amzn-ErrorType"] = []string{r.Type + ":"}
	}
	if request != nil && request.Header.Get("Origin") != "" {
		h[allowOrigin] = []string{"*"}
		h[exposeHeaders] = exposed
	}
	w.WriteHeader(r.Status)
	_, _ = w.Write(body)
}

// unreadable is the answer, and its id, to a request that net/http refuses with a status, as "400 Bad
// Request: why"; h is its head, nil if that has not come to its end [A-372].
func unreadable(status string, h *rawHead) (answer []byte, id string) {
	code, _ := strconv.Atoi(status[:min(len(status), 3)])
	r := Answer{code, "InvalidRequestException", http.StatusText(code)}
	id = uuid.NewString()
	body := r.Body(id)
	var b bytes.Buffer
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\ncontent-type: application/json\r\ncontent-length: %d\r\ndate: %s\r\n",
		code, r.Message, len(body), time.Now().UTC().Format(http.TimeFormat))
	fmt.Fprintf(&b, "%s: %s\r\nconnection: close\r\nx-amzn-ErrorType: %s:\r\n", requestID, id, r.Type)
	if h != nil && h.count("Origin") > 0 {
		fmt.Fprintf(&b, "%s: *\r\n", allowOrigin)
		for _, name := range exposed {
			fmt.Fprintf(&b, "%s: %s\r\n", exposeHeaders, name)
		}
	}
	b.WriteString("\r\n")
	b.Write(body)
	return b.Bytes(), id
}

// exposed are the headers that a page of another origin may read.
var exposed = []string{"x-amzn-ErrorMessage", "x-amzn-RequestId", "x-amzn-ErrorType", "Date"}

// Header names as AWS writes them: net/http would change the case.
const (
	requestID     = "x-amzn-RequestId"
	allowOrigin   = "access-control-allow-origin"
	exposeHeaders = "access-control-expose-headers"
)

// Body is what ServeHTTP sends, 63 bytes and the message. Only what JSON
// cannot hold is escaped: quotes, backslashes, control characters.
func (r *Answer) Body(id string) []byte {
	content := struct {
		Message *string `json:"message"`
		TraceID string  `json:"traceId"`
	}{TraceID: id}
	if r.Message != "" {
		content.Message = &r.Message
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(content)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// Preflight answers a browser that asks whether a page of another origin may
// send a request; it returns false, and does nothing, if r is no such question.
// The headers allowed are those AWS was seen to allow; the rest is a guess
// [A-47, guess].
func Preflight(w http.ResponseWriter, r *http.Request) bool {
	if r.Method != http.MethodOptions || r.Header.Get("Origin") == "" ||
		r.Header.Get("Access-Control-Request-Method") == "" {
		return false
	}
	h := w.Header()
	h[requestID] = []string{uuid.NewString()}
	h[allowOrigin] = []string{"*"}
	h["access-control-allow-methods"] = []string{"GET", "POST", "PUT", "DELETE"}
	h["access-control-allow-headers"] = []string{
		"Authorization", "X-amz-security-token", "Accept", "X-amz-date", "X-amz-user-agent", "X-amz-content-sha256",
		"Accept-Language", "X-requested-with", "Content-Language", "Content-Type", "amz-sdk-invocation-id",
		"amz-sdk-request",
	}
	h["access-control-max-age"] = []string{"86400"}
	return true
}

// order is that of the gateway's header lines; others follow.
var order = []string{"content-type", "content-length", "date", requestID, "connection", "x-amzn-ErrorType",
	allowOrigin, exposeHeaders}

// reorder gives an Answer that net/http wrote the gateway's order and casing; any
// other text stays as it is. The length does not change.
func reorder(written []byte) []byte {
	head, content, ok := bytes.Cut(written, []byte("\r\n\r\n"))
	if !ok || !bytes.HasPrefix(head, []byte("HTTP/1.")) || !bytes.Contains(head, []byte("\r\n"+requestID+": ")) {
		return written
	}
	lines := strings.Split(string(head), "\r\n")
	for i, line := range lines[1:] {
		if rank, name := rankOf(line); rank < len(order) {
			lines[1+i] = name + line[len(name):]
		}
	}
	slices.SortStableFunc(lines[1:], func(a, b string) int {
		x, _ := rankOf(a)
		y, _ := rankOf(b)
		return x - y
	})
	return append([]byte(strings.Join(lines, "\r\n")+"\r\n\r\n"), content...)
}

// rankOf returns a header line's place in order, len(order) for none, and its
// name as it stands there.
func rankOf(line string) (int, string) {
	name, _, _ := strings.Cut(line, ":")
	rank := slices.IndexFunc(order, func(known string) bool {
		return len(known) == len(name) && strings.EqualFold(known, name) // no letter that folds to an ASCII one
	})
	if rank < 0 {
		return len(order), name
	}
	return rank, order[rank]
}
