package load

import (
	"encoding/binary"
	"fmt"
)

// A handler is told what a client receives; what is nil is not told.
type handler struct {
	each  func(payload []byte)    // for every PUBLISH
	done  func(n int)             // after every read: so many PUBLISHes
	acked func(n, refused int)    // after every read: so many answers, and those that refuse
	seen  struct{ n, a, ref int } // of this read
	acks  []byte
}

// receive reads until an error.
func (c *client) receive(h handler) error {
	for {
		h.seen.n, h.seen.a, h.seen.ref = 0, 0, 0
		h.acks = h.acks[:0]
		for {
			b := c.buf[c.r:c.w]
			whole, body := next(b)
			if whole == 0 {
				break
			}
			c.r += whole
			if err := h.packet(b[:whole], body, c.run.version == 5); err != nil {
				return err
			}
		}
		if len(h.acks) > 0 {
			if _, err := c.Write(h.acks); err != nil {
				return err
			}
		}
		if h.seen.n > 0 && h.done != nil {
			h.done(h.seen.n)
		}
		if h.seen.a > 0 && h.acked != nil {
			h.acked(h.seen.a, h.seen.ref)
		}
		if err := c.fill(); err != nil {
			return err
		}
	}
}

// packet takes one packet, whose body begins at body.
func (h *handler) packet(b []byte, body int, v5 bool) error {
	switch b[0] & 0xf0 {
	case typePublish:
		h.publish(b, body, v5)
	case typePuback:
		h.seen.a++
		if len(b)-body > 2 && b[body+2] >= 0x80 {
			h.seen.ref++
		}
	case typeSuback:
		h.seen.a++
		if b[len(b)-1] >= 0x80 {
			h.seen.ref++
		}
	case typeDisconnect:
		return fmt.Errorf("DISCONNECT % x", b)
	}
	return nil
}

func (h *handler) publish(b []byte, body int, v5 bool) {
	h.seen.n++
	at := body + 2 + int(binary.BigEndian.Uint16(b[body:]))
	if b[0]&0x06 != 0 {
		h.acks = append(h.acks, typePuback, 2, b[at], b[at+1])
		at += 2
	}
	if h.each == nil {
		return
	}
	if v5 {
		at += 1 + int(b[at]) // no run has properties of 128 bytes and more
	}
	h.each(b[at:])
}
