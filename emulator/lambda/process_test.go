package lambda

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestNewProcessErrors(t *testing.T) {
	o := ProcessOptions{Name: "fn", Runtime: "nodejs", Code: "testdata/nodejs", Handler: "index.handler"}
	tests := []struct {
		change func(o *ProcessOptions)
		want   string
	}{
		{func(o *ProcessOptions) { o.Name = "" }, "name is empty"},
		{func(o *ProcessOptions) { o.Runtime = "ruby" }, `runtime "ruby", want nodejs, python or provided`},
		{func(o *ProcessOptions) { o.Code = "testdata/none" }, `code "testdata/none": no such file or folder`},
		{func(o *ProcessOptions) { o.Code = "doc.go" }, `code "doc.go": want a folder or a file that ends in .js, .mjs, .cjs`},
		{func(o *ProcessOptions) { o.Handler = "index" }, `handler "index": want file.export, such as index.handler`},
		{func(o *ProcessOptions) { o.Handler = "../a.b" }, `handler "../a.b": want file.export, such as index.handler`},
		{func(o *ProcessOptions) { o.Handler = "main.handler" }, `handler "main.handler": "testdata/nodejs" has no main.js, main.mjs, main.cjs`},
		{func(o *ProcessOptions) { o.Runtime = "python" }, `handler "index.handler": "testdata/nodejs" has no index.py, index/__init__.py`},
		{func(o *ProcessOptions) { o.Code = "testdata/nodejs/guide.js" }, `handler "index.handler" is not in guide.js, want guide.export`},
		{func(o *ProcessOptions) { o.Timeout = -1 }, "timeout -1ns, want more than 0"},
		{func(o *ProcessOptions) { o.Environment = map[string]string{"AWS_REGION": "x"} },
			"environment: AWS_REGION is reserved by Lambda, want another name"},
	}
	for _, tt := range tests {
		o := o
		tt.change(&o)
		if _, err := NewProcess(o); err == nil || err.Error() != tt.want {
			t.Errorf("got %v, want %s", err, tt.want)
		}
	}
}

