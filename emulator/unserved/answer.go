package unserved

import (
	"encoding/binary"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"strconv"

	"github.com/google/uuid"

	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/emulator/transport"
)

// The answer
//
//   - 501, which no SDK tries again
//   - JSON has __type and message, and the type in x-amzn-ErrorType; XML an Error
//     with Code and Message, of S3 as the root; CBOR a map as JSON's
//   - a page of another origin may read it: it says nothing of what is here

// A Handler answers calls for services that are not here. It is safe for
// concurrent use.
type Handler struct {
	// Trace records every call. Required.
	Trace *trace.Recorder
}

// Hint says what to do about a call for a service that is not here.
const Hint = "give the client of that service an endpoint of its own, or none: " +
	"AWS_ENDPOINT_URL alone sends every service here, and suback env --served leaves it out"

// Answer answers a call with 501.
func (h Handler) Answer(w http.ResponseWriter, r *http.Request, c Call) {
	id := uuid.NewString()
	message := fmt.Sprintf("%s %s is not here: this gateway has iot, iotdata, sts, cognito-identity, lambda "+
		"and acm, as far as devices need them; %s", c.Service, c.Operation, Hint)
	h.Record(r, id, fmt.Sprintf("%s %s is not here", c.Service, c.Operation), Hint)
	kind, body := c.protocol.body(message, id)
	header := w.Header()
	header.Set("Content-Type", kind)
	header.Set("Content-Length", strconv.Itoa(len(body)))
	header.Set("x-amzn-RequestId", id)
	header.Set("x-amzn-ErrorType", jsonCode)
	if c.protocol == cbor {
		header.Set("Smithy-Protocol", "rpc-v2-cbor")
	}
	if r.Header.Get("Origin") != "" {
		header.Set("Access-Control-Allow-Origin", "*")
	}
	w.WriteHeader(http.StatusNotImplemented)
	w.Write(body) // an error means that the client has gone
}

// Record tells the trace of an operation that is not here, of whatever service.
// id is the request's.
func (h Handler) Record(r *http.Request, id, detail, hint string) {
	f := transport.FactsFrom(r.Context())
	h.Trace.Record(trace.Event{
		Operation: trace.Transport, Outcome: trace.Refused, TraceID: id, Protocol: "HTTP",
		Cause:    cause.Cause{Reason: "NOT_IMPLEMENTED", Detail: detail, Hint: hint, Rules: []string{"A-370"}},
		Listener: f.Listener, Source: f.Remote.String(), ServerName: f.ServerName, Saw: "501 Not Implemented",
	})
}

const (
	jsonCode = "NotImplementedException"
	xmlCode  = "NotImplemented" // S3 has this one itself
)

// body returns the content type and the body of an error.
func (p protocol) body(message, id string) (kind string, body []byte) {
	switch p {
	case query, restXML:
		return "text/xml", asXML(errorResponse{Error: xmlError{"Receiver", xmlCode, message}, RequestID: id})
	case queryEC2:
		return "text/xml", asXML(ec2Response{Errors: []xmlError{{"", xmlCode, message}}, RequestID: id})
	case restXMLS3:
		return "application/xml", asXML(s3Error{Code: xmlCode, Message: message, RequestID: id})
	case cbor:
		return "application/cbor", asCBOR("__type", jsonCode, "message", message)
	}
	text, _ := json.Marshal(map[string]string{"__type": jsonCode, "message": message}) // never fails
	switch p {
	case json10:
		return "application/x-amz-json-1.0", text
	case json11:
		return "application/x-amz-json-1.1", text
	}
	return "application/json", text
}

type xmlError struct {
	Type    string `xml:",omitempty"`
	Code    string
	Message string
}

type errorResponse struct {
	XMLName   xml.Name `xml:"ErrorResponse"`
	Error     xmlError
	RequestID string `xml:"RequestId"`
}

type ec2Response struct {
	XMLName   xml.Name   `xml:"Response"`
	Errors    []xmlError `xml:"Errors>Error"`
	RequestID string
}

type s3Error struct {
	XMLName   xml.Name `xml:"Error"`
	Code      string
	Message   string
	RequestID string `xml:"RequestId"`
}

func asXML(v any) []byte {
	text, _ := xml.Marshal(v) // structures of text, which cannot fail
	return append([]byte(xml.Header), text...)
}

// asCBOR writes a map of names and texts, RFC 8949 3.1.
func asCBOR(pairs ...string) []byte {
	body := []byte{0xa0 | byte(len(pairs)/2)}
	for _, text := range pairs {
		body = append(body, 0x79) // text whose length has two bytes
		body = binary.BigEndian.AppendUint16(body, uint16(len(text)))
		body = append(body, text...)
	}
	return body
}
