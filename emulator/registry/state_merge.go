package registry

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
)

// Merge is what becomes of the live state when a file that said base says file
// now: what the file changed is as in the file; what it no longer has is gone,
// unless it is not as the file made it; all else is as it was. Dates are no
// changes.
func Merge(base, file, live State) State {
	merged := State{}
	for _, s := range []State{live, file} {
		for kind, values := range s {
			for key := range values {
				if v := mergedValue(base[kind][key], file[kind][key], live[kind][key]); v != nil {
					merged.put(kind, key, v)
				}
			}
		}
	}
	return merged
}

// mergedValue merges one value; nil stands for none.
func mergedValue(base, file, live json.RawMessage) json.RawMessage {
	switch {
	case file != nil && !alike(base, file):
		return file
	case file == nil && base != nil && alike(base, live):
		return nil
	}
	return live
}

func (s State) put(kind, key string, v json.RawMessage) {
	if s[kind] == nil {
		s[kind] = map[string]json.RawMessage{}
	}
	s[kind][key] = v
}

// dates are the fields that say when something was made or changed, and the token that a file
// makes anew each time that it is read.
var dates = []string{"CreationDate", "LastModifiedDate", "CreateDate", "LastStatusChangeDate", "CreatedAt",
	"DeprecationDate", "LastModified", "LastUpdatedAt", "ConfirmationToken"}

// alike says whether two values differ in dates at most.
func alike(a, b json.RawMessage) bool {
	if bytes.Equal(a, b) {
		return true
	}
	var x, y any
	return a != nil && b != nil && json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil &&
		reflect.DeepEqual(withoutDates(x), withoutDates(y))
}

func withoutDates(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, inner := range v {
			if slices.Contains(dates, key) {
				delete(v, key)
				continue
			}
			v[key] = withoutDates(inner)
		}
	case []any:
		for i := range v {
			v[i] = withoutDates(v[i])
		}
	}
	return v
}
