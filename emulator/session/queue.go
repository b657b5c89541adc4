package session

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
// open nothing waits.

// maxQueue is how many messages wait in a group [B-669]. How many in a session
// is not documented, so the same [B-707, guess].
const maxQueue = 500_000

// An outbound message waits for its turn or for its PUBACK. Its QoS is 1.
type outbound struct {
	message *Message
	retain  bool
	id      uint16 // of the packet, once it is sent
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
func (s *Session) publish(m *Message, qos byte, retain bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deliver(m, qos, retain)
}

// offer sends m if that can be done at once, and reports whether it could.
func (s *Session) offer(m *Message, qos byte) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	able := s.link != nil && (qos == 0 || s.open())
	switch {
	case able:
		s.deliver(m, qos, false)
	case s.link != nil:
		s.watch(m)
	}
	return able
}

// pull sends what waits, if that can be done at once.
func (s *Session) pull() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drain()
}

// deliver is publish for a caller that holds s.mu.
func (s *Session) deliver(m *Message, qos byte, retain bool) {
	switch {
	case s.gone: // nobody will come for it
	case qos == 0 && s.link == nil:
		s.lost(m, Offline)
	case qos == 0:
		if s.takes(m) {
			s.write(m, 0, retain, 0)
		}
	case s.open():
		s.send(outbound{message: m, retain: retain})
	case !s.queue.push(outbound{message: m, retain: retain}):
		s.lost(m, QueueFull)
	case s.link != nil:
		s.watch(m)
	}
}

// drain sends what waits as far as the window allows. The caller holds s.mu.
func (s *Session) drain() {
	for s.open() {
		o, ok := s.next()
		if !ok {
			return
		}
		s.send(o)
	}
}

// next takes the first of what waits for this session, or in one of its groups.
func (s *Session) next() (o outbound, ok bool) {
	if o, ok = s.queue.pop(); ok {
		return o, true
	}
	for _, g := range s.groups {
		if o, ok = g.pop(); ok {
			return o, true
		}
	}
	return o, false
}
