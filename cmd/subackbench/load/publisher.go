package load

import (
	"encoding/binary"
	"sync/atomic"
)

// A group is publishers and subscribers of one topic.
type group struct {
	fan, window     int64
	sent, delivered atomic.Int64 // messages, deliveries
	waiting         atomic.Int32
	wake            chan struct{}
}

func newGroup(fan, window, publishers int) *group {
	return &group{fan: int64(fan), window: int64(window), wake: make(chan struct{}, publishers)}
}

// room is how many messages may be published now.
func (g *group) room() int64 {
	return g.window - g.sent.Load() + g.delivered.Load()/g.fan
}

func (g *group) got(n int) {
	g.delivered.Add(int64(n))
	for range g.waiting.Load() {
		select {
		case g.wake <- struct{}{}:
		default:
			return
		}
	}
}

// A publisher publishes to a topic as fast as the window lets it.
type publisher struct {
	g       *group
	c       *client
	unacked atomic.Int64
	wake    chan struct{}
	ending  <-chan struct{}
}

func (p *publisher) acked(n, _ int) {
	p.unacked.Add(int64(-n))
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// publish publishes until the end.
func (p *publisher) publish(topic string) error {
	o := &p.c.run.options
	one, id, _ := o.publishPacket(topic, byte(o.qos), false, make([]byte, max(o.size, 8)))
	var batch []byte
	for range o.batch {
		batch = append(batch, one...)
	}
	var newest identifiers
	for {
		n := min(p.room(), int64(o.batch))
		if n == 0 {
			return nil
		}
		if o.qos == 1 {
			for i := range int(n) {
				binary.BigEndian.PutUint16(batch[i*len(one)+id:], newest.next())
			}
			p.unacked.Add(n)
		}
		p.g.sent.Add(n)
		if _, err := p.c.Write(batch[:int(n)*len(one)]); err != nil {
			return err
		}
	}
}

// room waits until something may be published; it is 0 at the end.
func (p *publisher) room() int64 {
	for {
		var wake chan struct{}
		own := int64(p.c.run.window) - p.unacked.Load()
		if own > 0 {
			all := p.g.room()
			if all > 0 {
				return min(own, all)
			}
			p.g.waiting.Add(1)
			if wake = p.g.wake; p.g.room() > 0 { // it was made in between
				p.g.waiting.Add(-1)
				continue
			}
		} else {
			wake = p.wake
		}
		select {
		case <-wake:
		case <-p.ending:
			return 0
		}
		if own > 0 {
			p.g.waiting.Add(-1)
		}
	}
}
