package story

import (
	"sync"
	"time"
	"unsafe"
)

// A page has some entries, so that a Book that nobody writes in takes no memory. What is
// in most of them is apart from what is in few, and has no pointers.
type page struct {
	book  *Book
	heads *[pageSize]head
	tails [pageSize]tail
}

const pageSize = 64

// entry is that of a message whose page it is.
func (p *page) entry(number uint64) entry {
	i := number % pageSize
	return entry{&p.heads[i], &p.tails[i], p.book}
}

// A head is the story of one message while it is kept.
type head struct {
	mu       sync.Mutex
	number   uint64 // 0: none
	at       int64
	by       ID
	bytes    int32
	omitted  int32
	acked    stamp
	held     int32  // bytes beside the page
	placed   uint16 // how many places there are
	qos      byte
	retain   bool
	retained Retained
	named    uint8 // bytes of topic, if it is no longer

	unenforced bool
	places     [few]Place // unless there are more: most have one receiver
	topic      [48]byte   // likewise
}

// A tail is what finds no room in the head.
type tail struct {
	shared *Audience // nil: the places are its own
	places []Place
	*rest
}

type rest struct {
	text    []byte // the topic, if it is longer than a head's, and what a service made of the message
	long    uint16 // bytes of text that are the topic
	given   string // id, if it was
	refusal *Refusal
}

func (r *rest) served() string { return string(r.text[r.long:]) }

const (
	pageBytes    = int64(unsafe.Sizeof(page{}) + unsafe.Sizeof([pageSize]head{}))
	placeBytes   = int(unsafe.Sizeof(Place{}))
	refusalBytes = 1 << 10 // with its texts, by and large
)

// An entry is a head with its tail.
type entry struct {
	*head
	tail *tail
	book *Book
}

// begin makes it the story of message n, unless it is that of a later one.
func (e entry) begin(n uint64, o *Opening) {
	if e.number > n {
		return
	}
	if e.at = o.At; e.at == 0 {
		e.at = now()
	}
	e.number, e.by = n, o.By
	e.used()
	e.bytes, e.qos, e.retain, e.unenforced = int32(o.Bytes), o.QoS, o.Retain, o.Unenforced
	e.omitted, e.acked, e.retained, e.placed = 0, 0, NotRetained, 0
	e.named = uint8(copy(e.topic[:], o.Topic))
	switch long := len(o.Topic) > len(e.topic); {
	case long, o.ID != "":
		x := e.more()
		if x.text, x.long, x.given, x.refusal = x.text[:0], 0, o.ID, nil; long {
			x.text, x.long = append(x.text, o.Topic...), uint16(len(o.Topic))
		}
	case e.tail.rest != nil:
		e.tail.rest = nil
	}
}

// more is its rest, that of the story before it if that had one.
func (e entry) more() *rest {
	if e.tail.rest == nil {
		e.tail.rest = &rest{}
	}
	return e.tail.rest
}

// used lets go what the story before this one had. It keeps a list of places only if that
// was in use: the next message has as many.
func (e entry) used() {
	if e.tail.shared != nil {
		e.share(nil)
	} else if e.placed > few {
		return
	}
	if e.tail.places != nil {
		e.tail.places = nil
	}
}

// name is the topic; it must not be kept.
func (e entry) name() []byte {
	if r := e.tail.rest; r != nil && r.long > 0 {
		return r.text[:r.long]
	}
	return e.topic[:e.named]
}

// all are the places, to be read alone if they are shared.
func (e entry) all() []Place {
	switch {
	case e.placed <= few:
		return e.places[:e.placed]
	case e.tail.shared != nil:
		return e.tail.shared.places
	}
	return e.tail.places[:e.placed]
}

func (e entry) isSharing() bool { return e.placed > few && e.tail.shared != nil }

// own are the places, which are its own from now on.
func (e entry) own() []Place {
	if e.isSharing() {
		e.tail.places = append(e.tail.places[:0], e.tail.shared.places...)
		e.share(nil)
	}
	return e.all()
}

// share has it have the places of an audience, or nil its own.
func (e entry) share(a *Audience) {
	a.join(e.book)
	e.tail.shared.leave(e.book)
	e.tail.shared = a
}

// set gives it places of its own, before it has any.
func (e entry) set(places []Place) {
	if e.placed = uint16(len(places)); e.placed <= few {
		copy(e.places[:], places)
		return
	}
	e.tail.places = append(e.tail.places[:0], places...)
}

// add keeps one more place and returns where: 1 for the first, 0 if there are too many.
func (e entry) add(p Place) uint16 {
	if e.placed >= MaxPlaces {
		if p.Role != AlsoHolds {
			e.omitted++
		}
		return 0
	}
	switch {
	case e.placed < few:
		e.places[e.placed] = p
	case e.placed == few:
		e.tail.places = append(append(e.tail.places[:0], e.places[:]...), p)
	default:
		e.tail.places = append(e.own(), p)
	}
	e.placed++
	return e.placed
}

// weigh returns how many bytes more it holds than when it was weighed last.
func (e entry) weigh() int64 {
	held := int32(cap(e.tail.places) * placeBytes)
	if r := e.tail.rest; r != nil {
		held += int32(unsafe.Sizeof(rest{})) + int32(cap(r.text)+len(r.given))
		if r.refusal != nil {
			held += refusalBytes
		}
	}
	grown := held - e.held
	e.held = held
	return int64(grown)
}

// close unlocks it after more was written.
func (e entry) close() {
	grown := e.weigh()
	e.mu.Unlock()
	e.book.grow(grown)
}

// forget gives up what it holds, if it is still message n's, and returns how many bytes
// less it is, as weigh does.
func (e entry) forget(n uint64) int64 {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.number != n {
		return 0
	}
	e.share(nil)
	e.number, e.placed, *e.tail = 0, 0, tail{}
	return e.weigh()
}

func (e entry) stamp(at int64) stamp {
	return 1 + stamp(min(max(0, (at-e.at)/stampUnit), 1<<32-3))
}

func (e entry) moment(s stamp) time.Time {
	if s == 0 {
		return time.Time{}
	}
	return time.Unix(0, e.at+int64(s-1)*stampUnit)
}

// given is the id that message n was given.
func (e entry) given(n uint64) string {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.number != n || e.tail.rest == nil {
		return ""
	}
	return e.tail.given
}

func (e entry) wanted(n uint64, wants func(topic []byte) bool) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.number == n && wants(e.name())
}
