package emulator

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/trace"
)

// TestDroppedIsCounted: in the metrics, until a reset.
func TestDroppedIsCounted(t *testing.T) {
	block := make(chan struct{})
	e := opened(t, Options{Log: slog.New(slog.NewTextHandler(blocked{block}, nil)), Bounds: Bounds{LogPerSecond: 1}})
	e.shared.Log.Error("one") // hangs
	e.shared.Log.Error("two", "text", strings.Repeat("x", 4<<20))
	e.shared.Log.Error("two", "text", "over the bound")
	if queue, rate := e.shared.Logs.Dropped(); queue != 1 || rate != 1 {
		t.Errorf("got %d and %d dropped, want 1 for lack of room and 1 for the rate", queue, rate)
	}
	close(block)
	e.Reset()
	if queue, rate := e.shared.Logs.Dropped(); queue != 0 || rate != 0 {
		t.Errorf("got %d and %d dropped after a reset, want none", queue, rate)
	}
}

// blocked writes nothing until its channel is closed.
type blocked struct{ until chan struct{} }

func (b blocked) Write(p []byte) (int, error) {
	<-b.until
	return len(p), nil
}

// TestCloudWatchFormIsBounded: what goes through is all there, and of failures as
// many as a fleet has at once, then a count [H-11].
func TestCloudWatchFormIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		entries, log := &lines{}, &lines{}
		e, err := New(Options{CloudWatch: entries, Log: slog.New(slog.NewTextHandler(log, nil)), Bounds: Bounds{LogPerSecond: 2}})
		if err != nil {
			t.Fatal(err)
		}
		const n = 500
		for range n {
			e.Trace().Allowed(trace.PublishIn, func() trace.Event { return trace.Event{TraceID: "t", Client: "c"} })
			e.Trace().Record(trace.Event{Operation: trace.PublishIn, Outcome: trace.Refused,
				Cause: cause.Cause{Reason: "A"}, TraceID: "t", Client: "c"})
		}
		time.Sleep(time.Second)
		if err := e.Close(); err != nil {
			t.Error(err)
		}
		text := entries.text.String()
		if got := strings.Count(text, `"Success"`); got != n {
			t.Errorf("got %d entries of what went through, want %d (A-180)", got, n)
		}
		if got := strings.Count(text, `"Failure"`); got != 2*50 {
			t.Errorf("got %d entries of failures, want %d (H-11)", got, 2*50)
		}
		want := fmt.Sprintf("CloudWatch's form: Publish-In REFUSED A: %d more like it", n-2*50)
		if !strings.Contains(log.text.String(), want) {
			t.Errorf("got log %q, want %q in it", log.text.String(), want)
		}
	})
}
