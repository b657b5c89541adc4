package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// stopLimit is how long the program may take to its end [issue 10].
const stopLimit = 5 * time.Second

// hungDisk puts a file that hangs whoever reads it in a file's place, and returns
// what waits until somebody does.
func hungDisk(t *testing.T, file string) (read func()) {
	t.Helper()
	next := file + ".next"
	if err := syscall.Mkfifo(next, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(next, file); err != nil {
		t.Fatal(err)
	}
	return func() {
		t.Helper()
		eventually(t, "somebody who reads "+file, func() bool {
			f, err := os.OpenFile(file, os.O_WRONLY|syscall.O_NONBLOCK, 0) // fails as long as there is no reader
			if err == nil {
				t.Cleanup(func() { _ = f.Close() })
			}
			return err == nil
		})
	}
}

// silent is the address of a server that takes connections and says nothing, and
// what waits for the first.
func silent(t *testing.T) (addr string, called func()) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	accepted := make(chan net.Conn, 100)
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				close(accepted)
				return
			}
			accepted <- conn
		}
	}()
	t.Cleanup(func() {
		_ = l.Close()
		for conn := range accepted {
			_ = conn.Close()
		}
	})
	return l.Addr().String(), func() {
		t.Helper()
		select {
		case conn := <-accepted:
			accepted <- conn
		case <-time.After(patience):
			t.Fatal("got no call, want one")
		}
	}
}

// TestEndWithStdin: whoever started it and is killed leaves none behind.
func TestEndWithStdin(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil, free, "serve", "--end-with-stdin")
	g.cmd.Stderr = g.stderr
	input, err := g.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	g.start(t)
	if err := g.connect(t, "before", "test"); err != nil {
		t.Errorf("got %v while standard input is open, want a gateway", err)
	}
	_ = input.Close()
	select {
	case <-g.rest:
	case <-time.After(patience):
		t.Fatal("it goes on after the end of standard input")
	}
	g.exited = true
	if err := g.cmd.Wait(); err != nil {
		t.Errorf("got %v at the end of standard input, want exit code 0\n%s", err, g.stderr)
	}
}

// TestEndWithTellsObey: on every system, since no signal of the system's is needed for it.
func TestEndWithTellsObey(t *testing.T) {
	t.Parallel()
	signals := make(chan os.Signal, 1)
	for range 2 { // the second finds no room, and need not
		endWith(strings.NewReader("some input\n"), signals)
	}
	if got := <-signals; got != syscall.SIGTERM {
		t.Errorf("got %v, want SIGTERM", got)
	}
}

const oneAuthorizer = `
authorizers: [{authorizerName: a, authorizerFunctionArn: f, status: ACTIVE, signingDisabled: true}]
defaultAuthorizerName: a
`

// TestServeEndsWhateverHangs: SIGTERM ends it in time; the code says whether it
// could end all that ran [issue 10].
func TestServeEndsWhateverHangs(t *testing.T) {
	t.Parallel()
	empty := func(*testing.T) (string, func()) { return "{}\n", func() {} }
	tests := []struct {
		name   string
		config func(t *testing.T) (text string, called func()) // nil for the embedded one
		hang   func(t *testing.T, g *gateway, file string)
		code   int
		stderr string
	}{
		{"nothing", nil, func(*testing.T, *gateway, string) {}, exitYes, ""},
		{"an authorizer", func(t *testing.T) (string, func()) {
			addr, called := silent(t)
			return "functions: {f: {endpoint: \"http://" + addr + "\"}}" + oneAuthorizer, called
		}, func(t *testing.T, g *gateway, _ string) {
			conn := g.dial(t, "mqtt")
			_, _ = io.WriteString(conn, "\x10\x0d\x00\x04MQTT\x04\x02\x00\x00\x00\x01a")
		}, exitYes, ""},
		{"a client that does not read", nil, func(t *testing.T, g *gateway, _ string) {
			deaf, client := g.dial(t, "mqtt"), newStorm(t, g)
			for _, exchange := range []struct {
				packet string
				answer int // bytes: of CONNACK, of SUBACK
			}{{"\x10\x17\x00\x04MQTT\x04\xc2\x00\x00\x00\x01d\x00\x02me\x00\x04test", 4}, {"\x82\x06\x00\x01\x00\x01a\x00", 5}} {
				_, _ = io.WriteString(deaf, exchange.packet)
				if _, err := io.ReadFull(deaf, make([]byte, exchange.answer)); err != nil {
					t.Fatal(err)
				}
			}
			for range 100 {
				client.send("\x32\x86\x80\x06\x00\x01a\x00\x07\x00" + strings.Repeat("x", 96<<10))
				client.receive()
			}
		}, exitYes, ""},
		{"a request whose body does not come", nil, func(t *testing.T, g *gateway, _ string) {
			_, _ = fmt.Fprint(g.dial(t, "http"), "POST /things/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\nExpect: 100-continue\r\n"+
				"Authorization: AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/iot/aws4_request, SignedHeaders=host, Signature=0\r\n\r\n{")
		}, exitYes, ""},
		{"a reload that waits for one", empty, func(t *testing.T, g *gateway, file string) {
			_, _ = fmt.Fprint(g.dial(t, "http"), "POST /things/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n"+
				"Authorization: AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/iot/aws4_request, SignedHeaders=host, Signature=0\r\n\r\n{")
			write(t, filepath.Dir(file), "next", "things: [{thingName: reloaded}]\n")
			if err := os.Rename(filepath.Join(filepath.Dir(file), "next"), file); err != nil {
				t.Fatal(err)
			}
			eventually(t, "the reload", func() bool { return strings.Contains(g.get(t, "/_suback/export"), "reloaded") })
		}, exitYes, ""},
		{"the disk of what the configuration names", empty, func(t *testing.T, _ *gateway, file string) {
			write(t, filepath.Dir(file), "hung.json", "{}")
			read := hungFile(t, filepath.Join(filepath.Dir(file), "hung.json"))
			write(t, filepath.Dir(file), "suback.yaml", "policies: [{policyName: p, policyDocument: ./hung.json}]\n")
			read()
		}, exitNo, "suback: error: close: the reload of the configuration: not ended within 4s\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			dir, called, environment := t.TempDir(), func() {}, free
			file := filepath.Join(dir, "suback.yaml")
			if tt.config != nil {
				var text string
				text, called = tt.config(t)
				write(t, dir, "suback.yaml", text)
				environment = append(slices.Clone(free), "SUBACK_CONFIG="+file)
			}
			g := serve(t, environment)
			tt.hang(t, g, file)
			called()
			g.endsIn(t, stopLimit, tt.code)
			if got := g.stderr.String(); !strings.Contains(got, tt.stderr) {
				t.Errorf("got %q, want %q in it", got, tt.stderr)
			}
		})
	}
}

