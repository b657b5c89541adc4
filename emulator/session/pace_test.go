package session

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// paced returns sessions whose replay has AWS's pace.
func paced(t testing.TB) *Sessions {
	t.Helper()
	all, err := Open(Options{ReplayPerSecond: 10})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// waits publishes n messages, numbered from first.
func waits(all *Sessions, topic string, first, n int) {
	for i := range n {
		publish(all, topic, fmt.Sprint(first+i), 1)
	}
}

// numbered is how received shows the messages from first to last.
func numbered(topic string, first, last int) []string {
	var out []string
	for i := first; i <= last; i++ {
		out = append(out, fmt.Sprintf("%s %d 1", topic, i))
	}
	return out
}

// goes lets time pass in the bubble.
func goes(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func TestReplayIsPaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := paced(t)
		d := online(t, all, "pump", Subscription{Filter: "#", QoS: 1})
		waits(all, "a", 1, 2)
		d.wants("live, there is no pace", numbered("a", 1, 2)...)
		d.Detach(persistent) // both unacknowledged
		waits(all, "a", 3, 30)
		d = d.reconnect(all)
		d.wants("B-705: the first at once", numbered("a", 1, 1)...)
		goes(99 * time.Millisecond)
		d.wants("B-705: 10 per second")
		goes(time.Millisecond)
		d.wants("B-705: unacknowledged messages are stored ones", numbered("a", 2, 2)...)
		goes(900 * time.Millisecond)
		d.wants("B-705", numbered("a", 3, 11)...)

		waits(all, "a", 33, 5)
		publish(all, "a", "now", 0)
		d.wants("QoS 0 does not wait", "a now 0")
		goes(2 * time.Second)
		d.wants("B-705", numbered("a", 12, 31)...)
		goes(100 * time.Millisecond)
		d.wants("B-687: what came meanwhile follows at once, in order", numbered("a", 32, 37)...)
		waits(all, "a", 38, 20)
		d.wants("live again", numbered("a", 38, 57)...)
		d.Detach(0)
	})
}

func TestReplayKeepsToTheWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := paced(t)
		offline(t, all, "pump", Subscription{Filter: "#", QoS: 1})
		waits(all, "a", 1, 10)
		d := newDevice(t, all, "pump", Terms{Version: 4})
		d.link.Window = 2
		d.Attach(d.link)
		goes(29 * time.Second)
		d.wants("B-684", numbered("a", 1, 2)...)
		d.Acknowledge(1)
		d.Acknowledge(2)
		d.wants("B-705: that time gives no burst", numbered("a", 3, 3)...)
		goes(100 * time.Millisecond)
		d.wants("B-705", numbered("a", 4, 4)...)
		d.Detach(0)
	})
}

func TestReplayOfWhatIsNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := paced(t)
		d := offline(t, all, "pump", Subscription{Filter: "#", QoS: 1})
		for range 100 {
			publish(all, "refused", "x", 1)
			all.Publish(&Message{Topic: "a", Payload: []byte("late"), QoS: 1, Expires: time.Now().Add(time.Second)})
		}
		waits(all, "a", 1, 2)
		time.Sleep(time.Second)
		d.refuses = func(topic string) bool { return topic == "refused" }
		d = d.reconnect(all)
		d.wants("B-217, B-694: they take no time", numbered("a", 1, 1)...)
		goes(100 * time.Millisecond)
		d.wants("B-705", numbered("a", 2, 2)...)
		d.Detach(0)
	})
}

// A client that goes in the middle of it begins again; nobody is woken for it.
func TestReplayBeginsAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := paced(t)
		d := offline(t, all, "pump", Subscription{Filter: "#", QoS: 1})
		waits(all, "a", 1, 5)
		d = d.reconnect(all)
		goes(150 * time.Millisecond)
		d.Acknowledge(1)
		d.wants("B-705", numbered("a", 1, 2)...)
		d.Detach(persistent)
		goes(time.Minute)
		d.wants("nothing after Detach")
		d = d.reconnect(all)
		goes(time.Second)
		d.wants("B-685, B-705", numbered("a", 2, 5)...)
		d.Detach(0)
		wantEmpty(t, all)
	})
}

func TestAdvanceGoesOnWithReplay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := paced(t)
		d := offline(t, all, "pump", Subscription{Filter: "a", QoS: 1}, Subscription{Filter: "$share/g/shared", QoS: 1})
		waits(all, "a", 1, 40)
		waits(all, "shared", 1, 70)
		d = d.reconnect(all)
		own, shared := 1, 1
		step := func(d1 time.Duration, source string, toOwn, toShared int) {
			t.Helper()
			got := d.received()
			want := append(numbered("a", own+1, toOwn), numbered("shared", shared+1, toShared)...)
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("after %v got %q, want %q (%s)", d1, got, want, source)
			}
			own, shared = toOwn, toShared
			for _, o := range slices.Clone(d.inflight) {
				d.Acknowledge(o.id)
			}
		}
		d.received()
		for _, o := range slices.Clone(d.inflight) {
			d.Acknowledge(o.id)
		}
		all.Advance(time.Second)
		step(time.Second, "B-669, B-705", 11, 21)
		all.Advance(50 * time.Millisecond)
		step(50*time.Millisecond, "half an interval of the one", 11, 22)
		goes(50 * time.Millisecond)
		step(50*time.Millisecond, "and the other half", 12, 23)
		all.Advance(time.Hour)
		step(time.Hour, "all of it", 40, 70)
		d.Detach(persistent)
		waits(all, "a", 41, 3)
		d = d.reconnect(all)
		d.wants("an hour that is used up does not count again", numbered("a", 41, 41)...)
		d.Detach(0)
	})
}

