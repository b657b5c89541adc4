package registry

import (
	"time"
)

// Billing groups
//
//   - a thing is in at most one
//   - a group with things cannot be deleted [guess: what it was for would be
//     lost silently]

const billingGroup kind = "billing group"

// billingGroupShape is how billing groups are kept.
func billingGroupShape() shape[BillingGroup] {
	return shape[BillingGroup]{kind: "billingGroups",
		arn: func(g BillingGroup) string { return g.BillingGroupArn }}
}

// A BillingGroup is what the costs of things are booked on.
type BillingGroup struct {
	// 1 to 128 letters, digits or : _ -
	BillingGroupName string    `json:"billingGroupName" yaml:"billingGroupName"`
	BillingGroupArn  string    `json:"billingGroupArn" yaml:"-"`
	BillingGroupID   string    `json:"billingGroupId" yaml:"-"` // a UUID
	Description      string    `json:"billingGroupDescription,omitempty" yaml:"billingGroupDescription"`
	Version          int64     `json:"version" yaml:"-"`
	CreationDate     time.Time `json:"-" yaml:"-"`
}

func (g BillingGroup) check() error {
	return firstOf(
		billingGroup.invalid(g.BillingGroupName, "billingGroupName",
			wantName(g.BillingGroupName, nameCharacters, 128)),
		billingGroup.invalid(g.BillingGroupName, "billingGroupDescription", wantDescription(g.Description)),
	)
}

// CreateBillingGroup adds a billing group and returns it as stored. The error
// is an *Error.
func (r *Registry) CreateBillingGroup(g BillingGroup) (BillingGroup, error) {
	return change(r, func() (BillingGroup, error) {
		if err := g.check(); err != nil {
			return BillingGroup{}, err
		}
		if old, ok := r.billingGroups.get(g.BillingGroupName); ok {
			if old.Description == g.Description {
				return old, nil
			}
			return BillingGroup{}, billingGroup.exists(g.BillingGroupName, old.BillingGroupID, old.BillingGroupArn)
		}
		g.BillingGroupArn, g.BillingGroupID = r.arn("iot", "billinggroup/"+
			g.BillingGroupName), r.uuidOf(billingGroup, g.BillingGroupName)
		g.Version, g.CreationDate = 1, r.now()
		r.billingGroups.put(g.BillingGroupName, g)
		return g, nil
	})
}

// UpdateBillingGroup changes the description and returns the group as stored.
// An expectedVersion of 0 is any. The error is an *Error.
func (r *Registry) UpdateBillingGroup(name, description string, expectedVersion int64) (BillingGroup, error) {
	return change(r, func() (BillingGroup, error) {
		g, ok := r.billingGroups.get(name)
		if !ok {
			return BillingGroup{}, billingGroup.missing(name)
		}
		g.Description = description
		if err := firstOf(billingGroup.wantVersion(name, expectedVersion, g.Version), g.check()); err != nil {
			return BillingGroup{}, err
		}
		g.Version++
		r.billingGroups.put(name, g)
		return g, nil
	})
}

// DeleteBillingGroup removes a group; its things have none then. One
// that does not exist is removed already. An expectedVersion of 0 is any. The
// error is an *Error.
func (r *Registry) DeleteBillingGroup(name string, expectedVersion int64) error {
	return r.alter(func() error {
		g, ok := r.billingGroups.get(name)
		if !ok {
			return billingGroup.invalid(name, "billingGroupName", wantName(name, nameCharacters, 128))
		}
		if err := billingGroup.wantVersion(name, expectedVersion, g.Version); err != nil {
			return err
		}
		for _, name := range r.things.by(byBillingGroup, name) {
			t := r.things.at(name)
			t.BillingGroupName = ""
			r.things.put(name, t)
		}
		r.billingGroups.delete(name)
		r.tags.removeAll(g.BillingGroupArn)
		return nil
	})
}

// AddThingToBillingGroup puts a thing into a billing group, out of the one it
// was in. The error is an *Error.
func (r *Registry) AddThingToBillingGroup(thingName, group string) error {
	return r.bill(thingName, group, group)
}

// RemoveThingFromBillingGroup takes a thing out of a billing group. The error
// is an *Error.
func (r *Registry) RemoveThingFromBillingGroup(thingName, group string) error {
	return r.bill(thingName, group, "")
}

func (r *Registry) bill(thingName, group, next string) error {
	return r.alter(func() error {
		t, ok := r.things.get(thingName)
		if !ok {
			return thing.missing(thingName)
		}
		if _, ok := r.billingGroups.get(group); !ok {
			return billingGroup.missing(group)
		}
		if next == "" && t.BillingGroupName != group {
			return nil
		}
		t.BillingGroupName = next
		r.things.put(thingName, t)
		return nil
	})
}

// BillingGroup finds a billing group by its name.
func (r *Registry) BillingGroup(name string) (BillingGroup, bool) {
	return look(r, &r.billingGroups, name)
}

// BillingGroups returns all billing groups, sorted by name.
func (r *Registry) BillingGroups() []BillingGroup { return all(r, &r.billingGroups) }

// ThingsInBillingGroup returns the names of the things in a billing group,
// sorted.
func (r *Registry) ThingsInBillingGroup(group string) []string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.things.by(byBillingGroup, group)
}
