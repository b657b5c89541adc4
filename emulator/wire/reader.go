package wire

import (
	"cmp"
	"io"
	"sync"
)

// A Reader passes on what is well-formed. Make one with [NewReader] or
// [Buffers.NewReader]; it is for one goroutine.
type Reader struct {
	from    io.Reader
	buffers *Buffers
	connect int // see NewReader, likewise most
	most    int
	version byte  // the protocol level of the CONNECT, 0 before
	early   int   // see Early
	payload int   // bytes to come that need no look
	err     error // what comes after what is judged

	buf              []byte // one of the two below, or a larger one that one packet needs
	at, judged, read int    // of buf: where begins and ends what may be passed on, and ends what cannot yet
	busy             bool   // the last read filled its buffer, or most of it
	large            *[largeSize]byte
	small            [smallSize]byte
}

const (
	smallSize = 256     // bytes that a client has that sends little
	largeSize = 8 << 10 // bytes for one that sends much, until it pauses
	step      = 1 << 10 // bytes to read at least behind what cannot be judged yet, over smallSize
)

// Buffers lends Readers the room that they need while much comes. The zero value is
// ready for use.
type Buffers struct{ pool sync.Pool }

// NewReader returns a Reader of what a client sends, from its CONNECT on. A packet
// with more than most bytes after its fixed header is an error, and a CONNECT with more than
// connect; 0 allows what MQTT does.
func (b *Buffers) NewReader(from io.Reader, connect, most int) *Reader {
	return &Reader{from: from, buffers: b, connect: cmp.Or(connect, Largest), most: cmp.Or(most, Largest)}
}

// NewReader is [Buffers.NewReader] with buffers of its own, and the same for a CONNECT.
func NewReader(from io.Reader, most int) *Reader { return new(Buffers).NewReader(from, most, most) }

// Read reads what has come and is well-formed. It fails with an *Error at the
// first packet that is not, once the packets before it have been read; with io.EOF
// after a DISCONNECT, behind which nothing may come [MQTT-3.14.4-1], and after a
// CONNECT of another protocol; and as the reader below fails.
func (r *Reader) Read(p []byte) (int, error) {
	for r.at == r.judged && len(p) > 0 {
		if r.err != nil {
			return 0, r.err
		}
		if r.payload > 0 && r.judged == r.read && len(p) >= step {
			return r.through(p)
		}
		r.fill()
	}
	n := copy(p, r.buf[r.at:r.judged])
	r.at += n
	return n, nil
}

// Early returns how many packets behind the CONNECT had begun to come when it was
// read: nobody could have waited for the CONNACK with these. What came between the two
// is not known.
func (r *Reader) Early() int { return r.early }

// through reads a payload to where it is wanted.
func (r *Reader) through(p []byte) (n int, err error) {
	n, err = r.from.Read(p[:min(len(p), r.payload)])
	r.payload -= n
	r.err = err
	if n > 0 {
		err = nil
	}
	return n, err
}

// fill reads once, behind what cannot be judged yet. Nothing is left to be passed on.
func (r *Reader) fill() {
	if r.judged == r.read {
		r.choose()
	} else if r.buf = r.buf[:cap(r.buf)]; len(r.buf)-r.read < r.least() {
		r.widen()
	}
	n, err := r.from.Read(r.buf[r.read:])
	r.busy = n >= smallSize || r.read+n == len(r.buf)
	r.read += n
	r.judged += r.take(r.buf[r.judged:r.read], err)
}

// choose gives a Reader that holds nothing the buffer that it needs next.
func (r *Reader) choose() {
	r.at, r.judged, r.read = 0, 0, 0
	switch {
	case !r.busy:
		r.giveBack()
		r.buf = r.small[:]
	case r.large == nil:
		r.borrow()
		fallthrough
	default:
		r.buf = r.large[:]
	}
}

func (r *Reader) borrow() {
	var lent bool
	if r.large, lent = r.buffers.pool.Get().(*[largeSize]byte); !lent {
		r.large = new([largeSize]byte)
	}
}

func (r *Reader) giveBack() {
	if r.large != nil {
		r.buffers.pool.Put(r.large)
		r.large = nil
	}
}

// least is how much room there must be to read into.
func (r *Reader) least() int {
	if r.large == nil {
		return 1
	}
	return step
}

// widen makes room behind what cannot be judged yet: it moves to the front, and on to
// a larger buffer if it fills more than half of this one.
func (r *Reader) widen() {
	held := r.buf[r.judged:r.read]
	to := r.buf
	switch {
	case len(held) <= len(r.buf)/2:
	case r.large == nil:
		r.borrow()
		to = r.large[:]
	default:
		to = make([]byte, 2*len(r.buf))
	}
	r.read = copy(to, held)
	r.buf, r.at, r.judged = to, 0, 0
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
	most := r.most
	if r.version == 0 { // before the CONNECT
		most = r.connect
	}
	if complete && bad == nil && h.length > most {
		bad = failed(h.kind(), TooLarge, "%d bytes after its fixed header, want at most %d", h.length, most)
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
