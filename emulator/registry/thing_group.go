package registry

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// Thing groups
//
//   - a group has at most one parent, given when it is created; at most 7
//     levels
//   - a group with children cannot be deleted, one with things or policies can
//   - a thing is in at most 10 groups

const thingGroup kind = "thing group"

// thingGroupShape is how thing groups are kept.
func thingGroupShape() shape[ThingGroup] {
	return shape[ThingGroup]{kind: "thingGroups", mend: (*Registry).mendThingGroup,
		arn: func(g ThingGroup) string { return g.ThingGroupArn },
		indexes: map[string]func(ThingGroup) string{
			byParent: func(g ThingGroup) string { return g.ParentGroupName },
		}}
}

// byParent is the index of thing groups.
const byParent = "parent"

// mendThingGroup also breaks circles: a group that is its own ancestor has no parent.
func (r *Registry) mendThingGroup(g *ThingGroup) {
	seen := []string{g.ThingGroupName}
	for parent := g.ParentGroupName; parent != ""; parent = r.thingGroups.at(parent).ParentGroupName {
		if _, ok := r.thingGroups.get(parent); !ok || slices.Contains(seen, parent) {
			r.withoutParent(g, seen[len(seen)-1])
			return
		}
		seen = append(seen, parent)
	}
}

// withoutParent takes the parent from a group, which may be g.
func (r *Registry) withoutParent(g *ThingGroup, name string) {
	if name == g.ThingGroupName {
		g.ParentGroupName = ""
		return
	}
	last := r.thingGroups.at(name)
	last.ParentGroupName = ""
	r.thingGroups.put(name, last)
}

// mayBeInGroup says whether a thing and a thing group exist.
func (r *Registry) mayBeInGroup(thingName, group string) bool {
	return r.wantThingAndGroup(thingName, group) == nil
}

const (
	maxGroupDepth      = 7
	maxGroupsOfThing   = 10
	maxGroupAttributes = 50
)

// A ThingGroup holds things, and policies for all of them.
type ThingGroup struct {
	// 1 to 128 letters, digits or : _ -
	ThingGroupName  string            `json:"thingGroupName" yaml:"thingGroupName"`
	ThingGroupArn   string            `json:"thingGroupArn" yaml:"-"`
	ThingGroupID    string            `json:"thingGroupId" yaml:"-"` // a UUID
	ParentGroupName string            `json:"parentGroupName,omitempty" yaml:"parentGroupName"`
	Description     string            `json:"thingGroupDescription,omitempty" yaml:"thingGroupDescription"`
	Attributes      map[string]string `json:"attributes,omitempty" yaml:"attributes"`
	Version         int64             `json:"version" yaml:"-"`
	CreationDate    time.Time         `json:"-" yaml:"-"`
}

// CreateThingGroup adds a thing group and returns it as stored. The parent
// must exist. The error is an *Error.
func (r *Registry) CreateThingGroup(g ThingGroup) (ThingGroup, error) {
	return change(r, func() (ThingGroup, error) {
		g.Attributes = withoutEmpty(g.Attributes)
		if err := r.checkThingGroup(g); err != nil {
			return ThingGroup{}, err
		}
		if old, ok := r.thingGroups.get(g.ThingGroupName); ok {
			if old.ParentGroupName == g.ParentGroupName && old.Description == g.Description &&
				maps.Equal(old.Attributes, g.Attributes) {
				return old, nil
			}
			return ThingGroup{}, thingGroup.exists(g.ThingGroupName, old.ThingGroupID, old.ThingGroupArn)
		}
		g.ThingGroupArn, g.ThingGroupID = r.arn("iot", "thinggroup/"+g.ThingGroupName), r.uuidOf(thingGroup,
			g.ThingGroupName)
		g.Version, g.CreationDate = 1, r.now()
		r.thingGroups.put(g.ThingGroupName, g)
		r.tellThingGroup(created, g)
		r.tellChild(added, g)
		return g, nil
	})
}

func (r *Registry) checkThingGroup(g ThingGroup) error {
	if err := firstOf(
		thingGroup.invalid(g.ThingGroupName, "thingGroupName", wantName(g.ThingGroupName, nameCharacters, 128)),
		thingGroup.invalid(g.ThingGroupName, "parentGroupName",
			wantNameOrNothing(g.ParentGroupName, nameCharacters, 128)),
		thingGroup.invalid(g.ThingGroupName, "thingGroupDescription", wantDescription(g.Description)),
		checkAttributes(thingGroup, g.ThingGroupName, g.Attributes, maxGroupAttributes),
	); err != nil || g.ParentGroupName == "" {
		return err
	}
	if _, ok := r.thingGroups.get(g.ParentGroupName); !ok {
		return thingGroup.missing(g.ParentGroupName)
	}
	if n := len(r.withParents(g.ParentGroupName)) + 1; n > maxGroupDepth {
		return thingGroup.invalid(g.ThingGroupName, "parentGroupName",
			fmt.Sprintf("puts it on level %d, want at most %d", n, maxGroupDepth))
	}
	return nil
}

