package transport

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"runtime/debug"
	"sync"
	"time"
)

// Panics
//
//   - one ends its connection or its request, and disturbs nobody else [M-1]
//   - it is logged with its stack, once a second at most; the others are counted
//   - a request that has no answer yet gets 500

// A throttle lets one thing a second be logged.
type throttle struct {
	mu     sync.Mutex
	next   time.Time // when the next one may be
	silent int       // not logged since
}

// due reports whether something may be logged, and how many before were not.
func (t *throttle) due(now time.Time) (silent int, due bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if now.Before(t.next) {
		t.silent++
		return 0, false
	}
	silent, t.silent, t.next = t.silent, 0, now.Add(time.Second)
	return silent, true
}

func (l *Listener) panicked(where string, v any) {
	if silent, due := l.panics.due(time.Now()); due {
		l.o.Log.Error("panic in "+where, "listener", l.o.Name, "panic", fmt.Sprint(v), "notLogged", silent,
			"stack", string(debug.Stack()))
	}
}

// recovered is deferred by who tells of the end of a connection: a panic ends
// there.
func (l *Listener) recovered() {
	if v := recover(); v != nil {
		l.panicked("the end of a connection", v)
	}
}

// survive is deferred by the goroutine of a connection: a panic ends that alone.
func (l *Listener) survive(p *place) {
	if v := recover(); v != nil {
		l.panicked("a connection", v)
		l.turnAway(p, p.tcp)
	}
}

// serveHTTP answers a request. If that panics before the answer has begun, the
// client gets 500; later the connection is cut off.
func (l *Listener) serveHTTP(w http.ResponseWriter, r *http.Request) {
	a := &answering{ResponseWriter: w}
	defer func() {
		v := recover()
		switch {
		case v == nil:
			return
		case v == http.ErrAbortHandler:
		default:
			l.panicked("the handler of an HTTP request", v)
			if !a.begun {
				clear(w.Header())
				(&Answer{http.StatusInternalServerError, "InternalFailureException", "Internal failure"}).ServeHTTP(w, r)
				return
			}
		}
		panic(http.ErrAbortHandler)
	}()
	l.dispatch(a, r)
}

// answering knows whether an answer has begun.
type answering struct {
	http.ResponseWriter
	begun bool
}

func (a *answering) WriteHeader(status int) {
	a.begun = a.begun || status >= 200
	a.ResponseWriter.WriteHeader(status)
}

func (a *answering) Write(p []byte) (int, error) {
	a.begun = true
	return a.ResponseWriter.Write(p)
}

// Flush makes it an http.Flusher, as net/http's own is.
func (a *answering) Flush() {
	a.begun = true
	_ = http.NewResponseController(a.ResponseWriter).Flush()
}

// Hijack makes it an http.Hijacker, as net/http's own is.
func (a *answering) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	a.begun = true
	return http.NewResponseController(a.ResponseWriter).Hijack()
}

// Unwrap is for http.ResponseController.
func (a *answering) Unwrap() http.ResponseWriter { return a.ResponseWriter }
