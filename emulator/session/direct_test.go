package session

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// direct makes a device that takes direct messages, if err is nil.
func direct(t testing.TB, all *Sessions, terms Terms, window int, err error) *device {
	d := newDevice(t, all, "d", terms)
	d.link.Direct = func(*Message) error { return err }
	d.link.Window = window
	d.Attach(d.link)
	return d
}

func TestSendDirect(t *testing.T) {
	refusal := errors.New("no")
	large := func(d *device) { d.link.MaxPacket = 4; d.Attach(d.link) }
	broken := func(d *device) {
		d.link.Write = func([]byte) (int, error) { return 0, errors.New("broken") }
		d.Attach(d.link)
	}
	tests := []struct {
		name    string
		qos     byte
		judge   error
		prepare func(*device)
		want    error
		got     []string
		source  string
	}{
		{"QoS 0, without a subscription", 0, nil, nil, nil, []string{"t x 0"}, "B-817"},
		{"QoS 1, without a subscription", 1, nil, nil, nil, []string{"t x 1"}, "B-817"},
		{"refused", 1, refusal, nil, refusal, nil, "B-218"},
		{"offline", 0, nil, func(d *device) { d.Detach(persistent) }, ErrOffline, nil, "B-817"},
		{"too large", 0, nil, large, ErrTooLarge, nil, "B-817, guess"},
		{"not written", 1, nil, broken, ErrNotWritten, nil, "B-910"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := direct(t, New(), Terms{Version: 4, Expiry: time.Minute}, 100, tt.judge)
			if tt.prepare != nil {
				tt.prepare(d)
			}
			confirmed, err := d.Send(&Message{Topic: "t", Payload: []byte("x"), QoS: tt.qos})
			if !errors.Is(err, tt.want) || (confirmed != nil) != (err == nil && tt.qos == 1) {
				t.Errorf("got %v, want %v (%s)", err, tt.want, tt.source)
			}
			d.wants(tt.source, tt.got...)
			d.Detach(0)
		})
	}
}

// A direct message with QoS 1 is confirmed once, is neither queued nor sent
// again, and counts as unacknowledged [B-684, B-817].
func TestSendDirectConfirmed(t *testing.T) {
	tests := []struct {
		name string
		end  func(d *device)
		want bool
	}{
		{"acknowledged", func(d *device) { d.Acknowledge(1) }, true},
		{"connection lost", func(d *device) { d.Detach(persistent) }, false},
		{"session over", func(d *device) { d.Detach(0) }, false},
		{"never acknowledged", func(*device) { time.Sleep(retryTime4 + time.Minute) }, false}, // in the bubble's time
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				all := New()
				d := direct(t, all, Terms{Version: 4, Expiry: time.Minute}, 1, nil)
				confirmed, err := d.Send(&Message{Topic: "t", QoS: 1})
				if err != nil {
					t.Fatal(err)
				}
				if _, err := d.Send(&Message{Topic: "t", QoS: 1}); !errors.Is(err, ErrWindowFull) {
					t.Errorf("got %v, want %v (B-684)", err, ErrWindowFull)
				}
				d.packets()
				tt.end(d)
				if got := <-confirmed; got != tt.want {
					t.Errorf("got confirmed %v, want %v (B-817)", got, tt.want)
				}
				d.Detach(persistent)
				next := d.reconnect(all)
				next.wants("B-817: not queued")
				next.Detach(0)
			})
		})
	}
}
