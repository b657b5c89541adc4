package lint

import (
	"strings"

	"github.com/suback/suback/emulator/policy"
)

// The fields of an ARN [B-201].
const (
	partitionField = 1
	serviceField   = 2
	regionField    = 3
	accountField   = 4
	nameField      = 5
	arnFields      = 6
)

// A resource is one of a statement's.
type resource struct {
	*value
	all    bool      // the lone "*" [B-205]
	fields []string  // arnFields of them; nil if it is all, or no ARN, which has a finding of its own
	name   pattern   // of the last field
	whole  []pattern // of each field
}

func newResource(v *value) resource {
	r := resource{value: v, all: strings.Trim(v.Text, "*") == "" && v.Text != ""}
	if r.all || v.Kind != text {
		return r
	}
	fields := splitARN(v.Text)
	if len(fields) < arnFields && !strings.HasSuffix(v.Text, "*") && !strings.Contains(v.Text, unknown) {
		return r
	}
	rest := "*" // a star that ends a pattern goes on [guess]
	if v.IsOpaque() {
		rest = unknown
	}
	for len(fields) < arnFields {
		fields = append(fields, rest)
	}
	r.fields = fields
	for _, f := range fields {
		r.whole = append(r.whole, policyPattern(f))
	}
	r.name = r.whole[nameField]
	return r
}

// splitARN cuts at colons, those of variables aside.
func splitARN(s string) (fields []string) {
	start, within := 0, false
	for i := range len(s) {
		switch {
		case strings.HasPrefix(s[i:], "${"):
			within = true
		case s[i] == '}':
			within = false
		case s[i] == ':' && !within && len(fields) < arnFields-1:
			fields, start = append(fields, s[start:i]), i+1
		}
	}
	return append(fields, s[start:])
}

// typeOf is the resource type, as "topic"; "" if it is not plain.
func (r resource) typeOf() string {
	if r.fields == nil {
		return ""
	}
	kind, _, found := strings.Cut(r.fields[nameField], "/")
	if !found || strings.ContainsAny(kind, "*?$"+unknown) {
		return ""
	}
	return kind
}

// named is what follows the resource type.
func (r resource) named() string {
	_, name, _ := strings.Cut(r.fields[nameField], "/")
	return name
}

// isKnown reports whether anything can be said of it.
func (r resource) isKnown() bool { return r.all || r.fields != nil }

// may reports whether an action may be judged on something that the resource matches.
func (r resource) may(a policy.Action) bool {
	kind := a.JudgedOn()
	switch {
	case !r.isKnown() || r.all:
		return true
	case a == policy.ListNamedShadowsForThing: // AWS's pages disagree: "*" in one, thing/ in another [B-121]
		return true
	case kind == "":
		return false
	case !policyPattern("iot").meets(r.whole[serviceField]):
		return false
	}
	return append(policyPattern(kind+"/"), anyRun).meets(r.name)
}

// covers reports whether r surely matches all that other matches.
func (r resource) covers(other resource) bool {
	switch {
	case r.all:
		return other.isKnown()
	case r.fields == nil || other.fields == nil:
		return false
	}
	for i, p := range r.whole {
		if !p.covers(other.whole[i]) {
			return false
		}
	}
	return true
}

// isEverything reports whether an action is allowed on whatever it may be asked about.
func (r resource) isEverything(a policy.Action) bool {
	return r.all || r.fields != nil && r.name.covers(append(policyPattern(a.JudgedOn()+"/"), anyRun))
}
