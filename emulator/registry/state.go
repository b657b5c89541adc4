package registry

import (
	"encoding/json"
	"fmt"
	"slices"
)

// A State is all that a Registry holds, secrets too, as JSON: by the sort of
// thing and its name. Two states of the same content are equal byte by byte.
type State map[string]map[string]json.RawMessage

// State returns the present content.
func (r *Registry) State() State {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.state()
}

func (r *Registry) state() State {
	s := State{}
	for _, p := range r.parts {
		if values := p.save(); len(values) > 0 {
			s[p.kind] = values
		}
	}
	return s
}

// A part is a kind of a State.
type part struct {
	kind string // the name of the field of content
	save func() map[string]json.RawMessage
	load func(key string, value json.RawMessage) error

	mend func(*Registry)       // takes out what names something that does not exist; may be nil
	has  func(arn string) bool // whether it has a resource that may have tags; nil: none may
}

// Load returns a Registry of that content. What names something that does not
// exist, as a merged state may, is taken out. The error says which part of the
// state cannot be read, or is an *Error.
func Load(o Options, s State) (*Registry, error) {
	r, err := New(o)
	if err != nil {
		return nil, err
	}
	if err := r.load(s); err != nil {
		return nil, err
	}
	r.journal.closed = o.Note == nil
	return r, nil
}

// load fills an empty registry. Nothing is noted.
func (r *Registry) load(s State) error {
	r.journal.closed = true
	for _, p := range r.parts {
		for key, value := range s[p.kind] {
			if err := p.load(key, value); err != nil {
				return fmt.Errorf("%s %q: %w", p.kind, key, err)
			}
		}
	}
	for _, p := range r.parts {
		if p.mend != nil {
			p.mend(r)
		}
	}
	return r.wantDistinctNames()
}

// Unknown returns the kinds of a State that only another version knows, sorted. Load
// leaves them out.
func (r *Registry) Unknown(s State) []string {
	return slices.DeleteFunc(sortedKeys(s), func(kind string) bool {
		return slices.ContainsFunc(r.parts, func(p part) bool { return p.kind == kind })
	})
}

// Replace puts what next makes of the present content, and does not change, in its
// place, at once for everybody who uses r. After an error, which is as Load's, nothing has changed.
// Options.Note hears of the differences; neither Options.Save nor Options.Changed is
// called.
func (r *Registry) Replace(next func(live State) State) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	live := r.state()
	fresh, err := Load(r.options, next(live))
	if err != nil {
		return err
	}
	r.holdings = fresh.holdings
	r.replaced++
	if r.options.Note != nil {
		r.options.Note(Differences(live, r.state()))
	}
	return nil
}
