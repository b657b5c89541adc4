package emulator

import (
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/tokens"
)

// Where an HTTP request goes: all that AWS spreads over many hosts comes in by
// one port here
//
//   - to SORACOM's stand-in by its host names, if it is configured
//   - to STS, Cognito, the credential provider, the control plane, Lambda and
//     ACM by what the request says of itself: its target, the scope of its
//     signature, its host or path
//   - the rest is the data plane's
func (e *Emulator) route(w http.ResponseWriter, r *http.Request) {
	a := e.use()
	handler := a.handler(r)
	if handler == nil {
		a.users.Done() // the data plane may take long, and asks for itself
		e.dataplane.ServeHTTP(w, r)
		return
	}
	defer a.users.Done()
	handler.ServeHTTP(w, r)
}

// handler returns who of the account answers a request; nil means the data
// plane.
func (a *account) handler(r *http.Request) http.Handler {
	if a.soracom != nil && slices.Contains(a.soracom.Hosts(), hostOf(r)) {
		return a.soracom
	}
	if _, ok := tokens.Serves(r); ok {
		return a.tokens
	}
	if a.control.Serves(r) {
		return a.control
	}
	return nil
}

// hostOf is the host a request is for, without port and in lower case.
func hostOf(r *http.Request) string {
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return strings.ToLower(strings.TrimSuffix(host, "."))
}
