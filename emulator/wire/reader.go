package wire

import (
	"io"
	"slices"
)

// A Reader passes on what is well-formed. Make one with [NewReader]; it is for one
// goroutine.
type Reader struct {
	from    io.Reader
	most    int    // see NewReader
	version byte   // the protocol level of the CONNECT, 0 before
	early   int    // see Early
	payload int    // bytes to come that need no look
	held    []byte // the beginning of a packet that cannot be judged yet
	ready   []byte // judged, and not read yet
	err     error  // what comes after it
}

const (
	step = 1 << 10 // bytes to read at least, behind what is held
	keep = 512     // bytes of an empty buffer that is kept
)

// NewReader returns a Reader of what a client sends, from its CONNECT on. A packet
// with more than most bytes after its fixed header is an error; 0 allows what MQTT
// does.
func NewReader(from io.Reader, most int) *Reader {
	if most == 0 {
		most = Largest
	}
	return &Reader{from: from, most: most}
}

// Read reads what has come and is well-formed. It fails with an *Error at the
// first packet that is not, once the packets before it have been read; with io.EOF
// after a DISCONNECT, behind which nothing may come [MQTT-3.14.4-1], and after a
// CONNECT of another protocol; and as the reader below fails.
func (r *Reader) Read(p []byte) (int, error) {
	for len(r.ready) == 0 && len(p) > 0 {
		if r.err != nil {
			return 0, r.err
		}
		if n := r.fill(p); n > 0 {
			return n, nil
		}
	}
	n := copy(p, r.ready)
	if r.ready = r.ready[n:]; len(r.ready) == 0 {
		r.ready = nil
	}
	return n, nil
}

// Early returns how many packets behind the CONNECT had begun to come when it was
// read: nobody could have waited for the CONNACK with these. What came between the two
// is not known.
func (r *Reader) Early() int { return r.early }

// fill reads once, and returns how many bytes at the start of p may be passed on.
// What does not fit into p beside something new is read behind what is held, and
// is then ready.
func (r *Reader) fill(p []byte) int {
	if len(r.held) >= len(p) {
		r.held = slices.Grow(r.held, step)
		n, err := r.from.Read(r.held[len(r.held):cap(r.held)])
		r.held = r.held[:len(r.held)+n]
		if n = r.take(r.held, err); n > 0 {
			r.ready, r.held = r.held[:n], slices.Clone(r.held[n:])
		}
		return 0
	}
	old := copy(p, r.held)
	n, err := r.from.Read(p[old:])
	b := p[:old+n]
	n = r.take(b, err)
	if r.held = append(r.held[:0], b[n:]...); len(r.held) == 0 && cap(r.held) > keep {
		r.held = nil
	}
	return n
}

// take judges what is in b, behind which reading ended with err, and returns how
// many bytes of it may be passed on.
func (r *Reader) take(b []byte, err error) (n int) {
	before, packets := r.version, 0
	for n < len(b) && r.err == nil {
		next := min(r.payload, len(b)-n)
		if next > 0 {
			r.payload -= next
		} else if next = r.packet(b[n:]); next == 0 {
			break
		} else {
			packets++
		}
		n += next
	}
	if before == 0 && r.version != 0 {
		r.early = packets - 1 // but for the CONNECT
		if n < len(b) {
			r.early++
		}
	}
	if r.err == nil {
		r.err = err
	}
	return n
}

// packet judges the packet at the start of b, and returns how many bytes of it may
// be passed on: none if it is not there, or malformed.
func (r *Reader) packet(b []byte) int {
	h, complete, bad := readHeader(r.version, b)
	if complete && bad == nil && h.length > r.most {
		bad = failed(h.kind(), TooLarge, "%d bytes after its fixed header, want at most %d", h.length, r.most)
	}
	if bad != nil {
		r.err = bad
		return 0
	}
	if !complete {
		return 0
	}
	n := h.judged(r.version, b)
	if n > len(b) {
		return 0
	}
	if bad := r.judge(h, b[h.start():n]); bad != nil {
		r.err = bad
		return 0
	}
	r.payload = h.size() - n
	return n
}

// judge judges what stands behind a fixed header.
func (r *Reader) judge(h header, b []byte) *Error {
	c := cursor{kind: h.kind(), rest: b}
	if c.kind != connect {
		c.packet(r.version, h.first)
		if c.kind == disconnect && c.bad == nil {
			r.err = io.EOF
		}
		return c.bad
	}
	level := c.connect()
	switch {
	case c.bad != nil:
		return c.bad
	case level == 0:
		r.err = io.EOF // nobody knows what may follow
	case r.version == 0:
		r.version = level
		if level == 5 {
			return h.checkWidth() // only now is it known that it matters
		}
	}
	return nil
}
