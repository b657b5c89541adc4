package lambda

import (
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/suback/suback/emulator/aside"
)

// A Runner runs one function. Both methods may be called from any goroutine.
type Runner interface {
	// Invoke runs the function once. The error is a *FunctionError if the
	// handler failed, and wraps the context's error if ctx ended first.
	Invoke(ctx context.Context, in Invocation) ([]byte, error)

	// Close ends what runs and waits for it.
	Close() error
}

// An Invocation is one call of a function. Its deadline is that of the context
// or the function's own timeout, whichever is sooner.
type Invocation struct {
	// FunctionARN is what the handler sees as invokedFunctionArn.
	// Default: made of the function's name, region and account.
	FunctionARN string

	// RequestID is what the handler sees as awsRequestId. Default: a new UUID,
	// at random.
	RequestID string

	// Event is JSON. It is not changed.
	Event []byte

	// Log gets what a process prints from the moment the handler has the event
	// until it answers, besides the process's own log. Write may be called by
	// several goroutines at once, and a little later than Invoke returns. Nil:
	// nobody wants it. Other runners print nothing.
	Log io.Writer
}

// A FunctionError is a failure of the function itself: what Lambda reports with
// the header X-Amz-Function-Error.
type FunctionError struct {
	// Type is the handler's own error type ("TypeError", "KeyError") or one of
	//
	//	Sandbox.Timedout               the function's timeout passed
	//	Runtime.ExitError              the process ended in mid-invocation
	//	Runtime.OutOfMemory            … because it had more than MemorySize
	//	Runtime.InvalidEntrypoint      it cannot be started
	//	Runtime.ImportModuleError      the handler's module cannot be found
	//	Runtime.UserCodeSyntaxError    … or has a syntax error
	//	Runtime.HandlerNotFound        … or lacks the export
	//	Runtime.MarshalError           a Python result that is no JSON
	//	Runtime.NodeJsExit             a promise that nothing can settle any more
	//	Runtime.UnhandledPromiseRejection
	//	Function.ResponseSizeTooLarge  more than 6 MB
	//	TooManyRequestsException       every process busy until the context ended,
	//	                               or throttled
	Type string

	// Message and Trace are the handler's words, unchanged.
	Message string
	Trace   []string
}

func (e *FunctionError) Error() string { return e.Type + ": " + e.Message }

// tooLarge is how an answer over Lambda's limit fails.
func tooLarge(size int64) *FunctionError {
	return &FunctionError{
		Type: "Function.ResponseSizeTooLarge",
		Message: fmt.Sprintf("Response payload size (%d bytes) exceeded maximum allowed payload size (%d bytes).",
			size, maxPayload),
	}
}

// closeGrace is how long Close waits for Go functions that ignore the end of
// their context: nothing can end them.
const closeGrace = time.Second

// Func is a function of this program. Its context ends with the caller's and
// with Close. An error or a panic becomes a *FunctionError, with the name of
// its Go type as Type, as aws-lambda-go reports it.
func Func(f func(ctx context.Context, event []byte) ([]byte, error)) Runner {
	gate := newGate()
	return &goFunc{f: f, gate: gate, crew: aside.New(gate.closed)}
}

type goFunc struct {
	f func(ctx context.Context, event []byte) ([]byte, error)
	*gate
	crew *aside.Crew
}

// A gate counts the calls that are inside and can be shut.
type gate struct {
	closed context.Context // ends when it is shut
	close  context.CancelFunc

	mu      sync.Mutex // orders Add before Wait
	running sync.WaitGroup
}

func newGate() *gate {
	ctx, cancel := context.WithCancel(context.Background())
	return &gate{closed: ctx, close: cancel}
}

// enter is false when the gate is shut. Who is inside calls running.Done.
func (g *gate) enter() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed.Err() != nil {
		return false
	}
	g.running.Add(1)
	return true
}

func (g *gate) shut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.close()
}

type outcome struct {
	body []byte
	err  error
}

func (g *goFunc) Invoke(ctx context.Context, in Invocation) ([]byte, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(g.closed, cancel)()

	if !g.enter() {
		return nil, errClosed
	}
	done := make(chan outcome, 1)
	g.crew.Go(func() {
		defer g.running.Done()
		done <- g.call(ctx, in.Event)
	})
	select {
	case out := <-done:
		if len(out.body) > maxPayload {
			return nil, tooLarge(int64(len(out.body)))
		}
		return out.body, out.err
	case <-ctx.Done():
		if g.closed.Err() != nil {
			return nil, errClosed
		}
		return nil, fmt.Errorf("function has not answered: %w", ctx.Err())
	}
}

func (g *goFunc) call(ctx context.Context, event []byte) (out outcome) {
	defer func() {
		if v := recover(); v != nil {
			trace := strings.Split(strings.TrimSpace(string(debug.Stack())), "\n")
			out = outcome{err: &FunctionError{typeName(v), fmt.Sprint(v), trace}}
		}
	}()
	body, err := g.f(ctx, event)
	var failed *FunctionError
	switch {
	case err == nil:
		return outcome{body: body}
	case errors.As(err, &failed), ctx.Err() != nil && errors.Is(err, ctx.Err()):
		return outcome{err: err}
	}
	return outcome{err: &FunctionError{Type: typeName(err), Message: err.Error()}}
}

func (g *goFunc) Close() error {
	g.shut()
	left := make(chan struct{})
	go func() {
		g.running.Wait()
		close(left)
	}()
	select {
	case <-left:
		return nil
	case <-time.After(closeGrace):
		return errors.New("a function goes on running: it ignores the end of its context")
	}
}

func typeName(v any) string {
	t := reflect.TypeOf(v)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	return t.Name()
}
