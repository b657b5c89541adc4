package main

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/mochi-mqtt/server/v2/packets"
)

// TestKilledAnywhere: in both grades of durability, whenever the program is killed, of
// the QoS 1 messages for a persistent session nothing is lost that was acknowledged,
// nothing comes out of order, and nothing comes twice but after a kill, as QoS 1 allows
// [B-685, B-688, B-705]; and no update of a shadow that was accepted [S-91]. -rounds says how
// often.
func TestKilledAnywhere(t *testing.T) {
	t.Parallel()
	for i, durability := range []string{"process", "disk"} {
		t.Run(durability, func(t *testing.T) {
			t.Parallel()
			state := filepath.Join(t.TempDir(), "state")
			start := func() *gateway {
				return serve(t, free, "--state", state, "--durability", durability, "--log-level", "error")
			}
			a := &annals{t: t, r: rand.New(rand.NewPCG(7, uint64(i))), promised: map[string]int{}, reached: map[string]int{}}
			g := start()
			a.begin(g)
			for a.round = range *rounds {
				a.kill(g)
				g = start()
				a.shadow.kept(t, g)
				if a.round%10 == 9 || a.round == *rounds-1 {
					a.settle(g)
					g = start()
				}
				if t.Failed() {
					t.Fatalf("in round %d", a.round)
				}
			}
			g.stop(t)
			t.Logf("%d kills, %d messages acknowledged, none lost, none out of order; %d came again after a kill; "+
				"%d updates of a shadow accepted, none lost", *rounds, a.total, a.again, a.shadow.version)
		})
	}
}

// annals are what publishers, who count from 1, were promised, and what came.
type annals struct {
	t     *testing.T
	r     *rand.Rand
	round int

	shadow shadowed

	mu       sync.Mutex
	promised map[string]int // the newest number that was acknowledged, by publisher
	reached  map[string]int // the newest number that came, by publisher
	settled  map[string]int // the newest number that had come at the last end in order
	again    int            // messages that came on two connections
	total    int            // acknowledged
}

const window = 40 // publishes on their way of one publisher

// begin makes the session.
func (a *annals) begin(g *gateway) {
	a.t.Helper()
	w, _, err := dialWire(g.addresses()["mqtt"], "reader", false)
	if err == nil {
		err = w.subscribe("t/#")
	}
	if err != nil {
		a.t.Fatal(err)
	}
	_ = w.Close()
}

// kill makes traffic and kills the program in the middle of it.
func (a *annals) kill(g *gateway) {
	a.t.Helper()
	addr := g.addresses()["mqtt"]
	var working sync.WaitGroup
	for p := range 3 {
		working.Go(func() { a.publish(addr, fmt.Sprint(a.round, "-", p)) })
	}
	working.Go(func() { a.shadow.update(a.t, addr) })
	if a.r.IntN(4) > 0 { // else all of it waits
		working.Go(func() { a.read(addr) })
	}
	pause(nil, time.Duration(a.r.IntN(120_000))*time.Microsecond)
	g.kill(a.t)
	working.Wait()
}

// publish publishes with many on their way until nobody answers.
func (a *annals) publish(addr, name string) {
	w, _, err := dialWire(addr, name, true)
	if err != nil {
		return
	}
	room, over := make(chan struct{}, window), make(chan struct{})
	var writing sync.WaitGroup
	writing.Go(func() {
		for n := 1; n < 1<<16; n++ {
			select {
			case room <- struct{}{}:
			case <-over:
				return
			}
			if w.Write(packets.Packet{TopicName: "t/" + name, Payload: fmt.Append(nil, n), PacketID: uint16(n),
				FixedHeader: packets.FixedHeader{Type: packets.Publish, Qos: 1}}) != nil {
				return
			}
		}
	})
	for n := 1; ; n++ {
		ack, err := w.Await(packets.Puback)
		if err != nil {
			break
		}
		if int(ack.PacketID) != n {
			a.t.Errorf("%s: got PUBACK %d, want %d (B-685)", name, ack.PacketID, n)
		}
		<-room
		a.mu.Lock()
		a.promised[name], a.total = n, a.total+1
		a.mu.Unlock()
	}
	close(over)
	_ = w.Close()
	writing.Wait()
}

// read takes what comes for the session until nobody answers.
func (a *annals) read(addr string) {
	w, present, err := dialWire(addr, "reader", false)
	if err != nil {
		return
	}
	defer w.Close()
	if !present {
		a.t.Error("the session is gone (B-702)")
	}
	for here := (map[string]int{}); ; {
		p, err := w.Receive()
		if err != nil {
			return
		}
		a.came(here, p)
		if w.Acknowledge(p) != nil {
			return
		}
	}
}

// came checks a message; here is the newest number by publisher on this connection.
func (a *annals) came(here map[string]int, p packets.Packet) {
	name, n := p.TopicName[len("t/"):], 0
	_, _ = fmt.Sscan(string(p.Payload), &n)
	a.mu.Lock()
	defer a.mu.Unlock()
	last, known := here[name]
	switch {
	case known && n != last+1:
		a.t.Errorf("%s: got message %d after %d on one connection, want them in order, each once (B-685)", name, n, last)
	case n > a.reached[name]+1:
		a.t.Errorf("%s: got message %d when %d was the newest, want all between (B-688)", name, n, a.reached[name])
	case n <= a.settled[name]:
		a.t.Errorf("%s: got message %d again, and no kill was between (B-685)", name, n)
	case n <= a.reached[name]:
		a.again++
	}
	here[name], a.reached[name] = n, max(n, a.reached[name])
}

// settle wants everything that was promised, and nothing of it again.
func (a *annals) settle(g *gateway) {
	a.t.Helper()
	addr := g.addresses()["mqtt"]
	var reading sync.WaitGroup
	reading.Go(func() { a.read(addr) })
	eventually(a.t, "everything that was acknowledged (B-688)", func() bool {
		g.advance(a.t, "10s") // of the replay
		a.mu.Lock()
		defer a.mu.Unlock()
		for name, n := range a.promised {
			if a.reached[name] < n {
				return false
			}
		}
		return true
	})
	eventually(a.t, "nothing that waits", func() bool {
		g.advance(a.t, "10s")
		return g.metric(a.t, `suback_bound_used{bound="stored_bytes"}`) == 0
	})
	g.stop(a.t) // in order: from now on nothing of it may come again
	reading.Wait()
	clear(a.promised)
	a.settled = maps.Clone(a.reached)
}
