package lambda

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// A sandbox is one process with the Runtime API it talks to; AWS says execution
// environment.
type sandbox struct {
	p       *Process
	version uint64           // of the code it loads
	work    chan *invocation // what it gets while it idles at "next"
	started time.Time
	secret  string // of its Runtime API
	stream  string // AWS_LAMBDA_LOG_STREAM_NAME, which no other sandbox has

	ctx    context.Context // ends with the process's right to run
	cancel context.CancelCauseFunc

	// Guarded by p.mu.
	state    state
	loaded   bool           // it was at "next" once
	current  *invocation    // from being handed out to the following "next"
	initFail *FunctionError // why it could not load
	memory   memoryWatch
	family   family
	warned   bool // that somebody else called its Runtime API
}

// The causes of a sandbox's end.
var (
	errEnd  = errors.New("not needed any more") // SIGTERM first
	errKill = errors.New("out of time")
)

// newSandbox is called with p.mu held.
func newSandbox(p *Process) *sandbox {
	s := &sandbox{
		p: p, version: p.version, work: make(chan *invocation, 1), started: time.Now(),
		secret: rand.Text(), stream: newLogStream(),
	}
	s.family.mark = "AWS_LAMBDA_LOG_STREAM_NAME=" + s.stream
	s.ctx, s.cancel = context.WithCancelCause(context.Background())
	return s
}

// end and kill are called with p.mu held.
func (s *sandbox) end() {
	s.state = ending
	s.cancel(errEnd)
}

func (s *sandbox) kill() {
	s.state = ending
	s.cancel(errKill)
}

// run runs the process from start to end. The error says how it ended: an
// exitError, or why it could not start.
func (s *sandbox) run() error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	api := s.apiAddress(listener)
	server := &http.Server{
		Handler: s.runtimeAPI(), ConnContext: withCaller, ErrorLog: log.New(io.Discard, "", 0),
	}
	served := make(chan struct{})
	go func() {
		server.Serve(listener)
		close(served)
	}()
	defer func() {
		server.Close()
		<-served
	}()
	limit := time.AfterFunc(initTimeout, s.initExpired)
	defer limit.Stop()
	own, remove := s.makeFolder()
	defer remove()
	return s.execute(s.newCommand(api, own))
}

// execute runs the command, and ends what it started when it has ended.
func (s *sandbox) execute(cmd *exec.Cmd) error {
	stdout, stderr := s.newOutput("stdout"), s.newOutput("stderr")
	cmd.Stdout, cmd.Stderr = stdout, stderr
	defer s.sweep()
	defer s.unwatch()
	if err := runTied(cmd, s.watch); cmd.ProcessState == nil {
		return startError{err}
	}
	stdout.Flush()
	stderr.Flush()
	return exitError{cmd.ProcessState}
}

// An exitError is how a process ended that had been started.
type exitError struct{ *os.ProcessState }

func (e exitError) Error() string {
	if e.Success() {
		return "Runtime exited without providing a reason"
	}
	return "Runtime exited with error: " + e.String()
}

// A startError is why a process could not be started.
type startError struct{ error }

// newCommand makes the process lead a group of its own, so that what the
// handler starts ends with it.
func (s *sandbox) newCommand(api, own string) *exec.Cmd {
	run := s.p.command
	cmd := exec.CommandContext(s.ctx, run.args[0], run.args[1:]...)
	cmd.Dir = s.p.code.folder
	cmd.Env = environment(&s.p.options,
		place{code: s.p.code.folder, api: api, stream: s.stream, own: own, shims: run.shims})
	cmd.Stdin = strings.NewReader(run.stdin)
	cmd.SysProcAttr = newGroup()
	cmd.WaitDelay = closeTime
	cmd.Cancel = func() error {
		s.gather()
		if context.Cause(s.ctx) == errKill {
			return signalGroup(cmd.Process, syscall.SIGKILL)
		}
		return signalGroup(cmd.Process, syscall.SIGTERM)
	}
	return cmd
}

// runTied runs cmd with a pipe on descriptor 3 whose other end closes with this
// program, however it ends, and returns when cmd's whole group is gone. started
// is called meanwhile. The handler can do nothing with that descriptor but read
// nothing; where the kernel does not end the group with this program, the
// runtimes see there that it has ended. Linux does so even if it is closed.
func runTied(cmd *exec.Cmd, started func(pid int)) error {
	theirs, ours, err := os.Pipe()
	if err != nil {
		return err
	}
	defer theirs.Close()
	defer ours.Close()
	inherit(cmd, theirs)
	if err := cmd.Start(); err != nil {
		return err
	}
	tie(theirs, cmd.Process)
	defer signalGroup(cmd.Process, syscall.SIGKILL)
	started(cmd.Process.Pid)
	return cmd.Wait()
}

// initExpired ends a process that takes too long to load.
func (s *sandbox) initExpired() {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	if s.state == starting {
		s.initFail = &FunctionError{
			Type:    "Sandbox.Timedout",
			Message: fmt.Sprintf("Task timed out after %.2f seconds while loading the handler", initTimeout.Seconds()),
		}
		s.kill()
	}
}

// failure is what inv's caller is told of the end of s.
func (s *sandbox) failure(inv *invocation, cause error) error {
	if s.memory.exceeded > 0 {
		return inv.fail("Runtime.OutOfMemory",
			"Runtime exited with error: signal: killed (it had %d MB, memorySize is %d)",
			s.memory.exceeded, s.p.options.MemorySize)
	}
	if s.initFail != nil {
		return s.initFail
	}
	switch cause := cause.(type) {
	case startError:
		return inv.fail("Runtime.InvalidEntrypoint", "%v%s", cause, startHint(cause))
	case exitError:
		if s.p.options.provided() && !s.loaded {
			return inv.fail("Runtime.ExitError",
				"%v (before it asked the Runtime API at $AWS_LAMBDA_RUNTIME_API for an event)", cause)
		}
		return inv.fail("Runtime.ExitError", "%v", cause)
	}
	return cause
}

// startHint explains what the system's two messages about an executable mean.
func startHint(err startError) string {
	switch {
	case errors.Is(err.error, syscall.ENOEXEC):
		return " (built for another system, or a script without #!)"
	case errors.Is(err.error, fs.ErrNotExist):
		return " (its interpreter or loader is not there)"
	}
	return ""
}
