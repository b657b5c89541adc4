package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime/debug"
	"time"

	"go.etcd.io/bbolt"

	"github.com/suback/suback/emulator/durable"
)

// The writer: one goroutine, from Open to Close.

// How long what could not be written waits for the next attempt, if no change
// comes first.
const (
	firstPause = 250 * time.Millisecond
	lastPause  = 30 * time.Second
)

// run writes until the store is closed.
func (s *Store) run() {
	defer close(s.done)
	for open := true; open; open = s.flush() {
		var again <-chan time.Time
		if s.pause > 0 {
			again = time.After(s.pause)
		}
		select {
		case <-s.urgent:
		case <-again:
		case <-s.disk.begin():
		case err := <-s.disk.ended:
			s.disk.end(err)
		case <-s.dirty:
			select {
			case <-s.urgent:
			case <-time.After(laziness):
			}
		}
	}
	s.disk.finish()
}

// flush writes what is pending. What fails is tried again with the next change, or
// after a pause.
func (s *Store) flush() (open bool) {
	s.mu.Lock()
	c, closed := s.pending, s.closed
	s.pending, s.writing = newChanges(), c
	s.mu.Unlock()
	if len(c.values) > 0 {
		c.err = s.update(c)
		s.tell(c.err)
	}
	s.mu.Lock()
	s.writing, s.failed = nil, c.err
	if c.err != nil {
		s.pending.inherit(c)
	}
	s.mu.Unlock()
	close(c.done)
	return !closed
}

// tell logs when writing begins to fail, and when it does no longer.
func (s *Store) tell(err error) {
	switch {
	case err == nil && s.pause > 0:
		s.log.Info("what could not be written before is written now", "file", s.file)
		s.pause = 0
	case err != nil && s.pause == 0:
		s.log.Error("what has changed could not be written", "error", err)
		s.pause = firstPause
	case err != nil:
		s.pause = min(2*s.pause, lastPause)
	}
}

// update is one transaction. After a panic the database is not touched again: it
// may have left it locked.
func (s *Store) update(c *changes) (err error) {
	if s.broken != nil {
		return s.broken
	}
	if err := s.inPlace(); err != nil {
		return durable.Failed(s.file, err)
	}
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			s.broken = fmt.Errorf("%s is broken: %v", s.file, p)
			err = s.broken
		}
	}()
	err = s.db.Update(func(tx *bbolt.Tx) error {
		changed, err := write(tx, c.values)
		if err == nil && !changed {
			err = errUnchanged
		}
		return err
	})
	if errors.Is(err, errUnchanged) {
		return nil
	}
	if err != nil {
		return durable.Failed(s.file, err)
	}
	if s.lazy {
		s.disk.changed()
	}
	return nil
}

// errUnchanged spares the disk a transaction without a change.
var errUnchanged = errors.New("nothing has changed")

// inPlace wants the file to be where it was: what goes into one that somebody has
// removed is lost.
func (s *Store) inPlace() error {
	now, err := os.Stat(s.file)
	if err != nil {
		return err
	}
	if !os.SameFile(now, s.opened) {
		return &fs.PathError{Op: "write", Path: s.file, Err: errors.New("another file is in its place")}
	}
	return nil
}

// Close writes what is left and closes the file. Later changes are forgotten. A nil
// Store has nothing to close.
func (s *Store) Close() error {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	s.mu.Unlock()
	signal(s.urgent)
	<-s.done
	if s.broken != nil {
		return s.broken
	}
	return errors.Join(s.failed, s.db.Close())
}
