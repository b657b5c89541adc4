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

// refused notes that there is no room for a connection, and returns what to do
// about the log when no lock is held.
func (e *episode) refused(why Problem, open int) func(*slog.Logger) {
	begins := !e.active
	if begins {
		*e = episode{active: true, open: open}
	}
	e.last = time.Now()
	return func(log *slog.Logger) {
		if begins {
			log.Error(why.Detail + "; " + why.Hint)
		}
	}
}

// calm notes that there is room for a connection, and returns what to do about
// the log when no lock is held. So that it does not begin again at once, an
// episode is over when a tenth of the connections have gone, or after a while.
func (e *episode) calm(open int) func(*slog.Logger) {
	ends := e.active && (open <= e.open-max(e.open/10, 1) || time.Since(e.last) > calmTime)
	if ends {
		e.active = false
	}
	return func(log *slog.Logger) {
		if ends {
			log.Info("there is room for connections again", "open", open)
		}
	}
}
