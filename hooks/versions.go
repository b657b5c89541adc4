package hooks

import (
	"cmp"
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
	until  time.Time // its number counts

	connection Connection
	known      time.Time // until when
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

// leave remembers a connection that has ended, and its number.
func (v versions) leave(id string, number uint64, last Connection) {
	if len(v) >= maxVersions {
		v.shrink()
	}
	now := time.Now()
	v[id] = departure{number, now.Add(cmp.Or(last.SessionExpiry, versionLife)), last, now.Add(connectionKnown)}
}

// shrink forgets what is over and, if that is not half, the half that is over
// next.
func (v versions) shrink() {
	maps.DeleteFunc(v, func(_ string, d departure) bool { return d.over() && !time.Now().Before(d.known) })
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
		last.until, last.known = last.until.Add(-d), last.known.Add(-d)
		v[id] = last
	}
}

func (d departure) over() bool { return !time.Now().Before(d.until) }
