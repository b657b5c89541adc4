package transport

import (
	"errors"
	"os"
	"sync"
	"syscall"
)

// A reserve is descriptors that are kept for when there are no others: one is
// let go to accept a connection, which is answered or at least told of, and
// taken back when that has ended. Without it clients would wait.
//
// Linux wants a descriptor for accept even while nobody comes, so in such a time
// some are let go and free. That does no harm as long as everybody who accepts
// looks whether the reserve is whole then.
type reserve struct {
	mu    sync.Mutex
	users int // listeners
	held  []*os.File
}

// reserved is how many are kept.
const reserved = 8

// open begins to keep descriptors for one more listener.
func (r *reserve) open() {
	r.mu.Lock()
	r.users++
	r.mu.Unlock()
	r.hold()
}

// hold takes back what is missing, and reports whether nothing is.
func (r *reserve) hold() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for r.users > 0 && len(r.held) < reserved {
		f, err := os.Open(os.DevNull)
		if err != nil {
			return !noDescriptors(err)
		}
		r.held = append(r.held, f)
	}
	return true
}

// lend lets a descriptor go, and reports whether there was one.
func (r *reserve) lend() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	last := len(r.held) - 1
	if last < 0 {
		return false
	}
	_ = r.held[last].Close()
	r.held = r.held[:last]
	return true
}

// close ends what open began.
func (r *reserve) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.users--; r.users > 0 {
		return
	}
	for _, f := range r.held {
		_ = f.Close()
	}
	r.held = nil
}

func noDescriptors(err error) bool {
	return errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE)
}
