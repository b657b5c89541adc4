package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/suback/suback/emulator/learn"
)

// learns runs suback learn, and returns what it prints and tells when it has ended. Its own
// program is needed for signals; here it is called.
func learns(t *testing.T, code int, args ...string) result {
	t.Helper()
	got := call(t, nil, append([]string{"learn"}, args...)...)
	if got.code != code {
		t.Errorf("suback learn %s: got exit code %d, want %d\n%s%s", strings.Join(args, " "), got.code, code, got.stdout, got.stderr)
	}
	return got
}

// TestLearn: mosquitto's clients ask a gateway that enforces nothing, and the policy that
// comes of it is theirs; the same from its trace and from its log in AWS's form
// [issue 14, part 5].
func TestLearn(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("mosquitto_sub"); err != nil {
		missing(t, "mosquitto_sub", "apt-get install mosquitto-clients")
	}
	g := serve(t, free, "--enforce", "log", "--log-format", "cloudwatch")
	addr, dir := g.addresses()["http"], t.TempDir()
	if banner := strings.Join(g.banner, "\n"); !strings.Contains(banner, "\nNOTHING IS ENFORCED: ") {
		t.Errorf("got the banner %s, want it to say that nothing is enforced", banner)
	}
	learning := exec.Command(binary, "learn", "--http", addr)
	var policy bytes.Buffer
	told := new(log)
	learning.Stdout, learning.Stderr = &policy, told
	if err := learning.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = learning.Process.Kill() })
	port := g.addresses()["mqtt"][strings.LastIndexByte(g.addresses()["mqtt"], ':')+1:]
	for _, version := range []string{"311", "5"} {
		id := "dev-" + version
		as := []string{"-p", port, "-V", version, "-i", id, "-u", "me", "-P", "no-receive"}
		sub := exec.Command("mosquitto_sub", append(as, "-t", "dev/"+id+"/cmd", "-t", "all/+", "-C", "1", "-W", "20")...)
		out := new(log)
		sub.Stdout, sub.Stderr = out, out
		if err := sub.Start(); err != nil {
			t.Fatal(err)
		}
		eventually(t, id+" subscribed", func() bool { return strings.Contains(g.get(t, "/_suback/clients"), "dev/"+id+"/cmd") })
		pub := exec.Command("mosquitto_pub", "-p", port, "-V", version, "-i", "pub", "-u", "me", "-P", "test", "-q", "1", "-t", "dev/"+id+"/cmd",
			"-m", "for "+id)
		if text, err := pub.CombinedOutput(); err != nil {
			t.Fatalf("mosquitto_pub: %v\n%s", err, text)
		}
		if err := sub.Wait(); err != nil || out.String() != "for "+id+"\n" {
			t.Errorf("%s: got %q, %v, want the message: nothing is enforced", id, out, err)
		}
	}
	if err := g.connect(t, "dev-9", "wrong"); err == nil {
		t.Error("a wrong password: got accepted, want refused: only policies are relaxed")
	}
	eventually(t, "following", func() bool { return strings.Contains(told.String(), "following http://") })
	if err := learning.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if err := learning.Wait(); err != nil {
		t.Errorf("got %v after Control-C, want exit code 0\n%s", err, told)
	}
	const arn = "arn:aws:iot:us-east-1:000000000000:"
	for _, want := range []string{arn + "client/${iot:ClientId}", arn + "topicfilter/dev/${iot:ClientId}/cmd", arn + "topicfilter/all/+",
		arn + "topic/dev/${iot:ClientId}/cmd", arn + "topic/dev/dev-5/cmd"} {
		if !strings.Contains(policy.String(), `"`+want+`"`) {
			t.Errorf("got the policy %s, want %s in it", policy.String(), want)
		}
	}
	for _, want := range []string{"replayed: the policy allows all 11 requests of 3 clients\n", "opens: client/${iot:ClientId}: ",
		"note: nothing came by these subscriptions", "dev-311 to all/+", "iot:Publish on topic/dev/dev-5/cmd by pub"} {
		if !strings.Contains(told.String(), want) {
			t.Errorf("got %s, want %q in it", told, want)
		}
	}

	// what it recorded
	again := learns(t, exitYes, "--http", addr, "--for", "0s")
	if again.stdout != policy.String() {
		t.Errorf("--for 0s: got %s, want as before, %s", again.stdout, policy.String())
	}
	for name, text := range map[string]string{"asked": g.get(t, "/_suback/asked"), "log": g.stderr.String()} {
		file := filepath.Join(dir, name)
		write(t, dir, name, text)
		if got := learns(t, exitYes, file); got.stdout != policy.String() {
			t.Errorf("from %s: got %s, want as before, %s\n%s", name, got.stdout, policy.String(), text)
		}
	}
	write(t, dir, "trace", g.get(t, "/_suback/trace"))
	if got := learns(t, exitYes, filepath.Join(dir, "trace")); !strings.Contains(got.stdout, "iot:Receive") ||
		!strings.Contains(got.stderr, "note: a trace has what a policy refused") {
		t.Errorf("from the trace: got %s%s, want what was refused, and that it is that alone", got.stdout, got.stderr)
	}
	alone := learns(t, exitYes, "--http", addr, "--for", "0s", "--client", "dev-5", "--json")
	if strings.Contains(alone.stdout, "${") || !strings.Contains(alone.stdout, arn+"client/dev-5") || alone.stderr != "" {
		t.Errorf("--client --json: got %s%s, want its own policy as it is", alone.stdout, alone.stderr)
	}
	learns(t, exitNo, "--http", addr, "--for", "0s", "--client", "nobody")
	learns(t, exitUsage, "--http", addr, "--for", "0s", "--size", "9000")
	write(t, dir, "other", `{"msg":"hello"}`)
	if got := learns(t, exitNo, filepath.Join(dir, "other")); !strings.Contains(got.stderr, "hint: none of 1 records says what") {
		t.Errorf("another file: got %s, want what is in it", got.stderr)
	}
}

