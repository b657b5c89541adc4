package session

import "slices"

// Acknowledge takes a PUBACK: the message is done and the next one may go out.
// It reports whether the identifier was known; an unknown one is no fault.
func (s *Session) Acknowledge(id uint16) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := slices.IndexFunc(s.inflight, func(o outbound) bool { return o.id == id })
	if i < 0 {
		return false
	}
	s.inflight = slices.Delete(s.inflight, i, i+1)
	s.drain()
	return true
}
