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
