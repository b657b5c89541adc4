package emulator

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/suback/suback/emulator/authn"
	"github.com/suback/suback/emulator/config"
	"github.com/suback/suback/emulator/transport"
)

// reloadable is an emulator with a configuration file: function "f" is in Go and
// answers with principal id "f".
func reloadable(t *testing.T, text string) (e *Emulator, file string, log *lines) {
	t.Helper()
	file, log = filepath.Join(t.TempDir(), "suback.yaml"), &lines{}
	write(t, file, text)
	c, err := LoadConfig(file)
	if err != nil {
		t.Fatal(err)
	}
	answer := func(name string) LambdaFunc {
		return func(context.Context, []byte) ([]byte, error) {
			return fmt.Appendf(nil, `{"isAuthenticated": true, "principalId": %q, "policyDocuments": []}`, name), nil
		}
	}
	return Run(t, Options{Config: c, Watch: true, Log: slog.New(slog.NewTextHandler(log, nil)),
		Functions: map[string]LambdaFunc{"f": answer("f"), "g": answer("g")}}), file, log
}

const authorizerOf = `
authorizers: [{authorizerName: a, authorizerFunctionArn: %s, status: ACTIVE, signingDisabled: true}]
defaultAuthorizerName: a
`

func write(t *testing.T, file, text string) {
	t.Helper()
	next := file + ".next" // replaced at once, so that nobody reads half of it
	if err := os.WriteFile(next, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(next, file); err != nil {
		t.Fatal(err)
	}
}

// principal is who a connection without credentials is.
func principal(t *testing.T, e *Emulator) string {
	t.Helper()
	tried := e.Try(t.Context(), authn.Request{Facts: &transport.Facts{Listener: MQTT}, ClientID: "c"})
	if tried.Refusal != nil {
		return tried.Refusal.Error()
	}
	return tried.Grant.PrincipalID
}

// lines is a log that can be waited for.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) wait(t *testing.T, want string) {
	t.Helper()
	deadline := time.After(10 * time.Second)
	for tick := time.NewTicker(10 * time.Millisecond); ; {
		l.mu.Lock()
		text := l.text.String()
		l.mu.Unlock()
		if strings.Contains(text, want) {
			tick.Stop()
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("got log %q, want it to hold %q", text, want)
		}
	}
}

func TestReload(t *testing.T) {
	t.Parallel()
	e, file, log := reloadable(t, fmt.Sprintf(authorizerOf, "f"))
	if got := principal(t, e); got != "f" {
		t.Fatalf("got principal %q, want f", got)
	}
	write(t, file, "limits: {protocol: aws, rate: 'off'}\n"+fmt.Sprintf(authorizerOf, "g")) // as without
	log.wait(t, "configuration reloaded")
	if got := principal(t, e); got != "g" {
		t.Errorf("got principal %q after the change, want g", got)
	}
}

// TestWatchedPipe: a pipe or device is read once; one that comes in the place of a file is not read at all.
func TestWatchedPipe(t *testing.T) {
	t.Parallel()
	e, _, _ := reloadable(t, "{}")
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if e.watch(ctx, os.DevNull, "what was read"); ctx.Err() != nil {
		t.Error("got a pipe that is watched, want none")
	}
	for _, file := range []string{os.DevNull, "/dev/zero", t.TempDir()} {
		if err := e.reloadFile(file); err == nil || err.Error() != file+": it is no file" {
			t.Errorf("%s: got %v, want that it is no file", file, err)
		}
		if got := config.Stamp(file); got != "no file" {
			t.Errorf("%s: got the stamp %q, want none of what is in it", file, got)
		}
	}
}