func TestNewProcessWithoutRuntime(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	for runtime, want := range map[string]string{
		"nodejs": `runtime nodejs: "node" is not on PATH, install Node.js 18 or later`,
		"python": `runtime python: "python3" is not on PATH, install Python 3.8 or later`,
	} {
		_, err := NewProcess(ProcessOptions{Name: "fn", Runtime: runtime, Code: "testdata/" + runtime, Handler: "index.handler"})
		if err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func TestTimeout(t *testing.T) {
	t.Parallel()
	for _, o := range []ProcessOptions{
		{Runtime: "nodejs", Code: "testdata/nodejs", Handler: "index.sleep"},
		{Runtime: "nodejs", Code: "testdata/nodejs", Handler: "index.spin"},
		{Runtime: "python", Code: "testdata/python", Handler: "index.spins"},
	} {
		o.Timeout = 50 * time.Millisecond
		p := newProcess(t, o)
		for range 2 { // the second on a new process
			failed := wantFunctionError(t, p, `{"ms": 60000}`, "Sandbox.Timedout")
			if want := "RequestId: id Error: Task timed out after 0.05 seconds"; failed.Message != want {
				t.Errorf("%s: got %q, want %q", o.Handler, failed.Message, want)
			}
		}
	}
}

// A process that has answered and never asks for the next event has the
// function's timeout, too.
func TestTimeoutAfterAnswer(t *testing.T) {
	t.Parallel()
	p := newProcess(t, ProcessOptions{Runtime: "nodejs", Code: "testdata/nodejs", Handler: "index.answerThenHang", Timeout: time.Second,
		MaxProcesses: 1})
	for range 2 {
		var got string
		invoke(t, p, `{}`, &got)
		if got != "early" {
			t.Errorf("got %q, want early", got)
		}
	}
}

func TestContextEndsFirst(t *testing.T) {
	t.Parallel()
	p := newProcess(t, ProcessOptions{Runtime: "nodejs", Code: "testdata/nodejs", Handler: "index.sleep", Timeout: 2 * time.Second})
	var hung, other int
	invoke(t, p, `{"ms": 0}`, &hung)

	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := p.Invoke(ctx, Invocation{Event: []byte(`{"ms": 60000}`)})
	if !errors.Is(err, context.DeadlineExceeded) || errors.As(err, new(*FunctionError)) {
		t.Errorf("got %v, want a deadline exceeded (A-137)", err)
	}
	invoke(t, p, `{"ms": 0}`, &other)
	if other == hung {
		t.Errorf("process %d got an event while it was busy", hung)
	}
	waitFor(t, "end of the hung process", func() bool { return !alive(hung) })

	ctx, cancel = context.WithCancel(t.Context())
	cancel()
	if _, err := p.Invoke(ctx, Invocation{Event: []byte(`{"ms": 60000}`)}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want context canceled", err)
	}
}

func TestOutputReachesLog(t *testing.T) {
	t.Parallel()
	for runtime, wants := range map[string][]string{
		"nodejs": {`msg="to stdout" function=fn stream=stdout`, `msg="to stderr" function=fn stream=stderr`, "no line feed"},
		"python": {`msg="to stdout: ä" function=fn stream=stdout`, `msg="to stderr" function=fn stream=stderr`, "[INFO]\\tfrom logging",
			"no line feed"},
	} {
		log := newLogBuffer()
		handler := map[string]string{"nodejs": "index.print", "python": "index.prints"}[runtime]
		p := newProcess(t, ProcessOptions{Runtime: runtime, Code: "testdata/" + runtime, Handler: handler, Log: log.logger()})
		invoke(t, p, `{}`, nil)
		p.Close()
		for _, want := range wants {
			if !strings.Contains(log.String(), want) {
				t.Errorf("%s: got log\n%s\nwant %s", runtime, log, want)
			}
		}
	}
}

func TestFloodIsBounded(t *testing.T) {
	t.Parallel()
	log := newLogBuffer()
	p := newProcess(t, ProcessOptions{Runtime: "nodejs", Code: "testdata/nodejs", Handler: "index.print", Timeout: 30 * time.Second,
		Log: log.logger()})
	invoke(t, p, `{"long": 10000000, "lines": 200000}`, nil)
	p.Close()
	text := log.String()
	if len(text) > 5<<20 {
		t.Errorf("got %d bytes of log, want a bounded number", len(text))
	}
	for _, want := range []string{"bytes more", "lines more)"} {
		if !strings.Contains(text, want) {
			t.Errorf("log does not say %q", want)
		}
	}
}

func TestEnvironment(t *testing.T) {
	t.Setenv("AWS_SECRET_ACCESS_KEY", "the real one")
	t.Setenv("AWS_SESSION_TOKEN", "the real one")
	t.Setenv("NODE_PATH", "/modules")
	p := newProcess(t, ProcessOptions{Runtime: "nodejs22.x", Code: "testdata/nodejs", Handler: "index.environment",
		Environment: map[string]string{"STAGE": "local", "TZ": "Asia/Tokyo"}})
	got := map[string]string{}
	invoke(t, p, `{}`, &got)
	folder, _ := filepath.Abs("testdata/nodejs")
	for name, want := range map[string]string{
		"_HANDLER": "index.environment", "AWS_LAMBDA_FUNCTION_NAME": "fn", "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1",
		"AWS_EXECUTION_ENV": "AWS_Lambda_nodejs22.x", "LAMBDA_TASK_ROOT": folder, "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128",
		"STAGE": "local", "TZ": "Asia/Tokyo", "NODE_PATH": "/modules", "PATH": os.Getenv("PATH"), "HOME": got["TMPDIR"], "_HOME": "",
		"AWS_SECRET_ACCESS_KEY": "test", "AWS_SESSION_TOKEN": "",
	} {
		if got[name] != want {
			t.Errorf("got %s=%q, want %q", name, got[name], want)
		}
	}
}

func TestHandlersPlace(t *testing.T) {
	t.Parallel()
	p := newProcess(t, ProcessOptions{Runtime: "nodejs", Code: "testdata/nodejs", Handler: "index.place"})
	var got struct {
		Cwd      string
		ExecArgv []string
	}
	invoke(t, p, `{}`, &got)
	if filepath.Base(got.Cwd) != "nodejs" || len(got.ExecArgv) != 0 {
		t.Errorf("got %+v, want the code's folder and no arguments for child processes", got)
	}
}

func TestCloseEndsEverything(t *testing.T) {
	t.Parallel()
	log := newLogBuffer()
	p := newProcess(t, ProcessOptions{Runtime: "nodejs", Code: "testdata/nodejs", Handler: "index.child", Timeout: time.Hour,
		Log: log.logger()})
	failed := make(chan error)
	go func() {
		_, err := p.Invoke(t.Context(), Invocation{Event: []byte(`{}`)})
		failed <- err
	}()
	log.wait(t, "pids")
	var handler, child int
	_, pids, _ := strings.Cut(log.String(), "pids")
	fmt.Sscan(strings.TrimRight(strings.SplitN(pids, "\"", 2)[0], "\n"), &handler, &child)

	p.Close() // the handler ignores SIGTERM
	if err := <-failed; !errors.Is(err, errClosed) {
		t.Errorf("got %v, want %v", err, errClosed)
	}
	for _, pid := range []int{handler, child} {
		waitFor(t, fmt.Sprintf("end of process %d", pid), func() bool { return !alive(pid) })
	}
	if _, err := p.Invoke(t.Context(), Invocation{}); err != errClosed {
		t.Errorf("got %v, want %v", err, errClosed)
	}
	if err := p.Close(); err != nil {
		t.Errorf("second close: got %v, want nil", err)
	}
}

func BenchmarkWarmInvocation(b *testing.B) {
	for _, runtime := range []string{"nodejs", "python"} {
		b.Run(runtime, func(b *testing.B) {
			p := newProcess(b, ProcessOptions{Runtime: runtime, Code: "testdata/" + runtime, Handler: "index.echo"})
			invoke(b, p, `{}`, nil)
			for b.Loop() {
				invoke(b, p, `{"protocolData":{"mqtt":{"password":"dGVzdA=="}}}`, nil)
			}
		})
	}
}
