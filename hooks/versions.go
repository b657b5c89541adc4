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
//   - with a state directory it outlives the process

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

// leave remembers a connection that has ended, and its number. It returns the
// client ids whose numbers are forgotten for it.
func (v versions) leave(id string, number uint64, last Connection) (forgotten []string) {
	if len(v) >= maxVersions {
		forgotten = v.shrink()
	}
	now := time.Now()
	v[id] = departure{number, now.Add(versionLifeOf(last.SessionExpiry)), last, now.Add(connectionKnown)}
	return forgotten
}

// versionLifeOf is how long the number outlives a connection whose session lives
// for expiry.
func versionLifeOf(expiry time.Duration) time.Duration { return cmp.Or(expiry, versionLife) }

// shrink forgets what is over and, if that is not half, the half that is over
// next. It returns whom.
func (v versions) shrink() (forgotten []string) {
	for id, d := range v {
		if d.over() && !time.Now().Before(d.known) {
			forgotten = append(forgotten, id)
			delete(v, id)
		}
	}
	if len(v) <= maxVersions/2 {
		return forgotten
	}
	soonest := slices.SortedFunc(maps.Keys(v), func(a, b string) int { return v[a].until.Compare(v[b].until) })
	soonest = soonest[:len(v)-maxVersions/2]
	for _, id := range soonest {
		delete(v, id)
	}
	return append(forgotten, soonest...)
}

// advance brings the end of all that is remembered nearer by d.
func (v versions) advance(d time.Duration) {
	for id, last := range v {
		last.until, last.known = last.until.Add(-d), last.known.Add(-d)
		v[id] = last
	}
}

func (d departure) over() bool { return !time.Now().Before(d.until) }