func TestBrokenFileKeepsTheOldState(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"broken YAML", "region: [", "suback.yaml:"},
		{"nothing, as of a file that a shell has made", "", "suback.yaml: the file is empty"},
		{"unknown key", "\nregoin: x\n", `suback.yaml:2: unknown key \"regoin\"`},
		{"unknown authorizer", "\n\ndefaultAuthorizerName: nobody\n", "suback.yaml:3: "},
		{"function that cannot run", "functions: {h: {runtime: python, code: ./none, handler: a.b}}\n", "suback.yaml:1: "},
		{"another region", "region: eu-west-1\n" + fmt.Sprintf(authorizerOf, "g"),
			`suback.yaml:1: region cannot change while the emulator runs, want \"us-east-1\"`},
		{"another account", "accountId: \"123456789012\"\n",
			`suback.yaml:1: accountId cannot change while the emulator runs, want \"000000000000\"`},
		{"other limits", "limits: {rate: aws}\n",
			`suback.yaml:1: limits.rate cannot change while the emulator runs, want \"off\" as before; with \"aws\" it must be started again`},
		{"no limits", "\nlimits: {rate: 'off', protocol: 'off'}\n",
			`suback.yaml:2: limits.protocol cannot change while the emulator runs, want \"aws\" as before; with \"off\" it must be started again`},
		{"other listeners", "listeners: {http: \":1\"}\n",
			`suback.yaml:1: listeners.http cannot change while the emulator runs, want none as before; with \":1\" it must be started again`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel() // each waits for the file to be looked at
			e, file, log := reloadable(t, fmt.Sprintf(authorizerOf, "f"))
			write(t, file, tt.text)
			log.wait(t, tt.want)
			if got := principal(t, e); got != "f" {
				t.Errorf("got principal %q, want f as before", got)
			}
		})
	}
}

// TestReloadWaitsForTheEnd: a file that is being written is taken once it is whole, not a part of it.
func TestReloadWaitsForTheEnd(t *testing.T) {
	t.Parallel()
	e, file, log := reloadable(t, fmt.Sprintf(authorizerOf, "f"))
	text := "# a part that would do by itself: nobody could connect\n"
	var slowest time.Duration
	for began := time.Now(); time.Since(began) < 2*time.Second; {
		text += "#\n"
		last := time.Now()
		write(t, file, text)
		time.Sleep(20 * time.Millisecond)
		slowest = max(slowest, time.Since(last))
	}
	got := principal(t, e)
	if slowest < watchInterval/2 && got != "f" {
		t.Errorf("got principal %q while the file was written, want f as before", got)
	}
	write(t, file, text+fmt.Sprintf(authorizerOf, "g")+"# its end\n")
	log.wait(t, "configuration reloaded")
	for deadline := time.Now().Add(10 * time.Second); principal(t, e) != "g"; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("got principal %q, want g", principal(t, e))
		}
	}
}

// TestReloadOfWhatIsSaid: the region and the account that there are may be written down later.
func TestReloadOfWhatIsSaid(t *testing.T) {
	t.Parallel()
	e, file, log := reloadable(t, fmt.Sprintf(authorizerOf, "f"))
	write(t, file, "region: us-east-1\naccountId: \"000000000000\"\n"+fmt.Sprintf(authorizerOf, "g"))
	log.wait(t, "configuration reloaded")
	if got := principal(t, e); got != "g" {
		t.Errorf("got principal %q, want g", got)
	}
}

// parsed reads a suback.yaml that is in no file.
func parsed(t *testing.T, text string) *Config {
	t.Helper()
	c, err := config.Parse("suback.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// opened is an emulator that has not started.
func opened(t *testing.T, o Options) *Emulator {
	t.Helper()
	e, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return e
}

// TestStartsOnce: a second Start would listen on further ports, one after Close on some that nobody closes.
func TestStartsOnce(t *testing.T) {
	e := opened(t, Options{})
	if err := e.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	at := e.Addr(MQTT)
	if err := e.Start(t.Context()); err == nil || e.Addr(MQTT) != at {
		t.Errorf("a second Start: got %v at %s, want an error, and %s as before", err, e.Addr(MQTT), at)
	}
	if conn, err := net.Dial("tcp", at); err != nil {
		t.Errorf("after a second Start: %v, want it running", err)
	} else {
		_ = conn.Close()
	}
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	if err := e.Start(t.Context()); err == nil {
		t.Error("a Start after Close: got no error")
	}
}
