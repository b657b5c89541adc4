package hooks

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/emulator/transport"
)

// PUBACKs out of order, for tests of clients that must not count on it
//
//   - AWS does not promise their order; here they are in order, and come before the
//     next packet is read, unless somebody wishes otherwise [B-699]
//   - then a connection's PUBACKs wait until 8 do, or until no QoS 1 PUBLISH has come
//     for 50 ms; they go out together, each in another's place
//   - who takes whose place is drawn by lot, from the seed and the client id: a run
//     repeats. A client id that the gateway made up is another one each time
//   - none is lost where the connection ends in order, by the client or by us; Advance
//     lets them go

const (
	mostHeld = 8                     // PUBACKs of a connection
	holdTime = 50 * time.Millisecond // since the newest
)

// Disorder says what comes out of order. The zero value is nothing.
type Disorder struct {
	Pubacks bool // of one connection's QoS 1 publishes
	Seed    int  // of the lots
}

// SetDisorder counts from each connection's next PUBLISH on; lots begin anew.
func (h *Hook) SetDisorder(d Disorder) {
	if !d.Pubacks {
		h.disorder.Store(nil)
		return
	}
	h.disorder.Store(&d)
}

// holdBack takes a PUBACK that is to come out of order. For the connection's
// goroutine.
func (h *Hook) holdBack(c *client, puback []byte) bool {
	wish, a := h.disorder.Load(), c.acks.Load()
	if a != nil && a.wish != wish {
		a.release() // before what comes now
		a = nil
		c.acks.Store(nil)
	}
	if wish == nil {
		return false
	}
	if a == nil {
		a = newAcks(c, wish)
		c.acks.Store(a)
		h.note(c.id, "", "B-699", trace.PublishIn, func() trace.Event {
			return trace.Event{Cause: cause.Cause{
				Detail: fmt.Sprintf("PUBACKs are sent out of order to this client, "+
					"as disorder with pubacks and seed %d wishes", wish.Seed),
				Hint: `AWS may do so under load; {"pubacks": false} to POST /_suback/disorder, ` +
					`or disorder in suback.yaml, ends it`}}
		})
	}
	a.add(puback)
	return true
}

// acks are the PUBACKs of one connection that wait.
type acks struct {
	conn *transport.Conn
	wish *Disorder

	mu    sync.Mutex
	lots  *rand.Rand
	held  [][]byte
	timer *time.Timer // nil before the first
	over  bool        // nothing waits any more
}

func newAcks(c *client, wish *Disorder) *acks {
	id := fnv.New64a()
	id.Write([]byte(c.id))
	return &acks{conn: c.conn, wish: wish, lots: rand.New(rand.NewPCG(uint64(wish.Seed), id.Sum64()))}
}

func (a *acks) add(puback []byte) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.held = append(a.held, puback)
	switch {
	case a.over || len(a.held) == mostHeld:
		a.letGo()
	case a.timer == nil:
		a.timer = time.AfterFunc(holdTime, a.release)
	default:
		a.timer.Reset(holdTime)
	}
}

// release lets go what waits; a may be nil.
func (a *acks) release() {
	if a == nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.letGo()
}

func (a *acks) letGo() {
	if all := a.take(); len(all) > 0 {
		_, _ = a.conn.Write(all)
	}
}

// close returns what waits, to be sent by the caller; nothing waits any more from
// now on. It may be called more than once; a may be nil.
func (a *acks) close() []byte {
	if a == nil {
		return nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.over = true
	return a.take()
}

// take empties what waits, each in another's place: lots make one cycle of all
// (Sattolo's algorithm). The caller holds a.mu.
func (a *acks) take() []byte {
	if a.timer != nil {
		a.timer.Stop()
	}
	for i := len(a.held) - 1; i > 0; i-- {
		j := a.lots.IntN(i)
		a.held[i], a.held[j] = a.held[j], a.held[i]
	}
	all := slices.Concat(a.held...)
	a.held = a.held[:0]
	return all
}
