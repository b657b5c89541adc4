package hooks

import (
	"maps"
	"slices"
	"time"
)

// The versionNumber of lifecycle events [B-826]
//
//   - it is 0 at a client id's first connection and grows by one with each
//   - it starts again when the client id has been gone for an hour or, with a
//     persistent session, for as long as that lives

const (
	versionLife = time.Hour
	maxVersions = 50_000 // that are remembered; beyond, those with the least time left start again
)

// versions holds the last number of client ids that are gone. [Hook.mu] guards it.
type versions map[string]departure

// A departure is the end of a connection.
type departure struct {
	number uint64
	until  time.Time // it is forgotten
}

// next returns the number of a client id's new connection.
func (v versions) next(id string) uint64 {
	last, known := v[id]
	delete(v, id)
	if !known || last.over() {
		return 0
	}
	return last.number + 1
}

// leave remembers the number of a connection that has ended, whose session lives
// for expiry.
func (v versions) leave(id string, number uint64, expiry time.Duration) {
	if len(v) >= maxVersions {
		v.shrink()
	}
	if expiry == 0 {
		expiry = versionLife
	}
	v[id] = departure{number, time.Now().Add(expiry)}
}

// shrink forgets what is over and, if that is not half, the half that is over
// next.
func (v versions) shrink() {
	maps.DeleteFunc(v, func(_ string, d departure) bool { return d.over() })
	if len(v) <= maxVersions/2 {
		return
	}
	soonest := slices.SortedFunc(maps.Keys(v), func(a, b string) int { return v[a].until.Compare(v[b].until) })
	for _, id := range soonest[:len(v)-maxVersions/2] {
		delete(v, id)
	}
}

// advance brings the end of all that is remembered nearer by d.
func (v versions) advance(d time.Duration) {
	for id, last := range v {
		v[id] = departure{last.number, last.until.Add(-d)}
	}
}

func (d departure) over() bool { return !time.Now().Before(d.until) }
