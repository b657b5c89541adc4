package session

import (
	"runtime"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func retain(all *Sessions, topic, payload string, qos byte) *Message {
	m := &Message{Topic: topic, Payload: []byte(payload), QoS: qos, Retain: true}
	all.Retain(m)
	return m
}

func TestRetained(t *testing.T) {
	tests := []struct {
		name   string
		stored [][2]string // topic, payload
		filter string
		want   string // payload; empty for none
		source string
	}{
		{"the exact topic", [][2]string{{"a/b", "1"}}, "a/b", "1", "B-721"},
		{"the last one", [][2]string{{"a/b", "1"}, {"a/b", "2"}}, "a/b", "2", "B-720"},
		{"an empty payload deletes", [][2]string{{"a/b", "1"}, {"a/b", ""}}, "a/b", "", "B-720"},
		{"deleting what is not there", [][2]string{{"a/b", ""}}, "a/b", "", "B-720"},
		{"no wildcard +", [][2]string{{"a/b", "1"}}, "a/+", "", "B-721, B-510"},
		{"no wildcard #", [][2]string{{"a/b", "1"}}, "#", "", "B-721, B-510"},
		{"not shared", [][2]string{{"a/b", "1"}}, "$share/g/a/b", "", "B-670, B-721"},
		{"not on reserved topics", [][2]string{{"$aws/things/T/shadow/get", "1"}}, "$aws/things/T/shadow/get", "", "B-239, B-725"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			all := New()
			for _, s := range tt.stored {
				retain(all, s[0], s[1], 0)
			}
			got := ""
			if m := all.Retained(tt.filter); m != nil {
				got = string(m.Payload)
			}
			if got != tt.want {
				t.Errorf("Retained(%q): got %q, want %q (%s)", tt.filter, got, tt.want, tt.source)
			}
		})
	}
}

func TestRetainedExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := New()
		all.Retain(&Message{Topic: "hour", Payload: []byte("1"), Expires: time.Now().Add(time.Hour)})
		retain(all, "ever", "1", 0)
		time.Sleep(time.Hour - 1)
		if all.Retained("hour") == nil {
			t.Error("gone before its time (B-724)")
		}
		time.Sleep(time.Nanosecond)
		if all.Retained("hour") != nil {
			t.Error("there after its time (B-724)")
		}
		time.Sleep(10_000 * time.Hour)
		if all.Retained("ever") == nil {
			t.Error("gone though it never expires (B-724)")
		}
	})
}

func TestRetainedOnSubscribe(t *testing.T) {
	tests := []struct {
		name    string
		stored  byte // QoS
		granted byte
		refused bool
		want    []string
		source  string
	}{
		{"QoS 1 on QoS 1", 1, 1, false, []string{"a 1 1 retained"}, "B-721, B-687"},
		{"QoS 1 on QoS 0", 1, 0, false, []string{"a 1 0 retained"}, "B-687"},
		{"QoS 0 on QoS 1", 0, 1, false, []string{"a 1 0 retained"}, "B-687"},
		{"not allowed to receive", 1, 1, true, nil, "B-216"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			all := New()
			retain(all, "a", "1", tt.stored)
			d := online(t, all, "pump")
			d.refuses = func(string) bool { return tt.refused }
			d.subscribe(Subscription{Filter: "a", QoS: tt.granted, Retained: Always})
			d.wants(tt.source, tt.want...)
			if len(d.asked) != 1 {
				t.Errorf("Allowed was asked %d times, want once (B-216)", len(d.asked))
			}
		})
	}
}

// What is retained before the SUBACK comes after it, as retained; what is
// retained later comes live, once and last.
func TestRetainedWhileSubscribing(t *testing.T) {
	all := New()
	retain(all, "a", "old", 0)
	d := online(t, all, "pump")
	published := make(chan struct{})
	d.Subscribe([]Subscription{{Filter: "a", Retained: Always}}, func() {
		d.wants("B-721: nothing before the SUBACK")
		go func() {
			all.Publish(retain(all, "a", "new", 0))
			close(published)
		}()
		for all.Retained("a").Payload[0] == 'o' {
			runtime.Gosched()
		}
	})
	<-published
	d.wants("B-721, B-722", "a old 0 retained", "a new 0")
}

func TestRetainHandling(t *testing.T) {
	tests := []struct {
		when        When
		first, next int // messages
	}{
		{Always, 1, 1},
		{IfNew, 1, 0},
		{Never, 0, 0},
	}
	for _, tt := range tests {
		all := New()
		retain(all, "a", "1", 0)
		d := online(t, all, "pump")
		for i, want := range []int{tt.first, tt.next} {
			d.subscribe(Subscription{Filter: "a", Retained: tt.when}, Subscription{Filter: "+", Retained: tt.when})
			if got := d.received(); len(got) != want {
				t.Errorf("When %d, time %d: got %q, want %d messages (B-665, B-721)", tt.when, i, got, want)
			}
		}
	}
}

func TestRetainedTopics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		all := New()
		for _, topic := range []string{"b", "a", "c", "$reserved", "deleted"} {
			all.Retain(&Message{Topic: topic, Payload: []byte("x"), Retain: true})
		}
		all.Retain(&Message{Topic: "deleted", Retain: true})
		all.Retain(&Message{Topic: "c", Payload: []byte("x"), Expires: time.Now().Add(time.Second)})
		now := time.Now()
		time.Sleep(time.Second) // in the bubble's time
		if got, want := all.RetainedTopics(), []string{"a", "b"}; !slices.Equal(got, want) {
			t.Errorf("got %q, want %q (B-812)", got, want)
		}
		if got := all.Retained("a").RetainedAt(); !got.Equal(now) {
			t.Errorf("got %v, want %v (B-811)", got, now)
		}
	})
}
