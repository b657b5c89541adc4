package transport

import (
	"log/slog"
	"time"
)

// calmTime is how long there must have been room for an episode to be over.
const calmTime = 10 * time.Second

// An episode is a time in which connections cannot be taken. Its begin and its
// end are logged, and nothing in between.
type episode struct {
	active bool
	open   int       // connections at its begin
	last   time.Time // when there was no room
}

// goesOn notes whether there is room for a connection, and returns what to do
// about the log when no lock is held. So that it does not begin again at once,
// an episode is over when a tenth of the connections have gone, or after a
// while.
func (e *episode) goesOn(full bool, why Problem, open int) func(*slog.Logger) {
	switch now := time.Now(); {
	case full && e.active:
		e.last = now
	case full:
		*e = episode{true, open, now}
		return func(log *slog.Logger) { log.Error(why.Detail + "; " + why.Hint) }
	case e.active && (open <= e.open-max(e.open/10, 1) || now.Sub(e.last) > calmTime):
		e.active = false
		return func(log *slog.Logger) { log.Info("there is room for connections again", "open", open) }
	}
	return func(*slog.Logger) {}
}
