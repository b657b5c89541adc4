package tokens

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/google/uuid"

	"github.com/suback/suback/emulator/authn"
	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/emulator/transport"
)

// Options are what a Handler needs.
type Options struct {
	// Registry is the account. Required.
	Registry *registry.Registry

	// Verify verifies the signature of a request to the service of that signing
	// name, "sts" or "cognito-identity", and returns whose it is. The error is
	// an *authn.Error. Keys that the registry does not have may be let in with
	// nothing but their AccessKeyID. Nil accepts every signature.
	Verify func(r *http.Request, body []byte, service string) (registry.Credential, error)

	// Authenticate says whose a client certificate is. The error is an
	// *authn.Error. Required.
	Authenticate func(context.Context, authn.Request) (*authn.Grant, error)

	// Trace records every refusal. Required.
	Trace *trace.Recorder
}

// A Handler answers the requests that Serves says are for this package. It is
// safe for concurrent use, and keeps nothing: keys and identities are in the
// registry.
type Handler struct{ Options }

// New returns a handler.
func New(o Options) *Handler { return &Handler{o} }

// ServeHTTP answers one request.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	service, _ := Serves(r)
	c := &call{Options: h.Options, registry: h.Registry, request: r, id: uuid.NewString(), action: service}
	allowBrowsers(w)
	if r.Method == http.MethodOptions && service != providerService {
		preflight(w, r)
		return
	}
	switch service {
	case cognitoService:
		writeJSON(w, c, c.run(c.cognito))
	case providerService:
		writeCredentials(w, c, c.run(c.provide))
	default:
		writeXML(w, c, c.run(c.sts))
	}
}

// A call is one request on its way to an answer.
type call struct {
	Options
	registry *registry.Registry
	request  *http.Request
	body     []byte
	id       string // of the request, a UUID

	// For the trace, filled in as they become known.
	action    string // "sts:AssumeRole"
	principal string // ARN of the caller
	resource  string // ARN of the role, id of the pool or identity
}

// An outcome is the result of a call or why there is none.
type outcome struct {
	result  any
	refusal *refusal
}

// run reads the body, does what is asked for, and records how it ended.
func (c *call) run(do func() (any, error)) outcome {
	var result any
	err := c.read()
	if err == nil {
		result, err = do()
	}
	if err == nil {
		c.Trace.Allowed(trace.Tokens, c.event)
		return outcome{result: result}
	}
	refused := new(refusal)
	if !errors.As(err, &refused) {
		refused = refuse(http.StatusInternalServerError, "InternalFailure", "%v", err)
	}
	e := c.event()
	e.Outcome, e.Cause, e.Saw = trace.Refused, refused.Cause, refused.saw()
	e.Detail = c.action + ": " + cmp.Or(refused.Detail, refused.message)
	c.Trace.Record(e)
	return outcome{refusal: refused}
}

// read reads the body.
func (c *call) read() (err error) {
	c.body, err = io.ReadAll(io.LimitReader(c.request.Body, maxBody+1))
	switch {
	case err != nil:
		return refuse(http.StatusBadRequest, "RequestAborted", "The request has been aborted").
			explain("body: %v", err)
	case len(c.body) > maxBody:
		return refuse(http.StatusRequestEntityTooLarge, "RequestEntityTooLarge",
			"The request is larger than %d bytes", maxBody)
	}
	return nil
}

// note records once what goes well here and may not on AWS.
func (c *call) note(rule, text, hint string) {
	c.Trace.Note(trace.Key{ConnectionID: c.action, Topic: c.resource}, rule, func() trace.Event {
		e := c.event()
		e.Cause = cause.Cause{Detail: c.action + ": " + text, Hint: hint, Rules: []string{rule}}
		return e
	})
}

// event is what every record of a call says.
func (c *call) event() trace.Event {
	e := trace.Event{Operation: trace.Tokens, TraceID: c.id, Protocol: "HTTP", Principal: c.principal,
		Action: policy.Action(c.action), Resource: c.resource, Source: c.request.RemoteAddr}
	if f := transport.FactsFrom(c.request.Context()); f != nil {
		e.Listener, e.Source, e.ServerName, e.Target = f.Listener, f.Remote.String(), f.ServerName, f.Local.String()
	}
	return e
}

// allowBrowsers sets what Cognito and STS tell browsers with every answer.
func allowBrowsers(w http.ResponseWriter) {
	w.Header().Set("Access-Control-Allow-Origin", "*")
	w.Header().Set("Access-Control-Expose-Headers", "x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date")
}

// preflight lets a browser send what it wants to.
func preflight(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Access-Control-Allow-Methods", "GET, POST, OPTIONS")
	w.Header().Set("Access-Control-Allow-Headers", r.Header.Get("Access-Control-Request-Headers"))
	w.Header().Set("Access-Control-Max-Age", "172800")
	w.WriteHeader(http.StatusOK)
}
