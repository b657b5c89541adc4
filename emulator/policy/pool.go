package policy

import (
	"slices"
	"sync"
	"weak"
)

// A pool is documents that apply together in one place: what of them is the same
// for every connection, so that ten thousand connections with the same documents
// have it once.
type pool struct {
	docs     []*Document
	place    place
	personal bool     // whether a statement says something else to each connection
	none     rules    // what the others leave when there is no such statement
	common   prepared // of the statements that say the same to all
}

// A place is where resources are: an ARN's partition, region and account.
type place struct{ partition, region, account string }

// shared is what is made of a document once for all who have it: the newest few of
// each kind, more are made again.
type shared struct {
	mu     sync.Mutex
	pools  []weak.Pointer[pool] // that begin with it
	hiding []*Document          // see [Document.Hiding]
}

// keepNewest adds one, and lets the oldest go when there are too many.
func keepNewest[T any](list []T, one T) []T {
	const most = 4
	if len(list) == most {
		list = slices.Delete(list, 0, 1)
	}
	return append(list, one)
}

// poolOf finds or makes the pool of documents in a place.
func poolOf(docs []*Document, at place) *pool {
	if len(docs) == 0 {
		return newPool(docs, at)
	}
	known := docs[0].shared
	known.mu.Lock()
	defer known.mu.Unlock()
	for _, w := range known.pools {
		if p := w.Value(); p != nil && p.place == at && slices.Equal(p.docs, docs) {
			return p
		}
	}
	p := newPool(docs, at)
	known.pools = keepNewest(known.pools, weak.Make(p))
	return p
}

func newPool(docs []*Document, at place) *pool {
	p := &pool{docs: docs, place: at}
	for _, doc := range docs {
		p.personal = p.personal || slices.ContainsFunc(doc.statements, func(s statement) bool { return s.personal })
	}
	return p
}

// commonRules are those of an action from the statements that say the same to all.
func (p *pool) commonRules(a Action) *rules {
	at := &p.common[a.index()]
	if r := at.Load(); r != nil {
		return r
	}
	lower, personal := a.lower(), false
	var all []bound
	for _, doc := range p.docs {
		for i, s := range doc.statements {
			switch {
			case !s.names(lower):
			case s.personal:
				personal = true
			default:
				all = append(all, newBound(doc, i, values{}, false))
			}
		}
	}
	r := prepare(a, p.place.resource(a, ""), all)
	r.personal = personal
	at.Store(r)
	return r
}
