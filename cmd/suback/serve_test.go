package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	paho "github.com/eclipse/paho.mqtt.golang"

	"github.com/suback/suback/emulator/skips"
)

// patience bounds every wait for something that must happen.
const patience = 20 * time.Second

// missing ends a test whose client is not installed: where everything must be
// installed it fails, elsewhere it is skipped.
func missing(t *testing.T, what, install string) {
	t.Helper()
	skips.Missing(t, what, install)
}

// A gateway is the program, running.
type gateway struct {
	cmd    *exec.Cmd
	home   string
	banner []string // up to and with "Ready."
	rest   chan string
	stderr *log
	exited bool
}

// A log is what a process has written so far.
type log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// free puts every listener on a free port.
var free = []string{"SUBACK_MQTT=127.0.0.1:0", "SUBACK_MQTTS=127.0.0.1:0", "SUBACK_HTTPS=127.0.0.1:0", "SUBACK_HTTP=127.0.0.1:0"}

// serve starts the program and waits until it is ready.
func serve(t *testing.T, environment []string, args ...string) *gateway {
	t.Helper()
	return serveBy(t, nil, environment, args...)
}

// serveBy starts it by a command that runs another, as "ip netns exec x".
func serveBy(t *testing.T, by, environment []string, args ...string) *gateway {
	t.Helper()
	g := newGateway(t, by, environment, args...)
	g.cmd.Stderr = g.stderr
	g.start(t)
	return g
}

// newGateway is a program that has not started yet. Its standard error goes
// nowhere.
func newGateway(t *testing.T, by, environment []string, args ...string) *gateway {
	t.Helper()
	if err := compile(); err != nil {
		t.Fatalf("go build: %v", err)
	}
	words := append(append(slices.Clone(by), binary), args...)
	g := &gateway{cmd: exec.Command(words[0], words[1:]...), home: t.TempDir(), rest: make(chan string, 1), stderr: new(log)}
	g.cmd.Env = append([]string{"HOME=" + g.home, "PATH=" + os.Getenv("PATH")}, environment...)
	return g
}

// start starts the program and waits until it is ready.
func (g *gateway) start(t *testing.T) {
	t.Helper()
	out, err := g.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := g.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { g.stop(t) })
	ready := make(chan bool, 1)
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			g.banner = append(g.banner, lines.Text())
			if lines.Text() == "Ready." {
				break
			}
		}
		ready <- len(g.banner) > 0 && g.banner[len(g.banner)-1] == "Ready."
		rest, _ := io.ReadAll(out)
		g.rest <- string(rest)
	}()
	select {
	case ok := <-ready:
		if !ok {
			t.Fatalf("ended before it was ready:\n%s\n%s", strings.Join(g.banner, "\n"), g.stderr)
		}
	case <-time.After(patience):
		_ = g.cmd.Process.Kill()
		t.Fatalf("not ready within %v", patience)
	}
}

// stop ends the program as an orchestrator does, and checks that it goes.
func (g *gateway) stop(t *testing.T) {
	t.Helper()
	if g.exited {
		return
	}
	g.exited = true
	killer := time.AfterFunc(patience, func() { _ = g.cmd.Process.Kill() })
	defer killer.Stop()
	if err := g.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Errorf("SIGTERM: %v", err)
	}
	if rest := <-g.rest; rest != "" {
		t.Errorf("got %q after Ready., want nothing: it is the last line", rest)
	}
	if err := g.cmd.Wait(); err != nil {
		t.Errorf("got %v after SIGTERM, want exit code 0\n%s", err, g.stderr)
	}
}

var listening = regexp.MustCompile(`^(mqtt|mqtts|https|http) +listening on (\S+)$`)

// addresses are those of the banner, by listener.
func (g *gateway) addresses() map[string]string {
	found := make(map[string]string)
	for _, line := range g.banner {
		if m := listening.FindStringSubmatch(line); m != nil {
			found[m[1]] = m[2]
		}
	}
	return found
}

// connect tries MQTT on the plain listener.
func (g *gateway) connect(t *testing.T, id, password string) error {
	t.Helper()
	client := paho.NewClient(paho.NewClientOptions().AddBroker("tcp://" + g.addresses()["mqtt"]).
		SetProtocolVersion(4).SetClientID(id).SetUsername("me").SetPassword(password).SetAutoReconnect(false))
	token := client.Connect()
	token.WaitTimeout(patience)
	t.Cleanup(func() { client.Disconnect(0) })
	return token.Error()
}

// eventually waits until something holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
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