// withParents returns the group and all above it, the root last.
func (r *Registry) withParents(name string) []ThingGroup {
	var groups []ThingGroup
	for g, ok := r.thingGroups.get(name); ok; g, ok = r.thingGroups.get(g.ParentGroupName) {
		groups = append(groups, g)
	}
	return groups
}

// A ThingGroupUpdate says what UpdateThingGroup changes.
type ThingGroupUpdate struct {
	Description *string // nil keeps it

	// Attributes and Merge are as in ThingUpdate.
	Attributes map[string]string
	Merge      bool

	ExpectedVersion int64 // 0: any
}

// UpdateThingGroup changes a thing group and returns it as stored. The error
// is an *Error.
func (r *Registry) UpdateThingGroup(name string, u ThingGroupUpdate) (ThingGroup, error) {
	return change(r, func() (ThingGroup, error) {
		g, ok := r.thingGroups.get(name)
		if !ok {
			return ThingGroup{}, thingGroup.missing(name)
		}
		if err := thingGroup.wantVersion(name, u.ExpectedVersion, g.Version); err != nil {
			return ThingGroup{}, err
		}
		if u.Description != nil {
			g.Description = *u.Description
		}
		g.Attributes = merged(g.Attributes, u.Attributes, u.Merge)
		if err := r.checkThingGroup(g); err != nil {
			return ThingGroup{}, err
		}
		g.Version++
		r.thingGroups.put(name, g)
		r.tellThingGroup(updated, g)
		return g, nil
	})
}

// DeleteThingGroup removes a group without children; one that does not exist
// is removed already. Its things stay, without the policies of the group. An expectedVersion of 0 is any. The
// error is an *Error.
func (r *Registry) DeleteThingGroup(name string, expectedVersion int64) error {
	return r.alter(func() error {
		g, ok := r.thingGroups.get(name)
		if !ok {
			return thingGroup.invalid(name, "thingGroupName", wantName(name, nameCharacters, 128))
		}
		if err := thingGroup.wantVersion(name, expectedVersion, g.Version); err != nil {
			return err
		}
		if children := r.thingGroups.by(byParent, name); len(children) > 0 {
			return because(HasChildren, thingGroup.refuse(InvalidRequest, name,
				fmt.Sprintf("cannot be deleted: it has the child group %q", children[0])))
		}
		for _, t := range sortedKeys(r.groupsOf.with(name)) {
			r.groupsOf.remove(t, name)
		}
		r.attached.removeAll(g.ThingGroupArn)
		r.thingGroups.delete(name)
		r.tags.removeAll(g.ThingGroupArn)
		r.tellThingGroup(deleted, g)
		r.tellChild(removed, g)
		return nil
	})
}

// AddThingToThingGroup puts a thing into a group; one that is in stays. The
// error is an *Error.
func (r *Registry) AddThingToThingGroup(thingName, group string) error {
	return r.alter(func() error {
		if err := r.wantThingAndGroup(thingName, group); err != nil {
			return err
		}
		if n := len(r.groupsOf.of(thingName)); n >= maxGroupsOfThing && !r.groupsOf.has(thingName, group) {
			return thing.refuse(InvalidRequest, thingName,
				fmt.Sprintf("is in %d thing groups, want at most %d", n, maxGroupsOfThing))
		}
		if !r.groupsOf.has(thingName, group) {
			r.groupsOf.put(thingName, group, "")
			r.tellMember(added, thingName, group)
		}
		return nil
	})
}

// RemoveThingFromThingGroup takes a thing out of a group; one that is not in
// stays out. The error is an *Error.
func (r *Registry) RemoveThingFromThingGroup(thingName, group string) error {
	return r.alter(func() error {
		if err := r.wantThingAndGroup(thingName, group); err != nil {
			return err
		}
		if r.groupsOf.has(thingName, group) {
			r.groupsOf.remove(thingName, group)
			r.tellMember(removed, thingName, group)
		}
		return nil
	})
}

func (r *Registry) wantThingAndGroup(thingName, group string) error {
	if _, ok := r.things.get(thingName); !ok {
		return thing.missing(thingName)
	}
	if _, ok := r.thingGroups.get(group); !ok {
		return thingGroup.missing(group)
	}
	return nil
}

// ThingGroup finds a thing group by its name.
func (r *Registry) ThingGroup(name string) (ThingGroup, bool) { return look(r, &r.thingGroups, name) }

// ThingGroups returns all thing groups, sorted by name.
func (r *Registry) ThingGroups() []ThingGroup { return all(r, &r.thingGroups) }

// ThingGroupsOf returns the names of the groups a thing was put into, sorted;
// their parents are not among them.
func (r *Registry) ThingGroupsOf(thingName string) []string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return sortedKeys(r.groupsOf.of(thingName))
}

// ThingsIn returns the names of the things that were put into a group, sorted;
// those of child groups are not among them.
func (r *Registry) ThingsIn(group string) []string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return sortedKeys(r.groupsOf.with(group))
}
