package config

import (
	"errors"
	"slices"

	"github.com/suback/suback/emulator/registry"
)

// Thing groups in suback.yaml.

func thingGroupKind() kind {
	return kind{key: "thingGroups", after: []string{"things", "policies"}, put: (*Config).putThingGroups,
		read: func(x *exporting, c *Config) { c.ThingGroups = x.thingGroups() }}
}

// A ThingGroup is a static group of things.
type ThingGroup struct {
	ThingGroupName        string            `yaml:"thingGroupName"`
	ParentGroupName       string            `yaml:"parentGroupName"` // of a group before it
	ThingGroupDescription string            `yaml:"thingGroupDescription"`
	Attributes            map[string]string `yaml:"attributes"`
	Things                []string          `yaml:"things"`   // names
	Policies              []string          `yaml:"policies"` // names, attached to the group
}

func (c *Config) putThingGroups(r *registry.Registry) error {
	return each(c.ThingGroups, func(i int, g ThingGroup) error {
		at := []any{"thingGroups", i}
		below := func(other ThingGroup) bool { return other.ThingGroupName == g.ParentGroupName }
		if g.ParentGroupName != "" && slices.ContainsFunc(c.ThingGroups[i:], below) {
			return c.Errorf(append(at, "parentGroupName"), "thing group %q: parentGroupName is %q, want a group above this one",
				g.ThingGroupName, g.ParentGroupName)
		}
		made, err := r.CreateThingGroup(registry.ThingGroup{
			ThingGroupName: g.ThingGroupName, ParentGroupName: g.ParentGroupName, Description: g.ThingGroupDescription,
			Attributes: g.Attributes})
		if err != nil {
			return c.refused(at, err)
		}
		err = each(g.Things, func(j int, thing string) error {
			return c.refused(append(at, "things", j), r.AddThingToThingGroup(thing, g.ThingGroupName))
		})
		return errors.Join(err, c.attach(r, at, g.Policies, made.ThingGroupArn))
	})
}

// thingGroups puts parents before their children.
func (x *exporting) thingGroups() (all []ThingGroup) {
	groups := x.ThingGroups()
	depth := func(g registry.ThingGroup) (n int) {
		for ; g.ParentGroupName != ""; n++ {
			g, _ = x.ThingGroup(g.ParentGroupName)
		}
		return n
	}
	slices.SortStableFunc(groups, func(a, b registry.ThingGroup) int { return depth(a) - depth(b) })
	for _, g := range groups {
		all = append(all, ThingGroup{ThingGroupName: g.ThingGroupName, ParentGroupName: g.ParentGroupName,
			ThingGroupDescription: g.Description,
			Attributes:            filled(g.Attributes), Things: x.ThingsIn(g.ThingGroupName),
			Policies: x.attached(g.ThingGroupArn)})
	}
	return all
}
