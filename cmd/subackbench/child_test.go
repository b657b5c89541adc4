package main

import (
	"context"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// testLab is a lab without a program to measure.
func testLab(t *testing.T) *lab {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	broker, generator := twoCPUs()
	l := &lab{dir: t.TempDir(), self: self, seconds: .1, broker: broker, generator: generator, port: os.Getpid() * 100,
		mosquitto: find("mosquitto"), node: find("node"), log: t.Output()}
	return l
}

func ended(t *testing.T, p *child) {
	t.Helper()
	select {
	case <-p.done:
	case <-time.After(20 * time.Second):
		t.Fatal("the child does not end")
	}
}

func TestChildEnds(t *testing.T) {
	l := testLab(t)
	ctx, cancel := context.WithCancel(t.Context())
	tests := []struct {
		name string
		end  func(*child)
	}{
		{"by end", (*child).end},
		{"by end, twice", func(p *child) { p.end(); p.end() }},
		{"by its context", func(*child) { cancel() }},
	}
	for _, test := range tests {
		p, err := l.start(ctx, command{path: l.self, args: []string{"load", "sink", "-addr", "127.0.0.1:0"}, cpu: l.broker})
		if err != nil {
			t.Fatal(err)
		}
		test.end(p)
		ended(t, p)
	}
}

// One that ends by itself says why not.
func TestFiguresOfAFailure(t *testing.T) {
	l := testLab(t)
	_, err := l.figures(t.Context(), command{path: l.self, cpu: noCPU, args: []string{"load", "flow", "-addr", "127.0.0.1:1"}})
	if err == nil || !strings.HasPrefix(err.Error(), "load flow: subscriber 0: dial tcp") {
		t.Errorf("got %v, want what the generator said", err)
	}
}

// A child knows nothing of the environment of the bench but where programs are.
func TestChildEnvironment(t *testing.T) {
	env, err := exec.LookPath("env")
	if err != nil {
		t.Skip("env is missing")
	}
	t.Setenv("SUBACK_CONFIG", "other.yaml")
	l := testLab(t)
	var out strings.Builder
	p, err := l.start(t.Context(), command{path: env, cpu: noCPU, stdout: &out})
	if err != nil {
		t.Fatal(err)
	}
	ended(t, p)
	if text := out.String(); strings.Contains(text, "SUBACK") || !strings.Contains(text, "HOME="+l.dir) {
		t.Errorf("got environment\n%swant HOME in the lab's folder, and no SUBACK_CONFIG", text)
	}
}

// What holds is there until it is ended, and tells why it is not.
func TestHold(t *testing.T) {
	l := testLab(t)
	b, err := startSink(t.Context(), l)
	if err != nil {
		t.Fatal(err)
	}
	defer b.end()
	held, err := l.hold(t.Context(), b, "idle", "-n", "3", "-per-client", "1", "-hold")
	if err != nil {
		t.Fatal(err)
	}
	select {
	case <-held.done:
		t.Errorf("got an end, %v, want it to hold", held.err)
	default:
	}
	held.end()
	if _, err := l.hold(t.Context(), b, "idle", "-n", "0", "-hold"); err == nil || !strings.Contains(err.Error(), "want -n above 0") {
		t.Errorf("got %v, want why it does not hold", err)
	}
}
