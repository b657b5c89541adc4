package lambda

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

const (
	initTimeout = 10 * time.Second       // for loading the handler, as on AWS
	returnTime  = 100 * time.Millisecond // a process that answered is back by then, or another is started
	// processes of one function that load at once: loading takes a whole CPU
	maxStarting = 2
	keepIdle    = 2                      // idle processes that stay
	idleTime    = time.Minute            // the others end after it
	closeTime   = 500 * time.Millisecond // between SIGTERM and SIGKILL
)

var errClosed = errors.New("function is closed")

// ProcessOptions describes a function that runs as processes of this machine.
type ProcessOptions struct {
	// Name is the function's, as AWS_LAMBDA_FUNCTION_NAME and in the log.
	Name string

	// Runtime is nodejs, python or provided, or AWS's longer name (nodejs22.x,
	// python3.13, provided.al2023). The version is that of the node or python3
	// on PATH.
	Runtime string

	// Code is a folder, or a single file. Files are watched: all of a single
	// file, up to 500 of a folder, node_modules and hidden folders left out. A
	// handler must not write there, as on AWS: it would be started anew each time.
	Code string

	// Handler is file.export, as index.handler; the file may be in a folder
	// below Code. For provided it may be empty: the executable is Code itself,
	// or the file bootstrap in it, or the file in it that Handler names.
	Handler string

	// Environment is added to the handler's. The names AWS reserves are refused.
	Environment map[string]string

	// Timeout bounds one invocation. Default 3 s.
	Timeout time.Duration

	// MemorySize is in MB. A process that has more for itself is killed, where
	// this can be seen: on Linux. Default 128.
	MemorySize int

	// MaxProcesses bounds how many invocations run at once; others wait. Each
	// process takes about 45 MB (Node.js) or 15 MB (Python). Default 20.
	MaxProcesses int

	// ReservedConcurrency, if set, takes the place of MaxProcesses, and others
	// do not wait: they are throttled, as on AWS. With 0 all are.
	ReservedConcurrency *int

	// Region and Account are in the function's ARN. Defaults us-east-1 and
	// 000000000000.
	Region, Account string

	// Log gets what the handler prints, line by line. Default: discard.
	Log *slog.Logger
}

// A Process is a Runner of a handler that runs in processes of this machine.
// Safe for concurrent use.
type Process struct {
	options ProcessOptions
	command command
	code    code
	idle    time.Duration // how long a process beyond keepIdle stays idle

	recognizes func(listener net.Addr) bool // whether callers of a Runtime API are told apart by their process

	running  sync.WaitGroup // one for each sandbox
	remarked atomic.Bool    // by a runtime, see output
	answered atomic.Int64   // bytes of the latest answer

	mu        sync.Mutex
	closed    bool
	version   uint64        // of the code, as last seen
	sandboxes []*sandbox    // all that have not ended, oldest first
	free      []*sandbox    // those that are idle, last used last
	queue     []*invocation // not yet handed out, oldest first
	lastStart time.Time     // of a process
	loadTime  time.Duration // of the one that loaded last
}

// NewProcess checks that code, handler and runtime are there. Nothing is
// started before the first invocation. Errors say which option is wrong.
func NewProcess(o ProcessOptions) (*Process, error) {
	o.setDefaults()
	if err := o.check(); err != nil {
		return nil, err
	}
	p := &Process{options: o, idle: idleTime, recognizes: recognizing()}
	var err error
	if p.command, p.code, err = findRuntime(&o); err != nil {
		return nil, err
	}
	p.version = p.code.version()
	return p, nil
}

// Invoke implements [Runner].
func (p *Process) Invoke(ctx context.Context, in Invocation) ([]byte, error) {
	inv := p.newInvocation(in)
	if err := p.submit(inv); err != nil {
		return nil, err
	}
	patience := time.NewTicker(returnTime)
	defer patience.Stop()
	for {
		select {
		case out := <-inv.done:
			return out.body, out.err
		case <-patience.C:
			p.hurry(inv)
		case <-ctx.Done():
			return nil, p.withdraw(inv, ctx.Err())
		}
	}
}

// Close ends all processes and what they have started, and waits for them:
// SIGTERM, and SIGKILL for those that are still there half a second later. It
// takes two seconds at most, whatever they do. What runs is lost.
func (p *Process) Close() error {
	p.mu.Lock()
	p.closed = true
	for _, inv := range p.queue {
		inv.finish(nil, errClosed)
	}
	p.queue = nil
	for _, s := range p.sandboxes {
		s.end()
	}
	p.mu.Unlock()
	p.running.Wait()
	return nil
}

// An invocation is in the queue, then in the hands of one sandbox.
type invocation struct {
	Invocation
	random bool         // the request's id was made here, so only who got the event knows it
	done   chan outcome // has room for the one outcome
	since  time.Time

	// Set by Process.hand, guarded by its mutex.
	deadline time.Time
	timer    *time.Timer
	answered bool
}

func (p *Process) newInvocation(in Invocation) *invocation {
	random := in.RequestID == ""
	if random {
		in.RequestID = newUUID()
	}
	if in.FunctionARN == "" {
		in.FunctionARN = fmt.Sprintf("arn:aws:lambda:%s:%s:function:%s", p.options.Region, p.options.Account,
			p.options.Name)
	}
	return &invocation{Invocation: in, random: random, done: make(chan outcome, 1), since: time.Now()}
}

// finish gives the caller its outcome. Only the first counts.
func (inv *invocation) finish(body []byte, err error) {
	if !inv.answered {
		inv.answered = true
		inv.done <- outcome{body, err}
	}
}

// fail is the error AWS makes of what went wrong around a handler.
func (inv *invocation) fail(kind, format string, args ...any) *FunctionError {
	message := "RequestId: " + inv.RequestID + " Error: " + fmt.Sprintf(format, args...)
	return &FunctionError{Type: kind, Message: message}
}

func newUUID() string {
	var b [16]byte
	rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
