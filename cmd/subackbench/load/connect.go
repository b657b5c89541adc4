package load

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// A rush is clients that connect and go again.
type rush struct {
	run    *run
	count  atomic.Int64 // clients that have begun
	mu     sync.Mutex
	all    []time.Duration
	acks   []time.Duration
	failed int
	first  error
}

// connect connects and disconnects with new client ids, -parallel at once, for
// -duration, or with -n that often, after a first that is not counted: it makes
// functions warm. All that fail are an error, some are counted.
func (r *run) connect(ctx context.Context) (Figures, error) {
	first, err := r.open(r.id+"-first", false, 256)
	if err != nil {
		return nil, err
	}
	first.end()
	ru := &rush{run: r}
	if r.n == 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, r.duration)
		defer cancel()
	}
	m := begin(r.pid)
	var wg sync.WaitGroup
	for w := range r.parallel {
		wg.Go(func() {
			for ctx.Err() == nil && ru.one(w) {
			}
		})
	}
	wg.Wait()
	if ru.failed == len(ru.all) {
		return nil, ru.first
	}
	figures := m.end(int64(len(ru.all) - ru.failed))
	figures["failures"] = float64(ru.failed)
	figures.quantiles(ru.all)
	slices.Sort(ru.acks)
	figures["connack_ms"] = quantile(ru.acks, .5)
	return figures, nil
}

// one connects once; it is false when there are enough.
func (ru *rush) one(worker int) bool {
	r := ru.run
	i := ru.count.Add(1)
	if r.n > 0 && i > int64(r.n) {
		return false
	}
	start := time.Now()
	c, err := r.open(fmt.Sprintf("%s-%d-%d", r.id, worker, i), r.persistent, 256)
	took := time.Since(start)
	if err == nil {
		defer c.end()
	}
	ru.mu.Lock()
	defer ru.mu.Unlock()
	ru.all = append(ru.all, took)
	if err != nil {
		ru.failed++
		if ru.first == nil {
			ru.first = err
		}
		return true
	}
	ru.acks = append(ru.acks, c.connack)
	return true
}
