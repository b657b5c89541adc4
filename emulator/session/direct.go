package session

import (
	"errors"

	"github.com/suback/suback/emulator/story"
)

// Direct messages
//
//   - a message goes to one connection, which need not have subscribed to its
//     topic; it is not queued and not sent again [B-817]
//   - its QoS is the sender's choice; with QoS 1 it counts as unacknowledged, and
//     is refused while as many are as may be [B-684, B-817]
//   - one that was not acknowledged in time stays unacknowledged until it is, or
//     the connection ends [guess]

// Why a direct message is not sent. What [Link.Direct] says is passed on.
var (
	ErrOffline    = errors.New("the client is not connected")
	ErrWindowFull = errors.New("as many messages are unacknowledged as may be")
	ErrTooLarge   = errors.New("the packet is larger than the client takes")
	ErrNotWritten = errors.New("the connection takes nothing")
)

// Send puts a message on its way to the client that is connected. With QoS 1
// it returns a channel that gets one value: true when the client acknowledges
// the message, false when it will not any more.
func (s *Session) Send(m *Message) (confirmed <-chan bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.link == nil || s.link.Direct == nil:
		return nil, ErrOffline
	case m.QoS > 0 && !s.open():
		return nil, ErrWindowFull
	}
	if err := s.link.Direct(m); err != nil {
		return nil, err
	}
	o := outbound{message: m, told: 1} // the only receiver that its story has
	if m.QoS > 0 {
		o.id, m.confirmed = s.packetID(), make(chan bool, 1)
	}
	switch sent, err := s.put(m, atQoS(m.QoS), o.id); {
	case !sent:
		m.Story.Became(o.told, story.TooLarge)
		return nil, ErrTooLarge
	case err != nil:
		m.Story.Became(o.told, story.NotSent)
		return nil, ErrNotWritten
	}
	if m.QoS > 0 {
		s.hold(m)
		s.watchFor(o)
	}
	return m.confirmed, nil
}

// confirm tells the sender of a direct message what became of it.
func (o *outbound) confirm(acknowledged bool) {
	if o.message != nil && o.message.confirmed != nil {
		o.message.confirmed <- acknowledged // has room: it is told once
	}
}

// undelivered returns what is unacknowledged and to be sent again. The caller
// holds s.mu and forgets the rest.
func (s *Session) undelivered() []outbound {
	var kept []outbound
	for _, o := range s.inflight {
		switch {
		case o.message == nil:
		case o.message.confirmed != nil:
			s.discard(o)
			o.confirm(false)
		default:
			o.sent = max(1, o.sent) // it was
			kept = append(kept, o)
		}
	}
	return kept
}
