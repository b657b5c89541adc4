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
		if names := of.Get("policies"); names != nil && names.Kind == array {
			all = append(all, attachment{names, principal, false})
		}
	}
	groups := account.Get("thingGroups").List()
	for _, c := range account.Get("certificates").List() {
		if names := withGroups(c, groups); names != nil {
			all = append(all, attachment{names, Certificate, false})
		}
	}
	for _, g := range groups { // of a thing whose certificate the file does not have
		names := &value{Kind: array, At: g.At, Items: inherited(g, groups)}
		if own := g.Get("policies"); own != nil && !slices.ContainsFunc(all, attachment{names: names}.within) {
			names.At = own.At
			all = append(all, attachment{names, Certificate, true})
		}
	}
	for _, i := range account.Get("identities").List() {
		add(i, Identity)
	}
	for _, key := range []string{"credentials", "roles"} {
		for _, of := range account.Get(key).List() {
			add(of, IAM)
		}
	}
	return all
}

// withGroups are the names of a certificate's policies, and of its things' groups.
func withGroups(c *value, groups []*value) *value {
	own := c.Get("policies")
	names := &value{Kind: array, At: c.At}
	if own != nil {
		names.At = own.At
		names.Items = append(names.Items, own.List()...)
	}
	for _, g := range groups {
		for _, t := range g.Get("things").List() {
			isIn := func(of *value) bool { return of.Text == t.Text }
			if slices.ContainsFunc(c.Get("things").List(), isIn) {
				names.Items = append(names.Items, inherited(g, groups)...)
			}
		}
	}
	if len(names.Items) == 0 {
		return nil
	}
	return names
}

// inherited are the names of a group's policies, and of the groups above it.
func inherited(g *value, groups []*value) (names []*value) {
	const deepest = 8 // AWS has no more above each other
	for range deepest {
		names = append(names, g.Get("policies").List()...)
		parent := g.Get("parentGroupName")
		i := slices.IndexFunc(groups, func(of *value) bool {
			name := of.Get("thingGroupName")
			return parent != nil && name != nil && name.Text == parent.Text
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
	for _, name := range a.names.List() {
		if !slices.ContainsFunc(other.names.List(), func(v *value) bool { return v.Text == name.Text }) {
			return false
		}
	}
	return true
}

// principalOf is who a policy is for, if it is for one kind of principal alone.
func principalOf(all []attachment, name string) Principal {
	found := Anybody
	for _, a := range all {
		if !slices.ContainsFunc(a.names.List(), func(v *value) bool { return v.Text == name }) {
			continue
		}
		if found != Anybody && found != a.principal {
			return Anybody
		}
		found = a.principal
	}
	return found
}
