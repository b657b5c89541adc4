package session

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"
)

// A turmoil is publishers, and clients that come and go, all at once.
type turmoil struct {
	*testing.T
	all  *Sessions
	over chan struct{}

	mu     sync.Mutex
	stored []string          // payloads whose Stored has returned
	done   []map[string]bool // acknowledged, by client
	shared map[string]bool   // acknowledged by any
}

// A crash at any time takes nothing that was acknowledged: each message whose
// Stored has returned waits in the file for each session that has not
// acknowledged it.
func TestCrashAtAnyTime(t *testing.T) {
	t.Parallel()
	const publishers, subscribers, each = 8, 6, 50
	c := &turmoil{T: t, all: newFileStore(t), over: make(chan struct{}), shared: make(map[string]bool)}
	for i := range subscribers {
		subs := []Subscription{anything}
		if i%2 == 0 {
			subs = append(subs, Subscription{Filter: "$share/g/#", QoS: 1})
		}
		lasting(t, c.all, fmt.Sprint("sub-", i), 5, subs...).Detach(persistent)
		c.done = append(c.done, make(map[string]bool))
	}
	var working, others sync.WaitGroup
	for i := range subscribers {
		others.Go(func() { c.comeAndGo(i) })
	}
	for p := range publishers {
		working.Go(func() { c.publish(p, each) })
	}
	others.Go(c.crash)
	working.Wait()
	close(c.over)
	others.Wait()
	c.all.Clear()
	wantEmpty(t, c.all)
	wantEmptyFile(t, c.all)
}

func (c *turmoil) publish(publisher, messages int) {
	for n := range messages {
		m := kept(fmt.Sprint("t/", publisher), fmt.Sprint(publisher, "-", n))
		c.all.Publish(m)
		if err := keptBy(c.all, m); err != nil {
			c.Error(err)
		}
		c.mu.Lock()
		c.stored = append(c.stored, string(m.Payload))
		c.mu.Unlock()
	}
}

// crash looks again and again at what a crash would have left.
func (c *turmoil) crash() {
	pause := time.NewTicker(20 * time.Millisecond)
	defer pause.Stop()
	for ; !isClosed(c.over); <-pause.C {
		c.mu.Lock()
		promised := slices.Clone(c.stored)
		c.mu.Unlock()
		after := openFileStore(c, snapshot(c, c.all))
		if missing := c.missingIn(after, promised); len(missing) > 0 {
			c.Errorf("of %d promised are missing: %v", len(promised), missing)
			return
		}
		if err := after.Close(); err != nil {
			c.Error(err)
		}
	}
}

// comeAndGo is one client: it connects, acknowledges some of what it gets, and
// goes.
func (c *turmoil) comeAndGo(i int) {
	r := rand.New(rand.NewPCG(3, uint64(i)))
	breath := time.NewTicker(time.Millisecond)
	defer breath.Stop()
	for ; !isClosed(c.over); <-breath.C {
		d := newDevice(c, c.all, fmt.Sprint("sub-", i), Terms{Version: 5, Expiry: persistent})
		d.link.Window = 1 + r.IntN(20)
		d.Attach(d.link)
		for range r.IntN(20) {
			for _, pk := range d.packets() {
				if r.IntN(4) == 0 {
					continue
				}
				c.acknowledged(i, string(pk.Payload)) // before the store can forget it
				d.Acknowledge(pk.PacketID)
			}
		}
		d.Detach(persistent)
	}
	if c.all.Find(fmt.Sprint("sub-", i)) == nil {
		c.Errorf("session %d is gone", i)
	}
}

func (c *turmoil) acknowledged(client int, payload string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.done[client][payload], c.shared[payload] = true, true
}

// missingIn returns which promised messages neither wait nor are acknowledged.
func (c *turmoil) missingIn(after *Sessions, promised []string) (missing []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	grouped := make(map[string]bool)
	for i, done := range c.done {
		s := after.byID[fmt.Sprint("sub-", i)]
		waiting := payloads(s.queue)
		maps.Copy(grouped, waiting)
		for _, g := range s.groups {
			maps.Copy(grouped, payloads(g.queue))
		}
		for _, payload := range promised {
			if !waiting[payload] && !done[payload] {
				missing = append(missing, fmt.Sprint(s.id, " ", payload))
			}
		}
	}
	for _, payload := range promised {
		if !grouped[payload] && !c.shared[payload] {
			missing = append(missing, "group "+payload)
		}
	}
	return missing
}

func payloads(q queue) map[string]bool {
	all := make(map[string]bool, len(q))
	for _, o := range q {
		all[string(o.message.Payload)] = true
	}
	return all
}