// TestServe: the banner, and what it says is there.
func TestServe(t *testing.T) {
	t.Parallel()
	g := serve(t, nil, "serve", "--mqtt", "127.0.0.1:0", "--mqtts", "127.0.0.1:0", "--https", "127.0.0.1:0", "--http", "127.0.0.1:0")
	for i, name := range []string{"mqtt", "mqtts", "https", "http"} {
		m := listening.FindStringSubmatch(g.banner[i])
		if m == nil || m[1] != name {
			t.Errorf("got line %d %q, want the address of %s", i, g.banner[i], name)
			continue
		}
		conn, err := net.Dial("tcp", m[2])
		if err != nil {
			t.Errorf("listener %s: %v", name, err)
			continue
		}
		_ = conn.Close()
	}

	addr := g.addresses()["http"]
	if got := call(t, nil, "healthcheck", "--http", addr); got.code != exitYes || got.stdout != "ok\n" {
		t.Errorf("healthcheck: got %+v, want ok", got)
	}
	resp, err := http.Get("http://" + addr + "/_suback/ca.pem")
	if err != nil {
		t.Fatal(err)
	}
	served, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if got := call(t, map[string]string{"HOME": g.home}, "ca"); got.stdout != string(served) {
		t.Errorf("ca: got %q, want that of the running gateway, %q", got.stdout, served)
	}

	// the embedded configuration
	for password, accepted := range map[string]bool{"test": true, "no-receive": true, "tset": false} {
		if err := g.connect(t, "pump-7", password); (err == nil) != accepted {
			t.Errorf("password %q: got %v, want accepted %v", password, err, accepted)
		}
	}
	eventually(t, "the refusal on the log", func() bool {
		return strings.Contains(g.stderr.String(), "pump-7 Connection.AuthNError REFUSED NOT_AUTHENTICATED\n")
	})
	if strings.Contains(g.stderr.String(), "tset") {
		t.Errorf("the log holds a password:\n%s", g.stderr)
	}
}

// TestServeEnvironment: SUBACK_<FLAG>, off, and the command line over both.
func TestServeEnvironment(t *testing.T) {
	t.Parallel()
	config := filepath.Join(t.TempDir(), "suback.yaml")
	text := "listeners: {mqtt: \"127.0.0.1:0\", mqtts: \"off\", https: \"127.0.0.1:0\", http: \"127.0.0.1:0\"}\n"
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name        string
		environment []string
		args        []string
		want        []string
	}{
		{"environment", free, nil, []string{"http", "https", "mqtt", "mqtts"}},
		{"off", free, []string{"--mqtts", "off"}, []string{"http", "https", "mqtt"}},
		{"off in the environment", append(free[:3:3], "SUBACK_HTTP=off"), nil, []string{"https", "mqtt", "mqtts"}},
		{"the command line wins", append(free[:3:3], "SUBACK_HTTP=off"), []string{"--http", "127.0.0.1:0", "--mqtt=off"},
			[]string{"http", "https", "mqtts"}},
		{"file", []string{"SUBACK_CONFIG=" + config}, nil, []string{"http", "https", "mqtt"}},
		{"both win over the file", []string{"SUBACK_HTTPS=off"}, []string{"serve", "--config", config, "--mqtts", "127.0.0.1:0"},
			[]string{"http", "mqtt", "mqtts"}},
		{"state", free, []string{"--state", filepath.Join(t.TempDir(), "state")}, []string{"http", "https", "mqtt", "mqtts"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			g := serve(t, tt.environment, tt.args...)
			var got []string
			for name := range g.addresses() {
				got = append(got, name)
			}
			slices.Sort(got)
			if !slices.Equal(got, tt.want) {
				t.Errorf("got listeners %v, want %v", got, tt.want)
			}
		})
	}
}

// TestServeLogsJSON: one object per line, the trace's fields in it.
func TestServeLogsJSON(t *testing.T) {
	t.Parallel()
	g := serve(t, free, "--log-format", "json")
	if err := g.connect(t, "pump-7", "tset"); err == nil {
		t.Fatal("connect: got accepted, want refused")
	}
	eventually(t, "a refusal on the log", func() bool { return strings.Contains(g.stderr.String(), "NOT_AUTHENTICATED") })
	for line := range strings.Lines(g.stderr.String()) {
		var record struct {
			Msg   string
			Trace struct{ Client, Outcome, Reason string }
		}
		if err := json.Unmarshal([]byte(line), &record); err != nil {
			t.Errorf("got %q: %v, want JSON", line, err)
		} else if record.Msg == "trace" && record.Trace.Client != "pump-7" {
			t.Errorf("got %q, want the client in the trace", line)
		}
	}
}

