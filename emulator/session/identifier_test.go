package session

import (
	"slices"
	"testing"
)

// The identifiers of messages that are sent again: the same after a reconnect and after
// a restart [B-685, F-23].

// identifiers are those of what has come since the last time.
func (d *device) identifiers() (all []uint16) {
	for _, pk := range d.packets() {
		all = append(all, pk.PacketID)
	}
	return all
}

func TestIdentifiersSurvive(t *testing.T) {
	narrow := func(t *testing.T, all *Sessions, window int) *device {
		d := newDevice(t, all, "pump", Terms{Version: 5, Expiry: persistent})
		d.link.Window = window
		d.Attach(d.link)
		d.subscribe(anything)
		return d
	}
	publishes := func(t *testing.T, all *Sessions, n int) {
		for range n {
			keeps(t, all, kept("a", "x"))
		}
	}
	tests := []struct {
		name   string
		happen func(t *testing.T, all *Sessions)
		want   []uint16
	}{
		{"sent, the first acknowledged", func(t *testing.T, all *Sessions) {
			d := narrow(t, all, 100)
			publishes(t, all, 3)
			d.Acknowledge(1)
		}, []uint16{2, 3}},
		{"sent after it had waited for the window", func(t *testing.T, all *Sessions) {
			d := narrow(t, all, 1)
			publishes(t, all, 4)
			d.Acknowledge(1)
			d.Acknowledge(2)
		}, []uint16{3, 4}},
		{"sent after it had waited offline", func(t *testing.T, all *Sessions) {
			narrow(t, all, 100).Detach(persistent)
			publishes(t, all, 3)
			narrow(t, all, 2).Acknowledge(1)
		}, []uint16{2, 3}},
		{"out of a group", func(t *testing.T, all *Sessions) {
			d := lasting(t, all, "pump", 5, Subscription{Filter: group1, QoS: 1})
			publishes(t, all, 2)
			d.Detach(persistent)
			publishes(t, all, 2)
			d = narrow(t, all, 100)
			d.Acknowledge(1)
			d.Acknowledge(3)
		}, []uint16{2, 4}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			all := newFileStore(t)
			tt.happen(t, all)
			settled(t, all)
			for range 2 { // a second restart, too
				all = crashed(t, all)
				d := returns(t, all, "pump", 5)
				got := d.identifiers()
				if tt.name == "out of a group" {
					got = slices.DeleteFunc(got, func(id uint16) bool { return !slices.Contains(tt.want, id) })
				}
				if !slices.Equal(got, tt.want) {
					t.Errorf("got %d, want %d (B-685, MQTT-4.4.0-1)", got, tt.want)
				}
				publishes(t, all, 1)
				if next := d.identifiers(); len(next) == 1 && slices.Contains(tt.want, next[0]) {
					t.Errorf("got %d for a new message, which one on its way has (B-685)", next)
				} else if len(next) == 1 {
					d.Acknowledge(next[0])
				}
				settled(t, all)
			}
		})
	}
}

// An identifier that is on its way again when a message's turn comes is not used twice.
func TestIdentifierInUse(t *testing.T) {
	all := New()
	d := newDevice(t, all, "pump", Terms{Version: 4})
	d.link.Window = 1
	d.Attach(d.link)
	d.subscribe(anything)
	publish(all, "a", "1", 1)
	publish(all, "a", "2", 1)
	d.Session.mu.Lock()
	d.queue[0].id = d.inflight[0].id // as after 65,535 messages
	d.Session.link.Window = 2
	d.Session.mu.Unlock()
	d.pull()
	if got := d.identifiers(); len(got) != 2 || got[0] == got[1] {
		t.Errorf("got %d, want two that differ (MQTT-2.3.1-2)", got)
	}
}

// An entry that an older version wrote has no identifier.
func TestEntryWithoutID(t *testing.T) {
	for text, want := range map[string]entry{
		"\x00\x00\x00\x00\x00\x00\x00\x07\x01":         {message: 7, retain: true},
		"\x00\x00\x00\x00\x00\x00\x00\x07\x00\x00\x02": {message: 7, id: 2},
	} {
		if got, err := parseEntry([]byte(text)); err != nil || got != want || string(got.encode()) != text {
			t.Errorf("% x: got %v, %v, want %v and the same bytes again", text, got, err, want)
		}
	}
}
