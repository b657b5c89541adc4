package hooks_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/trace"
)

// A client that is refused the same again and again gets each answer as before,
// and each counts; of the records there are ten, the last of which has the count
// [H-11].
func TestRefusedAgainAndAgain(t *testing.T) {
	const times = 500
	tests := []struct {
		name      string
		password  string
		send      func(*device) string
		first     byte   // of the answer
		code      string // in it
		operation trace.Operation
		reason    string
		metrics   []string
		source    string
	}{
		{"PUBLISH, policy", "Connect=*", func(d *device) string { return d.publish(qos1, "a", "x") }, 0x40, "\x87",
			trace.PublishIn, "AUTHORIZATION_FAILURE", []string{"PublishIn.AuthError 500"}, "B-409, H-11"},
		{"PUBLISH to retain, policy", "Connect=* Publish=*", func(d *device) string { return d.publish(qos1|retain, "a", "x") }, 0x40, "\x87",
			trace.PublishIn, "AUTHORIZATION_FAILURE", []string{"PublishIn.AuthError 500", "PublishRetained.AuthError 500"}, "B-213, H-11"},
		{"PUBLISH, limit", "all", func(d *device) string { return d.publish(qos1, "1/2/3/4/5/6/7/8/9", "x") }, 0x40, "\x90",
			trace.PublishIn, "CLIENT_ERROR", []string{"PublishIn.ClientError 500"}, "B-653, H-11"},
		{"SUBSCRIBE, policy", "Connect=*", func(d *device) string { return d.subscribe(7, 0, "a") }, 0x90, "\x87",
			trace.Subscribe, "AUTHORIZATION_FAILURE", []string{"Subscribe.AuthError 500"}, "B-409, H-11"},
		{"SUBSCRIBE, limit", "all", func(d *device) string { return d.subscribe(7, 0, "a+") }, 0x90, "\x8f",
			trace.Subscribe, "CLIENT_ERROR", []string{"Subscribe.ClientError 500"}, "B-657, H-11"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := start(t)
			d := online(t, e, 5, connect{id: "d", password: tt.password})
			d.send(strings.Repeat(tt.send(d), times))
			first, _ := masked(d.receive())
			if !strings.HasPrefix(bodyOf(first), "\x00\x07") || first[0] != tt.first || !strings.Contains(bodyOf(first), tt.code) {
				t.Fatalf("got %s, want %x with code %x (%s)", show(first), tt.first, tt.code, tt.source)
			}
			for range times - 1 {
				if got, _ := masked(d.receive()); got != first {
					t.Fatalf("got %s, want %s each time (%s)", show(got), show(first), tt.source)
				}
			}
			all := records(e, "d")
			if len(all) != 10 {
				t.Fatalf("got %d records, want 10 (%s)", len(all), tt.source)
			}
			for i, ev := range all {
				if ev.Operation != tt.operation || ev.Reason != tt.reason || ev.Saw != all[0].Saw || ev.Hint != all[0].Hint ||
					ev.Topic+ev.Filter == "" {
					t.Errorf("record %d: got %s, want it complete (%s)", i, ev.Text(), tt.source)
				}
			}
			if last := all[9]; last.Count != times-9 || last.Last.IsZero() {
				t.Errorf("got count %d on the last record, want %d (%s)", last.Count, times-9, tt.source)
			}
			if got, want := counts(e), append([]string{"Connect.Success 1"}, tt.metrics...); !slices.Equal(got, want) {
				t.Errorf("got %q, want %q (%s)", got, want, tt.source)
			}
		})
	}
}

// What is refused beside something else is told apart [H-11].
func TestRefusedBesideOthers(t *testing.T) {
	e := start(t)
	d := online(t, e, 5, connect{id: "d", password: "Connect=*"})
	for range 20 {
		for _, topic := range []string{"a", "b"} {
			d.send(d.publish(qos1, topic, "x"), d.publish(qos1|retain, topic, "x"), d.subscribe(7, 0, topic))
			for range 3 {
				d.receive()
			}
		}
	}
	found := make(map[string]int)
	for _, ev := range records(e, "d") {
		found[string(ev.Operation)+" "+ev.Topic+ev.Filter]++
	}
	for what, want := range map[string]int{"Publish-In a": 20, "Publish-In b": 20, "Subscribe a": 10, "Subscribe b": 10} {
		if found[what] != want {
			t.Errorf("%s: got %d records, want %d (H-11)", what, found[what], want)
		}
	}
}

// A client that tries to connect again and again is refused each time as before, and
// drives nobody's records out: ten of its own, the last of which has the count [H-11].
func TestConnectRefusedAgainAndAgain(t *testing.T) {
	const times = 60
	for _, tt := range []struct {
		name, id, password string
		version            byte
		wanted             int // records
		source             string
	}{
		{"by the authorizer", "d", "", 5, 10, "A-156"}, {"by the authorizer, MQTT 3.1.1", "d", "", 4, 10, "A-153"},
		{"by the policy", "d", "Publish=*", 5, 10, "B-401"}, {"without a client id", "", "Publish=*", 5, 10, "B-604"},
		{"over a limit", strings.Repeat("d", 200), "all", 5, 10, "B-604"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := start(t)
			for range times {
				d := open(t, e, way{}, tt.version)
				d.send(connect{id: tt.id, password: tt.password}.packet(tt.version))
				if tt.version == 5 {
					if p := d.receive(); p[0] != 0x20 || bodyOf(p)[1] < 0x80 {
						t.Fatalf("got %s, want a CONNACK that refuses (%s)", show(p), tt.source)
					}
				}
				d.ended()
			}
			var all []trace.Event
			for _, ev := range e.Trace().Events(trace.Filter{Outcome: trace.Refused}) {
				if ev.Client == tt.id || tt.id == "" {
					all = append(all, ev)
				}
			}
			if len(all) != tt.wanted {
				t.Fatalf("got %d records, want %d (%s)", len(all), tt.wanted, tt.source)
			}
			if last := all[len(all)-1]; last.Count != times-9 || last.Last.IsZero() || last.Time.IsZero() {
				t.Errorf("got count %d on the last record, want %d (H-11)", last.Count, times-9)
			}
		})
	}
}
