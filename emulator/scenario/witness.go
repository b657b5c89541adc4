package scenario

import (
	"time"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/trace"
)

// A Witness is an account's knowledge of what no client sees, and its clock.
type Witness interface {
	// Events are the records of the trace, newest last.
	Events() ([]trace.Event, error)
	// Messages are the latest ones, newest first, in the short form of their stories.
	Messages(q emulator.Selection) ([]emulator.Story, error)
	// Story is what became of one.
	Story(id string) (s emulator.Story, ok bool)
	// Advance brings deadlines nearer.
	Advance(d time.Duration) error
	// AddFault asks for a failure.
	AddFault(f emulator.Fault) error
}

// local is that of an account in this process.
type local struct{ *emulator.Account }

// Events implements [Witness].
func (i local) Events() ([]trace.Event, error) { return i.Trace().Events(trace.Filter{}), nil }

// Messages implements [Witness].
func (i local) Messages(q emulator.Selection) ([]emulator.Story, error) {
	return i.Account.Messages(q), nil
}

// Advance implements [Witness].
func (i local) Advance(d time.Duration) error {
	i.Account.Advance(d)
	return nil
}

// AddFault implements [Witness].
func (i local) AddFault(f emulator.Fault) error {
	_, err := i.Account.AddFault(f)
	return err
}
