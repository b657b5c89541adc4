package registry

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Things
//
//   - names and attributes as in AWS's API; at most 3 attributes without a
//     type, 50 with one
//   - creating the same thing again succeeds if it is the same, else it
//     exists already
//   - the version starts at 1 and counts the updates

const thing kind = "thing"

// thingShape is how things are kept.
func thingShape() shape[Thing] {
	return shape[Thing]{kind: "things", mend: (*Registry).mendThing, indexes: map[string]func(Thing) string{
		byType:         func(t Thing) string { return t.ThingTypeName },
		byBillingGroup: func(t Thing) string { return t.BillingGroupName },
	}}
}

// The indexes of things.
const (
	byType         = "type"
	byBillingGroup = "billing group"
)

func (r *Registry) mendThing(t *Thing) {
	if _, ok := r.thingTypes.get(t.ThingTypeName); !ok {
		t.ThingTypeName = ""
	}
	if _, ok := r.billingGroups.get(t.BillingGroupName); !ok {
		t.BillingGroupName = ""
	}
}

const (
	nameCharacters      = ":_-"
	attributeCharacters = "_.,@/:#-"

	maxUntypedAttributes = 3
	maxTypedAttributes   = 50
)

// A Thing is an entry of the thing registry.
type Thing struct {
	ThingName        string            `json:"thingName" yaml:"thingName"` // 1 to 128 letters, digits or : _ -
	ThingArn         string            `json:"thingArn" yaml:"-"`
	ThingID          string            `json:"thingId" yaml:"-"` // a UUID
	ThingTypeName    string            `json:"thingTypeName,omitempty" yaml:"thingTypeName"`
	BillingGroupName string            `json:"billingGroupName,omitempty" yaml:"billingGroupName"`
	Attributes       map[string]string `json:"attributes" yaml:"attributes"`
	Version          int64             `json:"version" yaml:"-"`
}

// CreateThing adds a thing and returns it as stored. The type and the billing
// group must exist. The error is an *Error.
func (r *Registry) CreateThing(t Thing) (Thing, error) {
	return change(r, func() (Thing, error) {
		t.Attributes = withoutEmpty(t.Attributes)
		if err := r.checkThing(t); err != nil {
			return Thing{}, err
		}
		t.ThingArn, t.ThingID, t.Version = r.arn("iot", "thing/"+t.ThingName), r.uuidOf(thing, t.ThingName), 1
		if old, ok := r.things.get(t.ThingName); ok {
			if old.ThingTypeName == t.ThingTypeName && old.BillingGroupName == t.BillingGroupName &&
				maps.Equal(old.Attributes, t.Attributes) {
				return old, nil
			}
			return Thing{}, thing.exists(t.ThingName, old.ThingID, old.ThingArn)
		}
		if t.ThingTypeName != "" && r.thingTypes.at(t.ThingTypeName).Deprecated {
			return Thing{}, thing.invalid(t.ThingName, "thingTypeName",
				fmt.Sprintf("is %q, which is deprecated, want another", t.ThingTypeName))
		}
		r.things.put(t.ThingName, t)
		r.tellThing(created, t)
		r.tellTypeOf(t, "", t.ThingTypeName)
		return t, nil
	})
}

func (r *Registry) checkThing(t Thing) error {
	limit := maxTypedAttributes
	if t.ThingTypeName == "" {
		limit = maxUntypedAttributes
	}
	if err := firstOf(
		thing.invalid(t.ThingName, "thingName", wantName(t.ThingName, nameCharacters, 128)),
		thing.invalid(t.ThingName, "thingTypeName", wantNameOrNothing(t.ThingTypeName, nameCharacters, 128)),
		thing.invalid(t.ThingName, "billingGroupName", wantNameOrNothing(t.BillingGroupName, nameCharacters, 128)),
		checkAttributes(thing, t.ThingName, t.Attributes, limit),
	); err != nil {
		return err
	}
	if _, ok := r.thingTypes.get(t.ThingTypeName); !ok && t.ThingTypeName != "" {
		return thingType.missing(t.ThingTypeName)
	}
	if _, ok := r.billingGroups.get(t.BillingGroupName); !ok && t.BillingGroupName != "" {
		return billingGroup.missing(t.BillingGroupName)
	}
	return nil
}

func checkAttributes(k kind, name string, attributes map[string]string, limit int) error {
	if n := len(attributes); n > limit {
		return k.invalid(name, "attributes", fmt.Sprintf("has %d entries, want at most %d", n, limit))
	}
	for _, key := range slices.Sorted(maps.Keys(attributes)) {
		field := fmt.Sprintf("attributes[%s]", key)
		if err := firstOf(
			k.invalid(name, field, prefixed("name ", wantName(key, attributeCharacters, 128))),
			k.invalid(name, field, wantNameOrNothing(attributes[key], attributeCharacters, 800)),
		); err != nil {
			return err
		}
	}
	return nil
}

