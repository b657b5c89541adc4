package transport

import (
	"io"
	"net"
	"time"
)

const (
	stallTime  = 30 * time.Second       // a write without progress for so long ends the connection
	drainTime  = 2 * time.Second        // for the last bytes and the good-bye
	lingerTime = 500 * time.Millisecond // for the peer's own end
	pieceSize  = 64 << 10               // bytes; progress is measured in these
)

// Write queues p and does not wait for the client [M-3]. It fails once the
// connection ends, and ends it with ErrSlowConsumer when p does not fit in
// Options.MaxBuffered. Each Write goes out whole. When too much waits for all
// connections together, it makes room before it returns; see [Room].
func (c *Conn) Write(p []byte) (int, error) {
	grown, err := c.write(p)
	if err != nil {
		return 0, err
	}
	if grown {
		c.place.room.relieve()
	}
	return len(p), nil
}

// write is Write that tells whether more memory was taken.
func (c *Conn) write(p []byte) (grown bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		if c.cause != nil {
			return false, c.cause
		}
		return false, net.ErrClosed
	}
	n := c.onWire(p)
	if !c.backlog.fits(n) {
		size, _ := c.nextSize(n)
		if int(c.held.Load())+size > c.listener.o.MaxBuffered {
			c.giveUp(ErrSlowConsumer)
			return false, ErrSlowConsumer
		}
		grown = true
	}
	c.push(p, n)
	return grown, nil
}

// nextSize is that of the chunk to begin for n bytes, and its pool.
func (c *Conn) nextSize(n int) (size, pool int) {
	expected := c.sending // as much again while that goes out
	if last := c.backlog.last; last != nil {
		expected = 2 * cap(last.b)
	}
	return sizeFor(max(n, min(expected, mostSize)))
}

// push appends p, which is n bytes on the wire, and sees to it that a flusher runs.
// c.mu is held.
func (c *Conn) push(p []byte, n int) {
	if c.broken {
		return
	}
	if !c.backlog.fits(n) {
		c.backlog.append(c.take(c.nextSize(n)))
	}
	last := c.backlog.last
	last.b = c.appendOnWire(last.b, p)
	c.wake()
}

func (c *Conn) wake() {
	if !c.flushing && !c.broken {
		c.flushing = true
		c.progressed(time.Now())
		go c.flush()
	}
}

// flush sends until nothing is left. Whatever was written meanwhile goes out
// together.
func (c *Conn) flush() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for !c.backlog.empty() || c.pong != nil {
		c.awaitOut()
		pong := c.pong
		c.pong, c.sending = nil, c.backlog.size()
		c.depart()
		c.mu.Unlock()
		err := c.sendAll(pong)
		if err == nil {
			err = c.sendDeparting()
		}
		c.mu.Lock()
		if err != nil {
			c.fail(err)
			break
		}
	}
	c.flushing, c.sending = false, 0
	if c.flushed != nil {
		close(c.flushed)
		c.flushed = nil
	}
}

// fail gives up sending. c.mu is held.
func (c *Conn) fail(err error) {
	if e, ok := err.(net.Error); ok && e.Timeout() {
		err = ErrStalled
	}
	c.broken = true
	c.drop()
	c.end(nil, err)
}

// giveUp ends a connection that is not worth its memory; Broker.Ended may
// still add the last bytes. c.mu is held.
func (c *Conn) giveUp(cause error) {
	if c.cause == nil {
		c.cause = cause
	}
	c.close()
}

// depart leaves all that waits to the flusher, which then does without c.mu:
// whoever writes much would keep it waiting. c.mu is held.
func (c *Conn) depart() {
	c.sendMu.Lock()
	defer c.sendMu.Unlock()
	c.departing, c.backlog = c.backlog, backlog{}
}

// sendDeparting sends what depart left, or what drop left of it.
func (c *Conn) sendDeparting() error {
	var room [6]*chunk
	for {
		c.sendMu.Lock()
		out := c.departing.popBatch(room[:0])
		c.sendMu.Unlock()
		if len(out) == 0 {
			return nil
		}
		err := c.send(out)
		for _, chunk := range out {
			c.giveBack(chunk)
		}
		if err != nil {
			return err
		}
	}
}

// send sends chunks, of which there is one at least, in one write.
func (c *Conn) send(out []*chunk) error {
	if len(out) == 1 {
		return c.sendAll(out[0].b)
	}
	n, together := 0, make(net.Buffers, len(out))
	for i, chunk := range out {
		together[i] = chunk.b
		n += len(together[i])
	}
	c.allow(time.Now())
	_, err := together.WriteTo(c.wire)
	c.slowDown(&c.outbound, n)
	return err
}

// allow gives the client its time for what is sent next.
func (c *Conn) allow(now time.Time) {
	c.progressed(now)
	_ = c.wire.SetWriteDeadline(now.Add(c.listener.stall))
}

// sendAll writes b piece by piece, each within stallTime.
func (c *Conn) sendAll(b []byte) error {
	for len(b) > 0 {
		n := min(len(b), pieceSize)
		c.allow(time.Now())
		if _, err := c.wire.Write(b[:n]); err != nil {
			return err
		}
		c.slowDown(&c.outbound, n)
		b = b[n:]
	}
	return nil
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
	stepBehind()
}
