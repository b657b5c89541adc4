package lambda

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/suback/suback/emulator/skips"
)

// TestMain also plays a program that is killed, see TestKilledProgram, and one
// that polls a function's Runtime API, see TestAnotherProcess.
func TestMain(m *testing.M) {
	if handler := os.Getenv("SUBACK_TEST_HANG"); handler != "" {
		hang(handler)
		return
	}
	if address := os.Getenv("SUBACK_TEST_STRANGER"); address != "" {
		poll(address)
		return
	}
	skips.SetParallel()
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) { os.Exit(skips.Report(code)) }))
}

// newProcess is NewProcess for handlers of testdata. Without the runtime the
// test is skipped, in CI it fails.
func newProcess(t testing.TB, o ProcessOptions) *Process {
	t.Helper()
	program, install := "node", "apt-get install nodejs"
	if o.python() {
		program, install = "python3", "apt-get install python3"
	}
	if _, err := exec.LookPath(program); err != nil {
		skips.Missing(t, program, install)
	}
	if o.Name == "" {
		o.Name = "fn"
	}
	p, err := NewProcess(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

// invoke wants an answer and decodes it into v, if v is not nil.
func invoke(t testing.TB, p *Process, event string, v any) {
	t.Helper()
	body, err := p.Invoke(t.Context(), Invocation{Event: []byte(event)})
	if err != nil {
		t.Fatalf("invoke: %v", err)
	}
	if v == nil {
		return
	}
	if err := json.Unmarshal(body, v); err != nil {
		t.Fatalf("answer %s: %v", body, err)
	}
}

func wantFunctionError(t testing.TB, p *Process, event, kind string) *FunctionError {
	t.Helper()
	body, err := p.Invoke(t.Context(), Invocation{RequestID: "id", Event: []byte(event)})
	var failed *FunctionError
	if !errors.As(err, &failed) || failed.Type != kind {
		t.Fatalf("got %.100s, %v, want FunctionError %s", body, err, kind)
	}
	return failed
}

// waitFor polls until ok or the test has waited too long.
func waitFor(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !ok(); <-time.After(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: has not happened in 30 s", what)
		}
	}
}

// A logBuffer keeps what was logged.
type logBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func newLogBuffer() *logBuffer { return &logBuffer{} }

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

func (b *logBuffer) logger() *slog.Logger { return slog.New(slog.NewTextHandler(b, nil)) }

func (b *logBuffer) wait(t testing.TB, text string) {
	t.Helper()
	waitFor(t, fmt.Sprintf("log line %q", text), func() bool { return strings.Contains(b.String(), text) })
}

// alive is whether a process runs; one that waits to be reaped does not.
func alive(pid int) bool {
	out, err := exec.Command("ps", "-o", "stat=", "-p", fmt.Sprint(pid)).Output()
	state := strings.TrimSpace(string(out))
	return err == nil && state != "" && !strings.HasPrefix(state, "Z")
}
