package lambda

import (
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestOutOfMemory(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the memory of a process is seen on Linux alone")
	}
	t.Parallel()
	for _, o := range []ProcessOptions{
		{Runtime: "nodejs", Code: "testdata/nodejs", Handler: "index.hog"},
		{Runtime: "nodejs", Code: "testdata/broken", Handler: "hog.handler"},
		{Runtime: "python", Code: "testdata/python", Handler: "index.hogs"},
	} {
		log := newLogBuffer()
		o.Timeout, o.MemorySize, o.Log = time.Minute, 64, log.logger()
		p := newProcess(t, o)
		for range 2 { // the second on a new process
			failed := wantFunctionError(t, p, `{"mb": 300, "stay": true}`, "Runtime.OutOfMemory")
			if want := "RequestId: id Error: Runtime exited with error: signal: killed (it had "; !strings.HasPrefix(failed.Message, want) {
				t.Errorf("%s: got %q, want %q…", o.Handler, failed.Message, want)
			}
		}
		log.wait(t, "memorySize is 64")
	}
}

// What a quick invocation leaves behind is seen after it.
func TestOutOfMemoryAfterwards(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the memory of a process is seen on Linux alone")
	}
	t.Parallel()
	log := newLogBuffer()
	p := newProcess(t, ProcessOptions{Runtime: "nodejs", Code: "testdata/nodejs", Handler: "index.keep", MemorySize: 64, Log: log.logger()})
	_, _ = p.Invoke(t.Context(), Invocation{Event: []byte(`{"mb": 100}`)}) // quick enough or not
	log.wait(t, "memorySize is 64")
	waitFor(t, "end of the process", func() bool { return p.size(idle)+p.size(ending) == 0 })
	invoke(t, p, `{"mb": 1}`, nil)
}

// Node.js ends itself when its heap is full; that a heap is full depends on
// MemorySize, not on the machine.
func TestNodeHeapIsBounded(t *testing.T) {
	t.Parallel()
	p := newProcess(t, ProcessOptions{Runtime: "nodejs", Code: "testdata/nodejs", Handler: "index.leak", MemorySize: 128,
		Timeout: time.Minute})
	body, err := p.Invoke(t.Context(), Invocation{Event: []byte(`{}`)})
	if err == nil || !strings.Contains(err.Error(), "Runtime exited with error: signal: ") {
		t.Errorf("got %.100s, %v, want the end of the process", body, err)
	}
}

func TestMemoryWithinBounds(t *testing.T) {
	t.Parallel()
	p := newProcess(t, ProcessOptions{Runtime: "nodejs", Code: "testdata/nodejs", Handler: "index.hog", Timeout: 20 * time.Second})
	for range 3 {
		var got int
		if invoke(t, p, `{"mb": 40}`, &got); got != 40 {
			t.Errorf("got %d, want 40", got)
		}
	}
}

func TestOwnMemory(t *testing.T) {
	if got := ownMemory(0); got != 0 {
		t.Errorf("no process: got %d MB, want 0", got)
	}
	kept := make([]byte, 64<<20)
	for i := range kept {
		kept[i] = 1
	}
	if got := ownMemory(os.Getpid()); runtime.GOOS == "linux" && got < 64 {
		t.Errorf("got %d MB, want 64 or more", got)
	}
	runtime.KeepAlive(kept)
}
