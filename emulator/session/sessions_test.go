package session

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestOpen(t *testing.T) {
	tests := []struct {
		name    string
		first   Terms
		expiry  time.Duration
		second  Terms
		present bool
		source  string
	}{
		{"continued", Terms{Version: 4}, time.Hour, Terms{Version: 4}, true, "B-702"},
		{"continued in 5", Terms{Version: 5}, time.Hour, Terms{Version: 5}, true, "B-702"},
		{"a clean session is continued if it was given an expiry", Terms{Version: 5, Clean: true}, time.Hour, Terms{Version: 5}, true, "B-701"},
		{"clean start", Terms{Version: 4}, time.Hour, Terms{Version: 4, Clean: true}, false, "B-706"},
		{"ended with its connection", Terms{Version: 5}, 0, Terms{Version: 5}, false, "B-701"},
		{"3.1.1, then 5", Terms{Version: 4}, time.Hour, Terms{Version: 5}, false, "B-704"},
		{"5, then 3.1.1", Terms{Version: 5}, time.Hour, Terms{Version: 4}, false, "B-704"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			all := New()
			first := newDevice(t, all, "pump", tt.first)
			first.Attach(first.link)
			first.subscribe(Subscription{Filter: "a", QoS: 1})
			first.Detach(tt.expiry)
			publish(all, "a", "1", 1)

			s, present := all.Open("pump", tt.second)
			if present != tt.present || s.Subscribed("a") != tt.present {
				t.Errorf("present: got %v, subscribed %v, want %v (%s)", present, s.Subscribed("a"), tt.present, tt.source)
			}
			second := &device{Session: s, t: t, version: tt.second.Version, refuses: func(string) bool { return false }}
			s.Attach(Link{Window: 1, Allowed: second.allowed, Write: second.write})
			if got := len(second.packets()); got != map[bool]int{true: 1}[tt.present] {
				t.Errorf("got %d messages that waited, present is %v (%s)", got, tt.present, tt.source)
			}
			if all.Len() != 1 {
				t.Errorf("got %d sessions, want 1 (%s)", all.Len(), tt.source)
			}
			s.Detach(0)
			wantEmpty(t, all)
		})
	}
}

func TestAdvanceEndsSessions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := New()
		online(t, all, "connected")
		for _, id := range []string{"hour", "day"} {
			d := online(t, all, id)
			d.Detach(map[string]time.Duration{"hour": time.Hour, "day": 24 * time.Hour}[id])
		}
		for _, step := range []struct {
			advance, sleep time.Duration
			want           int
		}{
			{40 * time.Minute, 0, 3},
			{20 * time.Minute, 0, 2},           // the hour is over, without waiting for a timer
			{22 * time.Hour, time.Hour - 1, 2}, // of the day an hour is left, and passes
			{0, 1, 1},
		} {
			all.Advance(step.advance)
			time.Sleep(step.sleep)
			synctest.Wait()
			if got := all.Len(); got != step.want {
				t.Errorf("after %+v: got %d sessions, want %d (B-703)", step, got, step.want)
			}
		}
	})
}

// A message grows old wherever it waits, and once however often it waits.
func TestAdvanceEndsMessages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := New()
		queued := offline(t, all, "queued", Subscription{Filter: "a", QoS: 1})
		twice := offline(t, all, "twice", Subscription{Filter: "a", QoS: 1})
		unacknowledged := online(t, all, "unacknowledged", Subscription{Filter: "a", QoS: 1})
		shared := offline(t, all, "shared", Subscription{Filter: "$share/g/a", QoS: 1})
		for _, kind := range []struct {
			name string
			life time.Duration
		}{{"minute", time.Minute}, {"hour", time.Hour}} {
			expires := time.Now().Add(kind.life)
			all.Publish(&Message{Topic: "a", Payload: []byte(kind.name), QoS: 1, Expires: expires})
			all.Retain(&Message{Topic: kind.name, Payload: []byte("1"), Expires: expires})
		}
		unacknowledged.received()
		unacknowledged.Detach(24 * time.Hour)
		for range 2 {
			all.Advance(25 * time.Second)
		}
		if all.Retained("minute") == nil {
			t.Error("the retained message is gone after 50 of its 60 seconds (B-724)")
		}
		all.Advance(10 * time.Second)
		if all.Retained("minute") != nil || len(all.retained) != 1 {
			t.Error("the retained message is there after 60 of its 60 seconds (B-724)")
		}
		for _, d := range []*device{queued, twice, unacknowledged, shared} {
			d.reconnect(all).wants("B-694", "a hour 1")
		}
		all.Advance(59 * time.Minute)
		if m := all.Retained("hour"); m != nil {
			t.Errorf("the retained message is there after its hour, %v are left (B-724)", m.left())
		}
	})
}

func TestClear(t *testing.T) {
	all := New()
	offline(t, all, "offline", Subscription{Filter: "a/b", QoS: 1}, Subscription{Filter: "$share/g/a", QoS: 1})
	d := online(t, all, "connected", Subscription{Filter: "a/b", QoS: 1})
	all.Retain(&Message{Topic: "a/b", Payload: []byte("1")})
	all.Clear()
	if all.Len() != 1 || all.Retained("a/b") != nil {
		t.Errorf("got %d sessions, retained %v, want the connected one and nothing", all.Len(), all.Retained("a/b"))
	}
	publish(all, "a/b", "1", 1)
	d.wants("a connection keeps what it has", "a/b 1 1")
	d.Detach(0)
	wantEmpty(t, all)
}

func TestDiscard(t *testing.T) {
	all := New()
	offline(t, all, "offline", Subscription{Filter: "t", QoS: 1})
	d := online(t, all, "online")
	for _, tt := range []struct {
		id   string
		want bool // that it stays
	}{{"offline", false}, {"online", true}, {"nobody", false}} {
		if err := all.Discard(tt.id); err != nil || (all.Find(tt.id) != nil) != tt.want {
			t.Errorf("%s: got %v, %v, want it to stay: %v (B-813)", tt.id, all.Find(tt.id), err, tt.want)
		}
	}
	if got := d.Expiry(); got != 0 {
		t.Errorf("got expiry %v, want 0 (B-814)", got)
	}
	d.Detach(0)
	wantEmpty(t, all)
}
