package session

import (
	"fmt"
	"slices"
	"testing"
)

func TestNear(t *testing.T) {
	tests := []struct {
		filter, topic string
		want          string // the rule, or empty
		source        string
	}{
		{"sensor/#", "sensor", "B-508", "B-508, B-655"},
		{"+/#", "sensor", "B-508", "B-508"},
		{"$share/g/sensor/#", "sensor", "B-508", "B-508"},
		{"sensor/+", "sensor", "", "another level"},
		{"sensor/a/#", "sensor", "", "two levels below"},
		{"#", "$aws/things/pump-7/shadow/update", "B-509", "B-509, B-234"},
		{"+/things/#", "$aws/things/pump-7/shadow/update", "B-509", "B-509"},
		{"$share/g/#", "$aws/events/a", "B-509", "B-509"},
		{"$aws/things/#", "$aws/events/a", "", "another level"},
		{"Pump/7/state", "pump/7/state", "B-518", "B-518"},
		{"pump/7/state", "pump/7/STATE", "B-518", "B-518"},
		{"Pump/+/#", "pump/7/state", "B-518", "B-518"},
		{"/pump/7", "pump/7", "B-518", "B-518: the leading slash"},
		{"pump/7", "/pump/7", "B-518", "B-518: the leading slash"},
		{"/Pump/+", "pump/7", "B-518", "B-518: both"},
		{"$AWS/things/a", "$aws/things/a", "B-518", "B-518"},
		{"pump/7/", "pump/7", "B-518", "B-518: the slash at the end"},
		{"pump/7", "pump/7/", "B-518", "B-518: the slash at the end"},
		{"Pump/#", "pump/7/", "B-518", "B-518: the case alone"},
		{"pump/7 ", "pump/7", "B-518", "B-518: a blank"},
		{"pump/7", "pump /7\n", "B-518", "B-518: blanks"},
		{"pump/7/+", "pump/7", "", "a level more"},
		{"Pump/7/#", "pump/7", "", "two mistakes"},
		{"+/pump/7", "pump/7", "", "a level more"},
		{"pump/8", "pump/7", "", "another name"},
		{"pumps/7", "pump/7", "", "another name"},
	}
	for _, tt := range tests {
		t.Run(tt.filter+" "+tt.topic, func(t *testing.T) {
			all := New()
			online(t, all, "d", Subscription{Filter: tt.filter})
			if all.Publish(&Message{Topic: tt.topic}) {
				t.Fatalf("got a match, want none (%s)", tt.source)
			}
			var want []Near
			if tt.want != "" {
				want = []Near{{Holder{"d", tt.filter}, tt.want}}
			}
			if got := all.Near(tt.topic); !slices.Equal(got, want) {
				t.Errorf("got %v, want %v (%s)", got, want, tt.source)
			}
		})
	}
}

// What was found counts until somebody subscribes or leaves.
func TestNearIsSearchedForAgain(t *testing.T) {
	all := New()
	steps := []struct {
		subscribe, unsubscribe string
		want                   int
	}{{"", "", 0}, {"A", "", 1}, {"/a", "", 2}, {"", "A", 1}}
	d := online(t, all, "d")
	for i, s := range steps {
		if s.subscribe != "" {
			d.subscribe(Subscription{Filter: s.subscribe})
		}
		d.Unsubscribe([]string{s.unsubscribe})
		if got := all.Near("a"); len(got) != s.want {
			t.Errorf("step %d: got %v, want %d", i, got, s.want)
		}
	}
}

// A search is bounded, and so is what is remembered of searches.
func TestNearIsBounded(t *testing.T) {
	all := New()
	for i := range 50 {
		for j := range 50 {
			id := fmt.Sprint(i, "-", j)
			online(t, all, id, Subscription{Filter: "Sensor/#"}, Subscription{Filter: "other/" + id})
		}
	}
	if got := all.Near("sensor/1"); len(got) > maxNear {
		t.Errorf("got %d found, want at most %d", len(got), maxNear)
	}
	for i := range maxTopics + 10 {
		all.Near(fmt.Sprint("nobody/", i))
	}
	if got := len(all.near.found); got != maxTopics {
		t.Errorf("got %d topics remembered, want %d", got, maxTopics)
	}
}

func TestHolders(t *testing.T) {
	all := New()
	online(t, all, "b", Subscription{Filter: "a/+"}, Subscription{Filter: "a/b"})
	online(t, all, "a", Subscription{Filter: "$share/g/a/#"}, Subscription{Filter: "c"})
	want := []Holder{{"a", "$share/g/a/#"}, {"b", "a/+"}, {"b", "a/b"}}
	if got := all.Holders("a/b"); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestUnsent(t *testing.T) {
	all := New()
	for _, topic := range []string{"cfg/b", "cfg/a", "cfg/a/b", "other"} {
		all.Retain(&Message{Topic: topic, Payload: []byte("x")})
	}
	tests := []struct {
		filter, want, source string
	}{
		{"cfg/+", "[cfg/a cfg/b]", "B-510, B-721"},
		{"cfg/a/#", "[cfg/a/b]", "B-510, B-655"},
		{"$share/g/other", "[other]", "B-510, B-670"},
		{"cfg/a", "[]", "B-721: it gets it"},
		{"nothing/#", "[]", "B-510"},
	}
	for _, tt := range tests {
		if got := fmt.Sprint(all.Unsent(tt.filter)); got != tt.want {
			t.Errorf("%s: got %s, want %s (%s)", tt.filter, got, tt.want, tt.source)
		}
	}
}
