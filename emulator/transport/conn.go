package transport

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// What ends a connection, besides the causes given to [Conn.End] and the read
// errors of package net (io.EOF, os.ErrDeadlineExceeded, …).
var (
	// ErrSlowConsumer: what waited to be sent was more than Options.MaxBuffered.
	ErrSlowConsumer = errors.New("slow consumer: the client does not read what it is sent")
	// ErrStalled is an ErrSlowConsumer: nothing could be sent for 30 seconds.
	ErrStalled = fmt.Errorf("%w, nothing for %v", ErrSlowConsumer, stallTime)
	// ErrMostWaiting is an ErrSlowConsumer: when more than Bounds.BufferedBytes
	// waited for all connections together, most of it was for this one.
	ErrMostWaiting = fmt.Errorf("%w, and most waited for it", ErrSlowConsumer)
	// ErrClosedByPeerFrame: the client sent a WebSocket Close frame; it ended
	// the connection itself, there is no will [A-48, B-442].
	ErrClosedByPeerFrame = errors.New("client sent a WebSocket close frame")
	// ErrConnectTimeout: no complete CONNECT within Options.ConnectTimeout.
	ErrConnectTimeout = errors.New("no CONNECT in time")
	// ErrFirstTooLarge: the first packet is larger than Options.MaxFirstPacket.
	ErrFirstTooLarge = errors.New("the first packet is too large")
	// ErrListenerClosed: the listener was closed.
	ErrListenerClosed = errors.New("listener closed")

	// errMadeRoom: it was half-open, and another came; there is a Problem.
	errMadeRoom = errors.New("made room for another connection")
)

// A PanicError is how a panic of the engine reaches Broker.Ended [M-1].
type PanicError struct {
	Value any
	Stack []byte
}

func (e *PanicError) Error() string { return fmt.Sprintf("engine panicked: %v", e.Value) }

// A Conn is the net.Conn the engine reads and writes: MQTT bytes, whatever
// carries them. Write, End, Close and the deadlines may be called from any
// goroutine, Read from one.
type Conn struct {
	// Value is the owner's state. Only the connection's goroutine and
	// Broker.Ended touch it.
	Value any

	listener *Listener
	broker   Broker
	place    *place
	facts    *Facts
	tcp      *net.TCPConn
	wire     net.Conn  // tcp, or TLS on it
	prefix   []byte    // read by the sniffer or ReadEarly, not yet by the engine
	early    bool      // see Early
	frames   *frames   // nil without WebSocket
	reader   io.Reader // what the engine reads: inward, or Broker.Reader on it
	first    [16]byte  // what came first
	newest   byte      // see Last
	reads    uint32    // see Reads
	firstLen int       // bytes of first
	done     chan struct{}
	waiting  atomic.Bool           // its reader, for what the client sends
	inbound  pace                  // touched by the reader alone
	outbound pace                  // touched by the flusher alone
	held     atomic.Int64          // bytes of its chunks, the one on its way included
	progress atomic.Int64          // when it last took something, in Unix nanoseconds
	cut      atomic.Bool           // it was ended for ErrMostWaiting
	stall    atomic.Pointer[stall] // nil: nothing was ever held back

	sendMu    sync.Mutex // taken after mu
	departing backlog    // what the flusher has taken over

	mu       sync.Mutex
	cause    error
	closed   bool          // Write refuses, Read is unblocked
	ended    bool          // End has had its say
	armed    bool          // the engine has set its own deadline
	broken   bool          // nothing can be sent any more
	flushing bool          // the flusher runs
	flushed  chan struct{} // not nil: closed when the flusher ends
	backlog  backlog       // empty while there is nothing to send
	sending  int           // bytes that the flusher sends just now
	pong     []byte        // newest pong frame to send
	last     []byte        // Close frame gorilla wants sent at the end
	farewell int           // see SetCloseFrame
	deadline time.Time     // of reads, as the engine set it
}

