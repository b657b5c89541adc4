package emulator_test

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/skips"
	"github.com/suback/suback/emulator/trace"
)

// Functions that crash, hang, ignore SIGTERM, flood their output, take memory,
// answer too much or nothing; and those that are elsewhere.

// A fault is a function, how it is configured beside code, and what comes of a
// CONNECT that asks it. No detail means that the client is let in.
type fault struct{ name, config, detail string }

var faults = []fault{
	{"warm", "", ""},
	{"chatty", "", ""},
	{"throws", "", `function "throws" failed: TypeError: no such pump`},
	{"crash", "", "Error: Runtime exited with error: exit status 3"},
	{"nothing", "", "the function answered nothing, want an object"},
	{"big", "timeout: 5", "Function.ResponseSizeTooLarge: Response payload size (7340034 bytes) exceeded maximum allowed payload size (6291556 bytes)."},
	{"hang", "timeout: 1", `function "hang" ran into its own timeout: `},
	{"stubborn", "timeout: 1", "Task timed out after 1.00 seconds"},
	{"flood", "timeout: 1", "Task timed out after 1.00 seconds"},
	{"throttled", "reservedConcurrentExecutions: 0", `function "throttled" was throttled: `},
}

// memoryFault can be seen on Linux alone.
var memoryFault = fault{"hog", "timeout: 60", "Runtime.OutOfMemory: "}

// faultConfig writes a suback.yaml with an authorizer for each function, and
// lines to functions.
func faultConfig(t *testing.T, all []fault, functions ...string) (file, pids string) {
	t.Helper()
	code, err := filepath.Abs("testdata/faults/index.js")
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	file, pids = filepath.Join(folder, "suback.yaml"), filepath.Join(folder, "pids")
	if err := os.Mkdir(pids, 0o700); err != nil {
		t.Fatal(err)
	}
	names := make([]string, len(all))
	for i, f := range all {
		names[i] = f.name
		handler := f.name
		if f.config == "reservedConcurrentExecutions: 0" {
			handler = "warm"
		}
		functions = append(functions, fmt.Sprintf("%s: {runtime: nodejs, code: %q, handler: index.%s, environment: {PIDS: %q}, %s}", f.name, code,
			handler, pids, f.config))
	}
	var text strings.Builder
	text.WriteString("functions:\n")
	for _, line := range functions {
		fmt.Fprintf(&text, "  %s\n", line)
		if name, _, _ := strings.Cut(line, ":"); len(functions) > len(all) && !strings.Contains(line, code) {
			names = append(names, name)
		}
	}
	text.WriteString("authorizers:\n")
	for _, name := range names {
		fmt.Fprintf(&text, "  - {authorizerName: %s, authorizerFunctionArn: %s, status: ACTIVE, signingDisabled: true}\n", name, name)
	}
	if err := os.WriteFile(file, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	return file, pids
}

func TestFunctionsThatMisbehave(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("node"); err != nil {
		missing(t, "node", "install Node.js 18 or later")
	}
	all := faults
	if runtime.GOOS == "linux" {
		all = append(all[:len(all):len(all)], memoryFault)
	}
	file, pids := faultConfig(t, all)
	log := new(countingLog)
	e := runFile(t, file, emulator.Options{Log: slog.New(slog.NewTextHandler(log, nil))})
	checkFaults(t, e, all)

	if limit := 10 << 20; log.size() > limit {
		t.Errorf("got %d bytes of log, want at most %d", log.size(), limit)
	}
	if err := e.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
	checkGone(t, pids, len(all)-1) // all but the throttled one ran
}

// checkFaults connects with each function, in both versions of MQTT, outside of CI
// in one of them, in turn: one after the other, since each has the 5 seconds of a
// gateway that is not overloaded.
func checkFaults(t *testing.T, e *emulator.Emulator, all []fault) {
	t.Helper()
	for i, f := range all {
		for _, version := range []int{4, 5} {
			if !skips.CI() && version != 4+i%2 {
				continue
			}
			want := map[int]string{4: "closed", 5: "0x87"}[version]
			if f.detail == "" {
				want = "ok"
			}
			id := fmt.Sprintf("%s-%d", f.name, version)
			d := dial(t, e, version, "tcp", id, "me?x-amz-customauthorizer-name="+f.name, "pw")
			if got := d.connect(); got != want {
				t.Errorf("%s: got %s, want %s (A-140, B-407)", id, got, want)
			}
			if f.detail != "" {
				explained(t, e, cause{client: id, operation: trace.AuthNError,
					reason: "CUSTOM_AUTHORIZER_LAMBDA_EXECUTION_ERROR", detail: f.detail})
			}
		}
	}
}

// A countingLog counts what is written to it.
type countingLog struct {
	mu sync.Mutex
	n  int
}

func (l *countingLog) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.n += len(b)
	return len(b), nil
}

