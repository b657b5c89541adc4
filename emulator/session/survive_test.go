package session

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/mochi-mqtt/server/v2/packets"
)

func TestMessagesSurviveACrash(t *testing.T) {
	tests := []struct {
		name   string
		happen func(t *testing.T, all *Sessions)
		want   []string
		source string
	}{
		{"queued", func(t *testing.T, all *Sessions) {
			lasting(t, all, "pump", 5, anything).Detach(persistent)
			for _, payload := range []string{"1", "2", "3"} {
				keeps(t, all, kept("a", payload))
			}
		}, []string{"a 1 1", "a 2 1", "a 3 1"}, "B-705"},
		{"unacknowledged, before those that wait", func(t *testing.T, all *Sessions) {
			d := newDevice(t, all, "pump", Terms{Version: 5, Expiry: persistent})
			d.link.Window = 2
			d.Attach(d.link)
			d.subscribe(anything)
			for _, payload := range []string{"1", "2", "3", "4"} {
				keeps(t, all, kept("a", payload))
			}
			d.Acknowledge(1)
			settled(t, all)
		}, []string{"a 2 1", "a 3 1", "a 4 1"}, "B-685"},
		{"connected, nothing sent yet", func(t *testing.T, all *Sessions) {
			lasting(t, all, "pump", 5, anything).Detach(persistent)
			newDevice(t, all, "pump", Terms{Version: 5, Expiry: persistent})
			keeps(t, all, kept("a", "1"))
		}, []string{"a 1 1"}, "B-705"},
		{"QoS 0", func(t *testing.T, all *Sessions) {
			lasting(t, all, "pump", 5, anything).Detach(persistent)
			keeps(t, all, &Message{Topic: "a", Payload: []byte("1")})
			keeps(t, all, kept("a", "2"))
		}, []string{"a 2 1"}, "B-705"},
		{"in a group", func(t *testing.T, all *Sessions) {
			lasting(t, all, "pump", 5, Subscription{Filter: group1, QoS: 1}).Detach(persistent)
			keeps(t, all, kept("a", "1"))
			keeps(t, all, kept("a", "2"))
		}, []string{"a 1 1", "a 2 1"}, "B-669"},
		{"taken out of a group by another member", func(t *testing.T, all *Sessions) {
			lasting(t, all, "pump", 5, Subscription{Filter: group1, QoS: 1}).Detach(persistent)
			keeps(t, all, kept("a", "1"))
			d := newDevice(t, all, "other", Terms{Version: 4, Expiry: persistent})
			d.link.Window = 1
			d.Attach(d.link)
			d.subscribe(Subscription{Filter: group1, QoS: 1})
			keeps(t, all, kept("a", "2"))
		}, []string{"a 2 1"}, "B-669: what was sent to a member stays with it"},
		{"with the retain flag", func(t *testing.T, all *Sessions) {
			rap := anything
			rap.RetainAsPublished = true
			lasting(t, all, "pump", 5, rap).Detach(persistent)
			m := kept("a", "1")
			m.Retain = true
			keeps(t, all, m)
		}, []string{"a 1 1 retained"}, "B-665"},
		{"refused, acknowledged, too large", func(t *testing.T, all *Sessions) {
			d := newDevice(t, all, "pump", Terms{Version: 5, Expiry: persistent})
			d.link.MaxPacket = 20
			d.refuses = func(topic string) bool { return topic == "b" }
			d.Attach(d.link)
			d.subscribe(anything)
			keeps(t, all, kept("b", "1"))
			keeps(t, all, kept("a", strings.Repeat("x", 20)))
			keeps(t, all, kept("a", "2"))
			d.Acknowledge(d.lastID)
			settled(t, all)
		}, nil, "B-217, B-433, B-513"},
		{"no longer subscribed", func(t *testing.T, all *Sessions) {
			d := lasting(t, all, "pump", 5, anything)
			if err := d.Unsubscribe([]string{"#"}); err != nil {
				t.Error(err)
			}
		}, nil, "B-667"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			all := newFileStore(t)
			tt.happen(t, all)
			after := crashed(t, all)
			d := returns(t, after, "pump", 5)
			d.wants(tt.source, tt.want...)
			again := crashed(t, after)
			returns(t, again, "pump", 5).wants("a second crash", tt.want...)
			if tt.want == nil {
				publish(after, "a", "new", 1)
				d.received()
			}
		})
	}
}

// A SUBACK and the end of a subscription are promises too.
func TestSubackIsKept(t *testing.T) {
	all := newFileStore(t)
	d := lasting(t, all, "pump", 5)
	options := []Subscription{{Filter: "a", QoS: 1, RetainAsPublished: true, Retained: IfNew}, {Filter: group1}}
	var file string
	if err := d.Subscribe(options, func() { file = snapshot(t, all) }); err != nil {
		t.Fatal(err)
	}
	after := openFileStore(t, file)
	if got := after.byID["pump"].Subscriptions(); !slices.Equal(got, []Subscription{options[1], options[0]}) {
		t.Errorf("got %+v after the SUBACK, want %+v (B-700)", got, options)
	}
	if err := d.Unsubscribe([]string{"a"}); err != nil {
		t.Fatal(err)
	}
	if got := crashed(t, all).byID["pump"].Subscriptions(); len(got) != 1 {
		t.Errorf("got %+v after the UNSUBACK, want %s (B-667)", got, group1)
	}
}