var _ net.Conn = (*Conn)(nil)

func newConn(p *place, wire net.Conn, facts *Facts, prefix []byte) *Conn {
	c := &Conn{
		listener: p.listener, place: p, facts: facts, tcp: p.tcp, wire: wire, prefix: prefix,
		done: make(chan struct{}),
	}
	c.broker = p.listener.broker(facts)
	c.reader = c.broker.Reader(inward{c})
	return c
}

// Arrived tells that the CONNECT is complete: from now on the connection is not
// half-open any more, however long it takes to judge it.
func (c *Conn) Arrived() { c.place.arrived() }

// Facts tells where the connection comes from.
func (c *Conn) Facts() *Facts { return c.facts }

// Read returns what the client sent, as Broker.Reader passes it on, without waiting
// for more than there is of that.
// After End it fails with the cause given there.
func (c *Conn) Read(p []byte) (int, error) {
	n, err := c.reader.Read(p)
	if n > 0 {
		c.newest = p[n-1]
	}
	if err != nil {
		err = c.readFailed(err)
	}
	return n, err
}

// inward is what the client sent, as it comes.
type inward struct{ c *Conn }

func (i inward) Read(p []byte) (int, error) {
	n, err := i.c.read(p)
	i.c.reads++
	i.c.slowDown(&i.c.inbound, n)
	if i.c.firstLen < len(i.c.first) {
		i.c.firstLen += copy(i.c.first[i.c.firstLen:], p[:n])
		switch size := i.c.firstSize(); {
		case size > i.c.listener.o.MaxFirstPacket:
			return 0, ErrFirstTooLarge
		case size > bulky:
			i.c.place.announced()
		}
	}
	return n, err
}

// Reader is what Broker.Reader made for this connection. For the connection's
// goroutine.
func (c *Conn) Reader() io.Reader { return c.reader }

// First is the beginning of what came, read by the engine or not, at most 16 bytes:
// enough of a CONNECT to know its protocol level. For the connection's goroutine
// and Broker.Ended.
func (c *Conn) First() []byte { return c.first[:c.firstLen] }

// Reads is how often the client has been read from, whatever came: what was read
// together came at one time. For the connection's goroutine.
func (c *Conn) Reads() uint32 { return c.reads }

// Last is the newest byte that was read. For the connection's goroutine and
// Broker.Ended.
func (c *Conn) Last() byte { return c.newest }

func (c *Conn) read(p []byte) (int, error) {
	if c.frames != nil {
		return c.frames.Read(p)
	}
	return c.readWire(p)
}

// passingReads is how often who only comes and goes is read from at most: CONNECT, a
// message or two, DISCONNECT.
const passingReads = 3

func (c *Conn) readWire(p []byte) (int, error) {
	if len(c.prefix) == 0 {
		c.early = false
		had := c.place.leaveTurn()
		c.waiting.Store(true)
		n, err := c.wire.Read(p)
		if late := c.awaitIn(); late != nil {
			n, err = 0, late
		}
		c.waiting.Store(false)
		switch {
		case had:
			c.place.takeTurn()
		case c.reads >= passingReads:
			c.place.room.turns.heard.Add(1)
		}
		return n, err
	}
	n := copy(p, c.prefix)
	if c.prefix = c.prefix[n:]; len(c.prefix) == 0 {
		c.prefix = nil // let the sniffer's buffer go
	}
	return n, nil
}

// readFailed notes why reading ended, if nothing else ended it before.
func (c *Conn) readFailed(err error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.closed && c.cause != nil:
		return c.cause
	case c.closed:
		return net.ErrClosed
	case errors.Is(err, os.ErrDeadlineExceeded) && !c.armed:
		err = ErrConnectTimeout // [M-15]
		c.place.room.Hit(BoundTime)
	}
	if c.cause == nil {
		c.cause = err
	}
	return err
}

// Close says that the engine is done: Read is unblocked, writes fail from now
// on. What was written before still goes out, and Broker.Ended may still add
// the last bytes with End. Never fails.
func (c *Conn) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.close()
	return nil
}

