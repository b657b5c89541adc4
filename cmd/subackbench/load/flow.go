package load

import (
	"context"
	"fmt"
	"sync"
)

// A stream is publishers and subscribers at work, of one topic or of several.
type stream struct {
	run     *run
	groups  []*group
	clients []*client
	ready   []func()                // publishers, to begin when all are connected
	stop    context.CancelCauseFunc // with the first error
	ending  <-chan struct{}
	all     sync.WaitGroup
}

// flow measures messages per second.
func (r *run) flow(ctx context.Context) (Figures, error) {
	ctx, stop := context.WithCancelCause(ctx)
	s := &stream{run: r, stop: stop, ending: ctx.Done()}
	defer s.end()
	sets, pubs, subs := 1, r.pubs, r.subs
	if r.pairs > 0 {
		sets, pubs, subs = r.pairs, 1, 1
	}
	for set := range sets {
		if err := s.add(set, pubs, subs, sets*subs); err != nil {
			return nil, err
		}
	}
	for _, begin := range s.ready {
		begin()
	}
	if err := wait(ctx, r.warmup); err != nil {
		return nil, err
	}
	m, before := begin(r.pid), s.delivered()
	if err := wait(ctx, r.duration); err != nil {
		return nil, err
	}
	return m.end(s.delivered() - before), nil
}

func (s *stream) delivered() (n int64) {
	for _, g := range s.groups {
		n += g.delivered.Load()
	}
	return n
}

// end ends all clients, and with them all goroutines.
func (s *stream) end() {
	s.stop(nil)
	for _, c := range s.clients {
		if s.run.persistent {
			_, _ = c.Write(disconnectPacket())
		}
		_ = c.conn.Close()
	}
	s.all.Wait()
}

// add has a topic's subscribers subscribe and its publishers be ready. all is how
// many subscribers there will be: many get small buffers.
func (s *stream) add(set, pubs, subs, all int) error {
	r := s.run
	topic, filter := r.names(fmt.Sprintf("%s/t%d/state", r.prefix, set))
	g := newGroup(subs, r.window*pubs, pubs)
	s.groups = append(s.groups, g)
	bufSize := 64 << 10
	if all > 20 {
		bufSize = 16 << 10
	}
	for i := range subs {
		c, err := s.open(fmt.Sprintf("%s-sub-%d-%d", r.id, set, i), r.persistent, bufSize)
		if err == nil {
			err = c.subscribe(r.qos, filter)
		}
		if err != nil {
			return fmt.Errorf("subscriber %d: %w", i, err)
		}
		s.goes("subscriber", func() error { return c.receive(handler{done: g.got}) })
	}
	for i := range pubs {
		c, err := s.open(fmt.Sprintf("%s-pub-%d-%d", r.id, set, i), false, 16<<10)
		if err != nil {
			return fmt.Errorf("publisher %d: %w", i, err)
		}
		p := &publisher{g: g, c: c, ending: s.ending, wake: make(chan struct{}, 1)}
		s.goes("publisher", func() error { return c.receive(handler{acked: p.acked}) })
		s.ready = append(s.ready, func() { s.goes("publisher", func() error { return p.publish(topic) }) })
	}
	return nil
}

func (s *stream) open(id string, persistent bool, bufSize int) (*client, error) {
	c, err := s.run.open(id, persistent, bufSize)
	if err == nil {
		s.clients = append(s.clients, c)
	}
	return c, err
}

func (s *stream) goes(what string, do func() error) {
	s.all.Go(func() {
		if err := do(); err != nil {
			s.stop(fmt.Errorf("%s: %w", what, err))
		}
	})
}

// names are the topic to publish to and the filter to subscribe to.
func (o *options) names(usual string) (topic, filter string) {
	if o.topic != "" {
		usual = o.topic
	}
	if o.filter != "" {
		return usual, o.filter
	}
	return usual, usual
}
