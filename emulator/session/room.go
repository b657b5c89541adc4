package session

import (
	"cmp"
	clist "container/list"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// What is kept for clients that are away, or do not acknowledge
//
//   - AWS bounds a group's queue and the retained messages, 500,000 each [B-669, B-723],
//     and names no bound for a session's queue [B-707]: a [Room] has one in bytes, for
//     the machine's sake
//   - over it, the session or group loses its newest for which most waits, as AWS drops
//     what is new when a queue is full and keeps what is old [B-669]; what has expired
//     goes before it
//   - what is sent and unacknowledged goes too, after what waits: it keeps its
//     identifier, and is not sent again
//   - retained messages have half of it: then none is stored any more, as on AWS at its
//     own limit, and to delete one is free [B-723]
//   - of sessions without a connection the one ends that has been away for longest

// Bounds are what the [Sessions] of a [Room] may keep, all together. Zero stands for
// the default.
type Bounds struct {
	// Absent is how many sessions may wait for their client. Default 100,000.
	Absent int
	// Bytes is how much memory may hold messages that wait, are unacknowledged or are
	// retained. A message that waits at several places counts once, and each place a
	// little. Default 512 MiB.
	Bytes int
}

// A Room is what several [Sessions] have together for what they keep. Methods are safe
// for concurrent use. Its mutex comes after those of Sessions in the order of locks.
type Room struct {
	bounds          Bounds
	bytes, retained atomic.Int64 // of all messages, and of those that are retained
	hits            [2]atomic.Int64

	relieving sync.Mutex // held by who makes room for bytes, before any other
	swept     time.Time  // when what has expired was looked for; guarded by relieving

	mu      sync.Mutex
	members map[*Sessions]struct{}
	absent  clist.List // of *Session, the longest away first
}

// NewRoom returns an empty room.
func NewRoom(b Bounds) *Room {
	return &Room{members: make(map[*Sessions]struct{}),
		bounds: Bounds{Absent: cmp.Or(b.Absent, 100_000), Bytes: cmp.Or(b.Bytes, 512<<20)}}
}

// A Use is how a [Room] stands with one of its bounds.
type Use struct {
	Name       string // "sessions" or "stored_bytes"
	Now, Limit int
	Hits       int // how many sessions or messages had to go, since ResetHits
}

// The bounds, as indices of hits.
const (
	boundAbsent = iota
	boundBytes
)

// Uses returns how the room stands with each bound.
func (r *Room) Uses() []Use {
	r.mu.Lock()
	absent := r.absent.Len()
	r.mu.Unlock()
	return []Use{
		{"sessions", absent, r.bounds.Absent, int(r.hits[boundAbsent].Load())},
		{"stored_bytes", int(r.bytes.Load()), r.bounds.Bytes, int(r.hits[boundBytes].Load())},
	}
}

// ResetHits sets all Hits to 0.
func (r *Room) ResetHits() {
	for i := range r.hits {
		r.hits[i].Store(0)
	}
}

func (r *Room) join(a *Sessions) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.members[a] = struct{}{}
}

func (r *Room) leave(a *Sessions) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.members, a)
}

// all are the sessions of all members.
func (r *Room) all() (all []*Session) {
	r.mu.Lock()
	members := make([]*Sessions, 0, len(r.members))
	for a := range r.members {
		members = append(members, a)
	}
	r.mu.Unlock()
	for _, a := range members {
		all = append(all, a.list()...)
	}
	return all
}

// isAway notes that s waits for its client from now on; isBack, that it does not any
// more. The caller holds s.mu.
func (r *Room) isAway(s *Session) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s.absent = r.absent.PushBack(s)
}

func (r *Room) isBack(s *Session) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if s.absent != nil {
		r.absent.Remove(s.absent)
		s.absent = nil
	}
}

// boundAbsent ends who has been away for longest while there are too many.
func (r *Room) boundAbsent() {
	for {
		s := r.tooLongAway()
		if s == nil {
			return
		}
		s.makeRoom()
	}
}

func (r *Room) tooLongAway() *Session {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.absent.Len() <= r.bounds.Absent {
		return nil
	}
	return r.absent.Front().Value.(*Session)
}

// makeRoom ends the session, unless its client has come back.
func (s *Session) makeRoom() {
	s.mu.Lock()
	defer s.unlock()
	if s.claimed || s.gone {
		return
	}
	s.all.room.hits[boundAbsent].Add(1)
	if s.all.Ended != nil {
		s.all.Ended(s.id, s.all.room.bounds.Absent)
	}
	s.end()
}

// byAbsence brings the sessions of a file in the order in which they were left.
func byAbsence(all []*Session) []*Session {
	left := func(s *Session) time.Time { return s.ends.Add(-s.expiry) }
	slices.SortFunc(all, func(a, b *Session) int {
		return cmp.Or(left(a).Compare(left(b)), cmp.Compare(a.id, b.id))
	})
	return all
}
