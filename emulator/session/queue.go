package session

import "github.com/suback/suback/emulator/story"

// What waits
//
//   - QoS 0 is never kept: who is offline does not get it [B-519, B-705]
//   - QoS 1 waits while the client is offline or its window is full, in order
//     [B-684, B-687, B-705]
//   - a full queue keeps what it has and drops what is new [B-669]
//   - the message is judged, and its expiry looked at, when it goes out and not
//     when it is queued [B-216]
//
// As soon as the window opens, drain empties the queue through it: while it is
// open nothing waits, but for the pace of a replay.

// maxQueue is how many messages wait in a group [B-669]. How many in a session
// is not documented, so the same [B-707, guess].
const maxQueue = 500_000

// An outbound message waits for its turn or for its PUBACK. Its QoS is 1.
type outbound struct {
	message  *Message
	position uint64 // in the store; 0 if it is not kept
	id       uint16 // of the packet; 0 in a group, and before it has been queued or sent
	told     uint16 // its place in the message's story
	from     *group // that it was taken out of, or handed to the session by; nil: none
	sent     stamp  // on this connection; in the queue 0 unless it was sent on an earlier one
	retain   bool
	paced    bool // subject to the pace of a replay
}

// how is what its PUBLISH says of it.
func (o outbound) how() flags {
	if o.retain {
		return atQoS(1) | withRetain
	}
	return atQoS(1)
}

type queue []outbound

// push reports whether there was room.
func (q *queue) push(o outbound) bool {
	if len(*q) >= maxQueue {
		return false
	}
	*q = append(*q, o)
	return true
}

// first returns what pop would, if there is anything.
func (q queue) first() (o outbound, ok bool) {
	if len(q) == 0 {
		return o, false
	}
	return q[0], true
}

func (q *queue) pop() (o outbound, ok bool) {
	if len(*q) == 0 {
		return o, false
	}
	o, (*q)[0] = (*q)[0], outbound{}
	if *q = (*q)[1:]; len(*q) == 0 {
		*q = nil // the array behind it may have grown large
	}
	return o, true
}

// publish sends or queues a message for this session.
func (s *Session) publish(m *Message, how flags, told uint16) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deliver(m, how, told)
}

// offer sends m if that can be done at once, and reports whether it could; if
// not, whether there is a connection at least. Of the session's own queue a
// member of a group is independent. Told is the group's place in the message's story.
func (s *Session) offer(sub *subscription, m *Message, behind bool, told uint16) (taken, online bool) {
	qos := min(m.QoS, sub.QoS) // [B-670]: never with RETAIN
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.link == nil:
		return false, false
	case s.link.Wait != nil && s.link.Wait() > 0:
		return false, true
	case qos == 0:
		s.deliver(m, atQoS(0), m.Story.Taken(told, sub.told, 0))
	case !s.open():
		s.watch(m)
		return false, true
	case behind:
		return false, true
	default:
		s.hold(m)
		s.send(outbound{message: m, from: sub.group, told: m.Story.Taken(told, sub.told, 1)})
	}
	return true, true
}

// pull sends what waits, if that can be done at once.
func (s *Session) pull() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drain()
}

// deliver is publish for a caller that holds s.mu.
func (s *Session) deliver(m *Message, how flags, told uint16) {
	o := outbound{message: m, retain: how&withRetain != 0, told: told}
	switch {
	case s.gone: // nobody will come for it
		m.Story.Became(told, story.Ended)
	case how.qos() == 0 && s.link == nil:
		s.lost(o, Offline)
	case how.qos() == 0:
		if s.takes(o) {
			s.write(o, how, 0)
		}
	case s.open() && len(s.queue) == 0:
		s.hold(m)
		s.send(o)
	default:
		s.enqueue(o)
	}
}

// enqueue lets a message wait. The caller holds s.mu.
func (s *Session) enqueue(o outbound) {
	s.hold(o.message)
	o.id = s.packetID() // now, so that the file has it without another write
	o.position = s.all.store.add(s.owner, o)
	if !s.queue.push(o) {
		s.discard(o)
		s.lost(o, QueueFull)
		return
	}
	why := story.Behind
	switch {
	case s.link == nil:
		why = story.Queued
		if s.all.Queued != nil {
			s.all.Queued(s.id, o.message)
		}
	case !s.open():
		why = story.WindowFull
		s.watch(o.message)
	}
	o.message.Story.Became(o.told, why)
}

// drain sends what waits as far as window and pace allow. The caller holds s.mu.
func (s *Session) drain() {
	for s.open() {
		o, p, ok := s.next()
		if !ok {
			return
		}
		if s.send(o) {
			o.message.Story.Sent(o.told)
			if o.paced {
				p.spend()
			}
		}
	}
}

// next takes the first of what may go out to this session: of its queue, or of
// one of its groups; p is the pace of that.
func (s *Session) next() (o outbound, p *pace, ok bool) {
	if o, ok = s.queue.first(); ok && s.may(&s.own, o) {
		s.queue.pop()
		return o, &s.own, true
	}
	for _, g := range s.groups {
		if o, ok = g.pop(s); ok {
			return o, &s.shared, true
		}
	}
	return o, nil, false
}

// discard forgets a message that will not wait any more, if it has not been dropped for
// lack of room already. The caller holds s.mu.
func (s *Session) discard(o outbound) {
	if o.message == nil {
		return
	}
	s.load.take(o.message)
	s.all.room.letGo(o.message)
	s.all.store.remove(s.owner, o.position, o.message)
}
