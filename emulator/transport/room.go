package transport

import (
	"cmp"
	clist "container/list"
	"sync"
	"sync/atomic"
	"time"
)

// Bounds are what the listeners of a [Room] take of the machine at most, all
// together. Zero stands for the default.
type Bounds struct {
	// Connections is how many may be open at once, HTTP included; fewer if there
	// are not the descriptors for them, see [Room]. Default 20,000.
	Connections int
	// HalfOpen is how many of them may not have come to the end of their CONNECT
	// or of the head of an HTTP request yet. Default 4,096.
	HalfOpen int
	// BufferedBytes is how much memory may hold what waits to be sent. Default
	// 128 MiB.
	BufferedBytes int
}

// A Room is what several listeners have together for their connections. When
// there is none left, it is made, and who has to go for it is told of as a
// [Problem] or, once its CONNECT was read, by its [Conn.Cause]:
//
//   - for a connection too many an idle HTTP connection goes, else the oldest that
//     has been half-open for a second, else the newcomer itself
//   - for a half-open connection too many the oldest of them goes, and of those whose
//     CONNECT is over 8 KiB there are no more than one in 16
//   - for bytes too many the client goes that does not read and for whom most
//     waits
//
// Listener "http" goes on answering when there is no room: such a connection
// gets one answer, so that a health check succeeds. An eighth of the process's
// descriptors, 32 at least, are left to files and functions: they may bound the
// connections before Bounds does.
type Room struct {
	bounds  Bounds
	scarce  bool // descriptors bound the connections
	chunks  chunkPools
	reserve reserve
	turns   *turns
	counted [boundCount]atomic.Int64
	ripe    time.Duration // how long who may go for another has been half-open
	late    time.Duration // how long a writer waits for bytes that are late

	buffered  atomic.Int64 // bytes
	relieving sync.Mutex   // held by who makes room for bytes
	returning sync.Mutex   // held by who returns memory to the machine
	returned  time.Time    // when that was; guarded by returning
	free      func()       // returns it, without waiting for that

	mu      sync.Mutex
	places  map[*place]struct{} // but for the spare ones
	half    clist.List          // of *place, oldest first
	bulky   int                 // of half, those whose first packet is large
	idle    clist.List          // HTTP between two requests
	spare   clist.List          // there is no room for them
	crowded episode
	passing int         // who came and went since a crowd was last over
	calm    *time.Timer // until one is; nil before the first
}

// NewRoom returns an empty room. Where there is much memory that the machine could have back, free is
// called, once per second at most; it must not wait. Nil: nothing is.
func NewRoom(b Bounds, free func()) *Room {
	r := &Room{turns: newTurns(), places: map[*place]struct{}{}, ripe: time.Second, late: 100 * time.Millisecond,
		free: free}
	if free == nil {
		r.free = func() {}
	}
	r.bounds = Bounds{
		Connections:   cmp.Or(b.Connections, 20_000),
		HalfOpen:      cmp.Or(b.HalfOpen, 4_096),
		BufferedBytes: cmp.Or(b.BufferedBytes, 128<<20),
	}
	if n, ok := descriptors(); ok && roomIn(n) < r.bounds.Connections {
		r.bounds.Connections, r.scarce = roomIn(n), true
	}
	return r
}

// roomIn is how many connections n descriptors are enough for.
func roomIn(n int) int { return max(n-max(n/8, 32), 1) }
