package store

import (
	"log/slog"
	"time"

	"github.com/suback/suback/emulator/durable"
)

// The disk, where nobody waits for it
//
//   - the first change that it does not have counts, not the last: under traffic that
//     never pauses there would be no quiet second
//   - writing goes on meanwhile
//   - what fails is tried again, and told when it begins and when it ends

// syncTime is how long a change that has been written waits for the disk at most.
const syncTime = time.Second

// A toDisk has what is written on the disk. It is the writer's own.
type toDisk struct {
	file string
	log  *slog.Logger
	sync func() error

	due   time.Time     // of the next sync; zero: there is nothing to sync
	pause time.Duration // until the next attempt; 0 unless the last one failed
	ended chan error    // of the sync under way; nil if there is none
}

// changed notes that something has been written.
func (d *toDisk) changed() {
	if d.due.IsZero() {
		d.due = time.Now().Add(syncTime)
	}
}

// begin starts a sync if one is due and none is under way, and returns what is to be
// waited for until the next, if anything.
func (d *toDisk) begin() (wait <-chan time.Time) {
	switch now := time.Now(); {
	case d.due.IsZero() || d.ended != nil:
		return nil
	case now.Before(d.due):
		return time.After(d.due.Sub(now))
	}
	d.due = time.Time{} // what is written from now on may not be in it
	ended := make(chan error, 1)
	d.ended = ended
	go func() { ended <- d.sync() }()
	return nil
}

// end takes the result of the sync that was under way.
func (d *toDisk) end(err error) {
	d.ended = nil
	switch {
	case err != nil && d.pause == 0:
		d.log.Error("what has changed is not on the disk", "error", durable.Failed(d.file, err))
		d.pause = firstPause
	case err != nil:
		d.pause = min(2*d.pause, lastPause)
	case d.pause > 0:
		d.log.Info("what was not on the disk before is there now", "file", d.file)
		d.pause = 0
	}
	if err != nil {
		d.due = time.Now().Add(d.pause)
	}
}

// finish waits for the sync under way and makes the last one, if there is anything to
// sync.
func (d *toDisk) finish() {
	if d.ended != nil {
		d.end(<-d.ended)
	}
	if !d.due.IsZero() {
		d.pause = 0 // it is told of once more: nothing comes after it
		d.end(d.sync())
	}
}
