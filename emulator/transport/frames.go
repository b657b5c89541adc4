package transport

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

var errTextFrame = errors.New("client sent a WebSocket text frame, want binary")

// frames reads MQTT out of WebSocket frames.
type frames struct {
	c       *Conn
	ws      *websocket.Conn
	message io.Reader // nil between messages
	wireErr error     // how the wire ended; gorilla rewords it
}

// newFrames makes gorilla read the connection. Gorilla gives out a Conn only by
// an Upgrade of its own, so it gets a request it likes; its 101 goes nowhere,
// see [Conn.control].
func newFrames(c *Conn) *frames {
	f := &frames{c: c}
	request := &http.Request{Method: http.MethodGet, Header: http.Header{
		"Connection":            {"upgrade"},
		"Upgrade":               {"websocket"},
		"Sec-Websocket-Version": {"13"},
		"Sec-Websocket-Key":     {"AAAAAAAAAAAAAAAAAAAAAA=="},
	}}
	up := websocket.Upgrader{ReadBufferSize: 1024, WriteBufferPool: new(sync.Pool)}
	ws, err := up.Upgrade(hijacked{wire: frameWire{Conn: c.wire, f: f}}, request, nil)
	if err != nil {
		panic(err) // nothing in it depends on the client
	}
	f.ws = ws
	return f
}

// Read returns what the current frame has, and never waits for the next one
// when it has something.
func (f *frames) Read(p []byte) (int, error) {
	for {
		if f.message == nil {
			if err := f.next(); err != nil {
				return 0, err
			}
		}
		n, err := f.message.Read(p)
		if err == io.EOF {
			f.message, err = nil, nil
		}
		if n > 0 || err != nil {
			return n, f.ended(err)
		}
	}
}

func (f *frames) next() error {
	kind, message, err := f.ws.NextReader()
	if err != nil {
		return f.ended(err)
	}
	if kind != websocket.BinaryMessage {
		f.c.control(closeFrame(websocket.CloseUnsupportedData))
		f.c.listener.report(f.c.facts, brokenFrame(errTextFrame, websocket.CloseUnsupportedData))
		return errTextFrame
	}
	f.message = message
	return nil
}

// ended says in our words why gorilla stopped reading.
func (f *frames) ended(err error) error {
	var closed *websocket.CloseError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &closed) && closed.Code != websocket.CloseAbnormalClosure:
		return ErrClosedByPeerFrame
	case f.wireErr != nil:
		return f.wireErr
	}
	f.c.listener.report(f.c.facts, brokenFrame(err, websocket.CloseProtocolError))
	return err
}

// control takes a control frame gorilla has made: the newest pong goes out, a
// Close frame goes out last. What is left is gorilla's 101.
func (c *Conn) control(frame []byte) {
	const closing, pong = 0x88, 0x8a
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case frame[0] == pong && !c.closed:
		c.pong = slices.Clone(frame)
		c.wake()
	case frame[0] == closing && c.last == nil:
		c.last = slices.Clone(frame)
	}
}

// closeFrame is the frame that ends a WebSocket, nil for none.
func (c *Conn) closeFrame() []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.frames == nil || c.last == nil && c.farewell == NoCloseFrame:
		return nil
	case c.last != nil:
		return c.last
	}
	return closeFrame(c.farewell)
}

func closeFrame(code int) []byte {
	if code == EmptyCloseFrame {
		return []byte{0x88, 0}
	}
	return []byte{0x88, 2, byte(code >> 8), byte(code)}
}

// hijacked is the ResponseWriter of gorilla's Upgrade.
type hijacked struct {
	http.ResponseWriter
	wire net.Conn
}

func (h hijacked) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return h.wire, bufio.NewReadWriter(bufio.NewReaderSize(h.wire, 16), bufio.NewWriterSize(h.wire, 16)), nil
}

// frameWire is the net.Conn gorilla sees.
type frameWire struct {
	net.Conn
	f *frames
}

func (w frameWire) Read(p []byte) (int, error) {
	n, err := w.f.c.readWire(p)
	if err != nil {
		w.f.wireErr = err
	}
	return n, err
}

func (w frameWire) Write(p []byte) (int, error) {
	w.f.c.control(p)
	return len(p), nil
}

func (w frameWire) SetDeadline(time.Time) error      { return nil }
func (w frameWire) SetWriteDeadline(time.Time) error { return nil }
