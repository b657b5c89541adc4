package registry

import (
	"fmt"
	"slices"
	"time"
)

// Thing types
//
//   - a type is deprecated first; 5 minutes later it may be deleted
//   - no new thing may have a deprecated type
//   - a type that a thing has cannot be deleted

const thingType kind = "thing type"

// thingTypeShape is how thing types are kept.
func thingTypeShape() shape[ThingType] {
	return shape[ThingType]{kind: "thingTypes", arn: func(t ThingType) string { return t.ThingTypeArn }}
}

const (
	maxSearchableAttributes = 3
	typeGrace               = 5 * time.Minute // from deprecation to deletion
)

// A ThingType is a description that things share.
type ThingType struct {
	// 1 to 128 letters, digits or : _ -
	ThingTypeName        string   `json:"thingTypeName" yaml:"thingTypeName"`
	ThingTypeArn         string   `json:"thingTypeArn" yaml:"-"`
	ThingTypeID          string   `json:"thingTypeId" yaml:"-"` // a UUID
	Description          string   `json:"thingTypeDescription,omitempty" yaml:"thingTypeDescription"`
	SearchableAttributes []string `json:"searchableAttributes,omitempty" yaml:"searchableAttributes"`

	// PropagatingAttributes are its mqtt5Configuration. Others may read them at any
	// time: they are replaced, not changed.
	PropagatingAttributes []PropagatingAttribute `json:"-" yaml:"-"`

	Deprecated      bool      `json:"deprecated" yaml:"-"`
	CreationDate    time.Time `json:"-" yaml:"-"`
	DeprecationDate time.Time `json:"-" yaml:"-"` // zero unless Deprecated
}

// CreateThingType adds a thing type and returns it as stored. The error is an
// *Error.
func (r *Registry) CreateThingType(t ThingType) (ThingType, error) {
	return change(r, func() (ThingType, error) {
		if err := t.check(); err != nil {
			return ThingType{}, err
		}
		if old, ok := r.thingTypes.get(t.ThingTypeName); ok {
			if old.Description == t.Description && slices.Equal(old.SearchableAttributes, t.SearchableAttributes) &&
				slices.Equal(old.PropagatingAttributes, t.PropagatingAttributes) {
				return old, nil
			}
			return ThingType{}, thingType.exists(t.ThingTypeName, old.ThingTypeID, old.ThingTypeArn)
		}
		t.ThingTypeArn, t.ThingTypeID = r.arn("iot", "thingtype/"+t.ThingTypeName), r.uuidOf(thingType,
			t.ThingTypeName)
		t.SearchableAttributes, t.PropagatingAttributes =
			slices.Clone(t.SearchableAttributes), slices.Clone(t.PropagatingAttributes)
		t.Deprecated, t.CreationDate, t.DeprecationDate = false, r.now(), time.Time{}
		r.thingTypes.put(t.ThingTypeName, t)
		r.tellThingType(created, t)
		return t, nil
	})
}

func (t ThingType) check() error {
	if err := firstOf(
		thingType.invalid(t.ThingTypeName, "thingTypeName", wantName(t.ThingTypeName, nameCharacters, 128)),
		thingType.invalid(t.ThingTypeName, "thingTypeDescription", wantDescription(t.Description)),
	); err != nil {
		return err
	}
	if n := len(t.SearchableAttributes); n > maxSearchableAttributes {
		return thingType.invalid(t.ThingTypeName, "searchableAttributes",
			fmt.Sprintf("has %d entries, want at most %d", n, maxSearchableAttributes))
	}
	for i, a := range t.SearchableAttributes {
		if p := wantName(a, attributeCharacters, 128); p != "" {
			return thingType.invalid(t.ThingTypeName, fmt.Sprintf("searchableAttributes[%d]", i), p)
		}
	}
	return t.checkPropagating()
}

// DeprecateThingType lets no new thing have the type. The error is an *Error.
func (r *Registry) DeprecateThingType(name string) error {
	return r.alter(func() error {
		t, ok := r.thingTypes.get(name)
		if !ok {
			return thingType.missing(name)
		}
		if !t.Deprecated {
			t.Deprecated, t.DeprecationDate = true, r.now()
			r.thingTypes.put(name, t)
			r.tellThingType(updated, t)
		}
		return nil
	})
}

// UndeprecateThingType takes DeprecateThingType back. The error is an *Error.
func (r *Registry) UndeprecateThingType(name string) error {
	return r.alter(func() error {
		t, ok := r.thingTypes.get(name)
		if !ok {
			return thingType.missing(name)
		}
		if t.Deprecated {
			t.Deprecated, t.DeprecationDate = false, time.Time{}
			r.thingTypes.put(name, t)
			r.tellThingType(updated, t)
		}
		return nil
	})
}

// DeleteThingType removes a type that was deprecated 5 minutes ago and that no
// thing has. The error is an *Error.
func (r *Registry) DeleteThingType(name string) error {
	return r.alter(func() error {
		t, ok := r.thingTypes.get(name)
		if !ok {
			return thingType.missing(name)
		}
		if !t.Deprecated {
			return thingType.refuse(InvalidRequest, name, "cannot be deleted, want it deprecated first")
		}
		if r.now().Before(t.DeprecationDate.Add(typeGrace)) {
			return because(DeprecatedNow, thingType.refuse(InvalidRequest, name,
				"cannot be deleted, want it deprecated for 5 minutes"))
		}
		if things := r.things.by(byType, name); len(things) > 0 {
			return thingType.refuse(InvalidRequest, name, fmt.Sprintf("cannot be deleted: thing %q has it", things[0]))
		}
		r.thingTypes.delete(name)
		r.tags.removeAll(t.ThingTypeArn)
		r.tellThingType(deleted, t)
		return nil
	})
}

// ThingType finds a thing type by its name.
func (r *Registry) ThingType(name string) (ThingType, bool) { return look(r, &r.thingTypes, name) }

// ThingTypes returns all thing types, sorted by name.
func (r *Registry) ThingTypes() []ThingType { return all(r, &r.thingTypes) }