// dial connects to a listener.
func (g *gateway) dial(t *testing.T, listener string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", g.addresses()[listener])
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(patience))
	return conn
}

// get is what the admin API answers.
func (g *gateway) get(t *testing.T, path string) string {
	t.Helper()
	return get(t, "http://"+g.addresses()["http"]+path)
}

// TestStartThatHangs: the end is forced, and what ran is named, unless nobody
// reads that; a second signal does not wait [issue 10].
func TestStartThatHangs(t *testing.T) {
	t.Parallel()
	const named = "suback: error: not ended 4.5s after the signal; still running: "
	tests := []struct {
		name    string
		signals []os.Signal
		unread  bool
		limit   time.Duration
		stderr  []string
	}{
		{"SIGTERM", []os.Signal{syscall.SIGTERM}, false, stopLimit, []string{named, "emulator/pki."}},
		{"SIGINT", []os.Signal{os.Interrupt}, false, stopLimit, []string{named, "emulator/pki."}},
		{"nobody reads standard error", []os.Signal{syscall.SIGTERM}, true, stopLimit, nil},
		{"SIGTERM twice", []os.Signal{syscall.SIGTERM, syscall.SIGTERM}, false, 2 * time.Second, nil},
		{"SIGINT twice", []os.Signal{os.Interrupt, os.Interrupt}, false, 2 * time.Second, nil},
		{"both", []os.Signal{os.Interrupt, syscall.SIGTERM}, true, 2 * time.Second, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			state := t.TempDir()
			read := hungDisk(t, filepath.Join(state, "ca-key.pem"))
			write(t, state, "ca.pem", "")
			g := newGateway(t, nil, free, "--state", state)
			g.cmd.Stderr = g.stderr
			if tt.unread {
				g.cmd.Stderr, _ = unread(t)
			}
			if err := g.cmd.Start(); err != nil {
				t.Fatal(err)
			}
			read()
			start := time.Now()
			for i, signal := range tt.signals {
				if i > 0 { // two of a kind that come at once are one
					time.Sleep(50 * time.Millisecond)
				}
				if err := g.cmd.Process.Signal(signal); err != nil {
					t.Fatal(err)
				}
			}
			g.ended(t, start, tt.limit, exitNo)
			for _, want := range tt.stderr {
				if got := g.stderr.String(); !strings.Contains(got, want) || strings.Count(got, "\n") != 1 {
					t.Errorf("got %q, want one line with %q", got, want)
				}
			}
		})
	}
}

// TestOutputThatNobodyReads: the program does not wait for the reader of its
// banner either [H-6].
func TestOutputThatNobodyReads(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	_ = l.Close()
	g := newGateway(t, nil, append(slices.Clone(free[:3]), "SUBACK_HTTP="+addr))
	g.cmd.Stderr, _ = unread(t)
	g.cmd.Stdout, _ = unread(t)
	if err := g.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = g.cmd.Process.Kill() })
	eventually(t, "the gateway", func() bool {
		return call(t, nil, "healthcheck", "--http", addr).code == exitYes
	})
	g.endsIn(t, stopLimit, exitYes)
}

// TestRunning: functions of ours, outermost of each goroutine, once each.
func TestRunning(t *testing.T) {
	const dump = `goroutine 1 [IO wait]:
internal/poll.runtime_pollWait(0x1, 0x72)
	/go/src/runtime/netpoll.go:351 +0x85
github.com/suback/suback/emulator.stamp({0xc000012345, 0x1})
	/suback/emulator/reload.go:131 +0x2a
github.com/suback/suback/emulator.(*Emulator).watch(0xc0001, {0x1, 0x2})
	/suback/emulator/reload.go:107 +0x11

goroutine 7 [select]:
github.com/suback/suback/emulator.stamp({0xc000012345, 0x1})
	/suback/emulator/reload.go:131 +0x2a

goroutine 8 [runnable]:
main.obey(0xc0001, 0x1)
	/suback/cmd/suback/stop.go:30 +0x11

goroutine 9 [chan receive]:
net/http.(*Server).Serve(0x1)
	/go/src/net/http/server.go:1 +0x1

goroutine 10 [chan receive]:
main.(*program).serve(0x1)
	/suback/cmd/suback/serve.go:1 +0x1
`
	if got, want := running([]byte(dump)), []string{"emulator.stamp", "main.(*program).serve"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
