package hooks

import (
	"testing"

	"github.com/suback/suback/emulator/session"
)

// The table of reserved topics, by examples [B-236a].
func TestReservedTopics(t *testing.T) {
	const both = publishes | subscribes
	tests := []struct {
		name   string // of a topic, or a filter
		want   access
		source string
	}{
		{"$aws/things/T/shadow/get", both, "B-236a"},
		{"$aws/things/T/shadow/update", both, "B-236a"},
		{"$aws/things/T/shadow/delete", both, "B-236a"},
		{"$aws/things/T/shadow/name/S/update", both, "B-236a"},
		{"$aws/things/T/shadow/get/accepted", subscribes, "B-236a"},
		{"$aws/things/T/shadow/delete/rejected", subscribes, "B-236a"},
		{"$aws/things/T/shadow/update/delta", subscribes, "B-236a"},
		{"$aws/things/T/shadow/name/S/update/documents", subscribes, "B-236a"},
		{"$aws/things/T/shadow/name/S/get/accepted", subscribes, "B-236a"},
		{"$aws/things/T/shadow/get/delta", 0, "B-236a"},
		{"$aws/things/T/shadow/put", 0, "B-236"},
		{"$aws/things/T/shadow", 0, "B-236"},
		{"$aws/things//shadow/get", 0, "B-236"},
		{"$aws/things/T/shadow/name//get", 0, "B-236"},
		{"$aws/things/T/shadow/update/", 0, "B-236"},
		{"$AWS/things/T/shadow/update", 0, "B-518"},

		{"$aws/things/T/jobs/get", publishes, "B-236a"},
		{"$aws/things/T/jobs/start-next", publishes, "B-236a"},
		{"$aws/things/T/jobs/J/get", publishes, "B-236a"},
		{"$aws/things/T/jobs/J/update", publishes, "B-236a"},
		{"$aws/things/T/jobs/start-next/accepted", subscribes, "B-236a"},
		{"$aws/things/T/jobs/J/update/rejected", subscribes, "B-236a"},
		{"$aws/things/T/jobs/notify", subscribes, "B-236a"},
		{"$aws/things/T/jobs/notify-next", subscribes, "B-236a"},
		{"$aws/things/T/jobs/J", 0, "B-236"},

		{"$aws/events/presence/connected/a", subscribes, "B-236a, B-833"},
		{"$aws/events/presence/connected/a/b", subscribes, "B-236a: client ids may have slashes"},
		{"$aws/events/job/J/completed", subscribes, "B-236a"},
		{"$aws/events", 0, "B-236"},

		{"$aws/rules/r", publishes, "B-232"},
		{"$aws/rules/r/a/b", publishes, "B-232"},
		{"$aws/rules", 0, "B-232"},
		{"$aws/rules//a", 0, "B-232"},

		{"$aws/things/T/defender/metrics/json", publishes, "B-236a"},
		{"$aws/things/T/defender/metrics/cbor/accepted", subscribes, "B-236a"},
		{"$aws/things/T/defender/metrics/xml", 0, "B-236a"},
		{"$aws/things/T/streams/s/describe/cbor", publishes, "B-236a"},
		{"$aws/things/T/streams/s/data/json", subscribes, "B-236a"},
		{"$aws/things/T/streams/s/rejected/cbor", subscribes, "B-236a"},
		{"$aws/certificates/create/json", publishes, "B-236a"},
		{"$aws/certificates/create-from-csr/cbor/rejected", subscribes, "B-236a"},
		{"$aws/provisioning-templates/t/provision/json", publishes, "B-236a"},
		{"$aws/provisioning-templates/t/provision/json/accepted", subscribes, "B-236a"},

		{"$SYS/broker/uptime", 0, "B-238"},
		{"$SYS", 0, "B-238"},
		{"$invalid/reserved/topic", 0, "B-236"},
		{"$", 0, "B-236"},
		{"$aws", 0, "B-236"},
		{"$share/g/a", 0, "B-236, as a topic"},

		{"$aws/things/T/shadow/#", both, "B-235"},
		{"$aws/things/T/shadow/get/#", subscribes, "B-235, B-655"},
		{"$aws/things/+/shadow/update/accepted", subscribes, "B-235"},
		{"$aws/things/+/shadow/+/+", subscribes, "B-235"},
		{"$aws/events/#", subscribes, "B-235"},
		{"$aws/events/presence/connected/+", subscribes, "B-235"},
		{"$aws/#", both, "B-235"},
		{"$aws/+/+/shadow/update", both, "B-235"},
		{"$aws/rules/#", publishes, "B-232"},
		{"$aws/things/T/shadow/update/delta/#", 0, "B-235, B-655"},
		{"$SYS/#", 0, "B-238"},
	}
	for _, tt := range tests {
		if got := clientsMay(tt.name); got != tt.want {
			t.Errorf("%s: got %b, want %b (%s)", tt.name, got, tt.want, tt.source)
		}
	}
}

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
		if got := checkReservedTopic(tt.name); (got == nil) != tt.publish {
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
	f.Fuzz(func(t *testing.T, filter, topic string) {
		if q := protocolQuotas(false); q.checkFilter(filter) != nil || q.checkTopic(topic) != nil {
			return
		}
		all := session.New()
		s, _ := all.Open("a", session.Terms{Version: 4})
		s.Subscribe([]session.Subscription{{Filter: filter}}, func() {})
		if may := clientsMay(topic); all.Wanted(topic) && clientsMay(filter)&may != may {
			t.Errorf("%q matches %q, with which clients may do %b, and they may do %b with it", filter, topic, may, clientsMay(filter))
		}
	})
}
