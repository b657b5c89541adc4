package stack

import (
	"slices"
	"strings"

	"github.com/suback/suback/emulator/tree"
)

// finish does what is to be done once all is there.
func (o *output) finish() {
	o.forgetUnknown()
	o.shorten()
	o.parentsFirst()
	o.orderFunctions()
	o.warnOfFunctions()
	o.warnOfRoles()
}

// parentsFirst puts thing groups behind those that they are in.
func (o *output) parentsFirst() {
	groups, byName, depth := o.entries["thingGroups"], map[string]*entry{}, map[*entry]int{}
	for _, e := range groups {
		byName[e.name] = e
	}
	for _, e := range groups {
		for up := e; up != nil && depth[e] <= maxResources; depth[e]++ {
			up = byName[scalarOf(up.node, "parentGroupName")]
		}
	}
	slices.SortStableFunc(groups, func(a, b *entry) int { return depth[a] - depth[b] })
}

// orderFunctions puts first what a reader looks for.
func (o *output) orderFunctions() {
	order := strings.Fields("runtime code zipFile handler environment timeout memorySize")
	for _, e := range o.entries[byNameKey] {
		sorted := mapping()
		for _, key := range order {
			for i := 0; i+1 < len(e.node.Content); i += 2 {
				if e.node.Content[i].Value == key {
					sorted.Content = append(sorted.Content, e.node.Content[i], e.node.Content[i+1])
				}
			}
		}
		for i := 0; i+1 < len(e.node.Content); i += 2 {
			if !slices.Contains(order, e.node.Content[i].Value) {
				sorted.Content = append(sorted.Content, e.node.Content[i], e.node.Content[i+1])
			}
		}
		e.node = sorted
	}
}

// warnOfFunctions tells of authorizers whose functions are not here, or that AWS IoT would not
// invoke on AWS.
func (o *output) warnOfFunctions() {
	for _, a := range o.entries["authorizers"] {
		named := scalarOf(a.node, "authorizerFunctionArn")
		f := o.find(byNameKey, named)
		name, isOurs := strings.CutPrefix(named, o.arn("lambda", "function:"))
		switch {
		case f == nil && isOurs:
			o.remark(a.at, "%s: its function %s is not in the result: nobody is let in by it", a.what, tree.Clip(name))
		case f != nil && get(f.node, "permissions") == nil:
			o.remark(a.at, "%s: no AWS::Lambda::Permission lets iot.amazonaws.com invoke %s, so on AWS it never runs; "+
				"here it does, with a warning", a.what, tree.Clip(f.name))
		}
	}
}

// warnOfRoles tells of role aliases whose roles are not here.
func (o *output) warnOfRoles() {
	for _, a := range o.entries["roleAliases"] {
		name, isOurs := strings.CutPrefix(scalarOf(a.node, "roleArn"), o.arn("iam", "role/"))
		if isOurs && o.find("roles", name) == nil {
			o.remark(a.at, "%s: its role %s is not in the result: it gives nobody credentials", a.what, tree.Clip(name))
		}
	}
}
