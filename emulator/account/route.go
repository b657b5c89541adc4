package account

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/tokens"
	"github.com/suback/suback/emulator/transport"
	"github.com/suback/suback/emulator/unserved"
)

// Where an HTTP request goes: all that AWS spreads over many hosts comes in by
// one port here
//
//   - to SORACOM's stand-in by its host names, if it is configured
//   - paths that the data plane alone has stay with it, whatever service they are
//     signed for: it says what is wrong then. But the control plane's host has none
//     of them [D-50]
//   - to STS, Cognito, the credential provider, the control plane, Lambda and
//     ACM by what the request says of itself: its target, the scope of its
//     signature, its host or path
//   - a browser's preflight goes where the request itself would, as far as method,
//     path and host tell
//   - what names a service that is not here gets 501
//   - the rest is the data plane's

// Route answers a request for the account by who serves it.
func (a *Account) Route(w http.ResponseWriter, r *http.Request) {
	if a.faultHTTP(w, r) {
		return
	}
	handler := a.handler(r)
	if handler == a.control {
		handler = a.Guard(a.control)
		if onDataPlane(r) {
			handler = a.misdirected(handler)
		}
	}
	if handler != nil {
		handler.ServeHTTP(w, r)
		return
	}
	if call, ok := unservedCall(r); ok {
		unserved.Handler{Trace: a.trace}.Answer(w, r, call)
		return
	}
	a.dataplane.ServeHTTP(w, r)
}

// Serves tells a request that a service answers, or would answer if it were here: whatever
// is not merely left to the data plane.
func (a *Account) Serves(r *http.Request) bool {
	if a.handler(r) != nil {
		return true
	}
	_, named := unservedCall(r)
	return named
}

// handler returns who of the account answers a request; nil means the data
// plane.
func (a *Account) handler(r *http.Request) http.Handler {
	s := a.present()
	if s.soracom != nil && slices.Contains(s.soracom.Hosts(), HostOf(r)) {
		return s.soracom
	}
	if onDataPlane(r) {
		if HostOf(r) == s.config.ControlHost() {
			return a.control
		}
		return nil
	}
	if IsPreflight(r) && a.asksControl(r) {
		return a.control
	}
	if _, ok := tokens.Serves(r); ok {
		return a.tokens
	}
	if a.control.Serves(r) {
		return a.control
	}
	return nil
}

// unservedCall looks last, since it may read the body.
func unservedCall(r *http.Request) (unserved.Call, bool) {
	if onDataPlane(r) || IsPreflight(r) {
		return unserved.Call{}, false
	}
	return unserved.Find(r)
}

// asksControl tells a preflight of a request that would go to the control plane,
// Lambda or ACM.
func (a *Account) asksControl(r *http.Request) bool {
	asked := *r
	asked.Method = r.Header.Get("Access-Control-Request-Method")
	return a.control.Serves(&asked) || a.control.HasPath(asked.Method, r.URL.EscapedPath())
}

// onDataPlane says whether only the data plane has such a path.
func onDataPlane(r *http.Request) bool {
	path := r.URL.Path
	return path == "/retainedMessage" ||
		strings.HasPrefix(path, "/things/") && strings.HasSuffix(path, "/shadow") ||
		slices.ContainsFunc([]string{"/topics/", "/retainedMessage/", "/connections/", "/api/things/shadow/"},
			func(prefix string) bool { return strings.HasPrefix(path, prefix) })
}

// misdirected tells of a request for the data plane that was sent to the control
// plane's host, which answers that it has no such operation [D-50].
func (a *Account) misdirected(control http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		told := &statusWriter{w, http.StatusOK}
		control.ServeHTTP(told, r)
		a.Problem(transport.Problem{
			Facts: transport.FactsFrom(r.Context()),
			Cause: cause.Cause{Reason: transport.ProblemEndpoint,
				Detail: "a request for the data plane was sent to " + HostOf(r) + ", the control plane's host",
				Hint:   "set the endpoint of the data plane's client to the address that DescribeEndpoint answers",
				Rules:  []string{"D-50"}},
			Saw: fmt.Sprintf("%d %s", told.status, http.StatusText(told.status)),
		})
	})
}

// A statusWriter remembers how a request was answered.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// HostOf is the host a request is for, without port and in lower case.
func HostOf(r *http.Request) string {
	return strings.ToLower(strings.TrimSuffix(transport.WithoutPort(r.Host), "."))
}
