package transport

import (
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A few have turns at once; of a crowd as many as there are CPUs, and when it is over a few
// again.
func TestTurns(t *testing.T) {
	turns := &turns{most: 2}
	for range 2 {
		for range fewTurns * turns.most {
			turns.take(&turns.fresh) // would wait for ever
		}
		var most, now, done atomic.Int32
		var crowd sync.WaitGroup
		for range 500 {
			crowd.Go(func() {
				turns.take(&turns.fresh)
				n := now.Add(1)
				for was := most.Load(); n > was && !most.CompareAndSwap(was, n); was = most.Load() {
				}
				done.Add(1)
				runtime.Gosched()
				now.Add(-1)
				turns.leave()
			})
		}
		for range fewTurns * turns.most {
			turns.leave()
		}
		crowd.Wait()
		if n := most.Load(); done.Load() != 500 || n > 50 { // more than 2 if some were late
			t.Errorf("%d of a crowd had turns, %d at once, want 500, a few at once", done.Load(), n)
		}
		waitFor(t, func() bool {
			turns.mu.Lock()
			defer turns.mu.Unlock()
			return turns.bell == nil
		})
		if turns.working != 0 {
			t.Fatalf("%d have turns that are over, want none", turns.working)
		}
	}
}

// Who had a turn before is the first to have another one, and of others who came first. That
// those before them never end theirs keeps nobody waiting for ever.
func TestOrderOfTurns(t *testing.T) {
	turns := &turns{most: 1}
	for range fewTurns {
		turns.take(&turns.fresh) // and keeps it
	}
	var mu sync.Mutex
	var order []string
	var all sync.WaitGroup
	for i, name := range []string{"first", "second", "again"} {
		in := &turns.fresh
		if name == "again" {
			in = &turns.begun
		}
		all.Go(func() {
			turns.take(in)
			mu.Lock()
			order = append(order, name)
			mu.Unlock()
			turns.leave()
		})
		if i < 2 {
			waitFor(t, func() bool {
				turns.mu.Lock()
				defer turns.mu.Unlock()
				return len(turns.fresh) == i+1 || turns.bell != nil && len(turns.fresh) == 0
			})
		}
	}
	all.Wait()
	if slices.Index(order, "first") > slices.Index(order, "second") || len(order) != 3 {
		t.Errorf("got %q, want the first before the second", order)
	}
	for range fewTurns {
		turns.leave()
	}
}

// Who is connected has an answer after a few of a crowd have had their turns, and not when
// all of them have.
func TestCrowdIsNotFelt(t *testing.T) {
	server, client := tcpPair(t)
	var echoing sync.WaitGroup
	echoing.Go(func() {
		var b [1]byte
		for {
			if _, err := server.Read(b[:]); err != nil {
				return
			}
			_, _ = server.Write(b[:])
		}
	})
	turns, begun := newTurns(), atomic.Int64{}
	var crowd sync.WaitGroup
	var over atomic.Bool
	const size = 1000
	for range fewTurns * turns.most { // until the crowd is there
		turns.take(&turns.fresh)
	}
	for range size {
		crowd.Go(func() {
			for !over.Load() {
				turns.take(&turns.fresh)
				begun.Add(1)
				for start := time.Now(); time.Since(start) < 50*time.Microsecond; {
				}
				turns.leave()
				runtime.Gosched()
			}
		})
	}
	waitFor(t, func() bool {
		turns.mu.Lock()
		defer turns.mu.Unlock()
		return len(turns.fresh) == size
	})
	for range fewTurns * turns.most {
		turns.leave()
	}
	var beside []int64
	for range 25 {
		before := begun.Load()
		if _, err := client.Write([]byte{1}); err != nil {
			t.Fatal(err)
		}
		if _, err := client.Read(make([]byte, 1)); err != nil {
			t.Fatal(err)
		}
		beside = append(beside, begun.Load()-before)
	}
	over.Store(true)
	crowd.Wait()
	_ = client.Close()
	echoing.Wait()
	_ = server.Close()
	if slices.Sort(beside); beside[len(beside)/2] > size/10 {
		t.Errorf("half of the answers came after %d turns of others or more, want a few", beside[len(beside)/2])
	}
}

// With somebody connected who sends, those are a crowd who come one after the other without
// a pause, though never two have a turn at once: before each the network is looked at.
func TestCrowdAtOneMoment(t *testing.T) {
	start := time.Now()
	for _, row := range []struct {
		name string
		gap  time.Duration // from one turn to the next
		sent time.Duration // before the first; 0: never
		want int           // turns that begin at once, 10 at most
	}{
		{"nobody sends", lookTime / 4, 0, 10},
		{"somebody sends", lookTime / 4, time.Millisecond, 1},
		{"somebody has sent once", lookTime / 4, heardTime, 10},
		{"somebody sends, and they come with pauses", lookTime, time.Millisecond, 10},
	} {
		t.Run(row.name, func(t *testing.T) {
			turns := &turns{most: 1}
			turns.mu.Lock()
			if row.sent > 0 {
				turns.heard.Add(1)
				turns.isFelt(start.Add(-row.sent))
			}
			n := 0
			for n < 10 && turns.mayBegin(start.Add(time.Duration(n)*row.gap)) {
				n++
				turns.since++
			}
			turns.mu.Unlock()
			if n != row.want {
				t.Errorf("%d turns began at once, want %d", n, row.want)
			}
			waitFor(t, func() bool {
				turns.mu.Lock()
				defer turns.mu.Unlock()
				return turns.bell == nil
			})
		})
	}
}

// Whoever sends more than who only comes and goes is one who would feel a crowd.
func TestHeard(t *testing.T) {
	server, client := tcpPair(t)
	defer server.Close()
	defer client.Close()
	room := NewRoom(Bounds{}, nil)
	c := &Conn{place: &place{room: room}, wire: server}
	c.reader, c.listener = inward{c}, &Listener{o: Options{MaxFirstPacket: 1 << 10}}
	c.Admitted()
	for sent := range uint32(2 * passingReads) {
		if _, err := client.Write([]byte{0xc0}); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Read(make([]byte, 1)); err != nil {
			t.Fatal(err)
		}
		if got, want := room.turns.heard.Load() > 0, sent+1 > passingReads; got != want {
			t.Errorf("after %d reads: heard %v, want %v", sent+1, got, want)
		}
	}
}

// Who waits for a function, or has been let in, has no turn.
func TestMeanwhile(t *testing.T) {
	room := NewRoom(Bounds{}, nil)
	c := &Conn{place: &place{room: room}}
	want := func(when string, n int) {
		t.Helper()
		if got := room.turns.working; got != n {
			t.Errorf("%s: %d turns, want %d", when, got, n)
		}
	}
	c.place.takeTurn()
	want("its turn", 1)
	c.Meanwhile(func() { want("it waits", 0) })
	want("it has waited", 1)
	c.Admitted()
	want("it is let in", 0)
	c.Meanwhile(func() { want("it waits again", 0) })
	want("it is still let in", 0)
}
