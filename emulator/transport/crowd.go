package transport

import "time"

// After a crowd
//
//   - each CONNECT needs memory for a moment, a hundred times what its connection keeps:
//     when a thousand have come or gone and half a second has passed without another, the
//     machine gets back what is free, and stacks shrink to what they need
//   - else that would wait for the garbage collector, which has no reason to run while
//     all are idle

const (
	crowdSize = 1000
	crowdTime = time.Second / 2
)

// passed notes that a connection has come or gone. r.mu is held.
func (r *Room) passed() {
	switch r.passing++; {
	case r.passing < crowdSize:
	case r.calm == nil:
		r.calm = time.AfterFunc(crowdTime, r.settle)
	default:
		r.calm.Reset(crowdTime)
	}
}

// settle is what happens when a crowd has passed.
func (r *Room) settle() {
	r.mu.Lock()
	r.passing = 0
	r.mu.Unlock()
	r.returning.Lock()
	defer r.returning.Unlock()
	r.returned = time.Now()
	r.free()
}
