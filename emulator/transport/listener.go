package transport

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"sync"
	"time"

	"github.com/mochi-mqtt/server/v2/listeners"
)

// A Listener accepts connections for the engine: it implements the engine's
// listeners.Listener. The engine calls Init, Serve and Close, each once.
type Listener struct {
	o      Options
	room   *Room
	tls    *tlsSide     // nil on the plain listeners
	web    *http.Server // nil where no HTTP may be spoken
	queue  chan net.Conn
	stall  time.Duration
	panics throttle
	said   throttle // of the HTTP server

	tcp       net.Listener
	establish listeners.EstablishFn
	context   context.Context // of HTTP requests; over when the listener closes
	cancel    context.CancelFunc
	work      sync.WaitGroup // the accept loop and everything it started

	emptied sync.Once // the reserve is let go

	mu     sync.Mutex
	closed bool
	early  map[net.Conn]struct{} // not yet with the engine
	conns  map[*Conn]struct{}    // with the engine
}

var _ listeners.Listener = (*Listener)(nil)

// New checks o. The address is opened by Init.
func New(o Options) (*Listener, error) {
	switch o.Name {
	case "mqtt", "http":
	case "mqtts", "https":
		if o.CA == nil {
			return nil, fmt.Errorf("listener %q: no CA", o.Name)
		}
	default:
		return nil, fmt.Errorf("listener %q: want mqtt, mqtts, https or http", o.Name)
	}
	o.setDefaults()
	l := &Listener{
		o:     o,
		room:  o.Room,
		stall: stallTime,
		early: map[net.Conn]struct{}{},
		conns: map[*Conn]struct{}{},
	}
	l.context, l.cancel = context.WithCancel(context.Background())
	if o.CA != nil {
		l.tls = newTLS(o)
	}
	if o.Name != "mqtt" { // mqtts too: a domain configuration may want HTTP there
		l.newWeb()
	}
	return l, nil
}

// ID is the listener's name.
func (l *Listener) ID() string { return l.o.Name }

// Protocol is the listener's name.
func (l *Listener) Protocol() string { return l.o.Name }

// Address is the real address after Init, the configured one before.
func (l *Listener) Address() string {
	if l.tcp != nil {
		return l.tcp.Addr().String()
	}
	return l.o.Address
}

// Init opens the address.
func (l *Listener) Init(log *slog.Logger) (err error) {
	if l.o.Log == nil {
		l.o.Log = log
	}
	if l.tcp, err = listen(l.o.Address); err == nil {
		l.room.reserve.open()
	}
	return err
}

// serve takes one connection from TCP to its end, or hands it to the HTTP
// server.
func (l *Listener) serve(p *place) {
	defer l.survive(p)
	if c := l.receive(p); c != nil {
		l.run(c)
	}
}

// receive makes of a connection one that speaks MQTT, unless it comes to nothing or
// is the HTTP server's. What it needs of the stack is free again while the engine waits.
func (l *Listener) receive(p *place) *Conn {
	if !l.track(p.tcp) {
		l.turnAway(p, p.tcp)
		return nil
	}
	facts := p.facts
	_ = p.tcp.SetDeadline(facts.ConnectedAt.Add(l.o.ConnectTimeout)) // [M-15]
	if l.tls != nil {                                                // there will be more of them
		own := *p.facts
		facts = &own
	}
	wire, domain, ok := l.open(p, facts)
	if !ok {
		l.turnAway(p, p.tcp)
		return nil
	}
	mqtt := l.speaksMQTT(facts, domain)
	prefix, ok := l.sniff(p, wire, facts, domain, mqtt)
	switch {
	case !ok:
		l.turnAway(p, wire)
	case mqtt:
		return newConn(p, wire, facts, prefix)
	default:
		l.enqueue(&httpConn{Conn: wire, place: p, facts: facts, domain: domain, ahead: prefix, listener: l})
	}
	return nil
}

// turnAway ends a connection that comes to nothing.
func (l *Listener) turnAway(p *place, wire net.Conn) {
	p.leaveTurn()
	l.untrack(p.tcp)
	_ = wire.Close()
	l.room.leave(p)
}

// run lets the engine have c, and sees it off.
func (l *Listener) run(c *Conn) {
	defer l.room.leave(c.place)
	defer c.Admitted()
	c.place.takeTurn()
	if !l.adopt(c) {
		_ = c.tcp.Close()
		return
	}
	c.place.engaged(c)
	err := l.callEngine(c)
	_ = c.Close()
	l.seeOff(c, err)
	c.Admitted()
	c.hangUp()
	l.mu.Lock()
	delete(l.conns, c)
	l.mu.Unlock()
	if errors.Is(c.Cause(), ErrSlowConsumer) {
		l.room.returnMemory()
	}
}

// seeOff tells of the end of c. A panic there must not keep others from its
// client id for ever.
func (l *Listener) seeOff(c *Conn, err error) {
	defer close(c.done)
	defer l.recovered()
	if errors.Is(c.Cause(), ErrSlowConsumer) && !errors.Is(c.Cause(), ErrMostWaiting) {
		l.room.Hit(BoundClient)
	}
	c.broker.Ended(c, err)
}

func (l *Listener) callEngine(c *Conn) (err error) {
	defer func() {
		if v := recover(); v != nil { // [M-1]
			err = &PanicError{Value: v, Stack: debug.Stack()}
			l.panicked("the reader of a packet", v)
		}
	}()
	return c.broker.Establish(l.o.Name, c)
}

// adopt moves a connection from the early ones to the engine's. No more of them
// once the listener is closed.
func (l *Listener) adopt(c *Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.early, c.tcp)
	if !l.closed {
		l.conns[c] = struct{}{}
	}
	return !l.closed
}

func (l *Listener) track(tcp net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.closed {
		l.early[tcp] = struct{}{}
	}
	return !l.closed
}

func (l *Listener) untrack(tcp net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.early, tcp)
}

func (l *Listener) closing() bool { return l.context.Err() != nil }

// Close stops accepting, lets the engine end its clients, ends everyone else,
// and returns when the last goroutine has ended. Closing again does nothing but
// wait.
func (l *Listener) Close(closeClients listeners.CloseFn) {
	l.cancel()
	if l.tcp != nil {
		_ = l.tcp.Close()
	}
	closeClients(l.o.Name)
	l.endAll()
	if l.web != nil {
		l.closeWeb()
	}
	l.work.Wait()
	if l.tcp != nil {
		l.emptied.Do(l.room.reserve.close)
	}
}

func (l *Listener) endAll() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	for tcp := range l.early {
		_ = tcp.Close()
	}
	for c := range l.conns {
		c.End(nil, ErrListenerClosed)
	}
}
