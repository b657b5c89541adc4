package dataplane

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/near"
	"github.com/suback/suback/emulator/trace"
)

// Parameters that have no effect [B-802]
//
//   - AWS ignores those that it does not know, as an authorizer may have some of its own; one that
//     nearly has the name of one that counts is a NOTE, once for a caller
//   - likewise a query that cannot be read whole, and headers that begin as MQTT 5's properties do

// Parameters by what reads them.
var (
	ofPublish = []string{"qos", "retain", "contentType", "messageExpiry", "responseTopic"}
	ofDirect  = []string{"topic", "confirmation", "timeout", "contentType", "responseTopic"}
	ofShadow  = []string{"name"}
	ofBroker  = []string{"maxResults", "nextToken"}
	ofList    = []string{"pageSize", "nextToken"}
)

// headersOfContent are those that a message's properties come in.
var headersOfContent = []string{"x-amz-mqtt5-correlation-data", "x-amz-mqtt5-payload-format-indicator",
	"x-amz-mqtt5-user-properties"}

// noteIgnored tells a caller what of a request has no effect and was probably meant to have one.
func (h *Handler) noteIgnored(c *call) {
	known := c.operation.parameters
	if _, err := url.ParseQuery(c.URL.RawQuery); err != nil {
		h.noteNoEffect(c, "part of the query", "write it percent-encoded, with & between parameters: "+err.Error())
	}
	for _, name := range slices.Sorted(maps.Keys(c.query)) {
		if slices.Contains(known, name) {
			continue
		}
		if meant := near.Name(name, known); meant != "" {
			h.noteNoEffect(c, fmt.Sprintf("the parameter %q", name), fmt.Sprintf("write %s, if that is meant", meant))
		}
	}
	if !slices.Contains(known, "contentType") {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(c.Header)) {
		name = strings.ToLower(name)
		if strings.HasPrefix(name, "x-amz-mqtt5-") && !slices.Contains(headersOfContent, name) {
			h.noteNoEffect(c, fmt.Sprintf("the header %q", name), "the headers of MQTT 5's properties are "+
				strings.Join(headersOfContent, ", "))
		}
	}
}

func (h *Handler) noteNoEffect(c *call, what, hint string) {
	key := trace.Key{ConnectionID: "requests of " + c.event.Principal, Topic: c.operation.path}
	h.Trace.Note(key, what, func() trace.Event {
		ev := c.event
		ev.Operation, ev.Saw = c.operation.name, ""
		ev.Cause = cause.Cause{Rules: []string{"B-802"}, Hint: hint, Detail: fmt.Sprintf(
			"%s of %s %s has no effect, here and on AWS", what, c.Method, c.operation.path)}
		return ev
	})
}
