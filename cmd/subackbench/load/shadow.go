package load

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

// atOnce is how many updates of a thing are on their way at most: AWS answers more than
// 10 with 429.
const atOnce = 8

// A things is devices that update a shadow each.
type things struct {
	stream
	answered, rejected atomic.Int64
}

// shadow updates the shadows of -n things, each by a device of its own that hears its
// answers: as fast as they come, or with -paced at -rate in all, of which each device
// has its part of the time. An update is answered with one message to its device, which
// per_s counts; refused are those that were rejected.
func (r *run) shadow(ctx context.Context) (Figures, error) {
	if r.n < 1 {
		return nil, errors.New("want -n above 0")
	}
	ctx, stop := context.WithCancelCause(ctx)
	s := &things{stream: stream{run: r, stop: stop, ending: ctx.Done()}}
	defer s.end()
	clients, err := r.many(ctx, r.n, r.device)
	for _, c := range clients {
		if c != nil {
			s.clients = append(s.clients, c)
		}
	}
	if err != nil {
		return nil, err
	}
	for i, c := range clients {
		s.begin(ctx, i, c)
	}
	if err := wait(ctx, r.warmup); err != nil {
		return nil, err
	}
	m, before := begin(r.pid), s.answered.Load()
	if err := wait(ctx, r.duration); err != nil {
		return nil, err
	}
	figures := m.end(s.answered.Load() - before)
	figures["refused"] = float64(s.rejected.Load())
	return figures, nil
}

// thing is the beginning of the topics of a device's shadow.
func (o *options) thing(i int) string {
	return fmt.Sprintf("$aws/things/%s-thing-%d/shadow/update", o.id, i)
}

// device connects one that hears what its updates are answered with.
func (r *run) device(i int) (*client, error) {
	c, err := r.open(fmt.Sprintf("%s-thing-%d", r.id, i), false, 2<<10)
	if err != nil {
		return nil, err
	}
	if err := c.subscribe(r.qos, r.thing(i)+"/accepted", r.thing(i)+"/rejected"); err != nil {
		c.end()
		return nil, err
	}
	return c, nil
}

// begin begins what one device does: an update is another one each time.
func (s *things) begin(ctx context.Context, i int, c *client) {
	room := make(chan struct{}, atOnce)
	s.goes("device", func() error {
		return c.receive(handler{
			each: func(payload []byte) {
				if len(payload) > 2 && payload[2] == 'c' { // {"code": …
					s.rejected.Add(1)
				}
			},
			done: func(n int) {
				s.answered.Add(int64(n))
				for range n {
					<-room
				}
			},
		})
	})
	payload := []byte(`{"state":{"reported":{"temperature":10000000,"on":true}}}`)
	digits := len(`{"state":{"reported":{"temperature":`)
	one, id, body := s.run.publishPacket(s.run.thing(i), 1, false, payload)
	var newest identifiers
	update := func() error {
		select {
		case room <- struct{}{}:
		case <-ctx.Done():
			return nil
		}
		number := newest.next()
		binary.BigEndian.PutUint16(one[id:], number)
		copy(one[body+digits:], fmt.Sprint(10000000+int(number)))
		_, err := c.Write(one)
		return err
	}
	s.goes("device", func() error {
		if !s.run.paced {
			for ctx.Err() == nil {
				if err := update(); err != nil {
					return err
				}
			}
			return nil
		}
		every := time.Second * time.Duration(s.run.n) / time.Duration(s.run.rate)
		if wait(ctx, every*time.Duration(i)/time.Duration(s.run.n)) != nil {
			return nil
		}
		return pace(ctx, max(s.run.rate/s.run.n, 1), update)
	})
}
