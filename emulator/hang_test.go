package emulator_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/trace"
)

// A function that hangs holds up nobody but the clients that wait for it.

const crowd = 200

// TestHangingAuthorizer: a process of Node.js.
func TestHangingAuthorizer(t *testing.T) {
	t.Parallel()
	needRuntime(t, "nodejs")
	hangs(t, func(chan<- struct{}) map[string]emulator.LambdaFunc { return nil })
}

// TestHangingFunction: a function of Go.
func TestHangingFunction(t *testing.T) {
	t.Parallel()
	warm := granting(json.RawMessage(`{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iot:Connect", "Resource": "*"}]}`))
	hangs(t, func(hanging chan<- struct{}) map[string]emulator.LambdaFunc {
		hang := func(ctx context.Context, _ []byte) ([]byte, error) {
			hanging <- struct{}{}
			<-ctx.Done()
			return nil, ctx.Err()
		}
		return map[string]emulator.LambdaFunc{"warm": warm, "hang": hang}
	})
}

// hangs has two clients wait for a function, and connects a crowd meanwhile.
func hangs(t *testing.T, functions func(hanging chan<- struct{}) map[string]emulator.LambdaFunc) {
	t.Helper()
	hanging := make(chan struct{}, 2)
	e := runFile(t, "testdata/hang/suback.yaml", emulator.Options{
		Functions: functions(hanging),
		Log:       slog.New(notifier{"hanging", hanging}),
	})
	mustBe(t, "warm up", dial(t, e, 4, "tcp", "first", "", "").connect(), "ok")
	before := connectCrowd(t, e, "before")

	asked := time.Now()
	refusals := make(chan refusal, 2)
	for _, version := range []int{4, 5} {
		d := dial(t, e, version, "tcp", fmt.Sprintf("hang-%d", version), "?x-amz-customauthorizer-name=hang", "")
		go func() { refusals <- refusal{version, d.connect(), time.Since(asked)} }()
	}
	for range 2 {
		awaitHanging(t, hanging)
	}
	during := connectCrowd(t, e, "during")
	t.Logf("%d connects: %v before, %v while two hang", crowd, before, during)

	// All are in before the gateway gives up on those that hang, and not
	// much slower than before: the bound is wide, since the machine has
	// other things to do.
	if len(refusals) > 0 {
		t.Errorf("got %d refusals before the %d others were connected, want none", len(refusals), crowd)
	}
	if limit := 3*before + 2*time.Second; during > limit {
		t.Errorf("%d connects took %v, want at most %v", crowd, during, limit)
	}
	for range 2 {
		checkHung(t, e, <-refusals)
	}
}

// A refusal is how the CONNECT of a client ended that waited for a function.
type refusal struct {
	version int
	outcome string
	after   time.Duration
}

func checkHung(t *testing.T, e *emulator.Emulator, got refusal) {
	t.Helper()
	if want := map[int]string{4: "closed", 5: "0x87"}[got.version]; got.outcome != want {
		t.Errorf("MQTT %d: got %s, want %s (B-407)", got.version, got.outcome, want)
	}
	if got.after < 5*time.Second || got.after > 8*time.Second {
		t.Errorf("MQTT %d: refused after %v, want 5s (A-137)", got.version, got.after)
	}
	explained(t, e, cause{
		client: fmt.Sprintf("hang-%d", got.version), operation: trace.AuthNError, reason: "CUSTOM_AUTHORIZER_LAMBDA_EXECUTION_ERROR",
		detail: "did not answer within 5s", rules: []string{"A-137", "D-21"},
	})
}

// connectCrowd connects the crowd all at once and returns how long it took.
func connectCrowd(t *testing.T, e *emulator.Emulator, prefix string) time.Duration {
	t.Helper()
	devices := make([]device, crowd)
	for i := range devices {
		devices[i] = dial(t, e, 4+i%2, "tcp", fmt.Sprintf("%s-%d", prefix, i), "", "")
	}
	start := time.Now()
	var all sync.WaitGroup
	for _, d := range devices {
		all.Go(func() {
			if got := d.connect(); got != "ok" {
				t.Errorf("connect: got %s, want ok", got)
			}
		})
	}
	all.Wait()
	return time.Since(start)
}

func awaitHanging(t *testing.T, hanging <-chan struct{}) {
	t.Helper()
	select {
	case <-hanging:
	case <-time.After(patience):
		t.Fatal("the function that hangs was not called")
	}
}

// A notifier is a log that looks for a word and drops everything.
type notifier struct {
	word string
	seen chan<- struct{}
}

func (n notifier) Enabled(context.Context, slog.Level) bool { return true }
func (n notifier) WithAttrs([]slog.Attr) slog.Handler       { return n }
func (n notifier) WithGroup(string) slog.Handler            { return n }
func (n notifier) Handle(_ context.Context, r slog.Record) error {
	if strings.TrimSpace(r.Message) == n.word {
		n.seen <- struct{}{}
	}
	return nil
}