func (c *Conn) close() {
	if c.closed {
		return
	}
	c.closed = true
	c.endStall()
	_ = c.wire.SetReadDeadline(time.Unix(1, 0))
}

// End ends the connection for cause: last goes out after what is buffered,
// whatever the bound; writes fail and Read returns cause from now on. The first
// End wins. It does not wait; see Done.
func (c *Conn) End(last []byte, cause error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.end(last, cause)
}

func (c *Conn) end(last []byte, cause error) {
	if c.ended {
		return
	}
	c.ended = true
	if c.cause == nil {
		c.cause = cause
	}
	if len(last) > 0 {
		c.push(last, c.onWire(last))
	}
	c.close()
}

// Cause is the first thing that went wrong: the cause given to End,
// ErrClosedByPeerFrame, or the read error. Nil if the engine ended the
// connection, or nothing has.
func (c *Conn) Cause() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.cause
}

// Done is closed when the engine has finished with the connection and
// Broker.Ended has returned. The last bytes may still be on their way.
func (c *Conn) Done() <-chan struct{} { return c.done }

// What SetCloseFrame accepts besides the status codes of RFC 6455.
const (
	EmptyCloseFrame = 0  // a Close frame without a status code
	NoCloseFrame    = -1 // none, TCP just ends
)

// SetCloseFrame chooses the Close frame that ends a WebSocket: a status code,
// EmptyCloseFrame or NoCloseFrame. The default is EmptyCloseFrame, what a 3.1.1
// client gets that is refused; under MQTT 5 a refusal has CONNACK 0x87 and
// NoCloseFrame [A-158, B-403]. A Close frame of the client is answered, and a
// framing error has its own code, whatever is chosen here. No effect without
// WebSocket.
func (c *Conn) SetCloseFrame(code int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.farewell = code
}

// SetDeadline bounds reads. The client's keep alive must not end a connection
// because the client is slow to take what it is sent [M-3].
func (c *Conn) SetDeadline(t time.Time) error { return c.SetReadDeadline(t) }

// SetReadDeadline bounds reads. It has no effect once the connection ends.
func (c *Conn) SetReadDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return net.ErrClosed
	}
	c.armed, c.deadline = true, t
	return c.wire.SetReadDeadline(t)
}

// SetWriteDeadline has no effect: Write never waits.
func (c *Conn) SetWriteDeadline(time.Time) error { return nil }

// LocalAddr is the address the client connected to.
func (c *Conn) LocalAddr() net.Addr { return c.tcp.LocalAddr() }

// RemoteAddr is the client's address.
func (c *Conn) RemoteAddr() net.Addr { return c.tcp.RemoteAddr() }

// hangUp sends what is left and closes, within drainTime. The peer sees
// everything, then close_notify, then the end of TCP: a socket closed with
// unread bytes would be reset and take our last packet with it [M-10].
func (c *Conn) hangUp() {
	defer c.tcp.Close()
	c.End(nil, nil) // too late for any other
	if c.isOver() {
		return
	}
	timer := time.AfterFunc(drainTime, func() { _ = c.tcp.Close() })
	defer timer.Stop()
	if !c.awaitFlush() {
		return
	}
	if frame := c.closeFrame(); frame != nil {
		_, _ = c.wire.Write(frame)
	}
	if t, ok := c.wire.(*tls.Conn); ok {
		_ = t.CloseWrite()
	}
	if c.tcp.CloseWrite() != nil || c.listener.closing() {
		return
	}
	discard(c.tcp, lingerTime)
}

// isOver reports whether nothing is left to be sent, nor to come: the client has ended
// TCP and all of it has been read, as with nearly every client that has sent DISCONNECT.
func (c *Conn) isOver() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.wire == net.Conn(c.tcp) && c.frames == nil && !c.flushing && lookAhead(c.tcp) == itsEnd
}
