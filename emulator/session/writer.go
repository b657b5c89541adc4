package session

import (
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/suback/suback/emulator/durable"
)

// The writer of the store: one goroutine, from Open to Close.

// How long what could not be written waits for the next attempt, if no change
// comes first.
const (
	firstPause = 250 * time.Millisecond
	lastPause  = 30 * time.Second
)

// run writes until the store is closed.
func (st *store) run() {
	defer close(st.done)
	for open := true; open; open = st.flush() {
		var again <-chan time.Time
		if st.pause > 0 {
			again = time.After(st.pause)
		}
		select {
		case <-st.urgent:
		case <-again:
		case <-st.dirty:
			select {
			case <-st.urgent:
			case <-time.After(laziness):
			}
		}
	}
}

// flush writes what is pending. What fails is tried again with the next change, or
// after a pause.
func (st *store) flush() (open bool) {
	st.mu.Lock()
	c, closed := st.pending, st.closed
	st.pending, st.writing = newChanges(), c
	st.mu.Unlock()
	if !c.empty() {
		c.err = st.update(c)
		st.tell(c.err)
	}
	st.mu.Lock()
	st.writing, st.failed = nil, c.err
	if c.err != nil {
		st.pending.inherit(c)
	}
	st.mu.Unlock()
	close(c.done)
	return !closed
}

// tell logs when writing begins to fail, and when it does no longer.
func (st *store) tell(err error) {
	switch {
	case err == nil && st.pause > 0:
		st.log.Info("what could not be written before is written now", "file", st.file)
		st.pause = 0
	case err != nil && st.pause == 0:
		st.log.Error("sessions and retained messages could not be written", "error", err)
		st.pause = firstPause
	case err != nil:
		st.pause = min(2*st.pause, lastPause)
	}
}

// update is one transaction. After a panic the database is not touched again: it
// may have left it locked.
func (st *store) update(c *changes) (err error) {
	if st.broken != nil {
		return st.broken
	}
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			st.broken = fmt.Errorf("%s is broken: %v", st.file, p)
			err = st.broken
		}
	}()
	if err := st.db.Update(c.write); err != nil {
		return durable.Failed(st.file, err)
	}
	return nil
}

// close writes what is left and closes the file. Later changes are forgotten.
func (st *store) close() error {
	st.mu.Lock()
	st.closed = true
	st.mu.Unlock()
	signal(st.urgent)
	<-st.done
	if st.broken != nil {
		return st.broken
	}
	return errors.Join(st.failed, st.db.Close())
}
