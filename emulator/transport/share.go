package transport

// A share is what a connection has of the turns, until it is let in.
type share int32

const (
	noTurn    share = iota // yet
	itsTurn                // it is at work
	waitsFor               // its client, or a function: it has had one
	needsNone              // any more
)

// takeTurn waits for a turn, unless p has one or needs none any more.
func (p *place) takeTurn() {
	t, was := p.room.turns, share(p.share.Load())
	switch was {
	case noTurn:
		t.take(&t.fresh)
	case waitsFor:
		t.take(&t.begun)
	default:
		return
	}
	if !p.share.CompareAndSwap(int32(was), int32(itsTurn)) { // it has ended
		t.leave()
	}
}

// leaveTurn reports whether there was one.
func (p *place) leaveTurn() bool {
	if p.share.Load() != int32(itsTurn) || !p.share.CompareAndSwap(int32(itsTurn), int32(waitsFor)) {
		return false
	}
	p.room.turns.leave()
	return true
}

// Admitted tells that most of the work that a connection makes before it is established has
// been done: who waits to be let in may have its turn.
func (c *Conn) Admitted() {
	if c.place.share.Swap(int32(needsNone)) == int32(itsTurn) {
		c.place.room.turns.leave()
	}
}

// Meanwhile does something that waits for others, while whoever waits to be let in may have
// the connection's turn.
func (c *Conn) Meanwhile(do func()) {
	had := c.place.leaveTurn()
	do()
	if had {
		c.place.takeTurn()
	}
}
