package lint

import "slices"

// Whom the policies of a suback.yaml are attached to.

// An attachment is a list of policies that apply together.
type attachment struct {
	names     *value
	principal Principal
	alone     bool // others may, too
}

// attachmentsOf are all of an account: for a certificate, with those of the groups that
// its things are in, and of the groups above.
func attachmentsOf(account *value) (all []attachment) {
	add := func(of *value, principal Principal) {
		if names := of.get("policies"); names != nil && names.kind == array {
			all = append(all, attachment{names, principal, false})
		}
	}
	groups := account.get("thingGroups").list()
	for _, c := range account.get("certificates").list() {
		if names := withGroups(c, groups); names != nil {
			all = append(all, attachment{names, Certificate, false})
		}
	}
	for _, g := range groups { // of a thing whose certificate the file does not have
		names := &value{kind: array, at: g.at, items: inherited(g, groups)}
		if own := g.get("policies"); own != nil && !slices.ContainsFunc(all, attachment{names: names}.within) {
			names.at = own.at
			all = append(all, attachment{names, Certificate, true})
		}
	}
	for _, i := range account.get("identities").list() {
		add(i, Identity)
	}
	for _, key := range []string{"credentials", "roles"} {
		for _, of := range account.get(key).list() {
			add(of, IAM)
		}
	}
	return all
}

// withGroups are the names of a certificate's policies, and of its things' groups.
func withGroups(c *value, groups []*value) *value {
	own := c.get("policies")
	names := &value{kind: array, at: c.at}
	if own != nil {
		names.at = own.at
		names.items = append(names.items, own.list()...)
	}
	for _, g := range groups {
		for _, t := range g.get("things").list() {
			isIn := func(of *value) bool { return of.text == t.text }
			if slices.ContainsFunc(c.get("things").list(), isIn) {
				names.items = append(names.items, inherited(g, groups)...)
			}
		}
	}
	if len(names.items) == 0 {
		return nil
	}
	return names
}

// inherited are the names of a group's policies, and of the groups above it.
func inherited(g *value, groups []*value) (names []*value) {
	const deepest = 8 // AWS has no more above each other
	for range deepest {
		names = append(names, g.get("policies").list()...)
		parent := g.get("parentGroupName")
		i := slices.IndexFunc(groups, func(of *value) bool {
			name := of.get("thingGroupName")
			return parent != nil && name != nil && name.text == parent.text
		})
		if i < 0 {
			break
		}
		g = groups[i]
	}
	return names
}

// within reports whether the policies of a are among those of other.
func (a attachment) within(other attachment) bool {
	for _, name := range a.names.list() {
		if !slices.ContainsFunc(other.names.list(), func(v *value) bool { return v.text == name.text }) {
			return false
		}
	}
	return true
}

// principalOf is who a policy is for, if it is for one kind of principal alone.
func principalOf(all []attachment, name string) Principal {
	found := Anybody
	for _, a := range all {
		if !slices.ContainsFunc(a.names.list(), func(v *value) bool { return v.text == name }) {
			continue
		}
		if found != Anybody && found != a.principal {
			return Anybody
		}
		found = a.principal
	}
	return found
}
