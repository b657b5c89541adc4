package dataplane

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/google/uuid"

	"github.com/suback/suback/emulator/authn"
	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/egress"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/services/shadow"
	"github.com/suback/suback/emulator/session"
	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/emulator/transport"
	"github.com/suback/suback/hooks"
)

// An operation is one that requests can ask for.
type operation struct {
	method     string
	path       string // "*" is a topic, a client id or a thing, percent-encoded
	name       trace.Operation
	custom     bool     // for callers whom an authorizer let in, too
	parameters []string // of the query, that count
	serve      func(*Handler, *call) *answer
}

// operations are all; the first that fits is meant.
func operations() []operation {
	return []operation{
		{http.MethodPost, "/topics/*", trace.PublishIn, true, ofPublish, (*Handler).publish},
		{http.MethodGet, "/retainedMessage", trace.ListRetainedMessage, false, ofBroker,
			(*Handler).listRetained},
		{http.MethodGet, "/retainedMessage/*", trace.GetRetainedMessage, false, nil, (*Handler).getRetained},
		{http.MethodGet, "/connections/*/subscriptions", trace.ListSubscriptions, false, ofBroker,
			(*Handler).listSubscriptions},
		{http.MethodPost, "/connections/*/messages", trace.SendDirectMessage, true, ofDirect,
			(*Handler).sendDirect},
		{http.MethodGet, "/connections/*", trace.GetConnection, false, []string{"includeSocketInformation"},
			(*Handler).getConnection},
		{http.MethodDelete, "/connections/*", trace.DeleteConnection, false,
			[]string{"cleanSession", "preventWillMessage"}, (*Handler).deleteConnection},
		{http.MethodGet, "/things/*/shadow", trace.GetThingShadow, false, ofShadow, (*Handler).getShadow},
		{http.MethodPost, "/things/*/shadow", trace.UpdateThingShadow, false, ofShadow, (*Handler).updateShadow},
		{http.MethodDelete, "/things/*/shadow", trace.DeleteThingShadow, false, ofShadow, (*Handler).deleteShadow},
		{http.MethodGet, "/api/things/shadow/ListNamedShadowsForThing/*", trace.ListNamedShadowsForThing, false,
			ofList, (*Handler).listShadows},
	}
}

// match returns what "*" stands for in a path, still escaped.
func (o *operation) match(path string) (name string, ok bool) {
	before, after, _ := strings.Cut(o.path, "*")
	rest, ok := strings.CutPrefix(path, before)
	if !ok || !strings.Contains(o.path, "*") {
		return "", path == o.path
	}
	return strings.CutSuffix(rest, after)
}

// Options are what a Handler needs; all are required but Own.
type Options struct {
	// Authenticate says who a request is. A refusal is an *authn.Error.
	Authenticate func(context.Context, authn.Request) (*authn.Grant, error)

	// Caches says whether the answers of an authorizer may be kept for the
	// requests of one connection: its enableCachingForHttp.
	Caches func(authorizer string) bool

	Hook     *hooks.Hook
	Sessions *session.Sessions // those of Hook
	Shadows  *shadow.Shadows
	Trace    *trace.Recorder

	// TellShadow publishes the messages of a request for a shadow, with a trace id.
	TellShadow func(out *shadow.Outcome, traceID string, why egress.Cause)

	// Own knows which requests rules send, and what they follow from. Nil: none.
	Own *egress.Own
}

// A Handler answers the data plane's requests. It is safe for concurrent use.
type Handler struct {
	Options
	operations []operation
	clock      clock
}

// New returns a handler.
func New(o Options) *Handler { return &Handler{Options: o, operations: operations()} }

// A call is one request on its way to its answer.
type call struct {
	*http.Request
	operation operation
	name      string     // what "*" stands for: a topic, a client id or a thing
	query     url.Values // of the URL
	body      []byte
	why       egress.Cause
	caller    // once it is authenticated
}

// ServeHTTP answers one request that a transport.Listener has accepted.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if transport.Preflight(w, r) {
		return
	}
	c := &call{Request: r, query: r.URL.Query()}
	f := transport.FactsFrom(r.Context())
	c.event, c.why = event(f, uuid.NewString()), h.Own.Of(f.Remote, r.UserAgent())
	a := *h.answer(c)
	if a.body == nil {
		a.body = a.Body(c.event.TraceID)
	}
	a.Send(w, r, c.event.TraceID, a.body)
}

func (h *Handler) answer(c *call) *answer {
	path, methods := c.URL.EscapedPath(), []string(nil)
	for _, o := range h.operations {
		escaped, ok := o.match(path)
		if !ok {
			continue
		}
		if methods = append(methods, o.method); o.method != c.Method {
			continue
		}
		name, err := url.PathUnescape(escaped)
		if err != nil {
			return h.unreadable(c, invalid(err), form("write each byte that is none of a URL's as %XX", "%v", err))
		}
		c.operation, c.name = o, name
		if c.body, err = readBody(c.Body, h.Hook.MaxPayload()); err != nil {
			return h.unreadable(c, unpublished(err), err)
		}
		a := o.serve(h, c)
		if c.policy != nil { // who calls is known
			h.noteIgnored(c)
		}
		return a
	}
	if methods == nil {
		return h.unreadable(c, forbidden, form("POST /topics/<topic> publishes; a WebSocket is opened by GET /mqtt, with "+
			"Upgrade: websocket", "the path %.256q is none of the gateway's", path))
	}
	want := strings.Join(methods, " or ")
	return h.unreadable(c, notAllowed, form(fmt.Sprintf("send %s %.256s", want, path),
		"the method is %s, want %s", c.Method, want))
}