func (l *countingLog) size() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.n
}

// checkGone wants at least some processes to have noted themselves in a folder,
// and all of them to have ended.
func checkGone(t *testing.T, pids string, atLeast int) {
	t.Helper()
	noted := processes(t, pids)
	if len(noted) < atLeast {
		t.Errorf("got %d processes, want %d or more", len(noted), atLeast)
	}
	for _, pid := range noted {
		eventually(t, fmt.Sprintf("the end of process %d", pid), func() bool { return !alive(pid) })
	}
}

func processes(t *testing.T, pids string) (noted []int) {
	t.Helper()
	entries, err := os.ReadDir(pids)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			t.Fatal(err)
		}
		noted = append(noted, pid)
	}
	return noted
}

// alive is whether a process runs; one that waits to be reaped does not.
func alive(pid int) bool {
	out, err := exec.Command("ps", "-o", "stat=", "-p", strconv.Itoa(pid)).Output()
	state := strings.TrimSpace(string(out))
	return err == nil && state != "" && !strings.HasPrefix(state, "Z")
}

// The ways to run a function that is no script: an executable, an endpoint, and
// AWS, for which a server stands that has other manners than AWS.
func TestOtherWaysToRun(t *testing.T) {
	const yes = `{"isAuthenticated": true, "principalId": "a", "policyDocuments": [{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iot:Connect", "Resource": "*"}]}]}`
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch name := strings.Split(r.URL.Path, "/")[3]; {
		case r.Header.Get("Authorization") == "":
			w.WriteHeader(http.StatusForbidden)
		case name == "throwing":
			w.Header().Set("X-Amz-Function-Error", "Unhandled")
			fmt.Fprint(w, `{"errorType": "KeyError", "errorMessage": "'pump'"}`)
		case name == "served":
			fmt.Fprint(w, yes)
		case strings.HasSuffix(name, ":forbidden"):
			w.Header().Set("X-Amzn-ErrorType", "AccessDeniedException")
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprint(w, `{"Message": "not authorized to perform: lambda:InvokeFunction"}`)
		case strings.HasSuffix(name, ":throttling"):
			w.Header().Set("X-Amzn-ErrorType", "TooManyRequestsException")
			w.WriteHeader(http.StatusTooManyRequests)
			fmt.Fprint(w, `{"message": "Rate Exceeded."}`)
		case strings.HasPrefix(name, "arn:aws:lambda:eu-west-1:123456789012:function:"):
			fmt.Fprint(w, yes)
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	t.Cleanup(server.Close)
	nobody, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = nobody.Close()
	for name, value := range map[string]string{"AWS_ENDPOINT_URL_LAMBDA": server.URL, "AWS_EC2_METADATA_DISABLED": "true",
		"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_CONFIG_FILE": os.DevNull} {
		t.Setenv(name, value)
	}
	exits, _ := filepath.Abs("testdata/faults/exits.sh")
	const arn = "arn:aws:lambda:eu-west-1:123456789012:function:"
	file, _ := faultConfig(t, nil,
		fmt.Sprintf("exits: {runtime: provided, code: %q}", exits),
		fmt.Sprintf("served: {endpoint: %q}", server.URL),
		fmt.Sprintf("throwing: {endpoint: %q}", server.URL),
		fmt.Sprintf("unknown: {endpoint: %q}", server.URL),
		fmt.Sprintf("gone: {endpoint: %q}", "http://"+nobody.Addr().String()),
		fmt.Sprintf("real: {arn: %q}", arn+"auth"),
		fmt.Sprintf("forbidden: {arn: %q}", arn+"forbidden"),
		fmt.Sprintf("throttling: {arn: %q}", arn+"throttling"),
	)
	checkFaults(t, runFile(t, file, emulator.Options{}), []fault{
		{"exits", "", "Runtime exited with error: exit status 3 (before it asked the Runtime API"},
		{"served", "", ""},
		{"throwing", "", `function "throwing" failed: KeyError: 'pump'`},
		{"unknown", "", `answered 404 Not Found (for functions "unknown" and "function")`},
		{"gone", "", "connection refused"},
		{"real", "", ""},
		{"forbidden", "", "AccessDeniedException: not authorized to perform: lambda:InvokeFunction"},
		{"throttling", "", `function "throttling" was throttled: Rate Exceeded.`},
	})
}

// Whatever ends the program, no process of a function is left.
func TestProgramIsKilled(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("on other systems than Linux a process that hangs outlives kill -9")
	}
	if _, err := exec.LookPath("node"); err != nil {
		missing(t, "node", "install Node.js 18 or later")
	}
	binary := suback(t)
	for name, signal := range map[string]syscall.Signal{"TERM": syscall.SIGTERM, "KILL": syscall.SIGKILL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			killed(t, binary, signal)
		})
	}
}

