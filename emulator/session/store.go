package session

import (
	"errors"
	"log/slog"
	"sync"
	"time"

	"go.etcd.io/bbolt"
)

// The store
//
//   - what must outlive the process is in one bbolt file: persistent sessions with
//     what waits for them or is unacknowledged, groups with what waits in them,
//     retained messages, numbers of connections
//   - a change is noted with the lock held of what it belongs to, so the notes are
//     in the order of events; one goroutine writes all that have gathered as one
//     transaction, and wakes who waits for it
//   - nobody waits for the disk with a lock held
//   - a PUBACK of a publisher, a SUBACK and an UNSUBACK come after it has been
//     written what they promise [B-688]; for a subscriber's PUBACK nobody waits: after
//     a crash a message may come twice, which QoS 1 allows
//   - Advance is kept as one sum: all times in the file are by the clock that is
//     ahead by it

// laziness is how long a change that nobody waits for may stay unwritten.
const laziness = 50 * time.Millisecond

var errClosed = errors.New("the store is closed")

// A store writes changes to its file. Methods are safe for concurrent use; its
// mutex is the last in the order of locks.
type store struct {
	db     *bbolt.DB
	file   string
	log    *slog.Logger
	broken error         // of a panic; the writer's own
	pause  time.Duration // until the next attempt; 0 unless the last one failed; the writer's own
	urgent chan struct{} // somebody waits
	dirty  chan struct{} // there are changes
	done   chan struct{} // closed when the writer has ended

	mu      sync.Mutex
	last    uint64        // number given to an owner, a message or a place
	ahead   time.Duration // sum of Advance
	pending *changes
	writing *changes // nil while nothing is being written
	closed  bool
	failed  error // of the last write
}

// A place is one position in the queue of an owner, which is a session or a
// group.
type place struct{ owner, position uint64 }

// An entry is what stands there; the zero value is nothing.
type entry struct {
	message uint64
	retain  bool
	id      uint16 // of the packet; 0 in a group
}

// changes are the new values by key; the zero value deletes.
type changes struct {
	sessions map[string]*record  // by client id
	groups   map[string]uint64   // owner by filter
	messages map[uint64]*Message // by number, once however often they wait
	places   map[place]entry
	retained map[string]*Message // by topic
	numbers  map[string]*Number  // by client id
	ahead    time.Duration       // 0 if it has not changed

	done chan struct{} // closed when written, or failed with err
	err  error
}

func newChanges() *changes {
	return &changes{
		sessions: make(map[string]*record), groups: make(map[string]uint64), messages: make(map[uint64]*Message),
		places: make(map[place]entry), retained: make(map[string]*Message), numbers: make(map[string]*Number), done: make(chan struct{}),
	}
}

func (c *changes) empty() bool {
	return len(c.sessions)+len(c.groups)+len(c.messages)+len(c.places)+len(c.retained)+len(c.numbers) == 0 && c.ahead == 0
}

func newStore(file string, log *slog.Logger) *store {
	return &store{file: file, log: log, pending: newChanges(),
		urgent: make(chan struct{}, 1), dirty: make(chan struct{}, 1), done: make(chan struct{})}
}

// owner returns a number for a new session, which is not used again.
func (st *store) owner() uint64 {
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.next()
}

func (st *store) next() uint64 {
	st.last++
	return st.last
}

// add notes that o waits in the queue of owner, and returns its position there.
// Both are 0 if the queue is not kept; a nil store keeps none.
func (st *store) add(owner uint64, o outbound) uint64 {
	if owner == 0 {
		return 0
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.put(owner, o)
}

// remove notes that m does not wait there any more.
func (st *store) remove(owner, position uint64, m *Message) {
	if position == 0 {
		return
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	st.take(owner, position, m)
}

// move is both at once, from a group to the session that takes the message.
func (st *store) move(from, to uint64, o outbound) (position uint64) {
	if o.position == 0 && to == 0 {
		return 0
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	if to != 0 {
		position = st.put(to, o)
	}
	if o.position != 0 {
		st.take(from, o.position, o.message)
	}
	return position
}

func (st *store) put(owner uint64, o outbound) uint64 {
	m := o.message
	if m.places == 0 {
		m.number = st.next()
		st.pending.messages[m.number] = m
	}
	m.places++
	position := st.next()
	st.pending.places[place{owner, position}] = entry{m.number, o.retain, o.id}
	signal(st.dirty)
	return position
}

func (st *store) take(owner, position uint64, m *Message) {
	st.pending.places[place{owner, position}] = entry{}
	if m.places--; m.places == 0 {
		st.pending.messages[m.number] = nil
	}
	signal(st.dirty)
}

// retain notes m as the retained message of its topic.
func (st *store) retain(m *Message) {
	if st == nil {
		return
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	m.retained = true
	st.pending.retained[m.Topic] = m
	if len(m.Payload) == 0 {
		st.pending.retained[m.Topic] = nil
	}
	signal(st.dirty)
}

// unretain notes that a topic has no retained message any more.
func (st *store) unretain(topic string) {
	if st == nil {
		return
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	st.pending.retained[topic] = nil
	signal(st.dirty)
}

// session notes the state of a session; ends is zero while a connection has it.
func (st *store) session(id string, r *record, ends time.Time) {
	st.mu.Lock()
	defer st.mu.Unlock()
	if r != nil && !ends.IsZero() {
		r.Ends = ends.Add(st.ahead).UnixNano()
	}
	st.pending.sessions[id] = r
	signal(st.dirty)
}

// group notes a group and returns its number as an owner; endGroup notes its end.
func (st *store) group(filter string) uint64 {
	st.mu.Lock()
	defer st.mu.Unlock()
	owner := st.next()
	st.pending.groups[filter] = owner
	signal(st.dirty)
	return owner
}

func (st *store) endGroup(filter string) {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.pending.groups[filter] = 0
	signal(st.dirty)
}

// advance makes everything in the file older by d.
func (st *store) advance(d time.Duration) {
	if st == nil {
		return
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	st.ahead += d
	st.pending.ahead = st.ahead
	signal(st.dirty)
}

// wait returns when all that has been noted before is written.
func (st *store) wait() error {
	if st == nil {
		return nil
	}
	st.mu.Lock()
	c, closed := st.pending, st.closed
	if c.empty() {
		c = st.writing
	}
	st.mu.Unlock()
	switch {
	case closed:
		return errClosed
	case c == nil:
		return nil
	}
	signal(st.urgent)
	<-c.done
	return c.err
}

// waitFor is wait, unless nothing of m is kept.
func (st *store) waitFor(m *Message) error {
	st.mu.Lock()
	kept := m.places > 0 || m.retained
	st.mu.Unlock()
	if !kept {
		return nil // nobody is owed it, or who was has acknowledged it meanwhile
	}
	return st.wait()
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
