package emulator

import (
	"context"
	"testing"

	"github.com/suback/suback/emulator/trace"
)

// Run starts an emulator for the time of a test or benchmark. A failed test
// prints the trace.
func Run(t testing.TB, o Options) *Emulator {
	t.Helper()
	e, err := New(o)
	if err != nil {
		t.Fatalf("emulator: %v", err)
	}
	if err := e.Start(context.Background()); err != nil {
		t.Fatalf("emulator: %v", err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Errorf("emulator: close: %v", err)
		}
		for _, ev := range e.Trace().Events(trace.Filter{}) {
			if t.Failed() {
				t.Log(ev.Text())
			}
		}
	})
	return e
}
