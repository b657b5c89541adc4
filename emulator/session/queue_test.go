package session

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

func TestWhatAnOfflineSessionKeeps(t *testing.T) {
	tests := []struct {
		name         string
		publication  byte
		subscription byte
		want         []string
		source       string
	}{
		{"QoS 1 on QoS 1", 1, 1, []string{"a 1 1"}, "B-705"},
		{"QoS 0 on QoS 1", 0, 1, nil, "B-519, B-705"},
		{"QoS 1 on QoS 0", 1, 0, nil, "B-519, B-705"},
		{"QoS 0 on QoS 0", 0, 0, nil, "B-519, B-705"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			all := New()
			d := offline(t, all, "pump", Subscription{Filter: "a", QoS: tt.subscription})
			publish(all, "a", "1", tt.publication)
			d.reconnect(all).wants(tt.source, tt.want...)
		})
	}
}

// What waits is judged when it goes out: by the policy of the connection that
// it goes to, not of the one that was there when it came.
func TestQueuedMessageIsJudgedWhenSent(t *testing.T) {
	all := New()
	d := online(t, all, "pump", Subscription{Filter: "#", QoS: 1})
	d.refuses = func(topic string) bool { return topic == "old" }
	d.Detach(persistent)
	for _, topic := range []string{"old", "new", "both"} {
		publish(all, topic, "1", 1)
	}
	d = newDevice(t, all, "pump", Terms{Version: 4})
	d.refuses = func(topic string) bool { return topic == "new" }
	d.Attach(d.link)
	d.wants("B-216", "old 1 1", "both 1 1")
	if got := fmt.Sprint(d.asked); got != "[old new both]" {
		t.Errorf("asked about %s, want each once (B-216)", got)
	}
	d.Detach(persistent)
	d.reconnect(all).wants("B-433, guess: what was refused is not kept", "old 1 1", "both 1 1")
}

func TestQueuedMessageExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := New()
		d := offline(t, all, "pump", Subscription{Filter: "a", QoS: 1})
		all.Publish(&Message{Topic: "a", Payload: []byte("short"), QoS: 1, Expires: time.Now().Add(time.Minute)})
		all.Publish(&Message{Topic: "a", Payload: []byte("long"), QoS: 1, Expires: time.Now().Add(time.Hour)})
		all.Publish(&Message{Topic: "a", Payload: []byte("ever"), QoS: 1})
		time.Sleep(time.Minute)
		d = d.reconnect(all)
		d.wants("B-694, B-705: also for a receiver of 3.1.1", "a long 1", "a ever 1")
		if got := len(d.asked); got != 2 {
			t.Errorf("Allowed was asked %d times, want 2: not about what has expired", got)
		}
		d.Detach(0)
	})
}

func TestFullQueueKeepsTheOld(t *testing.T) {
	var q queue
	for i := range maxQueue + 2 {
		q.push(outbound{id: uint16(i)})
	}
	if len(q) != maxQueue {
		t.Errorf("got %d messages, want %d (B-669)", len(q), maxQueue)
	}
	if o, ok := q.pop(); !ok || o.id != 0 {
		t.Errorf("got %v, %v, want the oldest (B-669)", o, ok)
	}
}

func TestQueueLetsGo(t *testing.T) {
	var q queue
	for range 3 {
		q.push(outbound{message: new(Message)})
	}
	array := q[:3]
	for range 3 {
		q.pop()
	}
	if _, ok := q.pop(); ok || q != nil {
		t.Errorf("the queue is not empty: %v", q)
	}
	for i, o := range array {
		if o.message != nil {
			t.Errorf("message %d is still referred to", i)
		}
	}
}
