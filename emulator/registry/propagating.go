package registry

import (
	"fmt"
	"slices"
)

// The propagating attributes of thing types
//
//   - each has a user property's key, and what its value is: an attribute of the
//     thing, or one of two of the connection
//   - not both of them [guess]
//   - AWS is not known to limit their number, 100 is ours [guess]

// What of a connection can propagate.
const (
	PropagatesClientID  = "iot:ClientId"
	PropagatesThingName = "iot:Thing.ThingName"
)

const maxPropagating = 100

// A PropagatingAttribute becomes a user property of what things of a type publish.
type PropagatingAttribute struct {
	// 1 to 128 letters, digits or : $ .
	UserPropertyKey string `json:"userPropertyKey,omitempty" yaml:"userPropertyKey"`

	// One of them: the name of a thing's attribute, or PropagatesClientID or
	// PropagatesThingName.
	ThingAttribute      string `json:"thingAttribute,omitempty" yaml:"thingAttribute"`
	ConnectionAttribute string `json:"connectionAttribute,omitempty" yaml:"connectionAttribute"`
}

// checkPropagating finds what is wrong with those of a type.
func (t ThingType) checkPropagating() error {
	const field = "mqtt5Configuration.propagatingAttributes"
	if n := len(t.PropagatingAttributes); n > maxPropagating {
		return thingType.invalid(t.ThingTypeName, field,
			fmt.Sprintf("has %d entries, want at most %d", n, maxPropagating))
	}
	for i, a := range t.PropagatingAttributes {
		if err := thingType.invalid(t.ThingTypeName, fmt.Sprintf("%s[%d]", field, i), a.problem()); err != nil {
			return err
		}
	}
	return nil
}

func (a PropagatingAttribute) problem() string {
	key := wantName(a.UserPropertyKey, ":$.", 128)
	switch {
	case key != "":
		return prefixed("has a userPropertyKey that ", key)
	case a.ThingAttribute == "" && a.ConnectionAttribute == "":
		return "has nothing to propagate, want thingAttribute or connectionAttribute"
	case a.ThingAttribute != "" && a.ConnectionAttribute != "":
		return "has thingAttribute and connectionAttribute, want one of them"
	case a.ThingAttribute != "":
		return prefixed("has a thingAttribute that ", wantName(a.ThingAttribute, attributeCharacters, 128))
	}
	return prefixed("has a connectionAttribute that ",
		wantOneOf(a.ConnectionAttribute, PropagatesClientID, PropagatesThingName))
}

// UpdateThingType replaces the propagating attributes of a type, which is all of a
// type that can change, and returns it as stored. The error is an *Error.
func (r *Registry) UpdateThingType(name string, attributes []PropagatingAttribute) (ThingType, error) {
	return change(r, func() (ThingType, error) {
		t, ok := r.thingTypes.get(name)
		if !ok {
			return ThingType{}, thingType.missing(name)
		}
		t.PropagatingAttributes = slices.Clone(attributes)
		if err := t.checkPropagating(); err != nil {
			return ThingType{}, err
		}
		r.thingTypes.put(name, t)
		r.tellThingType(updated, t)
		return t, nil
	})
}
