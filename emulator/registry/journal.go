package registry

import "encoding/json"

// A Change is the new value of one key of a State.
type Change struct {
	Kind, Key string

	// Value returns what stands in a State. It may be called later, in another
	// goroutine, and more than once. Nil: the key is gone.
	Value func() json.RawMessage
}

// A journal has the changes that nobody has been told of yet. Its owner's mutex
// guards it.
type journal struct {
	changes []Change
	closed  bool // while a State is loaded, and if nobody wants to know
}

func (j *journal) note(kind, key string, value func() json.RawMessage) {
	if !j.closed {
		j.changes = append(j.changes, Change{kind, key, value})
	}
}

// take returns the changes since the last call.
func (j *journal) take() []Change {
	changes := j.changes
	j.changes = nil
	return changes
}

// Differences are the changes that make one State of another, in no order.
func Differences(from, to State) (changes []Change) {
	for kind, values := range to {
		for key, value := range values {
			if old, ok := from[kind][key]; !ok || string(old) != string(value) {
				changes = append(changes, Change{kind, key, func() json.RawMessage { return value }})
			}
		}
	}
	for kind, values := range from {
		for key := range values {
			if _, ok := to[kind][key]; !ok {
				changes = append(changes, Change{Kind: kind, Key: key})
			}
		}
	}
	return changes
}
