package lambda

// The memory of a process
//
//   - counted is what it has for itself. Pages of files, such as the runtime's
//     own code, can be had again from the file; AWS's limit does not kill for
//     them either
//   - its children are not counted
//   - looked at while it loads and while it works, and once after that
//   - more than MemorySize: killed, Runtime.OutOfMemory

import (
	"fmt"
	"os"
	"time"
)

const memoryInterval = 100 * time.Millisecond

// A memoryWatch is guarded by Process.mu.
type memoryWatch struct {
	pid      int
	timer    *time.Timer // nil unless the process runs
	running  bool        // the timer
	exceeded int         // MB it was killed with
}

// watch begins with a process that was just started.
func (s *sandbox) watch(pid int) {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	self := look(pid)
	s.family.known, s.family.since = []kin{self}, self.begun
	s.memory = memoryWatch{pid: pid, running: true, timer: time.AfterFunc(memoryInterval, s.checkMemory)}
}

func (s *sandbox) unwatch() {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	if s.memory.timer != nil {
		s.memory.timer.Stop()
		s.memory.timer = nil
	}
}

// rewatch is called, with p.mu held, when s gets work.
func (s *sandbox) rewatch() {
	if m := &s.memory; m.timer != nil && !m.running {
		m.running = true
		m.timer.Reset(memoryInterval)
	}
}

func (s *sandbox) checkMemory() {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	m := &s.memory
	if m.timer == nil || s.state == ending {
		return
	}
	used := ownMemory(m.pid)
	switch {
	case used > s.p.options.MemorySize:
		m.exceeded = used
		s.p.leave(s)
		s.kill()
		s.p.options.Log.Error(fmt.Sprintf("out of memory: it had %d MB, memorySize is %d", used,
			s.p.options.MemorySize),
			"function", s.p.options.Name)
	case s.state == idle:
		m.running = false
	default:
		m.timer.Reset(memoryInterval)
	}
}

// ownMemory returns the MB that a process shares with nobody and no file; 0
// where the system does not say.
func ownMemory(pid int) int {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	var size, resident, shared int
	if err != nil {
		return 0
	}
	if n, _ := fmt.Sscan(string(text), &size, &resident, &shared); n < 3 {
		return 0
	}
	return (resident - shared) * os.Getpagesize() >> 20
}
