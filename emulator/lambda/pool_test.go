package lambda

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"
)

func TestWarmProcessIsReused(t *testing.T) {
	t.Parallel()
	p := newProcess(t, ProcessOptions{Runtime: "nodejs", Code: "testdata/nodejs", Handler: "index.pid"})
	var first, got int
	invoke(t, p, `{}`, &first)
	for range 20 {
		if invoke(t, p, `{}`, &got); got != first {
			t.Errorf("got process %d, want %d again", got, first)
		}
	}
}

func TestCrashedProcessIsReplaced(t *testing.T) {
	t.Parallel()
	p := newProcess(t, ProcessOptions{Runtime: "nodejs", Code: "testdata/nodejs", Handler: "index.exit"})
	for range 3 {
		wantFunctionError(t, p, `{}`, "Runtime.ExitError")
	}
}

// All run at once, each on its own process, as many as there may be.
func TestConcurrentInvocations(t *testing.T) {
	t.Parallel()
	p := newProcess(t, ProcessOptions{Runtime: "nodejs", Code: "testdata/nodejs", Handler: "index.sleep", Timeout: 20 * time.Second,
		MaxProcesses: 8})
	pids := map[int]bool{}
	var mu sync.Mutex
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			var pid int
			invoke(t, p, `{"ms": 100}`, &pid)
			mu.Lock()
			defer mu.Unlock()
			pids[pid] = true
		})
	}
	all.Wait()
	if len(pids) < 2 || len(pids) > 8 {
		t.Errorf("got %d processes, want several and at most 8", len(pids))
	}
}

func TestHangingOneDelaysNobody(t *testing.T) {
	t.Parallel()
	p := newProcess(t, ProcessOptions{Runtime: "nodejs", Code: "testdata/nodejs", Handler: "index.sleepIf", Timeout: time.Minute})
	hung := make(chan error)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		_, err := p.Invoke(ctx, Invocation{Event: []byte(`{"hang": true}`)})
		hung <- err
	}()
	for range 200 {
		invoke(t, p, `{}`, nil)
	}
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() { invoke(t, p, `{}`, nil) })
	}
	all.Wait()
	select {
	case err := <-hung:
		t.Fatalf("the hanging one ended: %v", err)
	default:
	}
	cancel()
	if err := <-hung; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context canceled", err)
	}
}

// A process that answered but never comes back is not waited for.
func TestStuckAfterAnswer(t *testing.T) {
	t.Parallel()
	p := newProcess(t, ProcessOptions{Runtime: "nodejs", Code: "testdata/nodejs", Handler: "index.answerThenHang", Timeout: time.Hour,
		MaxProcesses: 3})
	for range 3 {
		var got string
		if invoke(t, p, `{}`, &got); got != "early" {
			t.Errorf("got %q, want early", got)
		}
	}
	if got := p.size(returning); got != 3 {
		t.Errorf("got %d processes that have not come back, want 3", got)
	}
}

func TestThrottle(t *testing.T) {
	t.Parallel()
	p := newProcess(t, ProcessOptions{Runtime: "nodejs", Code: "testdata/nodejs", Handler: "index.sleep", Timeout: time.Minute,
		MaxProcesses: 1})
	go p.Invoke(t.Context(), Invocation{Event: []byte(`{"ms": 60000}`)})
	waitFor(t, "a busy process", func() bool { return p.size(busy) == 1 })

	short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := p.Invoke(short, Invocation{RequestID: "id", Event: []byte(`{"ms": 0}`)})
	want := "TooManyRequestsException: RequestId: id Error: all 1 processes of function fn are busy"
	if !errors.As(err, new(*FunctionError)) || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// A reserved concurrency throttles at once, as on AWS.
func TestReservedConcurrency(t *testing.T) {
	t.Parallel()
	for _, reserved := range []int{0, 1} {
		p := newProcess(t, ProcessOptions{Runtime: "nodejs", Code: "testdata/nodejs", Handler: "index.sleep", Timeout: time.Minute,
			ReservedConcurrency: &reserved})
		if reserved > 0 {
			go p.Invoke(t.Context(), Invocation{Event: []byte(`{"ms": 60000}`)})
			waitFor(t, "an invocation", func() bool { return p.load() == 1 })
		}
		failed := wantFunctionError(t, p, `{"ms": 0}`, "TooManyRequestsException")
		want := fmt.Sprintf("RequestId: id Error: Rate Exceeded: %d invocations run, as many as are reserved", reserved)
		if failed.Message != want {
			t.Errorf("got %q, want %q", failed.Message, want)
		}
	}
}

func (p *Process) load() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.queue) + p.count(busy)
}

