package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestRunExitCodes: that of the command is that of suback run, and what was refused is told if
// it fails.
func TestRunExitCodes(t *testing.T) {
	t.Setenv("AWS_SESSION_TOKEN", "of somebody else")
	t.Setenv("AWS_PROFILE", "real")
	t.Setenv("AWS_SECURITY_TOKEN", "of somebody else")
	t.Setenv("AWS_CREDENTIAL_EXPIRATION", "2020-01-01T00:00:00Z")
	t.Setenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")
	const refused = `exec 3<>/dev/tcp/${A%%:*}/${A##*:}; printf '\x10\x19\x00\x04MQTT\x04\xc2\x00\x3c\x00\x06pump-7\x00\x01u\x00\x02no' >&3; cat <&3; `
	tests := []struct {
		name, script string
		want         int
		says         string // on standard error, "" for nothing
	}{
		{"success", "true", 0, ""},
		{"its own", "exit 7", 7, ""},
		{"a signal", "kill -9 $$", 137, ""},
		{"none of the caller's keys", `test -z "$AWS_SESSION_TOKEN$AWS_PROFILE$AWS_SECURITY_TOKEN$AWS_CREDENTIAL_EXPIRATION"`, 0, ""},
		{"SDKs that look for endpoints", `test "$AWS_IGNORE_CONFIGURED_ENDPOINT_URLS" = false`, 0, ""},
		{"success, whatever was refused", "A=${SUBACK_MQTT_URL#mqtt://}; " + refused, 0, ""},
		{"failure, and what was refused", "A=${SUBACK_MQTT_URL#mqtt://}; " + refused + "exit 3", 3,
			"suback: while the command ran, this was refused or withheld:\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out, errs bytes.Buffer
			p := &program{stdout: &out, stderr: &errs, getenv: func(string) string { return "" }}
			if got := p.run(t.Context(), []string{"run", "--", "bash", "-c", tt.script}); got != tt.want {
				t.Errorf("got exit code %d, want %d\n%s", got, tt.want, &errs)
			}
			said := errs.String()
			if tt.says == "" && said != "" || !strings.Contains(said, tt.says) {
				t.Errorf("got %q, want %q", said, tt.says)
			}
			if tt.says != "" && !strings.Contains(said, "pump-7 Connection.AuthNError REFUSED") {
				t.Errorf("got %q, want the record", said)
			}
		})
	}
	var errs bytes.Buffer
	p := &program{stdout: &errs, stderr: &errs, getenv: func(string) string { return "" }}
	if got := p.run(t.Context(), []string{"run", "--", "no-such-command"}); got != 127 {
		t.Errorf("got %d, want 127 for a command that there is not", got)
	}
	if want := "suback: error: there is no command \"no-such-command\"\n"; errs.String() != want {
		t.Errorf("got %q, want %q", &errs, want)
	}
}

// A latch is closed when something has been written.
type latch struct {
	text bytes.Buffer
	once sync.Once
	open chan struct{}
}

func (l *latch) Write(p []byte) (int, error) {
	defer l.once.Do(func() { close(l.open) })
	return l.text.Write(p)
}

// TestRunInterrupted: the command gets SIGTERM, and has its say; its folder is gone.
func TestRunInterrupted(t *testing.T) {
	ctx, interrupt := context.WithCancel(t.Context())
	out := &latch{open: make(chan struct{})}
	p := &program{stdout: out, stderr: new(bytes.Buffer), getenv: func(string) string { return "" }}
	go func() {
		<-out.open
		interrupt()
	}()
	const script = `trap 'echo; echo bye; exit 9' TERM; printf "$SUBACK_CA_FILE"; while :; do sleep 0.05; done`
	begin := time.Now()
	if got := p.run(ctx, []string{"run", "--", "bash", "-c", script}); got != 9 {
		t.Errorf("got exit code %d after %s, want 9, the command's own", got, time.Since(begin))
	}
	ca, rest, _ := strings.Cut(out.text.String(), "\n")
	if rest != "bye\n" {
		t.Errorf("it said %q, want bye", rest)
	}
	if _, err := os.Stat(ca); ca == "" || err == nil {
		t.Errorf("%q is still there", ca)
	}
}

// TestRunLeavesBehind: a command whose children live on has ended when it has, as test suites with a
// daemon do; and one that takes its time after a signal has its time.
func TestRunLeavesBehind(t *testing.T) {
	folder := t.TempDir()
	open := func(name string) *os.File {
		f, err := os.Create(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = f.Close() })
		return f
	}
	p := &program{stdout: open("out"), stderr: open("err"), getenv: func(string) string { return "" }}
	began := time.Now()
	code := p.run(t.Context(), []string{"run", "--", "sh", "-c", "sleep 8 & echo to stderr >&2"})
	said, err := os.ReadFile(filepath.Join(folder, "err"))
	if took := time.Since(began); code != exitYes || took > 6*time.Second || err != nil || string(said) != "to stderr\n" {
		t.Errorf("got exit code %d after %v, %q, %v, want success at once", code, took, said, err)
	}
	if grace := time.Duration(p.grace.Load()); grace <= endTime {
		t.Errorf("the end is forced after %v, want more than the %v of the command", grace, endTime)
	}
}

// TestKilledRun: what a kill -9 left among the temporary files goes at the next start, but not what a gateway
// that runs has there.
func TestKilledRun(t *testing.T) {
	t.Parallel()
	if err := compile(); err != nil {
		t.Fatalf("go build: %v", err)
	}
	folder := t.TempDir()
	ours := func() int {
		all, _ := filepath.Glob(filepath.Join(folder, "suback-*"))
		return len(all)
	}
	start := func(script string) *exec.Cmd {
		cmd := exec.Command(binary, "run", "--", "sh", "-c", script)
		cmd.Env = []string{"HOME=" + t.TempDir(), "TMPDIR=" + folder, "PATH=" + os.Getenv("PATH")}
		return cmd
	}
	for range 2 {
		if err := start("kill -9 $PPID").Run(); err == nil || ours() == 0 {
			t.Fatalf("got %v and %d folders, want it killed, and one", err, ours())
		}
	}
	lives, began := start("echo; cat"), &latch{open: make(chan struct{})}
	lives.Stdout = began
	input, err := lives.StdinPipe()
	if err == nil {
		err = lives.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	<-began.open // and has its folder
	eventually(t, "those of the killed gateways gone", func() bool { return ours() == 1 })
	if err := start("true").Run(); err != nil || ours() != 1 {
		t.Errorf("got %v and %d folders, want that of the gateway that runs", err, ours())
	}
	_ = input.Close()
	if err := lives.Wait(); err != nil || ours() != 0 {
		t.Errorf("got %v and %d folders at its end, want none", err, ours())
	}
}