func prefixed(prefix, problem string) string {
	if problem == "" {
		return ""
	}
	return prefix + problem
}

// withoutEmpty drops attributes without a value, as AWS does.
func withoutEmpty(attributes map[string]string) map[string]string {
	out := map[string]string{}
	for k, v := range attributes {
		if v != "" {
			out[k] = v
		}
	}
	return out
}

// A ThingUpdate says what UpdateThing changes.
type ThingUpdate struct {
	ThingTypeName   string // "" keeps the type
	RemoveThingType bool   // not together with ThingTypeName

	// Attributes replace the old ones, or are added to them if Merge is set; an
	// empty value removes an attribute. Nil keeps them all.
	Attributes map[string]string
	Merge      bool

	ExpectedVersion int64 // 0: any
}

// UpdateThing changes a thing and returns it as stored. The error is an *Error.
func (r *Registry) UpdateThing(name string, u ThingUpdate) (Thing, error) {
	return change(r, func() (Thing, error) {
		t, ok := r.things.get(name)
		if !ok {
			return Thing{}, thing.missing(name)
		}
		if err := thing.wantVersion(name, u.ExpectedVersion, t.Version); err != nil {
			return Thing{}, err
		}
		oldType := t.ThingTypeName
		if u.RemoveThingType && u.ThingTypeName != "" {
			return Thing{}, thing.invalid(name, "removeThingType", "is set beside thingTypeName, want one of them")
		}
		if u.RemoveThingType {
			t.ThingTypeName = ""
		} else if u.ThingTypeName != "" {
			t.ThingTypeName = u.ThingTypeName
		}
		if u.ThingTypeName != "" && r.thingTypes.at(u.ThingTypeName).Deprecated {
			return Thing{}, thing.invalid(name, "thingTypeName",
				fmt.Sprintf("is %q, which is deprecated, want another", u.ThingTypeName))
		}
		t.Attributes = merged(t.Attributes, u.Attributes, u.Merge)
		if err := r.checkThing(t); err != nil {
			return Thing{}, err
		}
		t.Version++
		r.things.put(name, t)
		r.tellThing(updated, t)
		r.tellTypeOf(t, oldType, t.ThingTypeName)
		return t, nil
	})
}

// merged returns what an update makes of attributes.
func merged(old, update map[string]string, merge bool) map[string]string {
	if update == nil {
		return old
	}
	out := map[string]string{}
	if merge {
		maps.Copy(out, old)
	}
	maps.Copy(out, update)
	return withoutEmpty(out)
}

func (k kind) wantVersion(name string, expected, version int64) error {
	if expected == 0 || expected == version {
		return nil
	}
	return &Error{Code: VersionConflict, Kind: string(k), Name: name, Field: "expectedVersion",
		Problem: fmt.Sprintf("is %d, want %d", expected, version)}
}

// DeleteThing removes a thing; one that does not exist is removed already. One
// with principals attached stays. An expectedVersion of 0 is any. The error is
// an *Error.
func (r *Registry) DeleteThing(name string, expectedVersion int64) error {
	return r.alter(func() error {
		t, ok := r.things.get(name)
		if !ok {
			return thing.invalid(name, "thingName", wantName(name, nameCharacters, 128))
		}
		if err := thing.wantVersion(name, expectedVersion, t.Version); err != nil {
			return err
		}
		if n := len(r.principals.of(name)); n > 0 {
			return because(HasPrincipals, thing.refuse(InvalidRequest, name,
				fmt.Sprintf("cannot be deleted: it is still attached to one or more principals: %s",
					strings.Join(sortedKeys(r.principals.of(name)), ", "))))
		}
		r.things.delete(name)
		r.groupsOf.removeAll(name)
		r.tags.removeAll(t.ThingArn)
		r.tellThing(deleted, t)
		return nil
	})
}

// Thing finds a thing by its name.
func (r *Registry) Thing(name string) (Thing, bool) { return look(r, &r.things, name) }

// Things returns all things, sorted by name.
func (r *Registry) Things() []Thing { return all(r, &r.things) }

// ThingsAfter returns up to n things that are wanted, sorted by name, from the first
// after a name on. wants must not call the Registry.
func (r *Registry) ThingsAfter(name string, n int, wants func(Thing) bool) []Thing {
	r.mu.RLock()
	defer r.mu.RUnlock()
	var things []Thing
	for key, t := range r.things.from(name) {
		if len(things) == n {
			break
		}
		if key > name && wants(t) {
			things = append(things, t)
		}
	}
	return things
}