// TestLearnNeedsLog: where policies are enforced there is nothing to learn, and it says so.
func TestLearnNeedsLog(t *testing.T) {
	t.Parallel()
	g := serve(t, free)
	got := learns(t, exitNo, "--http", g.addresses()["http"], "--for", "0s")
	if !strings.Contains(got.stderr, "want enforce: log in suback.yaml, or suback --enforce log") {
		t.Errorf("got %s, want what to do", got.stderr)
	}
	if banner := strings.Join(g.banner, "\n"); strings.Contains(banner, "ENFORCED") {
		t.Errorf("got the banner %s, want nothing of enforce", banner)
	}
}

// Questions are what a gateway gives, if it is there.
type questions struct {
	mu    sync.Mutex
	began string
	lines []string
}

func (l *questions) RoundTrip(req *http.Request) (*http.Response, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.began == "" {
		return nil, errors.New("connection refused")
	}
	since := 0
	_, _ = fmt.Sscan(req.URL.Query().Get("since"), &since)
	text := strings.Join(l.lines[min(since, len(l.lines)):], "\n")
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Suback-Began": {l.began}}, Request: req,
		Body: io.NopCloser(strings.NewReader(text))}, nil
}

// TestLearnComesBack: what was asked stays when the gateway goes; what another one is asked
// comes to it [issue 14, part 5].
func TestLearnComesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		question := func(seq int, name string) string {
			return fmt.Sprintf(`{"seq":%d,"client":"a","action":"iot:Publish","name":%q}`, seq, name)
		}
		gateway, out := &questions{began: "1", lines: []string{question(1, "a")}}, new(log)
		s := &asker{url: "http://gateway", query: map[string][]string{}, client: &http.Client{Transport: gateway},
			say: func(format string, args ...any) { fmt.Fprintf(out, format+"\n", args...) }}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- s.follow(ctx) }()
		for _, next := range []struct {
			began string
			lines []string
		}{{"1", []string{question(1, "a"), question(2, "b")}}, {}, {"2", []string{question(1, "c")}},
			{"2", []string{question(1, "c"), question(2, "d")}}} {
			time.Sleep(10 * time.Second)
			gateway.mu.Lock()
			gateway.began, gateway.lines = next.began, next.lines
			gateway.mu.Unlock()
		}
		cancel()
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, r := range s.Requests {
			names = append(names, r.Name)
		}
		if got := strings.Join(names, " "); got != "a b c d" {
			t.Errorf("got %s, want a b c d, each once", got)
		}
		if want := "lost the gateway; what was asked until now is kept: connection refused\nthe gateway is there\n"; out.String() != want {
			t.Errorf("told %q, want %q", out, want)
		}
	})
}

// Documents of a policy that is too long for one.
func TestLearnDocuments(t *testing.T) {
	var text strings.Builder
	for i := range 100 {
		fmt.Fprintf(&text, `{"client":"a","action":"iot:Publish","name":"s/%d/x"}`+"\n", i)
	}
	file := filepath.Join(t.TempDir(), "asked.jsonl")
	if err := os.WriteFile(file, []byte(text.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	one, several := learns(t, exitYes, file), learns(t, exitYes, file, "--documents", "5")
	if !strings.Contains(one.stdout, "topic/s/*/x") || !strings.Contains(one.stderr, `opens: topic/s/*/x: stands for 100 requests of 1 client; `+
		`it allows every topic that begins with "s/" and ends with "/x"`) {
		t.Errorf("one document: got %s%s, want a wildcard and what it opens", one.stdout, one.stderr)
	}
	if strings.Contains(several.stdout, "*") || strings.Count(several.stdout, "Version") < 2 {
		t.Errorf("several documents: got %s, want no wildcard", several.stdout)
	}
	refused := &learn.Learned{Refused: []learn.Refused{{}}}
	p := &program{stdout: io.Discard, stderr: io.Discard}
	if err := p.learned(refused, &learnFlags{}); !errors.Is(err, errNo) {
		t.Errorf("a policy that refuses some: got %v, want exit code 1", err)
	}
}
