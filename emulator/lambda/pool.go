package lambda

// How invocations and processes find each other
//
//   - an invocation takes the idle process used last, or waits in the queue
//   - a process that arrives at "next" takes the oldest of the queue, or idles
//   - with a reserved concurrency none waits for a place: it is throttled
//   - one is started for each waiting invocation that no process is coming for,
//     up to MaxProcesses, no more than maxStarting at a time; but rarely while
//     every CPU has a process that takes one invocation after the other: loading
//     takes the CPU from them
//   - a process that could not load fails the oldest of the queue; the next
//     one gets a new process

import (
	"fmt"
	"runtime"
	"slices"
	"time"
)

// A state is where a sandbox is in its life.
type state int

const (
	starting  state = iota // not yet at "next"
	idle                   // waiting at "next"
	busy                   // the handler has an event
	returning              // the handler answered, "next" is to come
	ending                 // killed or about to end: gets nothing any more
)

// submit hands inv to an idle sandbox or queues it.
func (p *Process) submit(inv *invocation) error {
	version := p.code.version()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return errClosed
	}
	if version != p.version {
		p.version = version
		p.endStale()
	}
	if p.options.ReservedConcurrency != nil && len(p.queue)+p.count(busy) >= p.options.MaxProcesses {
		return inv.fail("TooManyRequestsException", "Rate Exceeded: %d invocations run, as many as are reserved",
			p.options.MaxProcesses)
	}
	if last := len(p.free) - 1; last >= 0 {
		s := p.free[last]
		p.free = p.free[:last]
		p.hand(s, inv)
		s.work <- inv
		return nil
	}
	p.queue = append(p.queue, inv)
	p.grow(p.count(returning))
	return nil
}

// endStale ends the sandboxes with old code that nobody waits for. Busy ones
// end when they are done.
func (p *Process) endStale() {
	p.free = nil
	for _, s := range p.sandboxes {
		if s.state == idle || s.state == starting {
			s.end()
		}
	}
}

// arrive is a sandbox at "next". It gets an invocation, or none yet: then it
// idles, or is ending. The result is false if "next" is not its turn.
func (p *Process) arrive(s *sandbox) (inv *invocation, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s.state != starting && s.state != returning {
		return nil, false
	}
	if s.current != nil {
		s.current.timer.Stop()
		s.current = nil
	}
	if !s.loaded {
		s.loaded, p.loadTime = true, time.Since(s.started)
	}
	switch {
	case p.closed:
		return nil, true
	case s.version != p.version: // the code has changed
		s.end()
		p.grow(p.count(returning))
		return nil, true
	case len(p.queue) == 0:
		s.state = idle
		p.free = append(p.free, s)
		return nil, true
	}
	inv = p.queue[0]
	p.queue = p.queue[1:]
	p.hand(s, inv)
	p.grow(p.count(returning))
	return inv, true
}

// hand makes s responsible for inv: from here on the function's timeout runs.
func (p *Process) hand(s *sandbox, inv *invocation) {
	s.state, s.current = busy, inv
	s.rewatch()
	inv.deadline = time.Now().Add(p.options.Timeout)
	inv.timer = time.AfterFunc(p.options.Timeout, func() { p.expire(s, inv) })
}

// expire ends a sandbox whose handler had its time. That holds, too, for one
// that has answered and never came back to "next".
func (p *Process) expire(s *sandbox, inv *invocation) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s.current != inv {
		return
	}
	inv.finish(nil, inv.fail("Sandbox.Timedout", "Task timed out after %.2f seconds",
		p.options.Timeout.Seconds()))
	s.kill()
}

// answer is what the sandbox's handler gave for the request with this id. It is
// false if the sandbox has no such request, or answered it before.
func (p *Process) answer(s *sandbox, id string, body []byte, failure *FunctionError) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s.state != busy || !same(id, s.current.RequestID) {
		return false
	}
	s.state = returning
	if failure != nil {
		s.current.finish(nil, failure)
	} else {
		s.current.finish(body, nil)
	}
	return true
}

// hurry starts a process for an invocation that a returning one should have
// taken by now.
func (p *Process) hurry(inv *invocation) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if inv.deadline.IsZero() { // not handed out
		p.grow(0)
	}
}

// withdraw is a caller that gives up. An invocation that was handed out goes on
// until the function's timeout; nobody reads its answer.
func (p *Process) withdraw(inv *invocation, cause error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	i := slices.Index(p.queue, inv)
	if i < 0 {
		return fmt.Errorf("function %s has not answered: %w", p.options.Name, cause)
	}
	p.queue = slices.Delete(p.queue, i, i+1)
	if p.count(starting) == 0 && len(p.sandboxes) >= p.options.MaxProcesses {
		return inv.fail("TooManyRequestsException", "all %d processes of function %s are busy", len(p.sandboxes),
			p.options.Name)
	}
	return fmt.Errorf("function %s is still starting: %w", p.options.Name, cause)
}

// grow starts what the queue needs beyond the sandboxes that are starting
// anyway and the coming ones.
func (p *Process) grow(coming int) {
	loading := p.count(starting)
	for need := len(p.queue) - loading - coming; need > 0; need-- {
		if p.closed || loading >= maxStarting || len(p.sandboxes) >= p.options.MaxProcesses || p.keepsUp() {
			return
		}
		s := newSandbox(p)
		p.sandboxes = append(p.sandboxes, s)
		p.lastStart = time.Now()
		p.running.Go(func() { p.ended(s, s.run()) })
		loading++
	}
}

// keepsUp reports whether as many processes as there are CPUs got an invocation
// just now, unless that was so for a while and there is one that has waited as long. The
// measure of time is how long a process takes to load, on this machine as busy as it is.
func (p *Process) keepsUp() bool {
	while := 5 * p.loadTime
	if time.Since(p.lastStart) > while && time.Since(p.queue[0].since) > while {
		return false
	}
	quick, after := 0, time.Now().Add(p.options.Timeout-p.loadTime/4)
	for _, s := range p.sandboxes {
		if s.current != nil && s.current.deadline.After(after) {
			quick++
		}
	}
	return quick >= runtime.GOMAXPROCS(0)
}

// ended takes a sandbox away whose process is gone, for cause.
func (p *Process) ended(s *sandbox, cause error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sandboxes = slices.DeleteFunc(p.sandboxes, func(o *sandbox) bool { return o == s })
	p.leave(s)
	switch {
	case s.current != nil && p.closed:
		s.current.finish(nil, errClosed)
	case s.current != nil:
		s.current.finish(nil, s.failure(s.current, cause))
	case !s.loaded && s.version == p.version && len(p.queue) > 0:
		inv := p.queue[0]
		p.queue = p.queue[1:]
		inv.finish(nil, s.failure(inv, cause))
	}
	if s.current != nil {
		s.current.timer.Stop()
	}
	p.grow(p.count(returning))
}

// retire ends an idle sandbox: one that is too many, or whose connection is
// lost.
func (p *Process) retire(s *sandbox, lost bool) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s.state != idle || !lost && len(p.free) <= keepIdle {
		return false
	}
	p.leave(s)
	s.end()
	return true
}

// leave takes s from the idle ones.
func (p *Process) leave(s *sandbox) {
	p.free = slices.DeleteFunc(p.free, func(o *sandbox) bool { return o == s })
}

func (p *Process) count(in state) int {
	n := 0
	for _, s := range p.sandboxes {
		if s.state == in {
			n++
		}
	}
	return n
}
