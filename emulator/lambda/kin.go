package lambda

import "time"

// What a handler starts, and its end
//
//   - the process leads a group; a child that stays in it ends with the group
//   - one that has left it (setsid, a daemon's double fork) is found on Linux by
//     the sandbox's AWS_LAMBDA_LOG_STREAM_NAME in its environment, or as a
//     descendant, at the end of the sandbox, not after each invocation
//   - one that has left the group, its parents and its environment as well is
//     not found. On other systems the group alone ends

const sweepTime = 500 * time.Millisecond // for what cannot be killed, or is started faster than that

// A kin is a process as it was once seen: its number alone may be another's by
// now.
type kin struct {
	pid   int
	begun uint64 // when it started, in the system's ticks
}

// A family is what one sandbox has started.
type family struct {
	mark  string // in the environment of each, unless that was changed
	known []kin  // the process; from the beginning of its end also what descends from it
	since uint64 // when the process began: none is older
}

// relatives are those of the family that run now.
func (s *sandbox) relatives() []kin {
	s.p.mu.Lock()
	f := s.family
	s.p.mu.Unlock()
	return f.running()
}

// gather remembers who descends from the process while this can still be seen:
// when it ends, its children become somebody else's.
func (s *sandbox) gather() {
	known := s.relatives()
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	s.family.known = known
}

// sweep ends what is left of the sandbox when its process and its group are
// gone.
func (s *sandbox) sweep() {
	left := s.relatives()
	if len(left) == 0 {
		return
	}
	log := s.p.options.Log.With("function", s.p.options.Name)
	log.Warn("processes have outlived their handler, they are ended", "processes", len(left))
	for end := time.Now().Add(sweepTime); len(left) > 0; left = s.relatives() {
		if time.Now().After(end) {
			log.Warn("a process that outlived its handler cannot be ended", "pid", left[0].pid)
			return
		}
		for _, k := range left {
			k.kill()
		}
		<-time.After(time.Millisecond)
	}
}
