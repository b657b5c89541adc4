package lambda

// Who may use a sandbox's Runtime API
//
// Any process of this machine can connect to a loopback port. The events that
// go through have passwords in them, and the answers say who is let in, so only
// the function itself is served [H-10]:
//
//   - who knows the secret, which is in the path that AWS_LAMBDA_RUNTIME_API has
//     for the runtimes of this package: 127.0.0.1:<port>/<secret>
//   - a process of the sandbox, recognized by the other end of its connection.
//     AWS's own clients for Node.js (aws-lambda-ric 4), Rust and Swift want
//     <host>:<port> and nothing behind it, so executables get that where such a
//     process can be recognized, on Linux; elsewhere they get the path too
//   - for an answer: who knows the request's id, if it was made here at random,
//     since only who got the event knows it. Clients lose the path here and there
//
// Everybody else gets 403, and changes nothing.

import (
	"context"
	"crypto/subtle"
	"net"
	"net/http"
	"net/netip"
	"sync/atomic"
)

// forCallers serves the sandbox alone.
func (s *sandbox) forCallers(h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if !s.admits(r) {
			s.turnAway(w)
			return
		}
		h(w, r)
	}
}

// forHolders serves who may answer the invocation that the path names.
func (s *sandbox) forHolders(h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		bare := r.PathValue("secret") == ""
		random, current := s.handles(r.PathValue("id"))
		switch {
		case !(bare && current && random) && !s.admits(r):
			s.turnAway(w)
		case !current:
			refuseID(w)
		default:
			h(w, r)
		}
	}
}

// handles reports whether id is that of the invocation under way, and whether
// it is one that cannot be guessed.
func (s *sandbox) handles(id string) (random, current bool) {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	if s.state != busy || !same(id, s.current.RequestID) {
		return false, false
	}
	return s.current.random, true
}

// admits reports whether a request is the sandbox's own.
func (s *sandbox) admits(r *http.Request) bool {
	if secret := r.PathValue("secret"); secret != "" {
		return same(secret, s.secret)
	}
	caller, ok := r.Context().Value(callerKey{}).(*caller)
	return ok && caller.isOf(s)
}

// same compares without telling by its time how much of it is right.
func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// turnAway refuses a request of a stranger, or of a runtime that has lost the
// path: the log says so once.
func (s *sandbox) turnAway(w http.ResponseWriter) {
	s.p.mu.Lock()
	first := !s.warned
	s.warned = true
	s.p.mu.Unlock()
	if first {
		s.p.options.Log.Warn("a call of the function's Runtime API was refused: it came from another process, "+
			"or its runtime does not keep the path that AWS_LAMBDA_RUNTIME_API has", "function", s.p.options.Name)
	}
	refuse(w, http.StatusForbidden, "Forbidden",
		"only the function itself may call: at http://$AWS_LAMBDA_RUNTIME_API, with its path")
}

// A caller is who made a connection. Requests of one connection come one after
// the other.
type caller struct {
	from, to netip.AddrPort
	known    bool // it was found to be of the sandbox
}

type callerKey struct{}

// withCaller is the ConnContext of a sandbox's server.
func withCaller(ctx context.Context, conn net.Conn) context.Context {
	c := &caller{from: addrPort(conn.RemoteAddr()), to: addrPort(conn.LocalAddr())}
	return context.WithValue(ctx, callerKey{}, c)
}

func addrPort(a net.Addr) netip.AddrPort {
	if tcp, ok := a.(*net.TCPAddr); ok {
		return tcp.AddrPort()
	}
	return netip.AddrPort{}
}

func (c *caller) isOf(s *sandbox) bool {
	if c.known {
		return true
	}
	socket := findSocket(c.from, c.to)
	if socket == "" {
		return false
	}
	s.p.mu.Lock()
	known := s.family.known
	s.p.mu.Unlock()
	// the process itself, mostly; else a child, as a script's curl is
	c.known = holds(known, socket) || holds(s.relatives(), socket)
	return c.known
}

// apiAddress is the function's AWS_LAMBDA_RUNTIME_API.
func (s *sandbox) apiAddress(listener net.Listener) string {
	address := listener.Addr().String()
	if s.p.options.provided() && s.p.recognizes(listener.Addr()) {
		return address
	}
	return address + "/" + s.secret
}

// recognizing is seesCallers until that has succeeded: it looks through all connections of
// the machine.
func recognizing() func(net.Addr) bool {
	var does atomic.Bool
	return func(listener net.Addr) bool {
		if !does.Load() {
			does.Store(seesCallers(listener))
		}
		return does.Load()
	}
}

// seesCallers tries whether the process at the other end of a connection can be
// found here, on one of our own.
func seesCallers(listener net.Addr) bool {
	conn, err := net.Dial(listener.Network(), listener.String())
	if err != nil {
		return false
	}
	defer conn.Close()
	socket := findSocket(addrPort(conn.LocalAddr()), addrPort(conn.RemoteAddr()))
	return socket != "" && holds(ourselves(), socket)
}
