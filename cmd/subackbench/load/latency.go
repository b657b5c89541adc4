package load

import (
	"context"
	"encoding/binary"
	"fmt"
	"sync"
	"time"
)

// delays are how long messages took. They count from the time on that is set.
type delays struct {
	mu       sync.Mutex
	epoch    time.Time // what the messages' times are since
	counting bool
	all      []time.Duration
}

func (d *delays) took(payload []byte) {
	took := time.Since(d.epoch) - time.Duration(binary.BigEndian.Uint64(payload))
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.counting {
		d.all = append(d.all, took)
	}
}

// count begins or ends the counting, and returns what was counted.
func (d *delays) count(on bool) []time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.counting = on
	return d.all
}

// latency measures from before the write of a message to after its read, at a
// fixed rate that does not wait for the broker.
func (r *run) latency(ctx context.Context) (Figures, error) {
	ctx, stop := context.WithCancelCause(ctx)
	s := &stream{run: r, stop: stop, ending: ctx.Done()}
	defer s.end()
	topic, filter := r.names(r.prefix + "/latency/state")
	sub, err := s.open(r.id+"-sub", r.persistent, 64<<10)
	if err == nil {
		err = sub.subscribe(r.qos, filter)
	}
	if err != nil {
		return nil, fmt.Errorf("subscriber: %w", err)
	}
	pub, err := s.open(r.id+"-pub", false, 4<<10)
	if err != nil {
		return nil, fmt.Errorf("publisher: %w", err)
	}
	d := &delays{epoch: time.Now()}
	s.goes("subscriber", func() error { return sub.receive(handler{each: d.took}) })
	s.goes("publisher", func() error { return pub.receive(handler{}) })
	s.goes("publisher", func() error { return r.timed(ctx, pub, topic, d.epoch) })
	if err := wait(ctx, r.warmup); err != nil {
		return nil, err
	}
	d.count(true)
	m := begin(r.pid)
	if err := wait(ctx, r.duration); err != nil {
		return nil, err
	}
	all := d.count(false)
	figures := m.end(int64(len(all)))
	figures.quantiles(all)
	return figures, nil
}

// timed publishes at the rate, each message with its time since epoch.
func (r *run) timed(ctx context.Context, c *client, topic string, epoch time.Time) error {
	one, id, body := r.publishPacket(topic, byte(r.qos), false, make([]byte, max(r.size, 8)))
	var newest identifiers
	return pace(ctx, r.rate, func() error {
		if r.qos == 1 {
			binary.BigEndian.PutUint16(one[id:], newest.next())
		}
		binary.BigEndian.PutUint64(one[body:], uint64(time.Since(epoch)))
		_, err := c.Write(one)
		return err
	})
}
