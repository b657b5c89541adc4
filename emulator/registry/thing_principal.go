package registry

import (
	"fmt"
	"maps"
)

// Things and their principals [B-325]
//
//   - a principal is the ARN of a certificate or the id of a Cognito identity
//   - one attached exclusively is attached to that thing alone

// The two ways a principal is attached to a thing.
const (
	ExclusiveThing    = "EXCLUSIVE_THING"
	NonExclusiveThing = "NON_EXCLUSIVE_THING"
)

// AttachThingPrincipal attaches a principal to a thing. A thingPrincipalType
// of "" is NonExclusiveThing. The error is an *Error.
func (r *Registry) AttachThingPrincipal(thingName, principal, thingPrincipalType string) error {
	if thingPrincipalType == "" {
		thingPrincipalType = NonExclusiveThing
	}
	return r.alter(func() error {
		if err := r.wantThingAndPrincipal(thingName, principal); err != nil {
			return err
		}
		if err := thing.invalid(thingName, "thingPrincipalType",
			wantOneOf(thingPrincipalType, ExclusiveThing, NonExclusiveThing)); err != nil {
			return err
		}
		for _, other := range sortedKeys(r.principals.with(principal)) {
			kindOf := r.principals.of(other)[principal]
			if other != thingName && ExclusiveThing == kindOf {
				return thing.invalid(thingName, "principal",
					fmt.Sprintf("is attached exclusively to thing %q, want it detached there first", other))
			}
			if other != thingName && ExclusiveThing == thingPrincipalType {
				return thing.invalid(thingName, "principal",
					fmt.Sprintf("is attached to thing %q too, want it detached there first", other))
			}
		}
		if old, ok := r.principals.of(thingName)[principal]; ok && old != thingPrincipalType {
			return thing.invalid(thingName, "thingPrincipalType",
				fmt.Sprintf("is %s, want %s as it is attached, or the principal detached first", thingPrincipalType, old))
		}
		r.principals.put(thingName, principal, thingPrincipalType)
		return nil
	})
}

// DetachThingPrincipal detaches a principal from a thing. The error is an
// *Error.
func (r *Registry) DetachThingPrincipal(thingName, principal string) error {
	return r.alter(func() error {
		if err := r.wantThingAndPrincipal(thingName, principal); err != nil {
			return err
		}
		r.principals.remove(thingName, principal)
		return nil
	})
}

func (r *Registry) wantThingAndPrincipal(thingName, principal string) error {
	if _, ok := r.things.get(thingName); !ok {
		return thing.missing(thingName)
	}
	return r.wantPrincipal(principal)
}

// PrincipalsOf returns the principals of a thing, each with its type, one of
// ExclusiveThing and NonExclusiveThing.
func (r *Registry) PrincipalsOf(thingName string) map[string]string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return maps.Clone(r.principals.of(thingName))
}

// ThingsOf returns the names of the things a principal is attached to, each
// with the type of the attachment.
func (r *Registry) ThingsOf(principal string) map[string]string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return maps.Clone(r.thingsOf(principal))
}

// thingsOf is ThingsOf, of which nobody may change anything.
func (r *Registry) thingsOf(principal string) map[string]string { return r.principals.with(principal) }

// mayHavePrincipal says whether a thing and a principal exist.
func (r *Registry) mayHavePrincipal(thingName, principal string) bool {
	return r.wantThingAndPrincipal(thingName, principal) == nil
}
