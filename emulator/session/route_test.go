package session

import (
	"fmt"
	"testing"

	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/suback/suback/emulator/story"
)

func TestDelivery(t *testing.T) {
	tests := []struct {
		name    string
		version byte
		subs    []Subscription
		message *Message
		want    []string
		source  string
	}{
		{"QoS 1 on QoS 1", 4, []Subscription{{Filter: "a", QoS: 1}}, &Message{QoS: 1}, []string{"a  1"}, "B-687"},
		{"QoS 1 on QoS 0", 4, []Subscription{{Filter: "a"}}, &Message{QoS: 1}, []string{"a  0"}, "B-687"},
		{"QoS 0 on QoS 1", 4, []Subscription{{Filter: "a", QoS: 1}}, &Message{}, []string{"a  0"}, "B-687"},
		{"overlapping filters, once with the highest QoS", 4,
			[]Subscription{{Filter: "a"}, {Filter: "+", QoS: 1}, {Filter: "#"}}, &Message{QoS: 1}, []string{"a  1"}, "B-658, guess"},
		{"overlapping, the highest first", 4,
			[]Subscription{{Filter: "a", QoS: 1}, {Filter: "#"}}, &Message{QoS: 1}, []string{"a  1"}, "B-658, guess"},
		{"a shared filter is a copy of its own", 4,
			[]Subscription{{Filter: "a"}, {Filter: "$share/g/a"}, {Filter: "$share/h/a"}, {Filter: "$share/g/#"}}, &Message{},
			[]string{"a  0", "a  0", "a  0", "a  0"}, "B-668"},
		{"one's own message", 5, []Subscription{{Filter: "a"}}, &Message{Origin: "pump"}, []string{"a  0"}, "B-665"},
		{"RETAIN is not kept", 5, []Subscription{{Filter: "a"}}, &Message{Retain: true}, []string{"a  0"}, "B-722"},
		{"RETAIN is kept for Retain As Published", 5,
			[]Subscription{{Filter: "a", RetainAsPublished: true}}, &Message{Retain: true}, []string{"a  0 retained"}, "B-665, guess"},
		{"RETAIN is not made up", 5, []Subscription{{Filter: "a", RetainAsPublished: true}}, &Message{}, []string{"a  0"}, "B-722"},
		{"Retain As Published on one of two filters", 5,
			[]Subscription{{Filter: "a", QoS: 1}, {Filter: "#", RetainAsPublished: true}}, &Message{Retain: true, QoS: 1},
			[]string{"a  1 retained"}, "B-658, B-665, guess"},
		{"RETAIN is not kept by a shared filter", 5,
			[]Subscription{{Filter: "$share/g/a", RetainAsPublished: true}}, &Message{Retain: true}, []string{"a  0"}, "B-670"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			all := New()
			d := newDevice(t, all, "pump", Terms{Version: tt.version})
			d.Attach(d.link)
			d.subscribe(tt.subs...)
			tt.message.Topic = "a"
			all.Publish(tt.message)
			d.wants(tt.source, tt.want...)
			if len(d.asked) != len(tt.want) {
				t.Errorf("Allowed was asked %d times, want %d (B-216)", len(d.asked), len(tt.want))
			}
			d.Detach(0)
			wantEmpty(t, all)
		})
	}
}

// Two versions, two QoS, one message: each gets its own form of it.
func TestOneMessageInSeveralForms(t *testing.T) {
	all := New()
	m := &Message{Topic: "a", Payload: []byte("1"), QoS: 1}
	m.Properties = &packets.Properties{ContentType: "text/plain"}
	var devices []*device
	for i := range 8 {
		d := newDevice(t, all, fmt.Sprint("client-", i), Terms{Version: byte(4 + i%2)})
		d.Attach(d.link)
		d.subscribe(Subscription{Filter: "a", QoS: byte(i / 2 % 2)})
		devices = append(devices, d)
	}
	all.Publish(m)
	for i, d := range devices {
		pk := d.packets()[0]
		want := map[byte]string{5: "text/plain"}[d.version]
		if pk.Properties.ContentType != want || pk.FixedHeader.Qos != byte(i/2%2) {
			t.Errorf("%s (version %d) got %+v, want content type %q (B-687, B-691)", d.id, d.version, pk, want)
		}
	}
}

// BenchmarkPublish is one message to one and to a hundred online sessions, made,
// routed, judged, encoded and, for QoS 1, acknowledged.
func BenchmarkPublish(b *testing.B) {
	for _, version := range []byte{4, 5} {
		for _, qos := range []byte{0, 1} {
			for _, receivers := range []int{1, 100} {
				b.Run(fmt.Sprintf("v%d_QoS_%d_to_%d", version, qos, receivers), func(b *testing.B) {
					benchmarkPublish(b, version, qos, receivers)
				})
			}
		}
	}
}

func benchmarkPublish(b *testing.B, version, qos byte, receivers int) {
	all := New()
	receiving := make([]*Session, receivers)
	for i := range receiving {
		s, _ := all.Open(fmt.Sprint("client-", i), Terms{Version: version})
		s.Attach(Link{
			Window:  100,
			Allowed: func(*Message) story.Outcome { return story.Sent },
			Write:   func(p []byte) (int, error) { return len(p), nil },
		})
		s.Subscribe([]Subscription{{Filter: "pump/+/state", QoS: 1}}, func() {})
		receiving[i] = s
	}
	payload := make([]byte, 64)
	b.ReportAllocs()
	for n := 0; b.Loop(); n++ {
		all.Publish(&Message{Topic: "pump/7/state", Payload: payload, QoS: qos})
		for _, s := range receiving {
			if qos == 1 && !s.Acknowledge(uint16(n%65535)+1) {
				b.Fatal("unknown packet identifier")
			}
		}
	}
}

// What nobody would be routed need not be made: only a filter that matches counts,
// not one that leads past it or is gone.
func TestWanted(t *testing.T) {
	tests := []struct {
		filter, topic string
		want          bool
		source        string
	}{
		{"$aws/events/presence/connected/+", "$aws/events/presence/connected/a", true, "B-820"},
		{"$aws/events/#", "$aws/events/presence/connected/a", true, "B-235"},
		{"$share/g/$aws/events/#", "$aws/events/presence/connected/a", true, "B-668"},
		{"$aws/events/presence/connected/a/b", "$aws/events/presence/connected/a", false, "B-656"},
		{"#", "$aws/events/presence/connected/a", false, "B-234"},
		{"+/events/#", "$aws/events/presence/connected/a", false, "B-234"},
	}
	for _, tt := range tests {
		all := New()
		d := online(t, all, "watcher", Subscription{Filter: tt.filter})
		if got := all.Wanted(tt.topic); got != tt.want {
			t.Errorf("%s, by %s: got %v, want %v (%s)", tt.topic, tt.filter, got, tt.want, tt.source)
		}
		d.Detach(0)
		if all.Wanted(tt.topic) {
			t.Errorf("%s is wanted by nobody", tt.topic)
		}
	}
}