// What is told to be gone is gone.
func TestDiscardedSessionStaysAway(t *testing.T) {
	for _, tt := range []struct {
		name   string
		second Terms
		source string
	}{
		{"clean start", Terms{Version: 5, Clean: true, Expiry: persistent}, "B-706"},
		{"another version", Terms{Version: 4, Expiry: persistent}, "B-704"},
		{"clean, and not to last", Terms{Version: 5, Clean: true}, "B-706"},
		{"continued, and not to last", Terms{Version: 5}, "B-701"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			all := newFileStore(t)
			lasting(t, all, "pump", 5, anything).Detach(persistent)
			keeps(t, all, kept("a", "1"))
			newDevice(t, all, "pump", tt.second)
			if !tt.second.Clean { // nobody is told anything
				settled(t, all)
			}
			after := crashed(t, all)
			if s := after.byID["pump"]; (s != nil) != (tt.second.Clean && tt.second.Expiry > 0 || tt.second.Version == 4) {
				t.Errorf("got session %v (%s)", s, tt.source)
			} else if s != nil && (len(s.subs) > 0 || len(s.queue) > 0) {
				t.Errorf("got subscriptions %v, queue %v, want none (%s)", s.subs, s.queue, tt.source)
			}
		})
	}
}

func TestRetainedSurvivesACrash(t *testing.T) {
	all := newFileStore(t)
	m := kept("a", "1")
	m.Retain, m.Properties = true, &packets.Properties{ContentType: "text/plain"}
	keeps(t, all, m)
	keeps(t, all, &Message{Topic: "b", Payload: []byte("1"), Retain: true})
	if got := crashed(t, all).Retained("b"); got == nil || got.QoS != 0 {
		t.Errorf("got %+v, want the message of QoS 0 (B-720)", got)
	}
	keeps(t, all, &Message{Topic: "b", Retain: true})
	after := crashed(t, all)
	got := after.Retained("a")
	if got == nil || string(got.Payload) != "1" || got.QoS != 1 || !got.Retain || got.Properties.ContentType != "text/plain" {
		t.Errorf("got %+v, want what was retained (B-720)", got)
	}
	if got := after.Retained("b"); got != nil {
		t.Errorf("got %+v, which had been deleted (B-720)", got)
	}
}

// Time goes on while nobody runs.
func TestTimeGoesOn(t *testing.T) {
	tests := []struct {
		name   string
		expiry time.Duration
		online bool
		advance,
		down time.Duration
		present bool
		source  string
	}{
		{"offline, before its end", time.Hour, false, 0, time.Hour - 1, true, "B-703"},
		{"offline, at its end", time.Hour, false, 0, time.Hour, false, "B-703"},
		{"connected, long ago", time.Hour, true, 0, 24 * time.Hour, true, "counts from the restart"},
		{"advanced", time.Hour, false, 59 * time.Minute, 30 * time.Second, true, "B-703"},
		{"advanced to its end", time.Hour, false, 59 * time.Minute, time.Minute, false, "B-703"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				all := newFileStore(t)
				d := lasting(t, all, "pump", 4, anything)
				if !tt.online {
					d.Detach(tt.expiry)
				} else {
					d.expiry = tt.expiry
					d.keep(nil)
				}
				all.Advance(tt.advance)
				settled(t, all)
				file := snapshot(t, all)
				time.Sleep(tt.down) // in the bubble's time
				after := openFileStore(t, file)
				if present := after.byID["pump"] != nil; present != tt.present {
					t.Fatalf("present: got %v, want %v (%s)", present, tt.present, tt.source)
				}
				if !tt.present {
					settled(t, after)
					wantEmpty(t, after)
					wantEmptyFile(t, after)
					return
				}
				if tt.online { // offline from now on
					after.Advance(tt.expiry - 1)
					if again := crashed(t, after); again.Len() != 1 {
						t.Error("the session ended early (B-703)")
					}
					settled(t, after)
					time.Sleep(time.Nanosecond)
					if again := crashed(t, after); again.Len() != 0 {
						t.Error("a second restart has made the session younger (B-703)")
					}
				}
			})
		})
	}
}

// Messages grow old too, those in queues and retained ones.
func TestMessagesExpireWhileDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := newFileStore(t)
		lasting(t, all, "pump", 5, anything, Subscription{Filter: group1, QoS: 1}).Detach(time.Hour)
		all.Advance(time.Minute)
		for _, life := range []time.Duration{5 * time.Minute, 20 * time.Minute, 0} {
			m := kept("a", life.String())
			if life > 0 {
				m.Expires = time.Now().Add(life)
			}
			keeps(t, all, m)
			retained := &Message{Topic: "retained/" + life.String(), Payload: []byte("1"), Expires: m.Expires, Retain: true}
			all.Retain(retained)
			if err := keptBy(all, retained); err != nil {
				t.Fatal(err)
			}
		}
		all.Advance(4 * time.Minute)
		settled(t, all)
		file := snapshot(t, all)
		time.Sleep(2 * time.Minute)
		after := openFileStore(t, file)
		returns(t, after, "pump", 5).wants("B-694", "a 20m0s 1", "a 0s 1", "a 20m0s 1", "a 0s 1")
		for topic, want := range map[string]time.Duration{"retained/5m0s": 0, "retained/20m0s": 14 * time.Minute} {
			if m := after.Retained(topic); (m != nil) != (want > 0) || m != nil && m.left() != want {
				t.Errorf("%s: got %+v, want %v left (B-724)", topic, m, want)
			}
		}
		if m := after.Retained("retained/0s"); m == nil || !m.Expires.IsZero() {
			t.Errorf("got %+v, want one that stays (B-724)", m)
		}
	})
}
