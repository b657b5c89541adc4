package endorse

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/emulator/transport"
)

// Options are what a Service needs. Config, Trace and, with Config.APIs, Invoke
// are required.
type Options struct {
	Config Config

	// StateDir keeps the signing key as endorse-key.pem, so that tokens outlive a
	// restart; the folder is made if there is none. "" keeps it in memory.
	StateDir string

	// Invoke calls a Lambda function by its name. The error is a
	// *lambda.FunctionError if the function failed.
	Invoke func(ctx context.Context, functionName string, event []byte) ([]byte, error)

	Trace *trace.Recorder

	// Now is the clock of tokens; it must be that of the function which verifies
	// them. Default time.Now.
	Now func() time.Time
}

// A Service answers for all hosts of [Service.Hosts]. It is safe for concurrent
// use.
type Service struct {
	Options
	key    func() *signingKey
	fronts map[string]front // by host
	hosts  []string
}

// A front is what one host does. serve answers, or returns why not, which say
// then writes in the form of that host.
type front struct {
	serve func(http.ResponseWriter, *http.Request) *refusal
	say   func(http.ResponseWriter, *refusal)
}

// A refusal is an answer that says no.
type refusal struct {
	status        int
	code, message string // what the client reads

	cause.Cause // what the record says beyond that; a Detail left out is the message
}

const (
	endorseHost  = "endorse.soracom.io"
	keystoreHost = "s3-ap-northeast-1.amazonaws.com"
	apiHost      = "api.soracom.io"   // Japan
	globalHost   = "g.api.soracom.io"
)

var ownHosts = []string{endorseHost, keystoreHost, apiHost, globalHost}

// New returns a service. A mistake in the configuration is an *[Error].
func New(o Options) (*Service, error) {
	key, err := openKey(o.StateDir)
	if err != nil {
		return nil, err
	}
	return newService(o, key)
}

// Reconfigured returns a service with another configuration and the same key:
// tokens that were issued stay good.
func (s *Service) Reconfigured(c Config) (*Service, error) {
	o := s.Options
	o.Config = c
	return newService(o, s.key)
}

func newService(o Options, key func() *signingKey) (*Service, error) {
	var err error
	if o.Config, err = o.Config.completed(); err != nil {
		return nil, err
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	s := &Service{Options: o, key: key, hosts: slices.Clone(ownHosts)}
	api := front{s.api, sayJSON}
	s.fronts = map[string]front{
		endorseHost: {s.endorse, sayJSON}, keystoreHost: {s.keystore, sayXML}, apiHost: api, globalHost: api,
	}
	for _, a := range o.Config.APIs {
		if _, known := s.fronts[a.Host]; !known {
			s.hosts = append(s.hosts, a.Host)
			s.fronts[a.Host] = front{s.gateway, sayGateway}
		}
	}
	return s, nil
}

// Hosts are the names that the service answers for, lower case.
func (s *Service) Hosts() []string { return slices.Clone(s.hosts) }

// ServeHTTP answers one request, by its host.
func (s *Service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f, known := s.fronts[hostOf(r)]
	if !known {
		f = front{s.elsewhere, sayJSON}
	}
	if no := f.serve(w, r); no != nil {
		s.record(r, no)
		f.say(w, no)
	}
}

func (s *Service) elsewhere(http.ResponseWriter, *http.Request) *refusal {
	return &refusal{status: http.StatusMisdirectedRequest, code: "MisdirectedRequest",
		message: "Misdirected request",
		Cause:   cause.Cause{Reason: "CLIENT_ERROR", Detail: "the host is none of " + strings.Join(s.hosts, ", ")}}
}

// hostOf is the host a request is for, without port.
func hostOf(r *http.Request) string {
	return strings.TrimSuffix(strings.ToLower(transport.WithoutPort(r.Host)), ".")
}

func (s *Service) record(r *http.Request, no *refusal) {
	ev := event(r)
	ev.Outcome, ev.Cause = trace.Refused, no.Cause
	ev.Detail = where(r) + ": " + cmp.Or(no.Detail, no.message)
	ev.Saw = strconv.Itoa(no.status) + " " + cmp.Or(no.code, http.StatusText(no.status))
	s.Trace.Record(ev)
}

// note records something that was not refused.
func (s *Service) note(r *http.Request, reason, detail, hint string, rules ...string) {
	ev := event(r)
	ev.Outcome = trace.Note
	ev.Cause = cause.Cause{Reason: reason, Detail: where(r) + ": " + detail, Hint: hint, Rules: rules}
	s.Trace.Record(ev)
}

// where names a request without its query, which may hold a secret.
func where(r *http.Request) string {
	return r.Method + " " + hostOf(r) + transport.ShownPath(r.URL.Path)
}

// event is what every record of a request says.
func event(r *http.Request) trace.Event {
	ev := trace.Event{Operation: trace.Soracom, Protocol: "HTTP", Source: r.RemoteAddr}
	if f := transport.FactsFrom(r.Context()); f != nil {
		ev.Listener, ev.Source, ev.ServerName = f.Listener, f.Remote.String(), f.ServerName
	}
	return ev
}

// methods refuses what is none of those allowed.
func methods(r *http.Request, hint string, allowed ...string) *refusal {
	if slices.Contains(allowed, r.Method) {
		return nil
	}
	return &refusal{status: http.StatusMethodNotAllowed, code: "MethodNotAllowed",
		message: "The specified method is not allowed against this resource.",
		Cause: cause.Cause{Reason: "CLIENT_ERROR",
			Detail: "the method is " + r.Method + ", want " + strings.Join(allowed, " or "),
			Hint:   hint}}
}
