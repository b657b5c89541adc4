package load

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestUsage(t *testing.T) {
	tests := []struct{ args, want string }{
		{"", "want one of: connect, flow,"},
		{"flood", "load flood: there is no such verb"},
		{"flow -qos 2", "qos 2: want 0 or 1"},
		{"flow fast", `"fast": want flags alone`},
		{"flow -speed 1", "flag provided but not defined: -speed"},
		{"latency -rate 0", "above 0"},
		{"idle -addr 127.0.0.1:1", "want -n above 0"},
		{"retained -addr 127.0.0.1:1", "want -n above 0"},
		{"shadow -addr 127.0.0.1:1", "want -n above 0"},
		{"storm -kind thunder", `kind "thunder", want publish, subscribe or connect`},
		{"flow -addr 127.0.0.1:1", "connection refused"},
	}
	for _, test := range tests {
		err := Run(t.Context(), strings.Fields(test.args), io.Discard)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("load %s: got %v, want %s", test.args, err, test.want)
		}
	}
}

// startSink runs a sink for a test.
func startSink(t *testing.T) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr = l.Addr().String()
	_ = l.Close()
	ctx, cancel := context.WithCancel(t.Context())
	var ended sync.WaitGroup
	ended.Go(func() {
		if err := Run(ctx, []string{"sink", "-addr", addr}, io.Discard); err != nil {
			t.Errorf("sink: %v", err)
		}
	})
	t.Cleanup(ended.Wait)
	t.Cleanup(cancel)
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(time.Millisecond) {
		if conn, err := net.Dial("tcp", addr); err == nil {
			_ = conn.Close()
			return addr
		}
		if time.Now().After(end) {
			t.Fatal("the sink does not listen")
		}
	}
}

// figuresOf runs a verb and reads what it prints.
func figuresOf(t *testing.T, args string) (f Figures) {
	t.Helper()
	var out bytes.Buffer
	if err := Run(t.Context(), strings.Fields(args), &out); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(out.Bytes(), &f); err != nil {
		t.Fatalf("%s: got %q: %v", args, out.String(), err)
	}
	return f
}

// figuresAbove runs a verb for a moment, and on a machine too busy for that, for longer: some
// figures must be above 0.
func figuresAbove(t *testing.T, args string, above []string) (f Figures) {
	t.Helper()
	isZero := func(name string) bool { return f[name] <= 0 }
	for _, duration := range []string{"200ms", "10s"} {
		f = figuresOf(t, args+" -warmup 20ms -duration "+duration)
		if !slices.ContainsFunc(above, isZero) {
			return f
		}
	}
	t.Errorf("%s: got %v, want %q above 0", args, f, above)
	return f
}

// Each verb that a sink is enough for.
func TestVerbs(t *testing.T) {
	t.Parallel()
	addr := startSink(t)
	tests := []struct {
		args  string
		above []string // figures that are above 0
	}{
		{"flow -qos 0", []string{"per_s"}},
		{"flow -qos 1", []string{"per_s"}},
		{"flow -qos 1 -subs 3", []string{"per_s"}},
		{"flow -qos 1 -pubs 3 -window 10", []string{"per_s"}},
		{"flow -pairs 3 -size 4096", []string{"per_s"}},
		{"latency -rate 500 -qos 1", []string{"per_s", "p50_ms", "max_ms"}},
		{"latency -rate 500 -qos 0", []string{"p99_ms"}},
		{"connect -parallel 3", []string{"per_s", "p50_ms", "connack_ms"}},
		{"idle -n 5 -per-client 1", nil},
		{"storm -n 2 -rate 500", []string{"per_s"}},
		{"storm -n 2 -rate 500 -kind subscribe", []string{"per_s"}},
		{"storm -n 2 -rate 500 -kind connect", []string{"per_s"}},
	}
	for i, test := range tests {
		f := figuresAbove(t, test.args+" -addr "+addr+" -prefix p"+string(rune('a'+i)), test.above)
		if f["failures"] != 0 || f["refused"] != 0 {
			t.Errorf("%s: got %v, want nothing refused", test.args, f)
		}
	}
}

// -n is how often.
func TestConnectSoManyTimes(t *testing.T) {
	f := figuresOf(t, "connect -n 7 -parallel 3 -addr "+startSink(t))
	if f["max_ms"] <= 0 || f["per_s"] <= 0 {
		t.Errorf("got %v, want 7 connects", f)
	}
}

// A verb ends with its context.
func TestEnd(t *testing.T) {
	t.Parallel()
	addr := startSink(t)
	for _, args := range []string{"flow -duration 1h", "latency -duration 1h", "idle -n 2 -per-client 1 -hold -duration 1ms",
		"storm -duration 1h", "connect -duration 1h", "retained -n 100"} {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			_ = Run(ctx, append(strings.Fields(args), "-addr", addr), io.Discard)
		}()
		select {
		case <-ended:
		case <-time.After(20 * time.Second):
			t.Fatalf("%s: does not end with its context", args)
		}
		cancel()
	}
}
