package skips

import "testing"

func TestTally(t *testing.T) {
	var a tally
	for _, tt := range []struct{ install, want string }{
		{"", ""},
		{"apt-get install curl", "1 test was skipped, its client is missing: apt-get install curl"},
		{"apt-get install curl", "2 tests were skipped, their clients are missing: apt-get install curl"},
		{"npm ci --prefix .ci", "3 tests were skipped, their clients are missing: apt-get install curl; npm ci --prefix .ci"},
	} {
		if tt.install != "" {
			a.add(tt.install)
		}
		if got := a.String(); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
	a.leave()
	if got, want := a.String(), "3 tests were skipped, their clients are missing: apt-get install curl; npm ci --prefix .ci\n"+
		"left to CI=true go test: 1"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestMissing: elsewhere a test is skipped and counted; in CI nothing may be missing.
func TestMissing(t *testing.T) {
	before := all.String()
	t.Setenv("CI", "false")
	ok := t.Run("elsewhere", func(t *testing.T) {
		defer func() {
			if !t.Skipped() {
				t.Error("got a test that goes on, want it skipped")
			}
		}()
		Missing(t, "nothing", "true")
	})
	if !ok || all.String() == before {
		t.Errorf("got %q after one more test was skipped, before %q", all.String(), before)
	}
	t.Setenv("CI", "true")
	strict := &failing{TB: t}
	Missing(strict, "nothing", "true")
	if !strict.failed {
		t.Error("got a test that goes on, want it to fail in CI")
	}
}

// TestUnlessCI: what is for CI alone runs there, and is counted elsewhere.
func TestUnlessCI(t *testing.T) {
	for ci, want := range map[string]bool{"": false, "false": false, "true": true} {
		t.Setenv("CI", ci)
		before, ran := all.forCI, false
		t.Run(ci, func(t *testing.T) {
			UnlessCI(t, "does nothing")
			ran = true
		})
		if counted := all.forCI > before; ran != want || counted == want {
			t.Errorf("CI=%s: ran: %v, counted: %v, want it to run: %v", ci, ran, counted, want)
		}
	}
}

// failing notes what would fail a test, and goes on.
type failing struct {
	testing.TB
	failed bool
}

func (f *failing) Helper()               {}
func (f *failing) Fatalf(string, ...any) { f.failed = true }
func (f *failing) Skipf(string, ...any)  {}