// An answer has a body of its own, or if that is nil a message and the trace id.
type answer struct {
	transport.Answer
	body []byte
}

func reply(status int, kind, message string) *answer {
	return &answer{transport.Answer{Status: status, Type: kind, Message: message}, nil}
}

// readBody reads a body that has at most so many bytes, as a payload may [B-808].
// All is signed, so a caller cannot be authenticated before.
func readBody(r io.Reader, most int) ([]byte, error) {
	body, err := io.ReadAll(io.LimitReader(r, int64(most)+1))
	switch {
	case err != nil:
		return nil, form("send all of the body, as long as Content-Length says", "body: %v", err)
	case len(body) > most:
		return nil, hooks.ErrTooLarge
	}
	return body, nil
}

var (
	throttled  = reply(http.StatusTooManyRequests, "ThrottlingException", "Rate exceeded") // [B-723, guess]
	failed     = reply(http.StatusInternalServerError, "InternalFailureException", "Internal failure")
	forbidden  = reply(http.StatusForbidden, "ForbiddenException", "Forbidden")
	notAllowed = reply(http.StatusMethodNotAllowed, "MethodNotAllowedException", "Method not allowed")
)

func invalid(err error) *answer {
	return reply(http.StatusBadRequest, "InvalidRequestException", err.Error())
}

func notFound(message string) *answer {
	return reply(http.StatusNotFound, "ResourceNotFoundException", message)
}

// unreadable records a request that is refused for its form, before anybody has
// asked who sends it.
func (h *Handler) unreadable(c *call, a *answer, err error) *answer {
	ev := c.event
	ev.Operation, ev.Outcome, ev.Cause, ev.Saw = trace.Transport, trace.Refused, formCause(err), saw(a)
	switch c.operation.name {
	case trace.PublishIn:
		ev.Topic = c.name
	case trace.SendDirectMessage:
		ev.Client, ev.Topic = c.name, c.query.Get("topic")
	}
	h.Trace.Record(ev)
	return a
}

// formCause is why a request cannot be read, and what to do.
func formCause(err error) cause.Cause {
	why := cause.Cause{Reason: "CLIENT_ERROR", Detail: err.Error(), Rules: []string{"B-807"}}
	wrong := formError{}
	switch {
	case errors.As(err, &wrong):
		why.Hint = wrong.hint
	case errors.Is(err, hooks.ErrTooLarge):
		why.Rules, why.Hint = []string{"B-808"}, "send less at a time: larger data goes to S3, and its address into the "+
			"message"
	}
	return why
}

// refuse records why an operation is refused.
func (h *Handler) refuse(c *call, a *answer, why cause.Cause) *answer {
	ev := c.event
	ev.Operation, ev.Outcome, ev.Cause, ev.Saw = c.operation.name, trace.Refused, why, saw(a)
	h.Trace.Record(ev)
	return a
}

// malformed refuses a request whose parameters cannot be read.
func (h *Handler) malformed(c *call, err error) *answer {
	return h.refuse(c, invalid(err), formCause(err))
}

// authorize asks the caller's policy. It returns nil if that allows it.
func (h *Handler) authorize(c *call, a policy.Action, name string, extra policy.Values) *answer {
	d := c.policy.Explain(a, name, extra)
	ev := c.event
	ev.Operation = c.operation.name
	if h.Hook.Passes(c.policy, d, ev) {
		return nil
	}
	c.event.Decision = &d
	return h.refuse(c, forbidden, d.Cause())
}

// done answers an operation that went through; without a body if it is nil.
func (h *Handler) done(c *call, body any) *answer {
	h.Trace.Allowed(c.operation.name, func() trace.Event {
		ev := c.event
		ev.Saw = ""
		return ev
	})
	text := []byte{}
	if body != nil {
		var b bytes.Buffer
		encoder := json.NewEncoder(&b)
		encoder.SetEscapeHTML(false)
		_ = encoder.Encode(body) // texts and numbers, which cannot fail
		text = bytes.TrimSuffix(b.Bytes(), []byte("\n"))
	}
	return &answer{transport.Answer{Status: http.StatusOK}, text}
}

// event is what every record of a request says.
func event(f *transport.Facts, id string) trace.Event {
	return trace.Event{Outcome: trace.Refused, ConnectionID: id, TraceID: uuid.NewString(), Listener: f.Listener,
		Protocol: "HTTP",
		Source:   f.Remote.String(), ServerName: f.ServerName, Saw: saw(forbidden)}
}

// saw is what the caller gets.
func saw(a *answer) string {
	return fmt.Sprintf("%d %s", a.Status, http.StatusText(a.Status))
}
