package emulator_test

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/skips"
	"github.com/suback/suback/emulator/trace"
)

// patience bounds every wait for something that must happen.
const patience = 20 * time.Second

// free are four listeners on free ports of the loopback interface.
var free = emulator.Listeners{MQTT: "127.0.0.1:0", MQTTS: "127.0.0.1:0", HTTPS: "127.0.0.1:0", HTTP: "127.0.0.1:0"}

// runFile runs the configuration in a file on free ports.
func runFile(t *testing.T, file string, o emulator.Options) *emulator.Emulator {
	t.Helper()
	c, err := emulator.LoadConfig(filepath.FromSlash(file))
	if err != nil {
		t.Fatal(err)
	}
	for name, f := range c.Functions {
		if o.Functions[name] == nil {
			needRuntime(t, f.Runtime)
		}
	}
	o.Config, o.Listeners = c, free
	return emulator.Run(t, o)
}

// needRuntime wants the program that runs functions of a runtime.
func needRuntime(t *testing.T, runtime string) {
	t.Helper()
	program := map[string]string{"nodejs": "node", "python": "python3"}[runtime]
	if program == "" { // it brings its own, or runs elsewhere
		return
	}
	if _, err := exec.LookPath(program); err != nil {
		missing(t, program, "apt-get install nodejs npm python3")
	}
}

const fixture = "../fixtures/suback.yaml"

// portOf returns the port of a listener.
func portOf(t *testing.T, e *emulator.Emulator, listener string) string {
	t.Helper()
	_, port, err := net.SplitHostPort(e.Addr(listener))
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// caFile returns a file with the certificate that clients must trust.
func caFile(t *testing.T, e *emulator.Emulator) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, e.CA(), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// missing ends a test whose client is not installed: where everything must be
// installed it fails, elsewhere it is skipped.
func missing(t *testing.T, what, install string) {
	t.Helper()
	skips.Missing(t, what, install)
}

// A cause is what a record of the trace must say. Empty fields are not looked at.
type cause struct {
	client    string
	operation trace.Operation
	outcome   trace.Outcome // Refused if empty

	reason   string
	action   policy.Action
	resource string   // the complete ARN
	rules    []string // all of them are named
	hint     string   // a part of it
	detail   string   // a part of it
	saw      string   // a part of it
}

// explained waits for the record of a refusal and checks that it names its cause.
func explained(t *testing.T, e *emulator.Emulator, want cause) trace.Event {
	t.Helper()
	if want.outcome == "" {
		want.outcome = trace.Refused
	}
	ev := recorded(t, e, func(ev trace.Event) bool {
		return ev.Operation == want.operation && ev.Outcome == want.outcome && (want.client == "" || ev.Client == want.client)
	})
	for _, problem := range want.differ(ev) {
		t.Errorf("trace: %s\n%s", problem, ev.Text())
	}
	return ev
}

func (want cause) differ(ev trace.Event) (problems []string) {
	differ := func(what, got, want string) {
		problems = append(problems, what+": got \""+got+"\", want \""+want+"\"")
	}
	if want.reason != "" && ev.Reason != want.reason {
		differ("reason", ev.Reason, want.reason)
	}
	if want.action != "" && ev.Action != want.action {
		differ("action", string(ev.Action), string(want.action))
	}
	if want.resource != "" && ev.Resource != want.resource {
		differ("resource", ev.Resource, want.resource)
	}
	for _, rule := range want.rules {
		if !slices.Contains(ev.Rules, rule) {
			differ("rules", strings.Join(ev.Rules, " "), rule)
		}
	}
	for _, part := range [][3]string{{"hint", ev.Hint, want.hint}, {"detail", ev.Detail, want.detail}, {"saw", ev.Saw, want.saw}} {
		if !strings.Contains(part[1], part[2]) {
			differ(part[0], part[1], part[2])
		}
	}
	return problems
}

// recorded waits for a record of the trace.
func recorded(t *testing.T, e *emulator.Emulator, match func(trace.Event) bool) trace.Event {
	t.Helper()
	var found trace.Event
	eventually(t, "a record in the trace", func() bool {
		events := e.Trace().Events(trace.Filter{})
		i := slices.IndexFunc(events, match)
		if i >= 0 {
			found = events[i]
		}
		return i >= 0
	})
	for _, ev := range e.Trace().Events(trace.Filter{}) {
		advised(t, ev)
	}
	return found
}

// bareNumber is a hint that sends its reader to a file.
var bareNumber = regexp.MustCompile(`(?:^|\bsee )[ABDM]-\d+[a-z]?\.?$`)

// advised wants a record of something that went wrong, or may, to say in words
// what to do about it.
func advised(t testing.TB, ev trace.Event) {
	t.Helper()
	if ev.Outcome != trace.Allowed && len(ev.Rules) > 0 && (ev.Hint == "" || bareNumber.MatchString(ev.Hint)) {
		t.Errorf("got hint %q, want a sentence that says what to do (%s):\n%s", ev.Hint, strings.Join(ev.Rules, ", "), ev.Text())
	}
}

// eventually waits until something holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	within(t, patience, what, holds)
}

func within(t *testing.T, patience time.Duration, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	timeout := time.After(patience)
	for !holds() {
		select {
		case <-tick.C:
		case <-timeout:
			t.Fatalf("got nothing within %v, want %s", patience, what)
		}
	}
}

// unexplained fails if anything was refused, withheld or noted.
func unexplained(t *testing.T, e *emulator.Emulator) {
	t.Helper()
	for _, ev := range e.Trace().Events(trace.Filter{}) {
		if ev.Outcome != trace.Allowed {
			t.Errorf("got a record, want none:\n%s", ev.Text())
		}
	}
}
