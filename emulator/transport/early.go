package transport

import (
	"net"
	"time"
)

// What came too early
//
//   - who does not wait for the CONNACK has sent something that is there before it
//     goes out, in the same read as the CONNECT or later [B-608]
//   - so what is there then is read, as far as it goes without waiting; Read passes it
//     on first, and until it asks the wire for more, all that it passes on came early
//   - who waits is never taken for one of these: nothing of what is read then can be an
//     answer to a CONNACK that has not been written

const (
	earlyBytes = 4 << 10               // are read at most; behind them nothing is known to be early
	earlyTime  = 20 * time.Millisecond // for the rest of a TLS record that has begun to come
)

// ReadEarly reads what the client has sent so far, before the CONNACK is written. For
// the connection's goroutine, which sets a deadline before it reads again.
func (c *Conn) ReadEarly() {
	c.early = true
	if c.wire == net.Conn(c.tcp) && lookAhead(c.tcp) != someBytes {
		return // as with nearly every client
	}
	until := time.Now().Add(earlyTime)
	var b []byte
	for len(b) < earlyBytes && c.setReadDeadline(until) {
		if lookAhead(c.tcp) != someBytes {
			if c.wire == net.Conn(c.tcp) {
				break
			}
			c.setReadDeadline(time.Unix(1, 0)) // TLS may have read more than one record
		}
		if cap(b) == 0 {
			b = make([]byte, 0, earlyBytes)
		}
		n, err := c.wire.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		if err != nil || n == 0 {
			break // if it is the end, Read will see it
		}
	}
	c.setReadDeadline(time.Time{})
	if len(b) > 0 {
		c.prefix = append(c.prefix, b...)
	}
}

// unread is what there is of a connection that nobody has read.
type unread int

const (
	nothing   unread = iota // yet; or it is not known
	someBytes               // and its end behind them, perhaps
	itsEnd                  // alone: the peer has ended TCP
)

// Early reports whether all that has been read had come before the CONNACK was
// written: so what is read from it did not wait for that. For the connection's
// goroutine.
func (c *Conn) Early() bool { return c.early }

// setReadDeadline bounds reads of the wire, unless they have been ended for good.
func (c *Conn) setReadDeadline(t time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.closed && c.wire.SetReadDeadline(t) == nil
}
