package story

import (
	"sync/atomic"
	"unsafe"
)

// What many messages have in common
//
//   - one message after the other goes to the same receivers with QoS 0, and is sent to all
//     of them at once: their places are kept once for all these stories
//   - a story has places of its own as soon as there is more to say of one

// few is how many places a message has at most that are kept in its head.
const few = 2

// An Audience is places that several stories may have. Make one with [NewAudience]; it is
// safe for concurrent use.
type Audience struct {
	places  []Place
	omitted int
	stories atomic.Int32 // that have it; while there are any its bytes are counted
}

// NewAudience has these places and so many receivers beside, as in [Ref.Places], and keeps
// them.
func NewAudience(places []Place, omitted int) *Audience {
	return &Audience{places: places, omitted: omitted}
}

// join and leave count a story of b's in and out; nil has none.
func (a *Audience) join(b *Book) {
	if a != nil && a.stories.Add(1) == 1 {
		b.take(a.bytes())
	}
}

func (a *Audience) leave(b *Book) {
	if a != nil && a.stories.Add(-1) == 0 {
		b.take(-a.bytes())
	}
}

func (a *Audience) bytes() int64 {
	return int64(unsafe.Sizeof(*a)) + int64(len(a.places)*placeBytes)
}
