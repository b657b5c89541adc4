package scenario

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/suback/suback/emulator/mqtttest"
)

// A talk is what clients sent and got, in the order in which it was seen.
type talk struct {
	mu    sync.Mutex
	lines []string
	left  int // out, of the oldest
}

// maxTalk is how many lines are kept.
const maxTalk = 60

func (t *talk) add(client, way, text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.lines) == maxTalk {
		t.lines, t.left = t.lines[1:], t.left+1
	}
	t.lines = append(t.lines, fmt.Sprintf("%s %s %s", client, way, text))
}

func (t *talk) all() (lines []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.left > 0 {
		lines = append(lines, fmt.Sprintf("(%d lines before)", t.left))
	}
	return append(lines, t.lines...)
}

// A peer is one connection of a client. A goroutine reads it until it ends.
type peer struct {
	name   string
	level  byte   // of MQTT
	manual bool   // it acknowledges nothing by itself
	first  []byte // it sends in place of a CONNECT, if it is not nil
	conn   *mqtttest.Client
	talk   *talk
	names  *names        // as the target has them
	quiet  time.Duration // how long what PINGRESP has overtaken may be under way
	done   chan struct{} // closed when nothing is read any more

	writing sync.Mutex
	id      uint16 // of the last packet that has one

	mu      sync.Mutex
	inbox   []packets.Packet // what came and no step has taken
	ended   bool
	mine    bool          // the end is our own doing
	changed chan struct{} // closed at each change, and replaced
}

func newPeer(name string, level byte, conn *mqtttest.Client, t *talk) *peer {
	p := &peer{name: name, level: level, conn: conn, talk: t, done: make(chan struct{}),
		changed: make(chan struct{})}
	conn.Version, conn.Patience = level, time.Hour // whoever waits has a deadline of its own
	return p
}

// read takes what comes, until the connection ends.
func (p *peer) read() {
	defer close(p.done)
	for {
		pk, err := p.conn.Read()
		if err != nil {
			p.end()
			return
		}
		p.names.in(&pk)
		p.talk.add(p.name, "<", described(&pk))
		if pk.FixedHeader.Type == packets.Publish && pk.FixedHeader.Qos > 0 && !p.manual {
			_ = p.write(packets.Packet{FixedHeader: packets.FixedHeader{Type: packets.Puback}, PacketID: pk.PacketID})
		}
		p.mu.Lock()
		p.inbox = append(p.inbox, pk)
		p.change()
		p.mu.Unlock()
	}
}

func (p *peer) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended = true; !p.mine {
		p.talk.add(p.name, "<", "the connection ends")
	}
	p.change()
}

// change wakes who waits; mu is held.
func (p *peer) change() {
	close(p.changed)
	p.changed = make(chan struct{})
}

// write sends a packet.
func (p *peer) write(pk packets.Packet) error {
	p.writing.Lock()
	defer p.writing.Unlock()
	pk.ProtocolVersion = p.level
	pk.Mods.AllowResponseInfo = true
	if pk.FixedHeader.Type == packets.Connect && p.first != nil {
		p.talk.add(p.name, ">", fmt.Sprintf("% x", p.first))
		return p.conn.Send(p.first)
	}
	p.talk.add(p.name, ">", described(&pk))
	p.names.out(&pk)
	return p.conn.Write(pk)
}

func (p *peer) next() uint16 {
	p.writing.Lock()
	defer p.writing.Unlock()
	p.id = p.id%65535 + 1
	return p.id
}

// take returns the first packet of the inbox that match takes, and waits for one until ctx
// ends or the connection does; ok is false then.
func (p *peer) take(ctx context.Context, match func(*packets.Packet) bool) (pk packets.Packet, ok bool) {
	for {
		p.mu.Lock()
		for i := range p.inbox {
			if match(&p.inbox[i]) {
				pk = p.inbox[i]
				p.inbox = append(p.inbox[:i:i], p.inbox[i+1:]...)
				p.mu.Unlock()
				return pk, true
			}
		}
		ended, changed := p.ended, p.changed
		p.mu.Unlock()
		if ended {
			return pk, false
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return pk, false
		}
	}
}

// over reports whether the connection has ended, or does until ctx ends.
func (p *peer) over(ctx context.Context) bool {
	select {
	case <-p.done:
		return true
	case <-ctx.Done():
		return false
	}
}

// linger waits for what PINGRESP may have overtaken.
func (p *peer) linger(ctx context.Context) {
	if p.quiet > 0 {
		ctx, cancel := context.WithTimeout(ctx, p.quiet)
		defer cancel()
		p.over(ctx)
	}
}

func (p *peer) isOver() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.ended
}

// messages are those that no step has taken.
func (p *peer) messages() (all []packets.Packet) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, pk := range p.inbox {
		if pk.FixedHeader.Type == packets.Publish {
			all = append(all, pk)
		}
	}
	return all
}

// ping asks for an answer: what the gateway sent before has come by then.
func (p *peer) ping(ctx context.Context) error {
	err := p.write(packets.Packet{FixedHeader: packets.FixedHeader{Type: packets.Pingreq}})
	if err != nil && !p.isOver() {
		return err
	}
	if _, ok := p.take(ctx, ofType(packets.Pingresp)); ok {
		return nil
	}
	if p.isOver() {
		return errors.New("the connection ended, want a PINGRESP")
	}
	return errors.New("nothing came, want a PINGRESP")
}

// drop ends the connection without a word, and waits until it has.
func (p *peer) drop() {
	p.mu.Lock()
	p.mine = true
	p.mu.Unlock()
	_ = p.conn.Close()
	<-p.done
}

func ofType(kind byte) func(*packets.Packet) bool {
	return func(pk *packets.Packet) bool { return pk.FixedHeader.Type == kind }
}

func answering(kind byte, id uint16) func(*packets.Packet) bool {
	return func(pk *packets.Packet) bool { return pk.FixedHeader.Type == kind && pk.PacketID == id }
}
