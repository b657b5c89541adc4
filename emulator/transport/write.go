package transport

import (
	"encoding/binary"
	"io"
	"net"
	"time"
)

const (
	stallTime  = 30 * time.Second       // a write without progress for so long ends the connection
	drainTime  = 2 * time.Second        // for the last bytes and the good-bye
	lingerTime = 500 * time.Millisecond // for the peer's own end
	chunkSize  = 64 << 10               // bytes; progress is measured in these
	frameHead  = 10                     // room before the payload for a WebSocket frame header
	keepBuffer = 256 << 10              // bytes; larger buffers are not reused
)

// outgoing is what waits to be sent: frameHead bytes of room, then MQTT. It
// comes from a pool, so that an idle connection holds no buffer.
type outgoing struct{ b []byte }

func newOutgoing() any { return &outgoing{b: make([]byte, frameHead, 2048)} }

// Write queues p and never blocks [M-3]. It fails once the connection ends, and
// ends it with ErrSlowConsumer when p does not fit in Options.MaxBuffered.
// Each Write goes out whole.
func (c *Conn) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		if c.cause != nil {
			return 0, c.cause
		}
		return 0, net.ErrClosed
	}
	if c.queued+len(p) > c.listener.o.MaxBuffered {
		c.end(nil, ErrSlowConsumer)
		return 0, ErrSlowConsumer
	}
	c.push(p)
	return len(p), nil
}

// push appends p and sees to it that a flusher runs. c.mu is held.
func (c *Conn) push(p []byte) {
	if c.out == nil {
		c.out = c.listener.buffers.Get().(*outgoing)
	}
	c.out.b = append(c.out.b, p...)
	c.queued += len(p)
	c.wake()
}

func (c *Conn) wake() {
	if !c.flushing && !c.broken {
		c.flushing = true
		go c.flush()
	}
}

// flush sends until nothing is left. Whatever was written meanwhile goes out
// together.
func (c *Conn) flush() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.out != nil || c.pong != nil {
		out, pong := c.out, c.pong
		c.out, c.pong = nil, nil
		c.mu.Unlock()
		sent, err := c.send(out, pong)
		c.mu.Lock()
		c.queued -= sent
		if err != nil {
			c.fail(err)
			break
		}
	}
	c.flushing = false
	if c.flushed != nil {
		close(c.flushed)
		c.flushed = nil
	}
}

// fail gives up sending. c.mu is held.
func (c *Conn) fail(err error) {
	if e, ok := err.(net.Error); ok && e.Timeout() {
		err = ErrSlowConsumer
	}
	c.broken = true
	c.out, c.pong = nil, nil
	c.end(nil, err)
}

// send returns how many bytes of MQTT were disposed of.
func (c *Conn) send(out *outgoing, pong []byte) (int, error) {
	if err := c.sendAll(pong); err != nil || out == nil {
		return 0, err
	}
	n := len(out.b) - frameHead
	b := out.b[frameHead:]
	if c.frames != nil {
		b = framed(out.b)
	}
	err := c.sendAll(b)
	if cap(out.b) <= keepBuffer {
		out.b = out.b[:frameHead]
		c.listener.buffers.Put(out)
	}
	return n, err
}

// sendAll writes b piece by piece, each within stallTime.
func (c *Conn) sendAll(b []byte) error {
	for len(b) > 0 {
		n := min(len(b), chunkSize)
		_ = c.wire.SetWriteDeadline(time.Now().Add(c.listener.stall))
		if _, err := c.wire.Write(b[:n]); err != nil {
			return err
		}
		c.slowDown(&c.outbound, n)
		b = b[n:]
	}
	return nil
}

// framed turns room and payload into one final binary frame, in place.
func framed(b []byte) []byte {
	const finalBinary = 0x82
	switch n := len(b) - frameHead; {
	case n < 126:
		b = b[frameHead-2:]
		b[1] = byte(n)
	case n < 1<<16:
		b = b[frameHead-4:]
		b[1] = 126
		binary.BigEndian.PutUint16(b[2:], uint16(n))
	default:
		b[1] = 127
		binary.BigEndian.PutUint64(b[2:], uint64(n))
	}
	b[0] = finalBinary
	return b
}

// awaitFlush waits until everything is sent and tells whether it was.
func (c *Conn) awaitFlush() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.flushing {
		flushed := make(chan struct{})
		c.flushed = flushed
		c.mu.Unlock()
		<-flushed
		c.mu.Lock()
	}
	return !c.broken
}

// discard reads what the peer still sends, until it ends or the time is over.
func discard(conn net.Conn, d time.Duration) {
	_ = conn.SetReadDeadline(time.Now().Add(d))
	_, _ = io.Copy(io.Discard, conn)
}
