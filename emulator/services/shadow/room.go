package shadow

import "sync/atomic"

// A Room bounds what all shadows take that hold to it together, those of several accounts
// too. Nil bounds nothing. It is safe for concurrent use.
type Room struct {
	most int64
	used atomic.Int64
	hits atomic.Uint64
}

// NewRoom returns a room for so many bytes: documents with their metadata and names, and
// 256 bytes for each shadow and for each deletion that is remembered.
func NewRoom(bytes int) *Room { return &Room{most: int64(bytes)} }

// take takes so many bytes more, fewer below 0; it reports whether there was room.
// Whoever needs no more than before always has it.
func (r *Room) take(more int) bool {
	if r == nil {
		return true
	}
	if used := r.used.Add(int64(more)); more > 0 && used > r.most {
		r.used.Add(-int64(more))
		r.hits.Add(1)
		return false
	}
	return true
}

// Bytes is what is taken, and the most that may be.
func (r *Room) Bytes() (used, most int64) {
	if r == nil {
		return 0, 0
	}
	return r.used.Load(), r.most
}

// Hits is how many updates found no room.
func (r *Room) Hits() uint64 {
	if r == nil {
		return 0
	}
	return r.hits.Load()
}

// ResetHits counts anew.
func (r *Room) ResetHits() {
	if r != nil {
		r.hits.Store(0)
	}
}
