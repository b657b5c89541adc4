package emulator_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/trace"
)

// A stopped log is a handler and a writer that takes nothing until it is released,
// as a pipe that nobody reads.
type stopped struct{ released chan struct{} }

func (s stopped) Enabled(context.Context, slog.Level) bool { return true }
func (s stopped) WithAttrs([]slog.Attr) slog.Handler       { return s }
func (s stopped) WithGroup(string) slog.Handler            { return s }
func (s stopped) Handle(context.Context, slog.Record) error {
	<-s.released
	return nil
}

func (s stopped) Write(p []byte) (int, error) {
	<-s.released
	return len(p), nil
}

// closes ends an emulator and wants it to take no longer than it may.
func closes(t *testing.T, e *emulator.Emulator) error {
	t.Helper()
	start := time.Now()
	err := e.Close()
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("got closed after %v, want at most 5s (issue 10)", took)
	}
	return err
}

// TestLogThatBlocks: every refusal gets its answer, the trace has it, and the end
// does not wait [H-6].
func TestLogThatBlocks(t *testing.T) {
	t.Parallel()
	log := stopped{make(chan struct{})}
	defer close(log.released)
	o := emulator.Embedded()
	o.Listeners, o.Log = free, slog.New(log)
	e := emulator.Run(t, o)
	const refusals = 50
	for i := range refusals {
		d := dial(t, e, 5, "tcp", fmt.Sprintf("c%d", i), "me", "wrong")
		if got := d.connect(); got != "0x87" {
			t.Fatalf("refusal %d: got %s, want 0x87 (H-6)", i, got)
		}
	}
	if got := len(e.Trace().Events(trace.Filter{Outcome: trace.Refused})); got != refusals {
		t.Errorf("got %d records, want %d (H-6)", got, refusals)
	}
	mustBe(t, "a client that may", dial(t, e, 5, "tcp", "may", "me", "test").connect(), "ok")
	if err := closes(t, e); err != nil {
		t.Errorf("got %v, want no error: a log is not what is closed", err)
	}
}

// TestCloseWhileAConnectionHangs: the error says what hangs, and the rest has
// ended [issue 10].
func TestCloseWhileAConnectionHangs(t *testing.T) {
	t.Parallel()
	group := stopped{make(chan struct{})}
	o := emulator.Embedded()
	o.Listeners, o.CloudWatch = free, group
	e, err := emulator.New(o)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	answered := make(chan string, 1)
	d := dial(t, e, 4, "tcp", "pump-7", "me", "test")
	go func() { answered <- d.connect() }()
	eventually(t, "the connection that waits for the log group", func() bool { return e.Trace().Len() > 0 })
	if err := closes(t, e); err == nil || !strings.Contains(err.Error(), "close: connections: not ended within 4s") {
		t.Errorf("got error %v, want it to name the connections (issue 10)", err)
	}
	close(group.released)
	<-answered
}
