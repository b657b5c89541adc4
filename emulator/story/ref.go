package story

// A Ref is where the story of a message is written, as long as it is kept. The zero Ref
// is nowhere. It is a value.
//
// A place of a receiver is a number that Matched and Add give; 0 is none, of which
// nothing is written.
type Ref struct {
	page   *page
	number uint64
}

// ID is the message's id, which is its trace id; "" of the zero Ref.
func (r Ref) ID() string {
	if r.page == nil {
		return ""
	}
	return r.page.book.text(r.number)
}

// Kept reports whether there is a story to write.
func (r Ref) Kept() bool { return r.page != nil }

// open locks the entry of the message, if it still is its own.
func (r Ref) open() (e entry, ok bool) {
	if r.page == nil {
		return e, false
	}
	e = r.page.entry(r.number)
	e.mu.Lock()
	if e.number != r.number {
		e.mu.Unlock()
		return e, false
	}
	return e, true
}

// Places says who gets the message, each as [To] makes it, at most MaxPlaces, and how many
// others do: the first has place 1. All are taken as sent to at once, until something else
// is said. It comes once, and before Add. The places are not kept.
func (r Ref) Places(places []Place, omitted int) {
	e, ok := r.open()
	if !ok {
		return
	}
	e.set(places)
	e.omitted = int32(omitted)
	e.close()
}

// SentTo is Places with those of an Audience, all of QoS 0 and of roles that nothing follows:
// who gets it, and what other filters they have.
func (r Ref) SentTo(a *Audience) {
	e, ok := r.open()
	if !ok {
		return
	}
	if len(a.places) > few {
		e.placed = uint16(len(a.places))
		e.share(a)
	} else {
		e.set(a.places)
	}
	e.omitted = int32(a.omitted)
	e.mu.Unlock()
}

// To is the place of a holder to whom a message is sent at once.
func To(whose ID, qos byte, role Role) Place { return Place{To: whose, QoS: qos, Role: role, sent: 1} }

// Add keeps one more receiver and returns its place.
func (r Ref) Add(p Place) uint16 {
	e, ok := r.open()
	if !ok {
		return 0
	}
	p.sent = e.stamp(now())
	place := e.add(p)
	e.close()
	return place
}

// at opens the entry at a place; nil if there is none. Who gets a place closes e.
func (r Ref) at(place uint16) (e entry, p *Place) {
	if place == 0 {
		return e, nil
	}
	e, ok := r.open()
	if !ok {
		return e, nil
	}
	if place <= e.placed && e.isSharing() {
		e.own()
		e.close()
		if e, ok = r.open(); !ok {
			return e, nil
		}
	}
	if place > e.placed {
		e.mu.Unlock()
		return e, nil
	}
	return e, &e.all()[place-1]
}

// Became says what became of the message for a receiver that did not get it at once.
func (r Ref) Became(place uint16, o Outcome) {
	e, p := r.at(place)
	if p == nil {
		return
	}
	switch {
	case p.outcome == Sent && o != GivenUp && o != NoRoom: // it was taken as sent
		p.outcome, p.sent = o, 0
	case o == Ended && p.sent != 0: // to be sent again, and so nothing is lost
		p.outcome = Sent
	default:
		p.outcome = o
	}
	e.mu.Unlock()
}

// Returned says that the message was sent, has not been acknowledged, and is to be sent
// again.
func (r Ref) Returned(place uint16) {
	e, p := r.at(place)
	if p == nil {
		return
	}
	p.outcome = Queued
	e.mu.Unlock()
}

// Sent says that the message was sent after it had waited.
func (r Ref) Sent(place uint16) {
	e, p := r.at(place)
	if p == nil {
		return
	}
	if p.outcome = Sent; p.sent == 0 {
		p.sent = e.stamp(now())
	}
	e.mu.Unlock()
}

// Acknowledged says that the receiver has acknowledged it; at is in nanoseconds since
// 1970, 0 is now.
func (r Ref) Acknowledged(place uint16, at int64) {
	e, p := r.at(place)
	if p == nil {
		return
	}
	if at == 0 {
		at = now()
	}
	p.outcome, p.acked = Acknowledged, max(e.stamp(at), p.sent)
	e.mu.Unlock()
}

// Taken says which member of a group gets the message; place is that of the group, the
// next one is the member's.
func (r Ref) Taken(place uint16, by ID, qos byte) (member uint16) {
	e, p := r.at(place)
	if p == nil {
		return 0
	}
	defer e.mu.Unlock()
	all := e.all()
	if p.Role != ToGroup || int(place) >= len(all) {
		return 0
	}
	waited := p.outcome != Sent
	p.outcome = Sent
	m := &all[place]
	*m = Place{To: by, QoS: qos, Role: ToMember, sent: 1}
	if waited {
		m.sent = e.stamp(now())
	}
	return place + 1
}

// GivenBack says that the session of a member has ended without an acknowledgement, and that
// its group has the message again, whose place it returns.
func (r Ref) GivenBack(member uint16) (group uint16) {
	e, p := r.at(member)
	if p == nil {
		return 0
	}
	all, was := e.all(), *p
	if was.Role != ToMember || member < 2 {
		e.mu.Unlock()
		return 0
	}
	g := &all[member-2]
	g.outcome, g.sent, *p = Queued, 0, Place{Role: ToMember}
	if was.sent != 0 {
		was.outcome, was.Role = Left, ToFormer
		e.add(was)
	}
	e.close()
	return member - 1
}

// Retained says what the message did to the retained message of its topic.
func (r Ref) Retained(what Retained) {
	if e, ok := r.open(); ok {
		e.retained = what
		e.mu.Unlock()
	}
}

// Confirmed says that its publisher has got a PUBACK, or an answer to its request; at
// as in Acknowledged.
func (r Ref) Confirmed(at int64) {
	if e, ok := r.open(); ok {
		if at == 0 {
			at = now()
		}
		e.acked = e.stamp(at)
		e.mu.Unlock()
	}
}

// Served says in one line what a service has made of the message, which asked it for
// something.
func (r Ref) Served(line string) {
	e, ok := r.open()
	if !ok {
		return
	}
	x := e.more()
	x.text = append(x.text[:x.long], line...)
	e.close()
}

// Refused says that the message was not published.
func (r Ref) Refused(why Refusal) {
	e, ok := r.open()
	if !ok {
		return
	}
	e.more().refusal = &why
	e.close()
}
