package transport

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"log"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
)

const (
	idleTime  = 60 * time.Second // between requests of one connection
	graceTime = time.Second      // for requests that run while the listener closes
	headSlop  = 4 << 10          // bytes that net/http reads beyond MaxHeaderBytes
)

func (l *Listener) newWeb() {
	l.queue = make(chan net.Conn)
	l.web = &http.Server{
		Handler:           http.HandlerFunc(l.serveHTTP),
		ReadHeaderTimeout: l.o.ConnectTimeout,
		IdleTimeout:       idleTime,
		MaxHeaderBytes:    max(l.o.HeaderBytes-headSlop, 1),
		BaseContext:       func(net.Listener) context.Context { return l.context },
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			return context.WithValue(ctx, httpConnKey, c)
		},
		ConnState: l.webState,
		ErrorLog:  log.New(webLog{l}, "", 0),
	}
}

// enqueue hands a connection to the HTTP server. It counts as work until the
// server has closed it or given it back for a WebSocket.
func (l *Listener) enqueue(c *httpConn) {
	_ = c.SetDeadline(time.Time{})
	l.work.Add(1)
	select {
	case l.queue <- c:
	case <-l.context.Done():
		l.work.Done()
		l.turnAway(c.place, c)
	}
}

func (l *Listener) webState(conn net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew: // from here on the server knows it
		l.untrack(conn.(*httpConn).place.tcp)
	case http.StateIdle:
		conn.(*httpConn).nextRequest()
	case http.StateClosed:
		l.room.leave(conn.(*httpConn).place)
		l.work.Done()
	case http.StateHijacked:
		l.work.Done()
	}
}

func (l *Listener) closeWeb() {
	ctx, cancel := context.WithTimeout(context.Background(), graceTime)
	defer cancel()
	if l.web.Shutdown(ctx) != nil {
		_ = l.web.Close()
	}
}

// inbox is the net.Listener the HTTP server accepts from.
type inbox struct{ l *Listener }

func (i inbox) Accept() (net.Conn, error) {
	select {
	case c := <-i.l.queue:
		return c, nil
	case <-i.l.context.Done():
		return nil, net.ErrClosed
	}
}
func (i inbox) Close() error   { return nil }
func (i inbox) Addr() net.Addr { return i.l.tcp.Addr() }

// webLog takes what the HTTP server says.
type webLog struct{ l *Listener }

func (w webLog) Write(p []byte) (int, error) {
	if silent, due := w.l.said.due(time.Now()); due {
		w.l.o.Log.Error(strings.TrimSpace(string(p)), "listener", w.l.o.Name, "notLogged", silent)
	}
	return len(p), nil
}

// dispatch tells upgrades from requests.
func (l *Listener) dispatch(w http.ResponseWriter, r *http.Request) {
	conn := r.Context().Value(httpConnKey).(*httpConn)
	conn.taken.Store(true)
	facts := conn.factsOf(r)
	r = r.WithContext(context.WithValue(r.Context(), factsKey, facts))
	if !l.o.Admit(w, r) {
		return
	}
	upgrade := r.Method == http.MethodGet && websocket.IsWebSocketUpgrade(r)
	if refusal := l.refuseProtocol(facts, conn.domain, upgrade); refusal != nil {
		refusal.ServeHTTP(w, r)
		return
	}
	if upgrade {
		l.upgrade(w, r, conn, facts)
		return
	}
	l.o.Handler.ServeHTTP(w, r)
}

// ConnStore is where a handler keeps what counts for all requests of one
// connection; it ends with the connection. ctx is that of a request a Listener
// gave to Options.Handler.
func ConnStore(ctx context.Context) *sync.Map {
	return &ctx.Value(httpConnKey).(*httpConn).store
}

// An httpConn feeds net/http and keeps what net/http loses: the header as it
// was sent. For that it never returns bytes of two requests in one
// Read, unless a chunked body hides where the first one ends.
type httpConn struct {
	net.Conn
	place    *place
	facts    *Facts
	domain   Domain // by SNI
	listener *Listener
	ahead    []byte // read from the wire, not yet by net/http

	head   []byte // of the request being read, so far
	body   int64  // bytes until the next head; -1: not known
	served bool   // a request has ended
	atWork bool   // one has come to the end of its head, and not ended
	begun  bool   // of a later one some has come
	store  sync.Map
	last   atomic.Pointer[rawHead]
	taken  atomic.Bool // the request has come to serveHTTP

	refused atomic.Bool // by net/http, which reads no more
}

