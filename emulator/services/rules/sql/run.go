package sql

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// The bounds of one evaluation [choice]. AWS's are unknown, but for what a function may
// give back.
const (
	mostSteps = 2_000_000   // nodes and elements that are looked at: some 100 ms
	mostBytes = 16 << 20    // of texts and arrays that are made on the way
	mostRegex = time.Second // in regular expressions, all together
	oneRegex  = 200 * time.Millisecond
	mostValue = 128 << 10 // of a variable, of transform
)

// Errors that end an evaluation.
var (
	// ErrTooMuch is in the errors of an evaluation that went beyond its bounds.
	ErrTooMuch = errors.New("too much for one message")
	// ErrExternal is in the errors of an external function that failed.
	ErrExternal = errors.New("external function")
)

// A run is one evaluation.
type run struct {
	ctx       context.Context
	version   Version
	message   *Message
	env       *Env
	payload   Value // Undefined if it is not JSON
	variables []Value
	args      []Value // the stack of calls' arguments
	steps     int
	bytes     int
	regex     time.Duration
	err       error
	notes     []string
	answers   map[string]answer // of external functions, if they are kept
}

// An answer is what an external function said.
type answer struct {
	value Value
	err   error
}

func newRun(ctx context.Context, ver Version, m *Message, env *Env) *run {
	if env == nil {
		env = &Env{}
	}
	r := &run{ctx: ctx, version: ver, message: m, env: env}
	r.payload, _ = m.Payload.value(ver)
	return r
}

// spend counts steps, and ends the evaluation when there were too many.
func (r *run) spend(steps int) bool {
	if r.steps += steps; r.steps > mostSteps && r.err == nil {
		r.err = fmt.Errorf("%w: more than %d steps, want fewer elements or a simpler statement", ErrTooMuch, mostSteps)
	}
	return r.err == nil
}

// grow counts bytes before they are made, and ends the evaluation when they would be too
// many.
func (r *run) grow(bytes int) bool {
	if r.bytes += bytes; r.bytes > mostBytes && r.err == nil {
		r.err = fmt.Errorf("%w: more than %d bytes of texts and arrays on the way, want a simpler statement",
			ErrTooMuch, mostBytes)
	}
	return r.err == nil
}

// note keeps what the user should know though nothing failed: each once.
func (r *run) note(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	for _, n := range r.notes {
		if n == text {
			return
		}
	}
	if len(r.notes) < 20 {
		r.notes = append(r.notes, text)
	}
}

// text is the standard conversion to a string, within the bounds.
func (r *run) text(v Value) (string, bool) {
	if v.kind == String {
		return v.text, true
	}
	if v.kind == Array || v.kind == Object {
		if !r.grow(size(r, v)) {
			return "", false
		}
	}
	return v.Text()
}

// size is about how many bytes a value has as JSON.
func size(r *run, v Value) int {
	r.spend(1)
	n := 8 + len(v.text)
	if r.err != nil {
		return n
	}
	for _, i := range v.items() {
		n += size(r, i)
	}
	if m := v.members(); m != nil {
		for i, name := range m.names {
			n += len(name) + size(r, m.values[i])
		}
	}
	return n
}
