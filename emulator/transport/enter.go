package transport

import (
	clist "container/list"
	"fmt"
	"log/slog"
	"time"

	"github.com/suback/suback/emulator/cause"
)

// sparePlaces is how many get an answer on listener http for whom there is no
// room. One more ends the oldest.
const sparePlaces = 4

// enter lets p in, or reports that there is no room for it. crowded tells that
// there are no descriptors, whatever the bound is.
func (r *Room) enter(p *place, crowded bool) bool {
	r.mu.Lock()
	r.passed()
	full := crowded || len(r.places) >= r.bounds.Connections
	var why Problem
	var outs []*eviction
	if full {
		why = r.noRoom(crowded)
		outs = append(outs, r.makeRoom(why))
	}
	entered := !full || outs[0] != nil
	switch {
	case entered:
		r.places[p] = struct{}{}
		p.move(&r.half)
		outs = append(outs, r.boundHalfOpen())
	case p.listener.o.Name == "http":
		entered, p.spare = true, true
		p.move(&r.spare)
		outs = append(outs, r.boundSpare())
	}
	var say func(*slog.Logger)
	if full {
		say = r.crowded.refused(why, len(r.places))
	} else {
		say = r.crowded.calm(len(r.places))
	}
	r.mu.Unlock()
	if !entered {
		r.Hit(boundOf(why))
		p.listener.report(p.facts, why)
	}
	for _, out := range outs {
		out.perform()
	}
	say(p.listener.o.Log)
	return entered
}

// leave counts p out.
func (r *Room) leave(p *place) {
	r.mu.Lock()
	r.passed()
	r.remove(p)
	say := r.crowded.calm(len(r.places))
	r.mu.Unlock()
	r.reserve.hold()
	say(p.listener.o.Log)
}

// remove is leave for who holds the room's mu.
func (r *Room) remove(p *place) {
	p.move(nil)
	p.left = true
	delete(r.places, p)
}

// An eviction is the end of a connection that makes room for others.
type eviction struct {
	place *place
	conn  *Conn    // of it, if the engine has it
	why   *Problem // nil: nobody is hurt
}

// evict removes the oldest of a list; nil if there is none. The room's mu is
// held here and in all that call it.
func (r *Room) evict(from *clist.List, why *Problem) *eviction {
	if from.Front() == nil {
		return nil
	}
	return r.evictThis(from.Front().Value.(*place), why)
}

func (r *Room) evictThis(p *place, why *Problem) *eviction {
	r.remove(p)
	return &eviction{p, p.conn, why}
}

// perform ends the connection; for nil it does nothing. No lock is held. Its
// descriptor is free when it returns.
func (e *eviction) perform() {
	if e == nil {
		return
	}
	p := e.place
	if e.conn != nil {
		e.conn.End(nil, errMadeRoom)
	}
	_ = p.tcp.Close()
	if e.why != nil {
		p.room.Hit(boundOf(*e.why))
		p.listener.report(p.facts, *e.why)
	}
}

// makeRoom ends a connection that is idle, or has been half-open for long
// enough.
func (r *Room) makeRoom(why Problem) *eviction {
	if out := r.evict(&r.idle, nil); out != nil {
		return out
	}
	if first := r.half.Front(); first == nil || time.Since(first.Value.(*place).since) < r.ripe {
		return nil
	}
	why.Detail += ", and of those without a whole CONNECT or request it was the oldest"
	return r.evict(&r.half, &why)
}

func (r *Room) boundHalfOpen() *eviction {
	if r.half.Len() <= r.bounds.HalfOpen {
		return nil
	}
	why := tooManyHalfOpen(r.bounds.HalfOpen)
	return r.evict(&r.half, &why)
}

// boundBulky keeps strangers from having the memory for many large packets.
func (r *Room) boundBulky() *eviction {
	most := max(r.bounds.HalfOpen/16, 1)
	if r.bulky <= most {
		return nil
	}
	why := tooManyHalfOpen(r.bounds.HalfOpen)
	why.Detail = fmt.Sprintf("of more than %d connections that had sent a part of a CONNECT of more than %d bytes "+
		"it was the oldest", most, bulky)
	for at := r.half.Front(); at != nil; at = at.Next() {
		if p := at.Value.(*place); p.bulky {
			return r.evictThis(p, &why)
		}
	}
	return nil
}

func (r *Room) boundSpare() *eviction {
	if r.spare.Len() <= sparePlaces {
		return nil
	}
	return r.evict(&r.spare, nil)
}

// noRoom says why there is no room for a connection.
func (r *Room) noRoom(crowded bool) Problem {
	if crowded || r.scarce {
		return outOfDescriptors(len(r.places))
	}
	return tooManyConnections(len(r.places))
}

func boundOf(p Problem) Bound {
	switch p.Reason {
	case ProblemDescriptors:
		return BoundDescriptors
	case ProblemHalfOpen:
		return BoundHalfOpen
	}
	return BoundConnections
}

func tooManyConnections(open int) Problem {
	return Problem{
		Cause: cause.Cause{Reason: ProblemConnections,
			Detail: fmt.Sprintf("no room for another connection: %d are open", open),
			Hint:   "end some, or raise --max-connections"},
		Saw: closed,
	}
}

func outOfDescriptors(open int) Problem {
	return Problem{
		Cause: cause.Cause{Reason: ProblemDescriptors,
			Detail: fmt.Sprintf("out of descriptors: %d connections are open", open),
			Hint:   "raise ulimit -n"},
		Saw: closed,
	}
}

func tooManyHalfOpen(bound int) Problem {
	return Problem{
		Cause: cause.Cause{Reason: ProblemHalfOpen,
			Detail: fmt.Sprintf("of more than %d connections without a whole CONNECT or request it was the oldest",
				bound),
			Hint: "let clients send their CONNECT or request at once, or raise --max-half-open"},
		Saw: closed,
	}
}
