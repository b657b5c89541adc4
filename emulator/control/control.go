package control

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"sync"

	"github.com/google/uuid"
	"github.com/suback/suback/emulator/authn"
	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/pki"
	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/hooks"
)

// Options say what a Handler works on.
type Options struct {
	// Registry is what is described and changed. Required.
	Registry *registry.Registry

	// Authenticator runs the functions of TestInvokeAuthorizer. Required.
	Authenticator *authn.Authenticator

	// CA signs the certificates of CreateKeysAndCertificate and
	// CreateCertificateFromCsr. Required.
	CA *pki.CA

	// Endpoint returns the host name of an endpoint type such as iot:Data-ATS,
	// without port. Its error is sent as an InvalidRequestException.
	// Required. It may be called concurrently.
	Endpoint func(endpointType string) (host string, err error)

	// Verify judges the signature of a request whose body has been read. It is
	// called for requests that say they are signed with a key that the Registry
	// has; others pass. An error refuses the request; that of an *authn.Error is
	// told in AWS's words. Nil lets everything pass. It may be called concurrently.
	Verify func(r *http.Request, body []byte, service string) error

	// Granted finds what a custom authorizer granted to a connected client, by
	// the principal's id and, if it is not "", the client id; it is for
	// TestAuthorization, which on AWS does not know such principals.
	// Nil: nobody is connected. It may be called concurrently.
	Granted func(principalID, clientID string) (*authn.Grant, bool)

	// Connection finds the latest connection of a client id, for
	// GetThingConnectivityData; ok is false if none is known. Nil: none ever was. It
	// may be called concurrently.
	Connection func(clientID string) (k hooks.Connection, ok bool)

	// MayRun says why a request may not make this machine run code, or read what
	// runs; it is asked before the body is read. Nil lets every request.
	MayRun func(*http.Request) error

	// NotImplemented is told of each call that is answered with 501, and which it
	// was. Nil: nobody is. It may be called concurrently.
	NotImplemented func(r *http.Request, message string)

	// Refused is told of each call whose refusal says little in AWS's words: with which status it was
	// refused, and why. Nil: nobody is. It may be called concurrently.
	Refused func(r *http.Request, status int, why cause.Cause)

	// Log hears of what a policy has that it hardly means. Nil: nobody is told.
	Log *slog.Logger

	// Functions run the functions of Lambda's API. Nil: none can be made or
	// invoked, which answers 501.
	Functions *Functions
}

// A Handler is AWS IoT's control plane. It is safe for concurrent use.
type Handler struct {
	// service reads the model when the first request comes, which takes some
	// milliseconds.
	service func() *service
}

// A service is a Handler's content.
type service struct {
	Options
	registry *registry.Registry
	model    *model
	routes   routes
	table    operations

	acm    *api
	lambda *lambdaAPI
}

// New returns a Handler for o.
func New(o Options) *Handler {
	return &Handler{sync.OnceValue(func() *service {
		m := readModel(iotService)
		s := &service{Options: o, registry: o.Registry, model: m, routes: newRoutes(m)}
		s.table = s.operations()
		s.acm, s.lambda = newACM(s), newLambda(s)
		return s
	})}
}

// ServeHTTP answers one call. It changes neither r.URL nor r.Header.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s := h.service()
	w.Header().Set("x-amzn-RequestId", uuid.NewString())
	switch serviceOf(r) {
	case acmService:
		s.acm.serveACM(w, r)
		return
	case lambdaService:
		s.lambda.serveLambda(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	answer, err := s.serve(w, r)
	if err != nil {
		s.report(r, err)
		s.writeError(w, err)
		return
	}
	w.Write(answer) // an error means that the client has gone
}

// serve returns the body of a successful answer, or an error for writeError.
func (s *service) serve(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, refuse("RequestEntityTooLargeException", "Request body exceeds %d bytes", tooLarge.Limit)
	case err != nil:
		return nil, refuse("SerializationException", "the body could not be read: %v", err)
	}
	if err := s.checkSignature(r, body, iotService); err != nil {
		return nil, err
	}
	name, labels, ok := s.routes.find(r.Method, r.URL.EscapedPath())
	if !ok {
		return nil, refuse("UnknownOperationException", "there is no operation %s %s", r.Method, r.URL.Path)
	}
	call, ok := s.table[name]
	if !ok {
		return nil, refuse("NotImplementedException", "%s is not implemented by the emulator", name)
	}
	return s.call(r, name, call, labels, body)
}

// call does one operation.
func (s *service) call(
	r *http.Request, name string, call operation, labels map[string]string, body []byte,
) ([]byte, error) {
	op := s.model.Operations[name]
	values, err := s.model.collect(op, r, labels, body)
	if err != nil {
		return nil, err
	}
	if err := s.model.validate(op, values); err != nil {
		return nil, err
	}
	input, err := json.Marshal(values)
	if err != nil {
		return nil, err
	}
	output, err := call.do(r.Context(), input)
	if err != nil {
		return nil, err
	}
	return s.model.encode(op, output)
}

// none is an input or an output without members.
type none struct{}
