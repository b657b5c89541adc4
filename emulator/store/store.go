package store

import (
	"errors"
	"io/fs"
	"log/slog"
	"sync"
	"time"

	"go.etcd.io/bbolt"
)

// How changes get into the file
//
//   - a change is noted with the lock held of what it belongs to, so that notes are
//     in the order of events; one goroutine writes all that have gathered as one
//     transaction, and wakes who waits for it
//   - nobody waits for the disk with a lock held
//   - a value is made when it is written: what has changed again by then costs
//     nothing

// laziness is how long a change that nobody waits for may stay unwritten.
const laziness = 50 * time.Millisecond

// ErrClosed is why nothing is kept after Close.
var ErrClosed = errors.New("the store is closed")

// A Store writes changes to its file. Methods are safe for concurrent use; its
// mutex is the last in the order of locks.
type Store struct {
	db     *bbolt.DB
	file   string
	opened fs.FileInfo // what it was when it was opened
	log    *slog.Logger
	lazy   bool          // see Options.Disk
	disk   toDisk        // the writer's own
	broken error         // of a panic; the writer's own
	pause  time.Duration // until the next attempt; 0 unless the last one failed; the writer's own
	urgent chan struct{} // somebody waits
	dirty  chan struct{} // there are changes
	done   chan struct{} // closed when the writer has ended

	mu      sync.Mutex
	pending *changes
	writing *changes // nil while nothing is being written
	closed  bool
	failed  error // of the last write
}

// A Change is the new value of a key. Key must not be empty.
type Change struct {
	Bucket, Key string

	// Value returns the value, which is not empty, when it is written: later, in
	// another goroutine, and more than once if writing fails. Nil deletes the key.
	Value func() []byte
}

// A place is where a record is.
type place struct{ bucket, key string }

// changes are the new values by place; nil deletes.
type changes struct {
	values map[place]func() []byte
	done   chan struct{} // closed when written, or failed with err
	err    error
}

func newChanges() *changes {
	return &changes{values: make(map[place]func() []byte), done: make(chan struct{})}
}

// inherit takes over what could not be written, where there is nothing newer.
func (c *changes) inherit(old *changes) {
	for at, value := range old.values {
		if _, newer := c.values[at]; !newer {
			c.values[at] = value
		}
	}
}

// Kept says whether the last attempt to write has succeeded: then the file has all
// that somebody has waited for.
func (s *Store) Kept() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.failed == nil
}

// File is the name of the file.
func (s *Store) File() string { return s.file }

// written returns what waits until all that has been noted before is written; nil if
// it is.
func (s *Store) written() func() error {
	s.mu.Lock()
	c, closed := s.pending, s.closed
	if len(c.values) == 0 {
		c = s.writing
	}
	s.mu.Unlock()
	switch {
	case closed:
		return func() error { return ErrClosed }
	case c == nil:
		return nil
	}
	signal(s.urgent)
	return func() error {
		<-c.done
		return c.err
	}
}

func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// A Part is what one owner keeps in a Store, in buckets of its own. Nil keeps
// nothing, at no cost. Methods are safe for concurrent use.
type Part struct {
	store  *Store
	prefix string
}

// Part returns the part of a name, which has no slash in it; "" is the first. A nil
// Store has a nil part.
func (s *Store) Part(name string) *Part {
	if s == nil {
		return nil
	}
	if name != "" {
		name = "@" + name + "/"
	}
	return &Part{s, name}
}

// Store is what this is a part of.
func (p *Part) Store() *Store { return p.store }

// Note notes changes, which will be written together. It does not wait.
func (p *Part) Note(changes ...Change) {
	if p == nil || len(changes) == 0 {
		return
	}
	s := p.store
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range changes {
		s.pending.values[place{p.prefix + c.Bucket, c.Key}] = c.Value
	}
	signal(s.dirty)
}

// Written returns what waits until all that has been noted before, in any part, is in
// the file; nil if it is. The error names the file; after it the changes are tried again.
func (p *Part) Written() (wait func() error) {
	if p == nil {
		return nil
	}
	return p.store.written()
}

// Wait waits for what Written returns.
func (p *Part) Wait() error {
	if wait := p.Written(); wait != nil {
		return wait()
	}
	return nil
}

// Bytes is the Value of what is ready.
func Bytes(value []byte) func() []byte { return func() []byte { return value } }
