package load

import (
	"context"
	"encoding/binary"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// offline queues messages for a persistent session that is away, -n or for
// -duration, and with -drain connects it and takes them.
func (r *run) offline(ctx context.Context) (Figures, error) {
	topic := r.prefix + "/offline/state"
	id := r.id + "-away"
	c, err := r.open(id, true, 64<<10)
	if err == nil {
		err = c.subscribe(1, topic)
	}
	if err != nil {
		return nil, fmt.Errorf("subscriber: %w", err)
	}
	c.end()
	if err := wait(ctx, 200*time.Millisecond); err != nil { // until the broker knows that it is away
		return nil, err
	}
	m := begin(r.pid)
	n, err := r.publishAll(ctx, r.n, false, func(int) string { return topic })
	if err != nil {
		return nil, err
	}
	figures := m.end(int64(n))
	if r.drain {
		err = r.taken(ctx, id, n, figures)
	}
	return figures, err
}

// taken connects the session and takes n messages.
func (r *run) taken(ctx context.Context, id string, n int, figures Figures) error {
	ctx, cancel := context.WithTimeoutCause(ctx, 4*patience, fmt.Errorf("messages missing after %v", 4*patience))
	defer cancel()
	ctx, stop := context.WithCancelCause(ctx)
	s := &stream{run: r, stop: stop, ending: ctx.Done()}
	defer s.end()
	start := time.Now()
	c, err := s.open(id, true, 64<<10)
	if err != nil {
		return err
	}
	got, disordered := 0, 0
	all := make(chan struct{})
	s.goes("subscriber", func() error {
		return c.receive(handler{each: func(payload []byte) {
			if binary.BigEndian.Uint64(payload) != uint64(got) {
				disordered++
			}
			if got++; got == n {
				close(all)
			}
		}})
	})
	if r.advance != "" {
		s.goes("clock", func() error { return r.hurry(ctx) })
	}
	select {
	case <-all:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	figures["drain_per_s"] = float64(n) / time.Since(start).Seconds()
	figures["disordered"] = float64(disordered)
	return nil
}

// hurry moves the broker's clock on until ctx ends: AWS sends a backlog slowly.
func (r *run) hurry(ctx context.Context) error {
	caller := &http.Client{Transport: &http.Transport{}}
	defer caller.CloseIdleConnections()
	for ctx.Err() == nil {
		q, err := http.NewRequestWithContext(ctx, http.MethodPost, r.advance, strings.NewReader(`{"advance": "10s"}`))
		if err != nil {
			return err
		}
		q.Header.Set("Content-Type", "application/json")
		answer, err := caller.Do(q)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return err
		}
		_ = answer.Body.Close()
	}
	return nil
}
