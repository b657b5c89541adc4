package session

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestOfflineSessionEnds(t *testing.T) {
	tests := []struct {
		name    string
		expiry  time.Duration
		waited  time.Duration
		present bool
		source  string
	}{
		{"without an expiry at once", 0, 0, false, "B-701"},
		{"before its time it is there", time.Hour, time.Hour - 1, true, "B-700"},
		{"at its time it is gone", time.Hour, time.Hour, false, "B-700, B-703"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				all := New()
				d := online(t, all, "pump", Subscription{Filter: "a", QoS: 1})
				d.Detach(tt.expiry)
				time.Sleep(tt.waited) // in the bubble's time
				synctest.Wait()
				if _, present := all.Open("pump", Terms{Version: 4}); present != tt.present {
					t.Errorf("session present: got %v, want %v (%s)", present, tt.present, tt.source)
				}
				all.byID["pump"].Detach(0)
				wantEmpty(t, all)
			})
		})
	}
}

// A timer that fires just when a connection comes may run after that connection
// has gone again. It must not end the session then.
func TestLateTimerSparesTheSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := New()
		d := offline(t, all, "pump", Subscription{Filter: "a", QoS: 1})
		d = d.reconnect(all)
		d.Detach(time.Hour)
		d.advance(0) // what the first timer does
		if all.Len() != 1 {
			t.Errorf("the session ended an hour early (B-703)")
		}
		all.Clear()
		wantEmpty(t, all)
	})
}

// Expiry counts from the latest end of a connection.
func TestReconnectRestartsTheExpiry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := New()
		d := online(t, all, "pump")
		for range 3 {
			d.Detach(time.Hour)
			time.Sleep(59 * time.Minute)
			d = d.reconnect(all)
			time.Sleep(2 * time.Hour) // connected
		}
		d.Detach(time.Hour)
		time.Sleep(time.Hour)
		synctest.Wait()
		wantEmpty(t, all)
	})
}

func TestUnacknowledgedIsSentAgain(t *testing.T) {
	all := New()
	d := online(t, all, "pump", Subscription{Filter: "#", QoS: 1})
	for _, payload := range []string{"1", "2", "3", "4"} {
		publish(all, "a", payload, 1)
	}
	d.wants("B-684", "a 1 1", "a 2 1", "a 3 1", "a 4 1")
	d.Acknowledge(2)
	d.Detach(persistent)
	publish(all, "a", "5", 1)
	publish(all, "a", "6", 0)
	d = d.reconnect(all)
	d.wants("B-685, B-705: in order, QoS 0 is not kept", "a 1 1", "a 3 1", "a 4 1", "a 5 1")
	d.Detach(0)
	wantEmpty(t, all)
}

// Between CONNECT and CONNACK a message must wait, also for a session that ends
// with this connection.
func TestMessageBeforeAttachWaits(t *testing.T) {
	all := New()
	offline(t, all, "pump", Subscription{Filter: "a", QoS: 1})
	d := newDevice(t, all, "pump", Terms{Version: 4})
	publish(all, "a", "1", 1)
	publish(all, "a", "lost", 0)
	d.wants("nothing before the CONNACK")
	d.Attach(d.link)
	publish(all, "a", "2", 1)
	d.wants("B-702, B-705", "a 1 1", "a 2 1")
}

func TestEndedSessionGetsNothing(t *testing.T) {
	all := New()
	d := online(t, all, "pump", Subscription{Filter: "a", QoS: 1})
	d.Detach(0)
	d.publish(&Message{Topic: "a", QoS: 1}, atQoS(1), 0) // a publisher that had found it before
	d.Detach(persistent)
	if d.queue != nil || all.Len() != 0 {
		t.Errorf("got %d messages in %d sessions, want none", len(d.queue), all.Len())
	}
	again := online(t, all, "pump")
	publish(all, "a", "1", 1)
	again.wants("B-706, M-6: it never subscribed")
}
