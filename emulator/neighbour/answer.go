package neighbour

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// An Answer is what a service said to an operation that it did.
type Answer struct {
	Endpoint string
	Header   http.Header
	Body     []byte // JSON or XML
}

// Text is a member of the answer, "" if there is none: a text of JSON's object, or the first
// element of that name in XML.
func (a *Answer) Text(name string) string { return text(a.Body, name) }

// An Error is that a service refused an operation, or could not be asked.
type Error struct {
	Endpoint string
	By       string // what names the endpoint, as "AWS_ENDPOINT_URL_SQS" or "actions.sqs"

	Status    int    // 0: there was no answer
	Code      string // the service's, may be empty
	Message   string // likewise
	RequestID string // likewise

	Err error // why there was no answer; nil if there was one
}

// errNoAnswer is that of an attempt whose time is over.
var errNoAnswer error = noAnswer{}

type noAnswer struct{}

func (noAnswer) Error() string { return fmt.Sprintf("no answer within %v", attemptTime) }

// Timeout has it tried again.
func (noAnswer) Timeout() bool { return true }

// Error implements error.
func (e *Error) Error() string {
	if e.Err != nil {
		return e.Endpoint + ": " + e.Reason()
	}
	said := strings.Trim(e.Code+": "+e.Message, ": ")
	return fmt.Sprintf("%s answered %d %s", e.Endpoint, e.Status, said)
}

// Reason is the error without where it happened.
func (e *Error) Reason() string {
	err := e.Err
	if err == nil {
		return e.Message
	}
	if sending := new(url.Error); errors.As(err, &sending) {
		err = sending.Err // the endpoint is known
	}
	return err.Error()
}

// Unwrap returns why there was no answer.
func (e *Error) Unwrap() error { return e.Err }

// HTTPStatusCode and ErrorCode are what the SDK looks at to see what is tried again.
func (e *Error) HTTPStatusCode() int { return e.Status }

// ErrorCode is the service's.
func (e *Error) ErrorCode() string { return e.Code }

// mostMessage is how much of a service's words is kept.
const mostMessage = 1024

// asError reads an answer that is an error: JSON's __type and message, XML's Code and
// Message, or no more than a status.
func asError(p place, r *http.Response, body []byte) *Error {
	e := &Error{Endpoint: p.url, By: p.by, Status: r.StatusCode}
	for _, header := range []string{"x-amzn-RequestId", "x-amz-request-id"} {
		if e.RequestID == "" {
			e.RequestID = r.Header.Get(header)
		}
	}
	e.Code = r.Header.Get("x-amzn-query-error") // of SQS: as before it spoke JSON
	for _, found := range []string{text(body, "__type"), text(body, "Code"), r.Header.Get("x-amzn-ErrorType")} {
		if e.Code == "" {
			e.Code = found
		}
	}
	e.Code, _, _ = strings.Cut(e.Code, ";")
	e.Code, _, _ = strings.Cut(e.Code, ":")
	e.Code = e.Code[strings.LastIndex(e.Code, "#")+1:]
	for _, name := range []string{"message", "Message"} {
		if e.Message == "" {
			e.Message = shortened(text(body, name))
		}
	}
	if e.Code == "" && e.Message == "" {
		e.Message = http.StatusText(r.StatusCode)
	}
	e.Code = shortened(e.Code)
	return e
}

func shortened(s string) string {
	if len(s) > mostMessage {
		s = s[:mostMessage] + "…"
	}
	return strings.ToValidUTF8(s, "")
}

func text(body []byte, name string) string {
	if begin := bytes.TrimLeft(body, " \t\r\n"); len(begin) == 0 || begin[0] != '<' {
		var members map[string]json.RawMessage
		_ = json.Unmarshal(body, &members) // anything else has no members
		var s string
		_ = json.Unmarshal(members[name], &s)
		return s
	}
	d := xml.NewDecoder(bytes.NewReader(body))
	for {
		token, err := d.Token()
		if err != nil {
			return ""
		}
		if start, ok := token.(xml.StartElement); ok && start.Name.Local == name {
			var s string
			_ = d.DecodeElement(&s, &start)
			return s
		}
	}
}
