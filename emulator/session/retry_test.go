package session

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// passes are the two ways in which time goes by.
func passes(all *Sessions) map[string]func(time.Duration) {
	advance := func(d time.Duration) {
		all.Advance(d)
		goes(retryDelay)
	}
	return map[string]func(time.Duration){"time": goes, "Advance": advance}
}

// eachRetry runs a test for both versions, by time and by Advance.
func eachRetry(t *testing.T, test func(t *testing.T, all *Sessions, version byte, goes func(time.Duration))) {
	for _, version := range []byte{4, 5} {
		for _, pass := range []string{"time", "Advance"} {
			t.Run(fmt.Sprint("version ", version, " ", pass), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					all := New()
					test(t, all, version, passes(all)[pass])
				})
			})
		}
	}
}

// ids are the packet identifiers of what has come since the last time.
func (d *device) ids() (ids []uint16) {
	for _, pk := range d.packets() {
		ids = append(ids, pk.PacketID)
	}
	return ids
}

func TestSentAgain(t *testing.T) {
	prepare := map[string]func(all *Sessions, d *device) *device{
		"live": func(all *Sessions, d *device) *device {
			d.subscribe(anything)
			waits(all, "a", 1, 1)
			return d
		},
		"shared": func(all *Sessions, d *device) *device {
			d.subscribe(Subscription{Filter: "$share/workers/#", QoS: 1})
			waits(all, "a", 1, 1)
			return d
		},
		"resumed": func(all *Sessions, d *device) *device {
			d.subscribe(anything)
			waits(all, "a", 1, 1)
			d.received()
			d.Detach(persistent)
			return d.reconnect(all)
		},
		"waited": func(all *Sessions, d *device) *device {
			d.subscribe(anything)
			d.Detach(persistent)
			waits(all, "a", 1, 1)
			return d.reconnect(all)
		},
	}
	for name, begin := range prepare {
		t.Run(name, func(t *testing.T) {
			eachRetry(t, func(t *testing.T, all *Sessions, version byte, goes func(time.Duration)) {
				d := newDevice(t, all, "pump", Terms{Version: version})
				d.Attach(d.link)
				d = begin(all, d)
				d.wants("B-685", numbered("a", 1, 1)...)
				for _, part := range []time.Duration{29, 59} {
					goes(29 * time.Second)
					d.wants(fmt.Sprintf("B-685: not yet, after %d s", part))
					goes(time.Second)
					d.wants(fmt.Sprintf("B-685: again, after %d s", part+1), numbered("a", 1, 1)...)
				}
				goes(15 * time.Second)
				if !d.Acknowledge(1) {
					t.Error("the identifier is not the first one (MQTT-4.4.0-1)")
				}
				goes(30 * time.Minute)
				d.wants("B-685: never after its PUBACK")
				if d.retries.on {
					t.Error("a timer runs for an idle connection (B-685)")
				}
				d.Detach(0)
			})
		})
	}
}

// Each message has its own 30 seconds.
func TestSentAgainInItsTime(t *testing.T) {
	eachRetry(t, func(t *testing.T, all *Sessions, version byte, goes func(time.Duration)) {
		d := newDevice(t, all, "pump", Terms{Version: version})
		d.Attach(d.link)
		d.subscribe(anything)
		waits(all, "a", 1, 1)
		goes(20 * time.Second)
		waits(all, "a", 2, 1)
		d.wants("B-685", numbered("a", 1, 2)...)
		for _, want := range []struct {
			after time.Duration
			first int // of those that come again
			n     int
		}{{9, 0, 0}, {1, 1, 1}, {19, 0, 0}, {1, 2, 1}, {10, 1, 1}, {20, 2, 1}} {
			goes(want.after * time.Second)
			d.wants("B-685: 30 s after it was sent", numbered("a", want.first, want.first+want.n-1)...)
		}
		d.Detach(0)
	})
}

// What may not be received any more, or has expired, does not come again.
func TestSentAgainIsJudged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := New()
		d := newDevice(t, all, "pump", Terms{Version: 5})
		over := true
		d.link.Wait = func() time.Duration {
			if over {
				return time.Second
			}
			return 0
		}
		d.Attach(d.link)
		d.subscribe(anything)
		waits(all, "a", 1, 1)
		waits(all, "secret", 2, 1)
		all.Publish(&Message{Topic: "a", Payload: []byte("short"), QoS: 1, Expires: time.Now().Add(45 * time.Second)})
		d.received()
		goes(30 * time.Second)
		d.wants("B-681: over its rate")
		d.Session.mu.Lock()
		over, d.refuses = false, func(topic string) bool { return topic == "secret" }
		d.Session.mu.Unlock()
		goes(30 * time.Second)
		d.wants("B-216, B-694", numbered("a", 1, 1)...)
		if d.Acknowledge(2) || d.Acknowledge(3) || !d.Acknowledge(1) {
			t.Error("what was refused or has expired is still in flight (B-216, B-694)")
		}
		d.Detach(0)
	})
}

// An identifier stays with its message over a reconnect, and no other message has it.
func TestIdentifierStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := paced(t)
		d := newDevice(t, all, "pump", Terms{Version: 4})
		d.Attach(d.link)
		d.subscribe(anything)
		waits(all, "a", 1, 4)
		d.Acknowledge(2)
		if got := d.ids(); !slices.Equal(got, []uint16{1, 2, 3, 4}) {
			t.Fatalf("got identifiers %d, want 1 to 4", got)
		}
		d.Detach(persistent)
		next := newDevice(t, all, "pump", Terms{Version: 4})
		next.link.Direct = func(*Message) error { return nil }
		next.Attach(next.link)
		next.lastID = 2 // so that 3 is next, which waits
		if _, err := next.Send(&Message{Topic: "direct", QoS: 1}); err != nil {
			t.Fatal(err)
		}
		goes(time.Second)
		if got := next.ids(); !slices.Equal(got, []uint16{1, 5, 3, 4}) {
			t.Errorf("got identifiers %d, want 1, 3 and 4 again, and 5 for the new one (MQTT-4.4.0-1)", got)
		}
		next.Detach(0)
	})
}

// What Advance makes due does not come again if its acknowledgement is on its way.
func TestAdvanceWaitsForAcknowledgements(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := New()
		d := online(t, all, "pump", anything)
		waits(all, "a", 1, 2)
		d.received()
		all.Advance(5 * time.Minute)
		goes(retryDelay / 2)
		d.Acknowledge(1)
		goes(time.Second)
		d.wants("B-685", numbered("a", 2, 2)...)
		d.Detach(0)
	})
}

func TestRetriesEnd(t *testing.T) {
	limits := map[byte]time.Duration{4: time.Hour, 5: 16 * time.Minute}
	eachRetry(t, func(t *testing.T, all *Sessions, version byte, goes func(time.Duration)) {
		limit := limits[version]
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
		d.received()
		d.Acknowledge(2)
		d.wants("B-684", numbered("a", 3, 3)...)
		goes(limit/2 - 10*time.Second)
		d.received()
		if len(given) > 0 {
			t.Errorf("given up too early: %q (B-685)", given)
		}
		waits(all, "a", 4, 1)
		goes(10 * time.Second)
		got := d.received()
		slices.Sort(got)
		if want := []string{"a 3 1", "a 4 1"}; !slices.Equal(got, want) {
			t.Errorf("got %q, want %q: 3 again, and the window opens (B-685)", got, want)
		}
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