func (c *httpConn) Read(p []byte) (int, error) {
	if c.body > 0 {
		p = p[:min(int64(len(p)), c.body)]
	}
	n, err := c.fill(p)
	if len(c.head) > 0 && errors.Is(err, os.ErrDeadlineExceeded) {
		c.listener.report(c.facts, halfRequest)
		c.place.room.Hit(BoundTime)
	}
	switch {
	case c.body > 0:
		c.body -= int64(n)
	case c.body == 0:
		n = c.readHead(p[:n])
	}
	return n, err
}

func (c *httpConn) fill(p []byte) (int, error) {
	if len(c.ahead) == 0 {
		return c.Conn.Read(p)
	}
	n := copy(p, c.ahead)
	if c.ahead = c.ahead[n:]; len(c.ahead) == 0 {
		c.ahead = nil
	}
	return n, nil
}

// readHead adds p to the head, and returns how much of p belongs to it. What
// follows the head is kept for later.
func (c *httpConn) readHead(p []byte) int {
	before := len(c.head)
	c.head = append(c.head, p...)
	end := headEnd(c.head, before)
	if end < 0 {
		if len(c.head) > 0 && c.served && !c.atWork && !c.begun { // net/http reads a byte ahead while it answers
			c.begun = true
			c.place.begun()
		}
		return len(p)
	}
	c.place.arrived()
	c.atWork, c.begun = true, false
	raw := parseHead(c.head[:end])
	c.last.Store(&raw)
	c.head, c.body = nil, raw.body
	n := end - before
	c.ahead = append(bytes.Clone(p[n:]), c.ahead...)
	return n
}

// nextRequest is called between two requests.
func (c *httpConn) nextRequest() {
	c.last.Store(nil)
	c.body = 0
	c.served = true
	c.taken.Store(false)
	c.atWork = false
	c.place.answered()
}

// Write gives up on a client that takes nothing. What is written about a request
// that serveHTTP has not seen is net/http's refusal of it.
func (c *httpConn) Write(p []byte) (int, error) {
	if status, ok := refusal(p); ok && !c.taken.Load() && !c.place.gone() {
		c.refused.Store(true)
		head := c.last.Load()
		answer, id := unreadable(status, head)
		problem := c.listener.badRequest(status, head)
		problem.RequestID = id
		c.listener.report(c.facts, problem)
		_ = c.Conn.SetWriteDeadline(time.Now().Add(c.listener.stall))
		if _, err := c.Conn.Write(answer); err != nil {
			return 0, err
		}
		return len(p), nil
	}
	_ = c.Conn.SetWriteDeadline(time.Now().Add(c.listener.stall))
	return c.Conn.Write(reorder(p))
}

// Close lets a client read net/http's refusal before the end: a socket closed with
// unread bytes would be reset, and take the answer with it.
func (c *httpConn) Close() error {
	if !c.refused.Load() || c.listener.closing() {
		return c.Conn.Close()
	}
	if t, ok := c.Conn.(*tls.Conn); ok {
		_ = t.CloseWrite()
	}
	if c.place.tcp.CloseWrite() == nil {
		discard(c.place.tcp, lingerTime)
	}
	return c.Conn.Close()
}

// SetReadDeadline lets net/http have no more time for the first head than is left
// since the connection came.
func (c *httpConn) SetReadDeadline(t time.Time) error {
	by := c.facts.ConnectedAt.Add(c.listener.o.ConnectTimeout)
	if !c.served && !c.atWork && by.Before(t) {
		t = by
	}
	return c.Conn.SetReadDeadline(t)
}

// factsOf returns the connection's facts with those of the request.
func (c *httpConn) factsOf(r *http.Request) *Facts {
	f := *c.facts
	f.HTTP = &HTTP{
		Method:     r.Method,
		Path:       r.URL.EscapedPath(),
		RawQuery:   r.URL.RawQuery,
		Host:       r.Host,
		Header:     c.headerOf(r),
		ReceivedAt: time.Now(),
	}
	return &f
}

// headerOf prefers the header as received. Where that is not to be had, after
// a chunked request whose successor came in one packet with it, it is
// net/http's, sorted.
func (c *httpConn) headerOf(r *http.Request) []Field {
	raw := c.last.Load()
	if raw != nil && strings.HasPrefix(raw.request, r.Method+" "+r.RequestURI+" ") {
		return raw.fields
	}
	fields := []Field{{"Host", r.Host}}
	for name, values := range r.Header {
		for _, v := range values {
			fields = append(fields, Field{name, v})
		}
	}
	slices.SortStableFunc(fields, func(a, b Field) int { return strings.Compare(a.Name, b.Name) })
	return fields
}
