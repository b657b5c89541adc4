package session

// What a message counts for
//
//   - its topic, payload and properties, and what Go needs for it, once, while it is at
//     any place: a queue, a group's, unacknowledged, retained
//   - and for each of these places what that takes

const (
	messageBytes    = 256 // of a Message without what it refers to
	propertiesBytes = 256 // of its properties, likewise
	placeBytes      = 80  // of one place in a queue that grows by doubling
	propertyBytes   = 32  // of a user property without its text
)

// size is how much memory m takes, by and large. Properties are kept in two forms.
func (m *Message) size() int64 {
	n := int64(messageBytes + len(m.Topic) + len(m.Payload))
	if p := m.Properties; p != nil {
		n += propertiesBytes + 2*int64(len(p.ContentType)+len(p.ResponseTopic)+len(p.CorrelationData))
		for _, u := range p.User {
			n += 2 * int64(propertyBytes+len(u.Key)+len(u.Val))
		}
	}
	return n
}

// hold counts one more place of m; letGo counts it off again.
func (r *Room) hold(m *Message) {
	n := int64(placeBytes)
	if m.held.Add(1) == 1 {
		n += m.size()
	}
	r.bytes.Add(n)
}

func (r *Room) letGo(m *Message) {
	n := int64(placeBytes)
	if m.held.Add(-1) == 0 {
		n += m.size()
	}
	r.bytes.Add(-n)
}

// A load is what waits for one session or in one group, shared messages in full.
type load int64

func (l *load) add(m *Message)  { *l += load(placeBytes + m.size()) }
func (l *load) take(m *Message) { *l -= load(placeBytes + m.size()) }

// hold counts a message that is to wait for this session, or for its acknowledgement.
// The caller holds s.mu; discard counts it off.
func (s *Session) hold(m *Message) {
	s.load.add(m)
	s.all.room.hold(m)
}

func (g *group) hold(r *Room, m *Message) {
	g.load.add(m)
	r.hold(m)
}

func (g *group) letGo(r *Room, m *Message) {
	g.load.take(m)
	r.letGo(m)
}

// holdRetained and letGoRetained are those of a retained message; nil is none.
func (r *Room) holdRetained(m *Message) {
	r.hold(m)
	r.retained.Add(m.size())
}

func (r *Room) letGoRetained(m *Message) {
	if m != nil {
		r.letGo(m)
		r.retained.Add(-m.size())
	}
}

// release counts off all that the sessions have: they are closed, and their file may
// keep it.
func (a *Sessions) release() {
	for _, s := range a.list() {
		s.mu.Lock()
		a.room.isBack(s)
		if !s.gone {
			s.each(a.room.letGo)
		}
		s.gone = true // a timer may be at its end
		for _, sub := range s.subs {
			if sub.group != nil {
				sub.group.release(a.room)
			}
		}
		s.mu.Unlock()
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, m := range a.retained {
		a.room.letGoRetained(m)
	}
	clear(a.retained)
	a.room.leave(a)
}

// release is called once for each member.
func (g *group) release(r *Room) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.load == 0 {
		return
	}
	for _, o := range g.queue {
		g.letGo(r, o.message)
	}
}

// each calls do for all messages that the session has. The caller holds s.mu.
func (s *Session) each(do func(*Message)) {
	for _, list := range [][]outbound{s.inflight, s.queue} {
		for _, o := range list {
			if o.message != nil {
				do(o.message)
			}
		}
	}
}
