package story

import (
	"cmp"
	"iter"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Options are the bounds of a Book. The zero value works.
type Options struct {
	Messages int // kept at most, the latest. Default 10,000
	Bytes    int // that they take at most, in a Room of their own. Default 64 MiB

	// Room is what several books share; nil: this one has its own.
	Room *Room
}

// A Room is the bytes that stories may take together, be they in one Book or in many: the
// one that grows over it gives up its oldest. Make one with [NewRoom].
type Room struct {
	limit int64
	taken atomic.Int64
}

// NewRoom returns a Room of so many bytes, 64 MiB if it is 0.
func NewRoom(bytes int) *Room { return &Room{limit: int64(cmp.Or(bytes, 64<<20))} }

// MaxPlaces is how many receivers of one message are kept; the others are counted.
const MaxPlaces = 1000

// A Book keeps the stories of the latest messages. Make one with [New]; nil keeps none.
// Methods are safe for concurrent use.
//
// Who publishes holds no lock but that of its message's entry, which receivers take too.
// What is kept alive are texts, and the policies of publishers: neither sessions nor
// connections nor payloads.
type Book struct {
	names
	parties parties
	room    *Room
	size    uint64                 // messages kept
	pages   []atomic.Pointer[page] // for as many and a few more; made when they are first written on
	last    atomic.Uint64          // number of the latest message
	oldest  atomic.Uint64          // number of the oldest that is kept, or an older one
	taken   atomic.Int64           // bytes of the Room
	mu      sync.Mutex             // held by who moves oldest
}

// New returns an empty Book.
func New(o Options) *Book {
	size := max(1, cmp.Or(o.Messages, 10_000))
	b := &Book{names: newNames(), room: o.Room, size: uint64(size),
		pages: make([]atomic.Pointer[page], (size+pageSize-1)/pageSize)}
	if b.room == nil {
		b.room = NewRoom(o.Bytes)
	}
	b.oldest.Store(1)
	return b
}

// page is where the story of a message is.
func (b *Book) page(number uint64) *page {
	at := &b.pages[number/pageSize%uint64(len(b.pages))]
	p := at.Load()
	if p != nil {
		return p
	}
	p = &page{book: b, heads: new([pageSize]head)}
	if !at.CompareAndSwap(nil, p) {
		return at.Load()
	}
	b.take(pageBytes)
	return p
}

// entry is the story of a message, or of one that came earlier or later by as many as
// there is room for.
func (b *Book) entry(number uint64) entry { return b.page(number).entry(number) }

// Begin begins the story of a message, in the place of the oldest.
func (b *Book) Begin(o *Opening) Ref {
	if b == nil {
		return Ref{}
	}
	n := b.last.Add(1)
	p := b.page(n)
	e := p.entry(n)
	e.mu.Lock()
	e.begin(n, o)
	e.close()
	return Ref{p, n}
}

// grow counts bytes, and gives up the oldest stories while there are too many, but not the
// latest. The caller holds no lock of the Book's.
func (b *Book) grow(n int64) {
	if n == 0 {
		return
	}
	if b.take(n); b.room.isFull() {
		b.forget(func(oldest uint64) bool { return b.room.isFull() && oldest < b.last.Load() })
	}
}

// take counts bytes, or gives them back.
func (b *Book) take(n int64) {
	b.taken.Add(n)
	b.room.taken.Add(n)
}

func (r *Room) isFull() bool { return r.taken.Load() > r.limit }

// forget gives up the oldest stories while more says so.
func (b *Book) forget(more func(oldest uint64) bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	last := b.last.Load()
	for n := b.from(last); n <= last && more(n); n++ {
		b.take(b.entry(n).forget(n))
		b.oldest.Store(n + 1)
	}
}

// from is the oldest number that is kept when there have been last messages: of others
// the place was used again. The caller holds mu.
func (b *Book) from(last uint64) uint64 {
	if last > b.size && b.oldest.Load() <= last-b.size {
		b.oldest.Store(last - b.size + 1)
	}
	return b.oldest.Load()
}

// Reset forgets all stories. What becomes of their messages is written nowhere.
func (b *Book) Reset() {
	if b != nil {
		b.forget(func(uint64) bool { return true })
	}
}

// Close gives back its bytes of the Room. Nothing may be written any more.
func (b *Book) Close() {
	if b != nil {
		b.room.taken.Add(-b.taken.Swap(0))
	}
}

// Find returns what is kept of the messages with an id, oldest first: a request to a
// service and its answers share one.
func (b *Book) Find(id string) (found []Record) {
	if b == nil || id == "" {
		return nil
	}
	for n := range b.numbersDown() {
		if b.entry(n).given(n) == id {
			if r, ok := b.read(n); ok {
				found = append(found, r)
			}
		}
	}
	if n := b.names.number(id); n != 0 && n <= b.last.Load() {
		if r, ok := b.read(n); ok && r.ID == id {
			found = append(found, r)
		}
	}
	slices.Reverse(found)
	return found
}

// Newest are the messages that wants says yes to, by their topic, newest first. It is
// called with a lock held, and must not wait.
func (b *Book) Newest(wants func(topic []byte) bool) iter.Seq[Record] {
	return func(yield func(Record) bool) {
		if b == nil {
			return
		}
		for n := range b.numbersDown() {
			if !b.entry(n).wanted(n, wants) {
				continue
			}
			if r, ok := b.read(n); ok && !yield(r) {
				return
			}
		}
	}
}

// numbersDown are the numbers of what may be kept.
func (b *Book) numbersDown() iter.Seq[uint64] {
	b.mu.Lock()
	last := b.last.Load()
	oldest := b.from(last)
	b.mu.Unlock()
	return func(yield func(uint64) bool) {
		for n := last; n >= oldest; n-- {
			if !yield(n) {
				return
			}
		}
	}
}

// read copies what is kept of a message.
func (b *Book) read(n uint64) (Record, bool) {
	e := b.entry(n)
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.number != n {
		return Record{}, false
	}
	r := e.record(b)
	return r, n >= b.oldest.Load() // or an ID may stand for somebody else by now
}

// now is the time in the unit of a Book: nanoseconds since 1970.
func now() int64 { return time.Now().UnixNano() }
