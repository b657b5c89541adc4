package transport

import (
	clist "container/list"
	"net"
	"sync/atomic"
	"time"
)

// A place is what one TCP connection takes of a Room, from accept to the end.
type place struct {
	room     *Room
	listener *Listener
	tcp      *net.TCPConn
	facts    *Facts       // as far as they are known at accept; they do not change
	share    atomic.Int32 // a share of the room's turns

	// Guarded by the room's mu.
	in    *clist.List // one of the room's lists; nil: it is at work
	at    *clist.Element
	since time.Time // in that list
	conn  *Conn     // once the engine has it
	left  bool      // it is not counted any more
	spare bool      // there was no room for it: it gets one answer
	bulky bool      // it is half-open, and its first packet large
}

// move puts p into one of the room's lists, or nil into none. The room's mu is
// held.
func (p *place) move(to *clist.List) {
	if p.in != nil {
		p.in.Remove(p.at)
	}
	if p.bulky {
		p.bulky, p.room.bulky = false, p.room.bulky-1
	}
	if p.in, p.since = to, time.Now(); to != nil {
		p.at = to.PushBack(p)
	}
}

// begun: a request, or the CONNECT, has begun and not come to its end yet.
func (p *place) begun() {
	r := p.room
	r.mu.Lock()
	var out *eviction
	if !p.left && !p.spare {
		p.move(&r.half)
		out = r.boundHalfOpen()
	}
	r.mu.Unlock()
	out.perform()
}

// announced: a large CONNECT has begun and not come to its end yet.
func (p *place) announced() {
	r := p.room
	r.mu.Lock()
	var out *eviction
	if p.in == &r.half && !p.bulky {
		p.bulky, r.bulky = true, r.bulky+1
		out = r.boundBulky()
	}
	r.mu.Unlock()
	out.perform()
}

// arrived: the request, or the CONNECT, has come to its end.
func (p *place) arrived() {
	p.room.mu.Lock()
	defer p.room.mu.Unlock()
	if !p.left && !p.spare {
		p.move(nil)
	}
}

// answered: the next request has not begun yet. Who was spared ends here.
func (p *place) answered() {
	r := p.room
	r.mu.Lock()
	spare := p.spare
	if !p.left && !spare {
		p.move(&r.idle)
	}
	r.mu.Unlock()
	if spare {
		_ = p.tcp.Close()
	}
}

// engaged: the engine has it.
func (p *place) engaged(c *Conn) {
	p.room.mu.Lock()
	defer p.room.mu.Unlock()
	p.conn = c
}

// gone reports whether it had to make room.
func (p *place) gone() bool {
	p.room.mu.Lock()
	defer p.room.mu.Unlock()
	return p.left
}

// isSpare reports whether it gets but one answer.
func (p *place) isSpare() bool {
	p.room.mu.Lock()
	defer p.room.mu.Unlock()
	return p.spare
}