// Advance sends more than the window takes, as the client acknowledges it.
func TestAdvanceBeyondTheWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := paced(t)
		offline(t, all, "pump", Subscription{Filter: "#", QoS: 1})
		waits(all, "a", 1, 30)
		d := newDevice(t, all, "pump", Terms{Version: 4})
		d.link.Window = 1
		d.Attach(d.link)
		all.Advance(time.Second)
		for id := range uint16(10) {
			d.Acknowledge(id + 1)
		}
		d.wants("B-705", numbered("a", 1, 11)...)
		d.Acknowledge(11)
		d.wants("B-705: the second is over")
		d.Detach(0)
	})
}

func TestGroupQueueIsPaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := paced(t)
		a := offline(t, all, "a", Subscription{Filter: group1, QoS: 1})
		b := offline(t, all, "b", Subscription{Filter: group1, QoS: 1})
		waits(all, "a", 1, 50)
		a = a.reconnect(all)
		a.wants("B-669", numbered("a", 1, 1)...)
		goes(500 * time.Millisecond)
		a.wants("B-669: 20 per second", numbered("a", 2, 11)...)
		waits(all, "a", 51, 10)
		a.wants("B-687: what comes waits behind it")
		b = b.reconnect(all)
		goes(500 * time.Millisecond)
		if got, other := len(a.packets()), len(b.packets()); got != 10 || other != 11 {
			t.Errorf("got %d and %d messages in half a second, want 10 and 11: 20 per second each (B-669)", got, other)
		}
		goes(450 * time.Millisecond)
		got := append(a.received(), b.received()...)
		slices.Sort(got)
		want := numbered("a", 33, 60)
		if slices.Sort(want); !slices.Equal(got, want) {
			t.Errorf("got %q, want the rest and what came meanwhile, once each", got)
		}
		waits(all, "a", 61, 2)
		if n := len(a.packets()) + len(b.packets()); n != 2 {
			t.Errorf("got %d messages, want both at once: live again", n)
		}
		a.Detach(0)
		b.Detach(0)
		wantEmpty(t, all)
	})
}

// A member that has a replay of its own is no worse a member.
func TestMemberInReplay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := paced(t)
		d := offline(t, all, "pump", Subscription{Filter: "own", QoS: 1}, Subscription{Filter: "$share/g/shared", QoS: 1})
		waits(all, "own", 1, 10)
		d = d.reconnect(all)
		waits(all, "shared", 1, 3)
		d.wants("B-668", append(numbered("own", 1, 1), numbered("shared", 1, 3)...)...)
		d.Detach(0)
	})
}

// What waits in a group for a window is not paced: it is the client's pace.
func TestGroupWaitsForTheWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := paced(t)
		d := newDevice(t, all, "pump", Terms{Version: 4})
		d.link.Window = 1
		d.Attach(d.link)
		d.subscribe(Subscription{Filter: group1, QoS: 1})
		waits(all, "a", 1, 3)
		d.Acknowledge(1)
		d.Acknowledge(2)
		d.wants("B-684", numbered("a", 1, 3)...)
		d.Detach(0)
	})
}

// After a restart the pace is the same.
func TestReplayAfterARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := Options{Kept: openFile(t, filepath.Join(t.TempDir(), "sessions.db")).Part(""), ReplayPerSecond: 10}
		all, err := Open(o)
		if err != nil {
			t.Fatal(err)
		}
		lasting(t, all, "pump", 4, Subscription{Filter: "#", QoS: 1}, Subscription{Filter: group1, QoS: 1}).Detach(persistent)
		waits(all, "b", 1, 3)
		waits(all, "a", 1, 3)
		if err := all.Close(); err != nil {
			t.Fatal(err)
		}
		if all, err = Open(o); err != nil {
			t.Fatal(err)
		}
		d := returns(t, all, "pump", 4)
		d.wants("B-705, B-669", "b 1 1", "a 1 1")
		goes(50 * time.Millisecond)
		d.wants("B-669", "a 2 1")
		goes(time.Second)
		if got := len(d.packets()); got != 6 {
			t.Errorf("got %d messages more, want 6", got)
		}
		if err := all.Close(); err != nil {
			t.Fatal(err)
		}
	})
}
