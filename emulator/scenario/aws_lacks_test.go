package scenario

import (
	"strings"
	"testing"

	"github.com/suback/suback/emulator/guest"
)

// TestLacks: what a target cannot do is skipped with the reason, in parallel steps too; it never
// passes without a look.
func TestLacks(t *testing.T) {
	t.Parallel()
	aws, running, broker := Target(NewAWS(&guest.Account{Run: "P"})), Target(Suback{}), Target(Broker{Everything: true})
	tests := []struct {
		what   string
		target Target
		step   string
		want   string // in the reason, "" if it is played
	}{
		{"an event on AWS", aws, "event: {client: a, contains: {a: 1}}", "AWS has no event"},
		{"an event on a suback", running, "event: {client: a, contains: {a: 1}}", "what a function was asked"},
		{"an event at a broker", broker, "event: {client: a, contains: {a: 1}}", "a broker has no event"},
		{"a fault in parallel on AWS", aws, "parallel: [{fault: {on: publish, do: throttle}}]", "AWS has no fault"},
		{"an event in parallel on AWS", aws, "parallel: [{event: {client: a, contains: {a: 1}}}]", "AWS has no event"},
		{"an event in parallel on a suback", running, "parallel: [{event: {client: a, contains: {a: 1}}}]",
			"what a function was asked"},
		{"a shadow in parallel at a broker", broker, "parallel: [{shadow: {thing: a, missing: true}}]", "a broker has no shadow"},
		{"a path that is filled in", aws, `http: {client: a, path: "/topics/{{x*3}}?retain=true", body: x}`, "known only when"},
		{"a query that is filled in", aws, `http: {client: a, path: "/topics/a?{{a.certificateId}}", body: x}`, "known only when"},
		{"a path that goes up", aws, `http: {client: a, path: "/topics/a/../../../topics/b", body: x}`, "none of those"},
		{"a topic by HTTP", aws, `http: {client: a, path: /topics/a, body: x}`, ""},
		{"the trace on AWS", aws, "trace: {client: a}", ""},
		{"the trace at a broker", broker, "trace: {client: a}", ""},
	}
	for _, tt := range tests {
		t.Run(tt.what, func(t *testing.T) {
			s := must(Parse("a.yaml", []byte("name: n\nsteps:\n  - connect: a\n  - "+tt.step)))[0]
			got := tt.target.Lacks(s)
			if !strings.Contains(got, tt.want) || (got == "") != (tt.want == "") {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// TestNeeds: the things and the retained messages that are looked for afterwards, wherever a
// step names them.
func TestNeeds(t *testing.T) {
	t.Parallel()
	tests := []struct{ step, things, retains string }{
		{"publish: {client: a, topic: $aws/things/pump/shadow/update}", "pump", ""},
		{"publish: {client: a, topic: b, retain: true}", "", "b"},
		{"parallel: [{publish: {client: a, topic: b, retain: true}}]", "", "b"},
		{"http: {client: a, path: '/things/pump/shadow', body: x}", "pump", ""},
		{"http: {client: a, path: '/topics/$aws/things/pump/shadow/update?qos=1', body: x}", "pump", ""},
		{"http: {client: a, path: '/topics/%24aws%2Fthings%2Fpump%2Fshadow%2Fupdate', body: x}", "pump", ""},
		{"parallel: [{http: {client: a, path: '/topics/$aws/things/pump/shadow/update', body: x}}]", "pump", ""},
		{"http: {client: a, path: '/topics/b?qos=1', body: x}", "", ""},
		{"http: {client: a, path: '/topics/b%2Fc?retain=true', body: x}", "", "b/c"},
		{"http: {client: a, path: '/topics/b?retain=%74rue', body: x}", "", "b"},
		{"http: {client: a, path: '/topics/b?%72etain=true', body: x}", "", "b"},
	}
	for _, tt := range tests {
		s := must(Parse("a.yaml", []byte("name: n\nsteps:\n  - connect: a\n  - "+tt.step)))[0]
		things, retains := strings.Join(s.things(), " "), strings.Join(s.retains(), " ")
		if things != tt.things || retains != tt.retains {
			t.Errorf("%s: got %q and %q, want %q and %q", tt.step, things, retains, tt.things, tt.retains)
		}
	}
}
