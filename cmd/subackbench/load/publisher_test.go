package load

import (
	"testing"
	"time"
)

func TestRoomOfAGroup(t *testing.T) {
	g := newGroup(10, 100, 1)
	g.sent.Add(100)
	if got := g.room(); got != 0 {
		t.Errorf("got room for %d, want 0: all are on their way", got)
	}
	g.got(9)
	if got := g.room(); got != 0 {
		t.Errorf("got room for %d, want 0: one of ten subscribers has none", got)
	}
	g.got(1)
	if got := g.room(); got != 1 {
		t.Errorf("got room for %d, want 1", got)
	}
}

// A publisher waits for the slower of its own answers and the group's deliveries, and
// no longer than the end.
func TestRoomOfAPublisher(t *testing.T) {
	ending := make(chan struct{})
	g := newGroup(1, 100, 1)
	p := &publisher{g: g, c: &client{run: &run{options: options{window: 60}}}, wake: make(chan struct{}, 1), ending: ending}
	if got := p.room(); got != 60 {
		t.Errorf("got room for %d, want its own window of 60", got)
	}
	wait := func(what string, change func(), want int64) {
		t.Helper()
		room := make(chan int64, 1)
		go func() { room <- p.room() }()
		select {
		case got := <-room:
			t.Errorf("%s: got room for %d, want to wait", what, got)
			return
		case <-time.After(20 * time.Millisecond):
		}
		change()
		select {
		case got := <-room:
			if got != want {
				t.Errorf("%s: got room for %d, want %d", what, got, want)
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("%s: got no room, want %d", what, want)
		}
	}
	p.unacked.Add(60)
	wait("nothing acknowledged", func() { p.acked(5, 0) }, 5)
	g.sent.Add(100)
	wait("nothing delivered", func() { g.got(3) }, 3)
	p.unacked.Store(60)
	wait("the end", func() { close(ending) }, 0)
}
