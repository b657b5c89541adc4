package session

import (
	"container/heap"
	"maps"
	"slices"
	"time"
)

// sweepEvery is how often what has expired is looked for, when there is no room.
const sweepEvery = time.Second

// A holder is who messages wait for: a session or a group.
type holder interface {
	who() string
	weight() load
	dropNewest() (left load) // 0: there is nothing more to drop
	dropExpired()
}

// relieve drops messages while there are too many, and some more, so that not every
// message that comes has to look for room. The caller holds no lock.
func (r *Room) relieve() {
	limit := int64(r.bounds.Bytes)
	if r.taken() <= limit {
		return
	}
	r.relieving.Lock()
	defer r.relieving.Unlock()
	if r.taken() <= limit {
		return
	}
	r.sweep()
	most := r.heaviest()
	for len(most) > 0 && r.taken() > limit-limit/64 {
		if most[0].load = most[0].dropNewest(); most[0].load == 0 {
			heap.Pop(&most)
			continue
		}
		r.hits[boundBytes].Add(1)
		heap.Fix(&most, 0)
	}
}

// taken is how many bytes count against the bound. What a file has retained over its
// half is nothing that others could make room for.
func (r *Room) taken() int64 {
	return r.bytes.Load() - max(r.retained.Load()-int64(r.bounds.Bytes/2), 0)
}

// sweep drops what has expired, if that has not just been done. The caller holds
// relieving.
func (r *Room) sweep() {
	if time.Since(r.swept) < sweepEvery {
		return
	}
	r.swept = time.Now()
	for _, h := range r.holders() {
		h.dropExpired()
	}
	r.mu.Lock()
	members := slices.Collect(maps.Keys(r.members))
	r.mu.Unlock()
	for _, a := range members {
		a.forgetExpired()
	}
}

// holders are all that may have messages.
func (r *Room) holders() []holder {
	var all []holder
	groups := make(map[*group]bool)
	for _, s := range r.all() {
		all = append(all, s)
		s.mu.Lock()
		for _, sub := range s.subs {
			if g := sub.group; g != nil && !groups[g] {
				groups[g] = true
				all = append(all, g)
			}
		}
		s.mu.Unlock()
	}
	return all
}

// heaviest are those that have messages, as a heap.
func (r *Room) heaviest() weighed {
	var all weighed
	for _, h := range r.holders() {
		if n := h.weight(); n > 0 {
			all = append(all, weight{h, n})
		}
	}
	heap.Init(&all)
	return all
}

type weight struct {
	holder
	load load
}

// weighed is a heap with the heaviest first, of those the last of the names.
type weighed []weight

func (w weighed) Len() int      { return len(w) }
func (w weighed) Swap(i, j int) { w[i], w[j] = w[j], w[i] }
func (w weighed) Less(i, j int) bool {
	if w[i].load != w[j].load {
		return w[i].load > w[j].load
	}
	return w[i].who() > w[j].who()
}
func (w *weighed) Push(x any) { *w = append(*w, x.(weight)) }
func (w *weighed) Pop() any {
	last := len(*w) - 1
	x := (*w)[last]
	*w = (*w)[:last]
	return x
}

func (s *Session) who() string { return s.id }

func (s *Session) weight() load {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.load
}

func (s *Session) dropNewest() (left load) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if o, ok := s.queue.dropLast(); ok {
		s.discard(o)
		s.lost(o, NoRoom)
		return max(s.load, 1)
	}
	for i := len(s.inflight) - 1; i >= 0; i-- {
		if o := s.inflight[i]; o.message != nil {
			s.inflight[i].message, s.inflight[i].position = nil, 0 // its place in the window is the client's
			s.discard(o)
			s.lost(o, NoRoom)
			return max(s.load, 1)
		}
	}
	return 0
}

func (s *Session) dropExpired() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.queue.dropExpired(func(o outbound) {
		s.discard(o)
		s.lost(o, Expired)
	})
}

func (g *group) who() string { return g.filter }

func (g *group) weight() load {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.load
}

func (g *group) dropNewest() (left load) {
	g.mu.Lock()
	defer g.mu.Unlock()
	o, ok := g.queue.dropLast()
	if !ok {
		return 0
	}
	g.discard(o, NoRoom)
	return max(g.load, 1)
}

func (g *group) dropExpired() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.queue.dropExpired(func(o outbound) { g.discard(o, Expired) })
}

// discard forgets a message that will not wait any more, and tells the members, of
// which there is one at least. The caller holds g.mu.
func (g *group) discard(o outbound, why Loss) {
	all := g.members[0].session.all
	g.letGo(all.room, o.message)
	all.store.remove(g.owner, o.position, o.message)
	for _, sub := range g.members {
		sub.session.lost(o, why)
	}
}

func (q *queue) dropLast() (o outbound, ok bool) {
	last := len(*q) - 1
	if last < 0 {
		return o, false
	}
	o, (*q)[last] = (*q)[last], outbound{}
	if *q = (*q)[:last]; last == 0 {
		*q = nil
	}
	return o, true
}

func (q *queue) dropExpired(each func(outbound)) {
	*q = slices.DeleteFunc(*q, func(o outbound) bool {
		if !o.message.expired() {
			return false
		}
		each(o)
		return true
	})
}
