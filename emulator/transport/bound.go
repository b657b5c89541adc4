package transport

// A Bound is one of those that a Room counts for.
type Bound int

// The bounds.
const (
	BoundConnections Bound = iota // Bounds.Connections
	BoundHalfOpen                 // Bounds.HalfOpen
	BoundBuffered                 // Bounds.BufferedBytes
	BoundClient                   // Options.MaxBuffered, or nothing taken for 30 s
	BoundHeader                   // Options.HeaderBytes
	BoundBody                     // of the body of an HTTP request: the owner of Options.Handler counts it
	BoundTime                     // Options.ConnectTimeout, and the owner's for a body
	BoundDescriptors              // those of the process
	boundCount
)

var boundNames = [boundCount]string{
	"connections", "half_open", "buffered_bytes", "client_bytes", "header_bytes", "body_bytes", "request_time",
	"descriptors",
}

// String is the bound's name in metrics: "half_open".
func (b Bound) String() string { return boundNames[b] }

// Hit counts that somebody was ended or refused for a bound.
func (r *Room) Hit(b Bound) { r.counted[b].Add(1) }

// A Use is how a Room stands with a bound.
type Use struct {
	Bound Bound
	// Now is what is taken of Limit. Both are 0 for a bound that holds for each
	// connection by itself.
	Now, Limit int
	// Hits is how many were ended or refused for it since the start, or since
	// ResetHits. An idle HTTP connection that made room is not among them.
	Hits int
}

// Uses returns how the room stands with each bound.
func (r *Room) Uses() []Use {
	uses := make([]Use, boundCount)
	for b := range boundCount {
		uses[b] = Use{Bound: b, Hits: int(r.counted[b].Load())}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	set := func(b Bound, now, limit int) { uses[b].Now, uses[b].Limit = now, limit }
	set(BoundConnections, len(r.places), r.bounds.Connections)
	set(BoundHalfOpen, r.half.Len(), r.bounds.HalfOpen)
	set(BoundBuffered, int(r.buffered.Load()), r.bounds.BufferedBytes)
	return uses
}

// ResetHits sets all Hits to 0.
func (r *Room) ResetHits() {
	for b := range r.counted {
		r.counted[b].Store(0)
	}
}
