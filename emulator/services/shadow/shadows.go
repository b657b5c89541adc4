package shadow

import (
	"hash/maphash"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/suback/suback/emulator/store"
)

// The shadows of an account
//
//   - each has a document, a version and a deletion of its own [S-4]; no thing needs to
//     be there, and none ends with its thing [S-6, S-7]
//   - requests for one are done one after the other, with all that each publishes
//   - a deletion is remembered for 48 hours by the account's clock, so that versions go on
//     after it [S-63, S-64]

// remembered is how long a deletion counts, in seconds [S-63].
const remembered = 48 * 60 * 60

// Options are what Shadows need.
type Options struct {
	Kept *store.Part      // nil keeps all in memory
	Now  func() time.Time // the account's clock
	Room *Room            // nil: any number of shadows of any size

	PerSecond int // requests for one shadow, see MostPerSecond; 0: any number
}

// Shadows are those of one account. They are safe for concurrent use.
type Shadows struct {
	kept *store.Part
	now  func() time.Time
	room *Room

	throttle throttle
	desks    sync.Pool

	seed  maphash.Seed
	turns [256]sync.Mutex // a request holds that of its shadow, see turn

	mu   sync.Mutex // after a turn
	all  map[string]map[string]*entry
	gone int // entries that are deletions
	tidy int // deletions at which those that count no more are forgotten
}

// An entry is a shadow, or the deletion of one.
type entry struct {
	document string // encoded; "": deleted
	version  int64  // of the document; of a deletion, that counts as one [S-64]
	deleted  int64  // when, in seconds
}

// Open returns the shadows that are kept. The error names the file and the shadow.
func Open(o Options) (*Shadows, error) {
	s := &Shadows{kept: o.Kept, now: o.Now, room: o.Room, seed: maphash.MakeSeed(),
		throttle: throttle{most: o.PerSecond, counts: map[ID]second{}}}
	s.empty()
	if err := s.load(); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *Shadows) empty() {
	s.all, s.gone, s.tidy = make(map[string]map[string]*entry), 0, 1024
}

// turn waits for what is done to a shadow at present; the caller unlocks it. Some shadows
// share a turn, so that those of names that there are not leave nothing behind.
func (s *Shadows) turn(id ID) *sync.Mutex {
	m := &s.turns[maphash.String(s.seed, id.String())%uint64(len(s.turns))]
	m.Lock()
	return m
}

// Now is the account's time.
func (s *Shadows) Now() time.Time { return s.now() }

func (s *Shadows) seconds() int64 { return s.now().Unix() }

// find returns the entry of a shadow, nil if there is none.
func (s *Shadows) find(id ID) *entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all[id.Thing][id.Name]
}

// document is what an entry has; nil for a deletion or a nil entry.
func (e *entry) decoded(on *desk) *document {
	if e == nil || e.document == "" {
		return nil
	}
	return on.decode(e.document)
}

// nextVersion is that of an update at a moment [S-37, S-38, S-63, S-64].
func (e *entry) nextVersion(at int64) int64 {
	if e == nil || e.document == "" && at-e.deleted > remembered {
		return 1
	}
	return e.version + 1
}

// put replaces the entry of a shadow, with nil for none, and notes it for the file. It
// reports whether there was room. The caller has the shadow's turn.
func (s *Shadows) put(id ID, e *entry) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	old := s.all[id.Thing][id.Name]
	if more := e.bytes(id) - old.bytes(id); !s.room.take(more) {
		s.forgetDeletions(func(*entry) bool { return true })
		if old != nil && old.document == "" {
			more += old.bytes(id) // it has just been forgotten
		}
		if !s.room.take(more) {
			return false
		}
	}
	s.set(id, e)
	return true
}

// set is put, with room. The caller holds mu.
func (s *Shadows) set(id ID, e *entry) {
	named := s.all[id.Thing]
	if old := named[id.Name]; old != nil && old.document == "" {
		s.gone--
	}
	if e == nil {
		if delete(named, id.Name); len(named) == 0 {
			delete(s.all, id.Thing)
		}
		s.note(id, nil)
		return
	}
	if named == nil {
		named = make(map[string]*entry)
		s.all[id.Thing] = named
	}
	named[id.Name] = e
	s.note(id, e)
	if e.document != "" {
		return
	}
	if s.gone++; s.gone >= s.tidy {
		now := s.seconds()
		s.forgetDeletions(func(e *entry) bool { return now-e.deleted > remembered })
		s.tidy = 1024 + 2*s.gone
	}
}

// forgetDeletions forgets those that fit. The caller holds mu.
func (s *Shadows) forgetDeletions(fits func(*entry) bool) {
	for thing, named := range s.all {
		for name, e := range named {
			if id := (ID{thing, name}); e.document == "" && fits(e) {
				s.room.take(-e.bytes(id))
				s.set(id, nil)
			}
		}
	}
}

// bytes is what an entry counts in the room.
func (e *entry) bytes(id ID) int {
	if e == nil {
		return 0
	}
	return 256 + len(id.Thing) + len(id.Name) + len(e.document)
}

// Names returns the named shadows of a thing, sorted; the classic one is none [S-86].
func (s *Shadows) Names(thing string) (names []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, e := range s.all[thing] {
		if name != "" && e.document != "" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// IDs returns all shadows, sorted by thing and name.
func (s *Shadows) IDs() (all []ID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, thing := range slices.Sorted(maps.Keys(s.all)) {
		for _, name := range slices.Sorted(maps.Keys(s.all[thing])) {
			if s.all[thing][name].document != "" {
				all = append(all, ID{thing, name})
			}
		}
	}
	return all
}

// Clear forgets all shadows and deletions. The error says that a crash may bring them
// back.
func (s *Shadows) Clear() error {
	s.mu.Lock()
	for thing, named := range s.all {
		for name, e := range named {
			id := ID{thing, name}
			s.room.take(-e.bytes(id))
			s.note(id, nil)
		}
	}
	s.empty()
	s.mu.Unlock()
	return s.kept.Wait()
}