func TestIdleProcessesEnd(t *testing.T) {
	t.Parallel()
	p := newProcess(t, ProcessOptions{Runtime: "nodejs", Code: "testdata/nodejs", Handler: "index.until", Timeout: time.Minute})
	p.idle = 50 * time.Millisecond
	file := filepath.Join(t.TempDir(), "go")
	event, _ := json.Marshal(map[string]string{"file": file})
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() { invoke(t, p, string(event), nil) })
	}
	waitFor(t, "six busy processes", func() bool { return p.size(busy) == 6 })
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	all.Wait()
	waitFor(t, "end of the idle processes", func() bool { return p.size(idle) == keepIdle && p.size(ending) == 0 })
	invoke(t, p, string(event), nil)
}

func (p *Process) size(in state) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.count(in)
}

func TestChangedCodeIsPickedUp(t *testing.T) {
	t.Parallel()
	for _, whole := range []bool{true, false} {
		folder := t.TempDir()
		file := filepath.Join(folder, "index.js")
		write := func(code string) {
			t.Helper()
			if err := os.WriteFile(file, []byte(code), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		write(`exports.handler = async () => 0`)
		code := folder
		if !whole {
			code = file
		}
		p := newProcess(t, ProcessOptions{Runtime: "nodejs", Code: code, Handler: "index.handler"})
		for i := range 3 {
			var got int
			write(fmt.Sprintf(`exports.handler = async () => %d // %*d`, i, i, 0))
			if invoke(t, p, `{}`, &got); got != i {
				t.Errorf("got the answer of version %d, want %d", got, i)
			}
		}
		write(`exports.handler = `)
		wantFunctionError(t, p, `{}`, "Runtime.UserCodeSyntaxError")
		write(`exports.handler = async () => 42`)
		var got int
		if invoke(t, p, `{}`, &got); got != 42 {
			t.Errorf("after a syntax error: got %d, want 42", got)
		}
	}
}

// Each invocation of a function that cannot load gets the error, and gets it
// from a process of its own.
func TestInitErrorsOfMany(t *testing.T) {
	t.Parallel()
	p := newProcess(t, ProcessOptions{Runtime: "nodejs", Code: "testdata/broken", Handler: "lacks.handler"})
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			_, err := p.Invoke(t.Context(), Invocation{Event: []byte(`{}`)})
			if failed := new(FunctionError); !errors.As(err, &failed) || failed.Type != "Runtime.HandlerNotFound" {
				t.Errorf("got %v, want Runtime.HandlerNotFound", err)
			}
		})
	}
	all.Wait()
}

// While every CPU has a process that takes one invocation after the other, another is started
// for who has waited several times as long as that takes, and not soon after the last.
func TestKeepsUp(t *testing.T) {
	const load = time.Minute // what this test takes is less by far
	tests := []struct {
		name           string
		quick          int // processes that have got an invocation just now
		started, since time.Duration
		want           bool
	}{
		{"all quick, nobody waits for long", runtime.GOMAXPROCS(0), time.Hour, 4 * load, true},
		{"all quick, one waits for long", runtime.GOMAXPROCS(0), time.Hour, 6 * load, false},
		{"all quick, another was started", runtime.GOMAXPROCS(0), 4 * load, 6 * load, true},
		{"one is not quick", runtime.GOMAXPROCS(0) - 1, time.Hour, 0, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			now := time.Now()
			p := &Process{options: ProcessOptions{Timeout: time.Hour}, loadTime: load, lastStart: now.Add(-tt.started),
				queue: []*invocation{{since: now.Add(-tt.since)}}}
			for i := range runtime.GOMAXPROCS(0) {
				deadline := now.Add(time.Hour)
				if i >= tt.quick {
					deadline = now.Add(time.Hour - load)
				}
				p.sandboxes = append(p.sandboxes, &sandbox{current: &invocation{deadline: deadline}})
			}
			if got := p.keepsUp(); got != tt.want {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}
