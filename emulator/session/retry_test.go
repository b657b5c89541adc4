package session

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func TestRetriesEnd(t *testing.T) {
	for version, limit := range map[byte]time.Duration{4: time.Hour, 5: 16 * time.Minute} {
		for _, pass := range []string{"time", "Advance"} {
			t.Run(fmt.Sprint("version ", version, " ", pass), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					all := New()
					goes := func(d time.Duration) {
						if pass == "Advance" {
							all.Advance(d)
							return
						}
						goes(d)
					}
					var given []string
					all.Lost = func(id string, m *Message, why Loss) {
						if why == GivenUp {
							given = append(given, fmt.Sprintf("%s %s", id, m.Payload))
						}
					}
					d := newDevice(t, all, "pump", Terms{Version: version})
					d.link.Window = 2
					d.Attach(d.link)
					d.subscribe(anything)
					waits(all, "a", 1, 3)
					d.wants("B-684", numbered("a", 1, 2)...)
					goes(limit / 2)
					d.Acknowledge(2)
					d.wants("B-684", numbered("a", 3, 3)...)
					goes(limit/2 - limit/retryTicks)
					d.wants("B-685: there is time left")
					if len(given) > 0 {
						t.Errorf("given up too early: %q (B-685)", given)
					}
					waits(all, "a", 4, 1)
					goes(limit / retryTicks)
					d.wants("B-685: the window opens", numbered("a", 4, 4)...)
					if d.Acknowledge(1) {
						t.Error("the first message is still in flight (B-685)")
					}
					goes(limit / 2)
					if want := []string{"pump 1", "pump 3"}; !slices.Equal(given, want) {
						t.Errorf("given up: %q, want %q (B-685)", given, want)
					}
					d.Detach(persistent)
					d.reconnect(all).wants("B-685: what was given up does not come again", numbered("a", 4, 4)...)
					all.byID["pump"].Detach(0)
					wantEmpty(t, all)
				})
			})
		}
	}
}

// While a client is offline its unacknowledged messages are stored ones.
func TestRetriesRestOffline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := New()
		d := online(t, all, "pump", anything)
		waits(all, "a", 1, 1)
		d.wants("", numbered("a", 1, 1)...)
		goes(59 * time.Minute)
		d.Detach(24 * time.Hour)
		goes(2 * time.Hour)
		all.Advance(2 * time.Hour)
		d = d.reconnect(all)
		d.wants("B-705", numbered("a", 1, 1)...)
		goes(58 * time.Minute)
		if !d.Acknowledge(1) && !d.Acknowledge(2) {
			t.Error("it was given up before its hour (B-685, guess)")
		}
		d.Detach(0)
	})
}

// Advance by more than all of it, and by little often.
func TestRetriesByAdvance(t *testing.T) {
	for _, steps := range []int{1, 1000} {
		synctest.Test(t, func(t *testing.T) {
			all := New()
			d := online(t, all, "pump", anything)
			waits(all, "a", 1, 100)
			d.received()
			for range steps {
				all.Advance(100 * time.Hour / time.Duration(steps))
			}
			inflight := func() int {
				d.Session.mu.Lock()
				defer d.Session.mu.Unlock()
				return len(d.inflight)
			}
			if n := inflight(); n != 0 {
				t.Errorf("%d messages are in flight, want none (B-685)", n)
			}
			waits(all, "a", 1, 1)
			goes(59 * time.Minute)
			if inflight() != 1 {
				t.Error("a message after it was given up too early (B-685)")
			}
			goes(time.Minute)
			if inflight() != 0 {
				t.Error("a message after it is not given up (B-685)")
			}
			d.Detach(0)
		})
	}
}

// What was given up is not in the file either.
func TestGivenUpInTheFile(t *testing.T) {
	all := newFileStore(t)
	d := lasting(t, all, "pump", 4, anything)
	keeps(t, all, kept("a", "1"))
	d.received()
	all.Advance(time.Hour)
	settled(t, all)
	returns(t, crashed(t, all), "pump", 4).wants("B-685")
}
