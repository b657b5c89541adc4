package lambda

import (
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/suback/suback/emulator/skips"
)

// newProvided is newProcess for an executable of testdata/provided.
func newProvided(t *testing.T, o ProcessOptions) *Process {
	t.Helper()
	if _, err := exec.LookPath("curl"); err != nil {
		skips.Missing(t, "curl", "apt-get install curl")
	}
	o.Runtime = "provided"
	if !filepath.IsAbs(o.Code) {
		o.Code = "testdata/provided/" + o.Code
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

func TestIsRuntime(t *testing.T) {
	for name, want := range map[string]bool{
		"nodejs": true, "nodejs22.x": true, "python": true, "python3.13": true,
		"provided": true, "provided.al2": true, "provided.al2023": true,
		"": false, "node": false, "provided.al3": false, "go1.x": false, "nodejs ": false,
	} {
		if got := IsRuntime(name); got != want {
			t.Errorf("IsRuntime(%q) = %v, want %v", name, got, want)
		}
	}
}

func TestFindExecutable(t *testing.T) {
	const folder = "testdata/provided"
	tests := []struct {
		code, handler string
		want          string // file in folder
		wantErr       string
	}{
		{folder + "/echo.sh", "", "echo.sh", ""},
		{folder + "/echo.sh", "any.thing", "echo.sh", ""},
		{folder, "echo.sh", "echo.sh", ""},
		{"../../fixtures/authorizers/shell", "hello.handler", "../../../../fixtures/authorizers/shell/bootstrap", ""},
		{folder, "", "", `code "testdata/provided" has no executable bootstrap`},
		{folder, "none", "", `code "testdata/provided" has no executable bootstrap or none`},
		{folder, "../provided/echo.sh", "", `handler "../provided/echo.sh": want the name of an executable in "testdata/provided"`},
		{folder, "plain.sh", "", `code "testdata/provided": plain.sh is not executable, want chmod +x`},
		{folder + "/plain.sh", "", "", `code "testdata/provided/plain.sh": plain.sh is not executable, want chmod +x`},
		{"testdata/none", "", "", `code "testdata/none": no such file or folder`},
	}
	for _, tt := range tests {
		got, _, err := findExecutable(tt.code, tt.handler)
		if tt.wantErr != "" {
			if err == nil || err.Error() != tt.wantErr {
				t.Errorf("%s, handler %q: got %v, want %s", tt.code, tt.handler, err, tt.wantErr)
			}
			continue
		}
		want, _ := filepath.Abs(filepath.Join(folder, tt.want))
		if err != nil || got != want {
			t.Errorf("%s, handler %q: got %s, %v, want %s", tt.code, tt.handler, got, err, want)
		}
	}
}

func TestShellScript(t *testing.T) {
	t.Parallel()
	log := newLogBuffer()
	p := newProvided(t, ProcessOptions{Code: "echo.sh", Handler: "any.thing", Timeout: 20 * time.Second, Log: log.logger()})
	var first, second struct {
		PID     int
		Handler string
		Event   map[string]int
	}
	invoke(t, p, `{"a":1}`, &first)
	waitFor(t, "the process to ask for the next event, with a new curl", func() bool { return p.size(idle) == 1 })
	invoke(t, p, `{"a":2}`, &second)
	if first.PID != second.PID {
		t.Errorf("got processes %d and %d, want one", first.PID, second.PID)
	}
	if first.Handler != "any.thing" || first.Event["a"] != 1 || second.Event["a"] != 2 {
		t.Errorf("got %+v, %+v, want the handler's name and the events", first, second)
	}
	if failed := wantFunctionError(t, p, `{"do":"fail"}`, "Shell.Error"); failed.Message != "as told" {
		t.Errorf("got %q, want the script's own message", failed.Message)
	}
	failed := wantFunctionError(t, p, `{"do":"exit"}`, "Runtime.ExitError")
	if want := "RequestId: id Error: Runtime exited with error: exit status 7"; failed.Message != want {
		t.Errorf("got %q, want %q", failed.Message, want)
	}
	invoke(t, p, `{}`, nil)
}

// A script that ignores SIGTERM, with a child that sleeps.
func TestShellScriptThatHangs(t *testing.T) {
	t.Parallel()
	log := newLogBuffer()
	p := newProvided(t, ProcessOptions{Code: "echo.sh", Timeout: time.Second, Log: log.logger()})
	invoke(t, p, `{}`, nil)
	wantFunctionError(t, p, `{"do":"hang"}`, "Sandbox.Timedout")
	log.wait(t, "pids ")
	invoke(t, p, `{}`, nil)
}

func TestExecutablesThatCannotBegin(t *testing.T) {
	t.Parallel()
	const noEvent = " (before it asked the Runtime API at $AWS_LAMBDA_RUNTIME_API for an event)"
	tests := []struct{ code, kind, begins, ends string }{
		{"exits.sh", "Runtime.ExitError", "RequestId: id Error: Runtime exited with error: exit status 3", noEvent},
		{"done.sh", "Runtime.ExitError", "RequestId: id Error: Runtime exited without providing a reason", noEvent},
		{"reports.sh", "Shell.NoConfig", "no configuration", ""},
		{"text", "Runtime.InvalidEntrypoint", "RequestId: id Error: fork/exec ",
			"exec format error (built for another system, or a script without #!)"},
		{"lost.sh", "Runtime.InvalidEntrypoint", "RequestId: id Error: fork/exec ",
			"no such file or directory (its interpreter or loader is not there)"},
	}
	for _, tt := range tests {
		p := newProvided(t, ProcessOptions{Code: tt.code})
		for range 2 { // each invocation gets the error
			failed := wantFunctionError(t, p, `{}`, tt.kind)
			if !strings.HasPrefix(failed.Message, tt.begins) || !strings.HasSuffix(failed.Message, tt.ends) {
				t.Errorf("%s: got %q, want %q … %q", tt.code, failed.Message, tt.begins, tt.ends)
			}
		}
	}
}

// The Go authorizer of fixtures, built as for AWS.
func TestGoHandler(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	build := func(flags string) {
		t.Helper()
		cmd := exec.Command("go", "build", "-ldflags", flags, "-o", filepath.Join(folder, "bootstrap"), "../../fixtures/authorizers/go")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("go build: %v\n%s", err, out)
		}
	}
	build("")
	log := newLogBuffer()
	p := newProvided(t, ProcessOptions{Code: folder, Handler: "bootstrap", Timeout: 20 * time.Second, Log: log.logger()})
	ask := func(password string) (answer struct {
		IsAuthenticated bool
		PrincipalID     string
	}) {
		t.Helper()
		body, err := p.Invoke(t.Context(), Invocation{Event: []byte(`{"protocolData":{"mqtt":{"password":"` + password + `"}}}`)})
		if err == nil {
			err = json.Unmarshal(body, &answer)
		}
		if err != nil {
			t.Fatalf("got %s, %v, want an answer", body, err)
		}
		return answer
	}
	if got := ask("dGVzdA=="); !got.IsAuthenticated || got.PrincipalID != "go" {
		t.Errorf("right password: got %+v, want principal go", got)
	}
	if got := ask("d3Jvbmc="); got.IsAuthenticated {
		t.Errorf("wrong password: got %+v, want a refusal", got)
	}
	log.wait(t, "wrong password")

	// aws-lambda-go turns a panic into an answer with a stack, and then exits.
	failed := wantFunctionError(t, p, `{}`, "errorString")
	if len(failed.Trace) == 0 || !strings.Contains(failed.Message, "nil pointer") {
		t.Errorf("got %q, %d lines of trace, want those of a panic", failed.Message, len(failed.Trace))
	}

	// its client keeps a path, too
	p.recognizes = func(net.Addr) bool { return false }

	before := p.command.args[0]
	old, _ := os.Stat(before)
	build("-s")
	if now, _ := os.Stat(before); os.SameFile(old, now) && old.Size() == now.Size() {
		t.Fatal("the build has changed nothing")
	}
	if got := ask("dGVzdA=="); !got.IsAuthenticated {
		t.Errorf("rebuilt: got %+v, want a grant", got)
	}
}
