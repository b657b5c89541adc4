package session

import (
	"time"

	"github.com/suback/suback/emulator/story"
)

// What a session does not get
//
//   - QoS 0 while nobody is connected [B-519]
//   - what has expired while it waited [B-513, B-694]
//   - what comes when its queue is full [B-669, B-707 guess]; what makes room, see room.go
//   - for the time being, all that waits for a client that sends no PUBACK [B-515]
//   - what it has not acknowledged for too long, and before that got again [B-685]
//   - what other members of its shared group got [B-514]
//
// What waits, and what others got, is told when that has lasted for a while: a
// full window is a busy client's too, and members of a group take turns.

// A Loss is why a session did not get a message, or has not yet.
type Loss int

// The losses.
const (
	Offline Loss = iota
	Expired
	QueueFull
	Unacknowledged
	OtherMember
	GivenUp
	SentAgain // it has got it before, and not acknowledged
	NoRoom    // more is kept than a Room has room for
)

// become is what the story of a message says of a loss; the others have been told.
var become = map[Loss]story.Outcome{
	Offline: story.Offline, Expired: story.Expired, QueueFull: story.QueueFull,
	GivenUp: story.GivenUp, NoRoom: story.NoRoom}

const patience = 3 * time.Second

// lost tells that o is lost, if it is. It has its place in the story still.
func (s *Session) lost(o outbound, why Loss) {
	if outcome, final := become[why]; final {
		o.message.Story.Became(o.told, outcome)
	}
	if s.all.Lost != nil {
		s.all.Lost(s.id, o.message, why)
	}
}

// watch waits to see whether a client whose window is full acknowledges
// anything; m is what cannot be sent. The caller holds s.mu.
func (s *Session) watch(m *Message) {
	if s.stalled != nil {
		return
	}
	link, acknowledged := s.link, s.acknowledged
	s.stalled = time.AfterFunc(patience, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.link != link { // this client has gone
			return
		}
		s.stalled = nil
		switch {
		case s.open():
		case s.acknowledged == acknowledged:
			s.lost(outbound{message: m}, Unacknowledged)
		default:
			s.watch(m)
		}
	})
}

// unwatch ends a watch with its connection. The caller holds s.mu.
func (s *Session) unwatch() {
	if s.stalled != nil {
		s.stalled.Stop()
		s.stalled = nil
	}
}

// served notes that sub got m, and gives the other members that have never got
// anything some time for it.
func (g *group) served(sub *subscription, m *Message) {
	g.mu.Lock()
	defer g.mu.Unlock()
	sub.got = true
	for _, other := range g.members {
		if !other.got && other.waits == nil {
			other.waits = time.AfterFunc(patience, func() { g.overlooked(other, m) })
		}
	}
}

func (g *group) overlooked(sub *subscription, m *Message) {
	s := sub.session
	s.mu.Lock()
	defer s.mu.Unlock()
	g.mu.Lock()
	got := sub.got
	g.mu.Unlock()
	if !got && s.link != nil && s.subs[sub.Filter] == sub {
		s.lost(outbound{message: m}, OtherMember)
	}
}
