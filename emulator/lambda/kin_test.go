package lambda

import (
	"fmt"
	"os/exec"
	"regexp"
	"runtime"
	"strconv"
	"testing"
	"time"
)

// What a handler leaves behind ends with the sandbox, wherever it went.
func TestChildrenEnd(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("only on Linux more than the process group is found")
	}
	tests := []struct {
		what    string
		o       ProcessOptions
		event   string
		left    int  // processes besides the handler's
		crashes bool // the handler, by itself
	}{
		{"setsid in a script", ProcessOptions{Runtime: "provided", Code: "leaves.sh"}, `{"do":"setsid"}`, 1, false},
		{"setsid without the environment", ProcessOptions{Runtime: "provided", Code: "leaves.sh"}, `{"do":"cleared"}`, 1, false},
		{"a child of setsid's without the environment", ProcessOptions{Runtime: "provided", Code: "leaves.sh"}, `{"do":"nested"}`, 2, false},
		{"setsid, then the script ends", ProcessOptions{Runtime: "provided", Code: "leaves.sh"}, `{"do":"crash"}`, 1, true},
		{"detached", ProcessOptions{Runtime: "nodejs", Code: "testdata/nodejs", Handler: "index.detached"}, `{}`, 1, false},
		{"double fork", ProcessOptions{Runtime: "python", Code: "testdata/python", Handler: "index.double_fork"}, `{}`, 1, false},
	}
	for _, tt := range tests {
		t.Run(tt.what, func(t *testing.T) {
			t.Parallel()
			log := newLogBuffer()
			tt.o.Timeout, tt.o.Log = time.Minute, log.logger()
			p := newFunction(t, tt.o)
			if tt.crashes {
				wantFunctionError(t, p, tt.event, "Runtime.ExitError")
			} else {
				invoke(t, p, tt.event, nil)
			}
			var left []int
			waitFor(t, "the processes", func() bool { left = pidsOf(log, tt.left); return left != nil })
			if !tt.crashes {
				for _, pid := range left {
					if !alive(pid) {
						t.Errorf("process %d has ended before the sandbox, want it to go on as on AWS", pid)
					}
				}
			}
			start := time.Now()
			if err := p.Close(); err != nil {
				t.Error(err)
			}
			if took := time.Since(start); took > 2*time.Second {
				t.Errorf("got %v for the end, want at most 2 s", took)
			}
			for _, pid := range left {
				if alive(pid) {
					t.Errorf("process %d lives on (H-14)", pid)
				}
			}
		})
	}
}

var leftPID = regexp.MustCompile(`msg="left (\d+)"`)

// pidsOf are the processes that a handler says it has left, nil until there are
// as many as wanted.
func pidsOf(log *logBuffer, wanted int) (pids []int) {
	for _, m := range leftPID.FindAllStringSubmatch(log.String(), -1) {
		pid, _ := strconv.Atoi(m[1])
		pids = append(pids, pid)
	}
	if len(pids) < wanted {
		return nil
	}
	return pids
}

// The end spares what is not the sandbox's: this program, what else it has
// started, and another process that has the number of an old one.
func TestStrangersAreSpared(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("there is no sweep elsewhere")
	}
	other := exec.Command("sleep", "60")
	other.Env = []string{"AWS_LAMBDA_LOG_STREAM_NAME=2026/01/31/[$LATEST]0", "X=AWS_LAMBDA_LOG_STREAM_NAME=mark"}
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = other.Process.Kill()
		_ = other.Wait()
	}()
	reused := look(other.Process.Pid)
	reused.begun++
	if got := (family{mark: "AWS_LAMBDA_LOG_STREAM_NAME=mark", known: []kin{reused}}).running(); len(got) > 0 {
		t.Errorf("got %v, want no relatives", got)
	}
	reused.kill()
	if !alive(other.Process.Pid) {
		t.Error("a process was ended that has the number of another")
	}
	if got := (family{mark: other.Env[0]}).running(); fmt.Sprint(got) != fmt.Sprint([]kin{look(other.Process.Pid)}) {
		t.Errorf("got %v, want process %d by its environment", got, other.Process.Pid)
	}
}

// Whatever a handler does, its end comes within two seconds.
func TestCloseIsQuick(t *testing.T) {
	t.Parallel()
	for _, do := range []string{"ignore", "stop", "untie", "forks", "flood", "litter"} {
		t.Run(do, func(t *testing.T) {
			t.Parallel()
			log := newLogBuffer()
			p := newProvided(t, ProcessOptions{Code: "stays.sh", Timeout: time.Hour, Environment: map[string]string{"DO": do}, Log: log.logger()})
			ended := make(chan error, 1)
			go func() {
				_, err := p.Invoke(t.Context(), Invocation{Event: []byte(`{}`)})
				ended <- err
			}()
			waitFor(t, "the handler", func() bool { return pidsOf(log, 1) != nil })
			start := time.Now()
			if err := p.Close(); err != nil {
				t.Error(err)
			}
			if took := time.Since(start); took > 2*time.Second {
				t.Errorf("got %v, want at most 2 s", took)
			}
			<-ended
			for _, pid := range pidsOf(log, 1) {
				if alive(pid) {
					t.Errorf("process %d lives on", pid)
				}
			}
		})
	}
}

// newFunction is newProcess or newProvided.
func newFunction(t *testing.T, o ProcessOptions) *Process {
	t.Helper()
	if o.provided() {
		return newProvided(t, o)
	}
	return newProcess(t, o)
}
