package hooks

import (
	"testing"

	"github.com/suback/suback/emulator/session"
	"github.com/suback/suback/emulator/topic"
)

// What is no reserved name is nobody's business here; a share name is no part of
// the topic.
func TestCheckReserved(t *testing.T) {
	tests := []struct {
		name                string
		publish, subscribed bool
		source              string
	}{
		{"a/$SYS", true, true, "B-236"},
		{"#", true, true, "B-234"},
		{"$aws/rules/r/x", true, false, "B-232"},
		{"$aws/events/presence/connected/a", false, true, "B-833"},
		{"$share/g/a", false, true, "B-668"},
		{"$share/g/$aws/events/#", false, true, "B-237, guess"},
		{"$share/g/$aws/rules/r/x", false, false, "B-232"},
		{"$share/g/$SYS/#", false, false, "B-238"},
		{"$share/g/$share/h/a", false, false, "B-236"},
		{"$shared/g/a", false, false, "B-236"},
	}
	for _, tt := range tests {
		if got := checkReservedTopic(tt.name, false); (got == nil) != tt.publish {
			t.Errorf("publish to %s: got %+v, want allowed %v (%s)", tt.name, got, tt.publish, tt.source)
		}
		if got := checkReservedFilter(tt.name); (got == nil) != tt.subscribed {
			t.Errorf("subscribe to %s: got %+v, want allowed %v (%s)", tt.name, got, tt.subscribed, tt.source)
		}
	}
}

// A filter may be used if some topic that it matches may: this and the matching
// of the session package agree.
func FuzzReserved(f *testing.F) {
	for _, seed := range [][2]string{
		{"$aws/#", "$aws/rules/r"}, {"$aws/things/+/shadow/get", "$aws/things/T/shadow/get"}, {"#", "$aws/events/x"},
		{"$aws/things/T/shadow/update/#", "$aws/things/T/shadow/update/delta"}, {"$aws/events/#", "$aws/events"}, {"+/+", "$aws/"},
	} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, filter, name string) {
		if q := protocolQuotas(); q.checkFilter(filter) != nil || q.checkTopic(name) != nil {
			return
		}
		all := session.New()
		s, _ := all.Open("a", session.Terms{Version: 4})
		s.Subscribe([]session.Subscription{{Filter: filter}}, func() {})
		if _, rest, shared := topic.Shared(filter); !shared && all.Wanted(name) != topic.Matches(rest, name) {
			t.Errorf("%q matches %q: the tree says %v, and alone it is %v", filter, name, all.Wanted(name), topic.Matches(rest, name))
		}
		if may := topic.ClientsMay(name); all.Wanted(name) && topic.ClientsMay(filter)&may != may {
			t.Errorf("%q matches %q, with which clients may do %b, and they may do %b with it", filter, name, may, topic.ClientsMay(filter))
		}
	})
}
