package session

import (
	"sync"
	"time"

	"github.com/suback/suback/emulator/store"
)

// What is kept
//
//   - what must outlive the process: persistent sessions with what waits for them or
//     is unacknowledged, groups with what waits in them, retained messages, numbers
//     of connections
//   - a change is noted with the lock held of what it belongs to, so the notes are
//     in the order of events; package store writes them
//   - a PUBACK of a publisher, a SUBACK and an UNSUBACK come after it has been
//     written what they promise [B-688]; for a subscriber's PUBACK nobody waits: after
//     a crash a message may come twice, which QoS 1 allows
//   - Advance is kept as one sum: all times in the file are by the clock that is
//     ahead by it

// A keeper says what the file is to have. Methods are safe for concurrent use; its
// mutex is the last of this package in the order of locks.
type keeper struct {
	kept *store.Part

	mu    sync.Mutex
	last  uint64        // number given to an owner, a message or a place
	ahead time.Duration // sum of Advance
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

// owner returns a number for a new session, which is not used again.
func (st *keeper) owner() uint64 {
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.next()
}

func (st *keeper) next() uint64 {
	st.last++
	return st.last
}

// add notes that o waits in the queue of owner, and returns its position there.
// Both are 0 if the queue is not kept; a nil keeper keeps none.
func (st *keeper) add(owner uint64, o outbound) uint64 {
	if owner == 0 {
		return 0
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.put(owner, o)
}

// remove notes that m does not wait there any more.
func (st *keeper) remove(owner, position uint64, m *Message) {
	if position == 0 {
		return
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	st.take(owner, position, m)
}

// move is both at once, from a group to the session that takes the message.
func (st *keeper) move(from, to uint64, o outbound) (position uint64) {
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

func (st *keeper) put(owner uint64, o outbound) uint64 {
	m := o.message
	if m.places == 0 {
		m.number = st.next()
		st.note(bucketMessages, number(m.number), m.encoder(st.ahead))
	}
	m.places++
	position := st.next()
	st.note(bucketQueues, place{owner, position}.encode(), entry{m.number, o.retain, o.id}.encode)
	return position
}

func (st *keeper) take(owner, position uint64, m *Message) {
	st.note(bucketQueues, place{owner, position}.encode(), nil)
	if m.places--; m.places == 0 {
		st.note(bucketMessages, number(m.number), nil)
	}
}

// retain notes m as the retained message of its topic.
func (st *keeper) retain(m *Message) {
	if st == nil {
		return
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	m.retained = true
	if len(m.Payload) == 0 {
		st.note(bucketRetained, []byte(m.Topic), nil)
		return
	}
	st.note(bucketRetained, []byte(m.Topic), m.encoder(st.ahead))
}

// unretain notes that a topic has no retained message any more.
func (st *keeper) unretain(topic string) {
	if st == nil {
		return
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	st.note(bucketRetained, []byte(topic), nil)
}

// session notes the state of a session; ends is zero while a connection has it.
func (st *keeper) session(id string, r *record, ends time.Time) {
	st.mu.Lock()
	defer st.mu.Unlock()
	if r == nil {
		st.note(bucketSessions, []byte(id), nil)
		return
	}
	if !ends.IsZero() {
		r.Ends = ends.Add(st.ahead).UnixNano()
	}
	st.note(bucketSessions, []byte(id), r.encode)
}

// group notes a group and returns its number as an owner; endGroup notes its end.
func (st *keeper) group(filter string) uint64 {
	st.mu.Lock()
	defer st.mu.Unlock()
	owner := st.next()
	st.note(bucketGroups, []byte(filter), store.Bytes(number(owner)))
	return owner
}

func (st *keeper) endGroup(filter string) {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.note(bucketGroups, []byte(filter), nil)
}

// advance makes everything in the file older by d.
func (st *keeper) advance(d time.Duration) {
	if st == nil {
		return
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	st.ahead += d
	st.note(bucketClock, keyAhead, store.Bytes(number(uint64(st.ahead))))
}

// note notes the new value of a key; nil deletes it.
func (st *keeper) note(bucket string, key []byte, value func() []byte) {
	st.kept.Note(store.Change{Bucket: bucket, Key: string(key), Value: value})
}

// wait returns when all that has been noted before is written.
func (st *keeper) wait() error {
	if st == nil {
		return nil
	}
	return st.kept.Wait()
}

// written is what waits until all that has been noted before is written; nil if nothing
// of m is kept, or all is written.
func (st *keeper) written(m *Message) func() error {
	st.mu.Lock()
	kept := m.places > 0 || m.retained
	st.mu.Unlock()
	if !kept {
		return nil // nobody is owed it, or who was has acknowledged it meanwhile
	}
	return st.kept.Written()
}