// TestServeLogsCloudWatch: what AWS would log, and no text of the trace [A-180,
// B-901].
func TestServeLogsCloudWatch(t *testing.T) {
	t.Parallel()
	g := serve(t, free, "--log-format", "cloudwatch")
	if err := g.connect(t, "pump-7", "tset"); err == nil {
		t.Fatal("connect: got accepted, want refused")
	}
	if err := g.connect(t, "pump-8", "test"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a Connect on the log", func() bool { return strings.Contains(g.stderr.String(), `"eventType":"Connect"`) })
	var got []string
	for line := range strings.Lines(g.stderr.String()) {
		var entry struct{ AccountID, EventType, ClientID, Status string }
		if err := json.Unmarshal([]byte(line), &entry); err != nil || entry.AccountID != "000000000000" {
			t.Errorf("got %q: %v, want an entry of account 000000000000", line, err)
		}
		got = append(got, entry.ClientID+" "+entry.EventType)
	}
	if want := []string{"pump-7 Connection.AuthNError", "pump-8 Connect"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestServeEnds: on SIGTERM everything ends, functions included, even one that
// hangs.
func TestServeEnds(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("node"); err != nil {
		missing(t, "Node.js", "apt-get install nodejs")
	}
	dir := t.TempDir()
	write(t, dir, "index.js", `
		console.log('pid ' + process.pid);
		process.on('SIGTERM', () => console.log('not me'));
		exports.handler = () => new Promise(() => setInterval(() => {}, 1000));
	`)
	write(t, dir, "suback.yaml", `
functions: {f: {runtime: nodejs, code: ./index.js, handler: index.handler}}
authorizers: [{authorizerName: a, authorizerFunctionArn: f, status: ACTIVE, signingDisabled: true}]
defaultAuthorizerName: a
`)
	g := serve(t, free, "--config", filepath.Join(dir, "suback.yaml"))
	refused := make(chan error, 1)
	go func() { refused <- g.connect(t, "pump-7", "x") }()
	pid := 0
	eventually(t, "the function's process", func() bool {
		m := regexp.MustCompile(`pid (\d+)`).FindStringSubmatch(g.stderr.String())
		if m != nil {
			pid, _ = strconv.Atoi(m[1])
		}
		return pid > 0
	})
	start := time.Now()
	g.stop(t)
	if took := time.Since(start); took > 4*time.Second {
		t.Errorf("got %v from SIGTERM to the end, want less than the function's timeout of 3s", took)
	}
	if err := <-refused; err == nil {
		t.Error("the client that waited: got accepted, want refused")
	}
	eventually(t, fmt.Sprintf("the end of process %d", pid), func() bool { return syscall.Kill(pid, 0) == syscall.ESRCH })
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestServeFails: what cannot start says so, with exit code 1, and leaves nothing.
func TestServeFails(t *testing.T) {
	t.Parallel()
	if err := compile(); err != nil {
		t.Fatal(err)
	}
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	dir := t.TempDir()
	write(t, dir, "suback.yaml", "region: us-east-1\nfunctions:\n  f: {runtime: ruby}\n")
	tests := []struct {
		name   string
		args   []string
		stderr string
	}{
		{"broken file", []string{"--config", filepath.Join(dir, "suback.yaml")},
			`suback.yaml:3: function "f": runtime is "ruby", want nodejs, python or provided`},
		{"address taken", []string{"--http", taken.Addr().String()}, "listener http: "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), binary, tt.args...)
			cmd.Env = append([]string{"HOME=" + dir}, free...)
			out, _ := cmd.CombinedOutput()
			if code := cmd.ProcessState.ExitCode(); code != exitNo {
				t.Errorf("got exit code %d, want %d", code, exitNo)
			}
			if got := string(out); !strings.HasPrefix(got, "suback: error: ") || !strings.Contains(got, tt.stderr) ||
				strings.Contains(got, "Ready.") {
				t.Errorf("got %q, want an error with %q", got, tt.stderr)
			}
		})
	}
}

// TestConfigurationBesideIt: who has a suback.yaml in the folder hears that it is not read.
func TestConfigurationBesideIt(t *testing.T) {
	g := newGateway(t, nil, free)
	g.cmd.Dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(g.cmd.Dir, "suback.yaml"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	g.start(t)
	if said := strings.Join(g.banner, "\n"); !strings.Contains(said, "The suback.yaml of this folder is not read: --config suback.yaml") {
		t.Errorf("got %q, want that the file is not read", said)
	}
}
