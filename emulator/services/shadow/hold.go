package shadow

// What the program itself asks of shadows, without a message.

// Document returns what a get answers: state with its delta, metadata, version and
// timestamp; ok is false if there is no such shadow.
func (s *Shadows) Document(id ID) (document []byte, ok bool) {
	defer s.turn(id).Unlock()
	on := new(desk)
	d := s.find(id).decoded(on)
	if d == nil {
		return nil, false
	}
	return d.got(s.seconds(), "", on), true
}

// State returns desired and reported of a shadow, {"desired":{…},"reported":{…}}, with
// what there is of them; ok is false if there is no such shadow.
func (s *Shadows) State(id ID) (state []byte, ok bool) {
	defer s.turn(id).Unlock()
	on := new(desk)
	d := s.find(id).decoded(on)
	if d == nil {
		return nil, false
	}
	return appendSections(nil, (*node).appendValue, d.desired, d.reported, nil), true
}

// Set makes a shadow what a state says, {"desired":{…},"reported":{…}}, whatever there was:
// version 1, or one more than before. Nothing is published. The error is a *Refusal.
func (s *Shadows) Set(id ID, state []byte) error {
	defer s.turn(id).Unlock()
	at := s.seconds()
	e := s.find(id)
	on := new(desk)
	d, why := held(id, state, e.nextVersion(at), at, on)
	if why == nil {
		why = s.change(id, e, &entry{document: d.encode(on), version: d.version})
	}
	if why != nil {
		return why
	}
	return nil
}

// Check says what Set would of a state, for want of room or a disk apart. The error is a
// *Refusal.
func Check(id ID, state []byte) error {
	if _, why := held(id, state, 1, 0, new(desk)); why != nil {
		return why
	}
	return nil
}

// held is the document of a state.
func held(id ID, state []byte, version, at int64, on *desk) (*document, *Refusal) {
	if why := id.Check(); why != nil {
		return nil, why
	}
	u, why := on.parseUpdate(append(append([]byte(`{"state":`), state...), '}'), at)
	if why != nil {
		return nil, why
	}
	d := updated(nil, u, version, at)
	return d, d.check()
}

// Known reports whether there is such a shadow, or its deletion is remembered.
func (s *Shadows) Known(id ID) bool { return s.find(id) != nil }
