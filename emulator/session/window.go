package session

import (
	"slices"

	"github.com/suback/suback/emulator/story"
)

// What is on its way
//
//   - at most Link.Window QoS 1 messages are unacknowledged [B-684]
//   - each has an identifier that no other unacknowledged one has
//   - a message that may not be received, has expired or is larger than the
//     client takes is gone for this client [B-217, B-433 guess, B-694]
//   - what was not acknowledged is sent again after a reconnect, and after a restart, in
//     order, under the same identifier, DUP never set [B-685]
//   - the identifier is given when a message is queued or sent, whichever is first: so
//     the file has it with the message, and sending writes nothing

// open reports whether a QoS 1 message may go out now.
func (s *Session) open() bool {
	return s.link != nil && len(s.inflight) < s.link.Window
}

// send puts one QoS 1 message on its way, if it may still be delivered.
func (s *Session) send(o outbound) (sent bool) {
	if !s.takes(o) {
		s.discard(o)
		return false
	}
	if o.id == 0 || s.isOnItsWay(o.id) {
		o.id = s.packetID()
	}
	if o.position == 0 {
		o.position = s.all.store.add(s.owner, o)
	}
	if !s.write(o, o.how(), o.id) {
		s.discard(o)
		return false
	}
	s.watchFor(o)
	return true
}

// takes reports whether o is still to be delivered over the present link.
func (s *Session) takes(o outbound) bool {
	if o.message.expired() {
		s.lost(o, Expired)
		return false
	}
	why := s.link.Allowed(o.message)
	if why != story.Sent {
		o.message.Story.Became(o.told, why)
	}
	return why == story.Sent
}

// write sends one PUBLISH; false means that it is too large for this client.
func (s *Session) write(o outbound, how flags, id uint16) bool {
	sent, _ := s.put(o.message, how, id) // it fails when the connection ends, which Detach follows
	if !sent {
		o.message.Story.Became(o.told, story.TooLarge)
	}
	return sent
}

// put is write that tells what the connection said.
func (s *Session) put(m *Message, how flags, id uint16) (sent bool, err error) {
	buf, _ := s.all.packets.Get().(*[]byte)
	if buf == nil {
		buf = new([]byte)
	}
	defer s.all.packets.Put(buf)
	*buf = m.appendPublish((*buf)[:0], s.version, how, id)
	if s.link.MaxPacket > 0 && len(*buf) > int(s.link.MaxPacket) {
		if s.link.TooLarge != nil {
			s.link.TooLarge(m, len(*buf))
		}
		return false, nil
	}
	if s.link.Sent != nil {
		s.link.Sent(m)
	}
	_, err = s.link.Write(*buf)
	return true, err
}

// packetID returns an identifier that no unacknowledged message has.
func (s *Session) packetID() uint16 {
	for {
		s.lastID++
		if s.lastID != 0 && !s.usesID(s.lastID) {
			return s.lastID
		}
	}
}

// usesID reports whether a message on its way has this identifier, or one that was
// and waits to be sent again: those are the first of the queue.
func (s *Session) usesID(id uint16) bool {
	if s.isOnItsWay(id) {
		return true
	}
	for _, o := range s.queue {
		if o.sent == 0 || o.id == id {
			return o.sent != 0
		}
	}
	return false
}

func (s *Session) isOnItsWay(id uint16) bool {
	return slices.ContainsFunc(s.inflight, func(o outbound) bool { return o.id == id })
}

// Acknowledge takes a PUBACK: the message is done and the next one may go out.
// It reports whether the identifier was known; an unknown one is no fault.
func (s *Session) Acknowledge(id uint16) bool { return s.AcknowledgeAt(id, 0) }

// AcknowledgeAt is Acknowledge at a moment, in nanoseconds since 1970; 0 is now.
func (s *Session) AcknowledgeAt(id uint16, at int64) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.inflight, func(o outbound) bool { return o.id == id })
	if i < 0 {
		return false
	}
	o := s.inflight[i]
	o.confirm(true)
	if o.message != nil {
		o.message.Story.Acknowledged(o.told, at)
	}
	s.discard(o)
	s.inflight = slices.Delete(s.inflight, i, i+1)
	s.acknowledged++
	s.drain()
	return true
}
