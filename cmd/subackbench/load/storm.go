package load

import (
	"context"
	"encoding/binary"
	"fmt"
	"sync/atomic"
)

// unanswered is how many packets a client of a storm has without an answer at
// most: a broker's Receive Maximum may be 100.
const unanswered = 90

// A storm is what comes back of what is refused.
type storm struct {
	stream
	answered, refused atomic.Int64
}

// storm does what the broker refuses, at a rate, with -n clients, in MQTT 5 and QoS
// 1: clients of 3.1.1 would be closed. What finds no room is left out, so the rate
// is what is wanted, and per_s what was done.
func (r *run) storm(ctx context.Context) (Figures, error) {
	ctx, stop := context.WithCancelCause(ctx)
	r.version = 5
	clients := max(r.n, 1)
	r.rate = max(r.rate/clients, 1)
	s := &storm{stream: stream{run: r, stop: stop, ending: ctx.Done()}}
	defer s.end()
	for i := range clients {
		if err := s.client(ctx, i); err != nil {
			return nil, err
		}
	}
	m := begin(r.pid)
	if err := wait(ctx, r.duration); err != nil {
		return nil, err
	}
	figures := m.end(s.answered.Load())
	figures["refused"] = float64(s.refused.Load())
	return figures, nil
}

// client begins what one client does.
func (s *storm) client(ctx context.Context, i int) error {
	r := s.run
	topic, _ := r.names(fmt.Sprintf("secret/%d", i))
	switch r.kind {
	case "publish":
		one, id, _ := r.publishPacket(topic, 1, false, make([]byte, max(r.size, 8)))
		return s.send(ctx, i, one, id)
	case "subscribe":
		return s.send(ctx, i, r.subscribePacket(1, 1, topic), 2)
	case "connect":
		s.goes("client", func() error { return s.knock(ctx, i) })
		return nil
	}
	return fmt.Errorf("kind %q, want publish, subscribe or connect", r.kind)
}

// send sends a packet again and again, each time with another identifier, which is at id.
func (s *storm) send(ctx context.Context, i int, one []byte, id int) error {
	c, err := s.open(fmt.Sprintf("%s-storm-%d", s.run.id, i), false, 16<<10)
	if err != nil {
		return err
	}
	room := make(chan struct{}, unanswered)
	s.goes("client", func() error {
		return c.receive(handler{acked: func(n, refused int) {
			for range n {
				<-room
			}
			s.answered.Add(int64(n))
			s.refused.Add(int64(refused))
		}})
	})
	var newest identifiers
	s.goes("client", func() error {
		return pace(ctx, s.run.rate, func() error {
			select {
			case room <- struct{}{}:
			default:
				return nil
			}
			binary.BigEndian.PutUint16(one[id:], newest.next())
			_, err := c.Write(one)
			return err
		})
	})
	return nil
}

// knock connects again and again, and is refused.
func (s *storm) knock(ctx context.Context, i int) error {
	id := fmt.Sprintf("%s-storm-%d", s.run.id, i)
	return pace(ctx, s.run.rate, func() error {
		c, err := s.run.open(id, false, 256)
		s.answered.Add(1)
		if err != nil {
			s.refused.Add(1)
			return nil
		}
		c.end()
		return nil
	})
}
