package load

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"
)

// retained publishes -n retained messages, each to a topic of its own, with QoS 1,
// then has clients of -per-client subscriptions each connect, -parallel at once, and
// fetch them.
func (r *run) retained(ctx context.Context) (Figures, error) {
	if r.n < 1 {
		return nil, errors.New("want -n above 0")
	}
	start := time.Now()
	if _, err := r.publishAll(ctx, r.n, true, func(i int) string {
		return fmt.Sprintf("%s/r%d/%d", r.prefix, i/r.perClient, i%r.perClient)
	}); err != nil {
		return nil, err
	}
	stored := time.Since(start)
	ctx, stop := context.WithCancelCause(ctx)
	s := &stream{run: r, stop: stop, ending: ctx.Done()}
	defer s.end()
	m := begin(r.pid)
	start = time.Now()
	clients, err := r.many(ctx, (r.n+r.perClient-1)/r.perClient, func(i int) (*client, error) {
		return r.open(fmt.Sprintf("%s-r-%d", r.id, i), false, 16<<10)
	})
	s.clients = slices.DeleteFunc(clients, func(c *client) bool { return c == nil })
	if err != nil {
		return nil, err
	}
	connected := time.Since(start)
	if err := s.fetch(ctx); err != nil {
		return nil, err
	}
	all := time.Since(start)
	figures := m.end(int64(r.n))
	figures["store_per_s"] = float64(r.n) / stored.Seconds()
	figures["fetch_per_s"] = float64(r.n) / (all - connected).Seconds()
	figures["per_s"] = float64(r.n) / all.Seconds()
	return figures, nil
}

// fetch has all clients subscribe, until they have all.
func (s *stream) fetch(ctx context.Context) error {
	var got atomic.Int64
	all := make(chan struct{})
	for _, c := range s.clients {
		s.goes("client", func() error {
			return c.receive(handler{done: func(n int) {
				if got.Add(int64(n)) == int64(s.run.n) {
					close(all)
				}
			}})
		})
	}
	for i, c := range s.clients {
		if err := s.run.ask(c, i); err != nil {
			return fmt.Errorf("client %d: %w", i, err)
		}
	}
	late := time.NewTimer(2 * patience)
	defer late.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-all:
		return nil
	case <-late.C:
		return fmt.Errorf("%d retained messages after %v, want %d", got.Load(), 2*patience, s.run.n)
	}
}

// ask subscribes a client to its topics, without waiting for the answers.
func (r *run) ask(c *client, i int) error {
	var all []byte
	for from := 0; from < r.perClient; from += perPacket {
		all = append(all, r.subscribePacket(uint16(from+1), 1, r.eight("r", i, from)...)...)
	}
	_, err := c.Write(all)
	return err
}
