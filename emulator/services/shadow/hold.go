package shadow

// What the program itself asks of shadows, without a message.

// Document returns what a get answers: state with its delta, metadata, version and
// timestamp; ok is false if there is no such shadow.
func (s *Shadows) Document(id ID) (document []byte, ok bool) {
	defer s.turn(id)()
	d, err := s.find(id).decoded()
	if d == nil || err != nil {
		return nil, false
	}
	return d.got(s.seconds(), ""), true
}

// State returns desired and reported of a shadow, {"desired":{…},"reported":{…}}, with
// what there is of them; ok is false if there is no such shadow.
func (s *Shadows) State(id ID) (state []byte, ok bool) {
	defer s.turn(id)()
	d, err := s.find(id).decoded()
	if d == nil || err != nil {
		return nil, false
	}
	return appendSections(nil, (*node).appendValue, d.desired, d.reported, nil), true
}

// Set makes a shadow what a state says, {"desired":{…},"reported":{…}}, whatever there was:
// version 1, or one more than before. Nothing is published. The error is a *Refusal.
func (s *Shadows) Set(id ID, state []byte) error {
	if why := id.Check(); why != nil {
		return why
	}
	defer s.turn(id)()
	at := s.seconds()
	u, why := parseUpdate(append(append([]byte(`{"state":`), state...), '}'), at)
	if why != nil {
		return why
	}
	e := s.find(id)
	d := updated(nil, u, e.nextVersion(at), at)
	if why = d.check(); why == nil {
		why = s.change(id, e, &entry{document: d.encode(), version: d.version})
	}
	if why != nil {
		return why
	}
	return nil
}