// killed runs the program with an idle function, one that hangs with a child,
// and some that hear no signal, kills it and looks what is left.
func killed(t *testing.T, binary string, signal syscall.Signal) {
	file, pids := faultConfig(t, []fault{{"warm", "", ""}, {"hang", "timeout: 600", ""}, {"stubborn", "timeout: 600", ""},
		{"flood", "timeout: 600", ""}, {"big", "timeout: 5", ""}})
	p := start(t, []string{"HOME=" + t.TempDir()}, binary, "--config", file, "--log-level", "error",
		"--mqtt", "127.0.0.1:0", "--mqtts", "off", "--https", "off", "--http", "off")
	p.until("Ready.")
	addr := ""
	for _, line := range p.seen {
		if _, found, ok := strings.Cut(line, "listening on "); ok {
			addr = found
		}
	}
	for _, name := range []string{"warm", "big", "hang", "stubborn", "flood"} {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if _, err := io.WriteString(conn, connectPacket(4, name, "", "me?x-amz-customauthorizer-name="+name, "", "")); err != nil {
			t.Fatal(err)
		}
		if name == "warm" || name == "big" { // let in, and refused
			_, _ = conn.Read(make([]byte, 4))
		}
	}
	const running = 6 // with the child
	eventually(t, "all processes", func() bool { return len(processes(t, pids)) >= running })
	if peak := peakMemory(t, p.cmd.Process.Pid); peak > 200 {
		t.Errorf("got %d MB of memory at the most, want 200 or less", peak)
	}
	if err := p.cmd.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	err := p.cmd.Wait()
	if signal == syscall.SIGTERM && err != nil {
		t.Errorf("got %v after SIGTERM, want exit code 0\n%s", err, p.wrote.String())
	}
	checkGone(t, pids, running)
}

// peakMemory is the most MB that a process had so far.
func peakMemory(t *testing.T, pid int) int {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := bytes.Cut(status, []byte("VmHWM:"))
	var kb int
	if _, err := fmt.Sscan(string(after), &kb); err != nil {
		t.Fatal(err)
	}
	return kb >> 10
}
