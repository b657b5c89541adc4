package registry

import (
	"maps"
	"time"
)

// Which changes of the account AWS tells about on $aws/events. Those of the thing
// registry are told (event.go); of the others there are no events yet.

// eventTypes are those that can be switched on.
var eventTypes = []string{
	"THING", "THING_GROUP", "THING_TYPE", "THING_GROUP_MEMBERSHIP", "THING_GROUP_HIERARCHY",
	"THING_TYPE_ASSOCIATION",
	"JOB", "JOB_EXECUTION", "POLICY", "CERTIFICATE", "CA_CERTIFICATE",
}

// EventConfigurations say which types of events are switched on.
type EventConfigurations struct {
	Enabled          map[string]bool // has all types, such as THING_GROUP
	CreationDate     time.Time
	LastModifiedDate time.Time
}

func newEventConfigurations(now time.Time) EventConfigurations {
	enabled := map[string]bool{}
	for _, t := range eventTypes {
		enabled[t] = false
	}
	return EventConfigurations{enabled, now, now}
}

// EventConfigurations returns what is switched on: nothing at first.
func (r *Registry) EventConfigurations() EventConfigurations {
	r.mu.RLock()
	defer r.mu.RUnlock()
	c := r.events.get()
	c.Enabled = maps.Clone(c.Enabled)
	return c
}

// UpdateEventConfigurations switches types of events on and off; those that are
// not named stay. The error is an *Error.
func (r *Registry) UpdateEventConfigurations(enabled map[string]bool) error {
	const eventKind kind = "event type"
	_, err := quietly(r, func() (struct{}, error) {
		for t := range enabled {
			if err := eventKind.invalid(t, "eventConfigurations", wantOneOf(t, eventTypes...)); err != nil {
				return struct{}{}, err
			}
		}
		next := r.events.get()
		next.Enabled, next.LastModifiedDate = maps.Clone(next.Enabled), r.now()
		maps.Copy(next.Enabled, enabled)
		r.events.set(next)
		return struct{}{}, nil
	})
	return err
}

// mendEvents adds the types that are new.
func (r *Registry) mendEvents() {
	next := r.events.get()
	enabled := newEventConfigurations(next.CreationDate).Enabled
	maps.Copy(enabled, next.Enabled)
	next.Enabled = enabled
	r.events.set(next)
}
