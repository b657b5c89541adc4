package shadow

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestPerSecond: 20 requests per second for a shadow, whatever they ask, and no other
// shadow has to wait for it [S-77].
func TestPerSecond(t *testing.T) {
	now := time.Unix(at, 0)
	s := opened(t, Options{PerSecond: MostPerSecond, Now: func() time.Time { return now }})
	const update = `{"state":{"reported":{"n":1}},"clientToken":"a"}`
	const rejected = `update/rejected {"code":429,"message":"TOO_MANY_REQUESTS","clientToken":"a"}`
	for i := range MostPerSecond {
		op := []Op{Update, Get}[i%2]
		if got := s.told(pump, op, update); strings.Contains(got[0], "/rejected") {
			t.Fatalf("request %d: got %q, want it done (S-77)", i+1, got)
		}
	}
	for _, tt := range []struct {
		name  string
		after time.Duration
		id    ID
		want  bool // done
	}{
		{"one more", 0, pump, false},
		{"of a named shadow", 0, ID{Thing: pump.Thing, Name: "config"}, true},
		{"of another thing", 0, ID{Thing: "pump-8"}, true},
		{"nearly a second later", 999 * time.Millisecond, pump, false},
		{"a second later", time.Millisecond, pump, true},
	} {
		now = now.Add(tt.after)
		if got := s.told(tt.id, Update, update); (got[0] != rejected) != tt.want {
			t.Errorf("%s: got %q, want done: %v (S-77)", tt.name, got, tt.want)
		}
	}
	for i := range 10_000 { // what is over is forgotten
		now = now.Add(time.Millisecond)
		s.throttle.take(ID{Thing: fmt.Sprint(i)}, now)
	}
	if n := len(s.throttle.counts); n > 4096 {
		t.Errorf("got counts of %d shadows, want those of the last seconds", n)
	}
	if !opened(t, Options{}).throttle.take(pump, now) {
		t.Error("without a limit: got a refusal, want none")
	}
}
