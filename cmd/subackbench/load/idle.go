package load

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
)

// idle measures the memory of -n connected clients with -per-client
// subscriptions each (topics of their own). With -hold it keeps them after it has
// written its figures, until ctx ends.
func (r *run) idle(ctx context.Context) (Figures, error) {
	if r.n < 1 {
		return nil, errors.New("want -n above 0")
	}
	before := Resident(r.pid)
	clients, err := r.many(ctx, r.n, r.subscriber)
	defer func() { endAll(clients) }()
	if err != nil {
		return nil, err
	}
	m := begin(r.pid)
	if err := wait(ctx, r.duration); err != nil {
		return nil, err
	}
	figures := m.end(0)
	figures["kb_each"] = float64(Resident(r.pid)-before) / 1024 / float64(r.n)
	if !r.hold {
		return figures, nil
	}
	err = r.print(figures)
	<-ctx.Done()
	return nil, err
}

// many connects n clients, -parallel at once. Those that it has are returned with an
// error, too; the others are nil.
func (r *run) many(ctx context.Context, n int, connect func(i int) (*client, error)) ([]*client, error) {
	ctx, stop := context.WithCancelCause(ctx)
	clients := make([]*client, n)
	var at atomic.Int64
	var wg sync.WaitGroup
	for range r.parallel {
		wg.Go(func() {
			for ctx.Err() == nil {
				i := int(at.Add(1)) - 1
				if i >= n {
					return
				}
				var err error
				if clients[i], err = connect(i); err != nil {
					stop(fmt.Errorf("client %d: %w", i, err))
				}
			}
		})
	}
	wg.Wait()
	err := context.Cause(ctx)
	stop(nil)
	return clients, err
}

// subscriber connects one with its subscriptions, 8 in a SUBSCRIBE, AWS's most.
func (r *run) subscriber(i int) (*client, error) {
	c, err := r.open(fmt.Sprintf("%s-idle-%d", r.id, i), r.persistent, 256)
	if err != nil {
		return nil, err
	}
	for from := 0; from < r.perClient; from += perPacket {
		if err := c.subscribe(r.qos, r.eight("idle", i, from)...); err != nil {
			c.end()
			return nil, err
		}
	}
	return c, nil
}

// perPacket is how many filters AWS takes in a SUBSCRIBE.
const perPacket = 8

// eight are the next filters of a client, beginning with its own number from.
func (o *options) eight(kind string, i, from int) (filters []string) {
	for k := from; k < min(from+perPacket, o.perClient); k++ {
		filters = append(filters, fmt.Sprintf("%s/%s%d/%d", o.prefix, kind, i, k))
	}
	return filters
}
