package transport

import "time"

// What waits for all connections together
//
//   - every chunk is counted, by connection and for all
//   - over the bound, a client that took nothing for a second is ended, the one for
//     whom most waits first, and what waits for it is dropped at once
//   - if there is none, all of them read and their bytes are merely late, as when
//     one message goes to thousands: who writes waits for them a moment. Without
//     that, healthy clients would be ended for the speed of a publisher
//   - if that does not help, the one is ended for whom most waits, healthy or not

const (
	idleReader = time.Second      // who takes nothing for so long does not read
	latePause  = time.Millisecond // between two looks at what is late
)

// take gets a chunk and counts it.
func (c *Conn) take(size, pool int) *chunk {
	c.held.Add(int64(size))
	c.place.room.buffered.Add(int64(size))
	return c.place.room.chunks.get(size, pool)
}

// giveBack counts a chunk out.
func (c *Conn) giveBack(out *chunk) {
	c.countOut(out)
	c.place.room.chunks.put(out)
}

func (c *Conn) countOut(out *chunk) {
	size := int64(cap(out.b))
	c.held.Add(-size)
	c.place.room.buffered.Add(-size)
}

// drop forgets what has not begun to go out. It may be much, so it is not kept
// for others. c.mu is held.
func (c *Conn) drop() {
	c.sendMu.Lock()
	defer c.sendMu.Unlock()
	c.pong = nil
	for _, b := range []*backlog{&c.departing, &c.backlog} {
		for !b.empty() {
			c.countOut(b.pop())
		}
	}
}

// returnMemory lets the machine have what slow consumers held, when most of it
// is free: the garbage collector may have no other reason to run for minutes.
func (r *Room) returnMemory() {
	if r.buffered.Load() > int64(r.bounds.BufferedBytes/4) || !r.returning.TryLock() {
		return
	}
	defer r.returning.Unlock()
	if now := time.Now(); now.Sub(r.returned) > time.Second {
		r.returned = now
		r.free()
	}
}

// progressed notes that the client takes what it is sent, or has got its chance.
func (c *Conn) progressed(now time.Time) { c.progress.Store(now.UnixNano()) }

// overfull reports whether more waits than may.
func (r *Room) overfull() bool { return r.buffered.Load() > int64(r.bounds.BufferedBytes) }

// relieve returns when no more waits than may. The caller holds no lock that
// the end of a connection needs.
func (r *Room) relieve() {
	if !r.overfull() {
		return
	}
	r.relieving.Lock()
	defer r.relieving.Unlock()
	for late := time.Now().Add(r.late); r.overfull(); {
		worst := r.worst(time.Now().Add(-idleReader))
		if worst == nil && time.Now().Before(late) {
			time.Sleep(latePause)
			continue
		}
		if worst == nil {
			worst = r.worst(time.Now().Add(idleReader)) // any
		}
		if worst == nil { // all that is left is on its way
			return
		}
		r.Hit(BoundBuffered)
		worst.cutOff()
	}
}

// worst returns the connection for whom most waits among those that have taken
// nothing since a time.
func (r *Room) worst(since time.Time) (worst *Conn) {
	var most int64
	r.mu.Lock()
	defer r.mu.Unlock()
	for p := range r.places {
		c := p.conn
		if c == nil || c.cut.Load() || c.progress.Load() > since.UnixNano() {
			continue
		}
		if held := c.held.Load(); held > most {
			worst, most = c, held
		}
	}
	return worst
}

// cutOff ends a connection and drops what waits for it.
func (c *Conn) cutOff() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cut.Store(true)
	c.drop()
	c.giveUp(ErrMostWaiting)
}
