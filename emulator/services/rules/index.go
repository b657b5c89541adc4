package rules

import "strings"

// Which rules a topic reaches
//
//   - FROM is a topic filter: + is one level, # is all below
//   - a wildcard at the first level does not match a topic that begins with $
//
// A publish that reaches no rule costs a look at each of its levels, however many rules
// there are.

// An index is a level of the filters of rules. Nobody changes it once it is built.
type index struct {
	below map[string]*index
	any   *index  // below +
	here  []*rule // whose filter ends here
	all   []*rule // whose filter goes on with #
}

// add puts a rule at its filter.
func (n *index) add(filter string, r *rule) {
	level, rest, more := strings.Cut(filter, "/")
	if level == "#" {
		n.all = append(n.all, r)
		return
	}
	next := n.next(level)
	if !more {
		next.here = append(next.here, r)
		return
	}
	next.add(rest, r)
}

// next is the level below a name or +, made if it is not there.
func (n *index) next(level string) *index {
	if level == "+" {
		if n.any == nil {
			n.any = &index{}
		}
		return n.any
	}
	if n.below == nil {
		n.below = map[string]*index{}
	}
	if n.below[level] == nil {
		n.below[level] = &index{}
	}
	return n.below[level]
}

// reached adds the rules that a topic reaches to list.
func (n *index) reached(name string, list []*rule) []*rule {
	reserved := strings.HasPrefix(name, "$")
	return n.find(name, !reserved, list)
}

func (n *index) find(name string, wildcards bool, list []*rule) []*rule {
	level, rest, more := strings.Cut(name, "/")
	if wildcards {
		list = append(list, n.all...)
		list = n.any.step(rest, more, list)
	}
	return n.below[level].step(rest, more, list)
}

// step goes on below a level that has matched.
func (n *index) step(rest string, more bool, list []*rule) []*rule {
	switch {
	case n == nil:
		return list
	case more:
		return n.find(rest, true, list)
	}
	return append(list, n.here...)
}
