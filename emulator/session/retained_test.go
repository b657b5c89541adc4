package session

import (
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

func TestDeliverRetained(t *testing.T) {
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
			d := online(t, all, "pump", Subscription{Filter: "a", QoS: tt.granted})
			d.refuses = func(string) bool { return tt.refused }
			d.DeliverRetained("a", tt.granted)
			d.wants(tt.source, tt.want...)
			if len(d.asked) != 1 {
				t.Errorf("Allowed was asked %d times, want once (B-216)", len(d.asked))
			}
		})
	}
}

func TestDeliverRetainedIsTheNewest(t *testing.T) {
	all := New()
	retain(all, "a", "old", 0)
	d := online(t, all, "pump", Subscription{Filter: "a"})
	m := retain(all, "a", "new", 0)
	all.Publish(m)
	d.DeliverRetained("a", 0)
	d.wants("B-720, B-722", "a new 0", "a new 0 retained")

	all.Retain(&Message{Topic: "a"})
	d.DeliverRetained("a", 0)
	d.wants("B-720: deleted in between")
}
