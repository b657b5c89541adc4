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
	few   []branch          // names below, while they are few: to compare is sooner than to hash
	below map[string]*index // names below, once they are more
	looks [4]uint64         // what the names of below look like: most others are not hashed
	any   *index            // below +
	here  []*rule           // whose filter ends here
	all   []*rule           // whose filter goes on with #
}

type branch struct {
	name string
	at   *index
}

// mostCompared is how many names are compared one by one.
const mostCompared = 4

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
	next := n.named(level)
	if next == nil {
		next = &index{}
		n.put(branch{level, next})
	}
	return next
}

func (n *index) put(b branch) {
	if n.below == nil && len(n.few) < mostCompared {
		n.few = append(n.few, b)
		return
	}
	if n.below == nil {
		n.below = map[string]*index{}
	}
	for _, b := range append(n.few, b) {
		n.below[b.name] = b.at
		word, bit := look(b.name)
		n.looks[word] |= bit
	}
	n.few = nil
}

// look is what a name looks like: a bit of index.looks.
func look(name string) (word int, bit uint64) {
	sum := uint(len(name))
	if sum > 0 {
		sum += uint(name[0])*7 + uint(name[len(name)-1])*31
	}
	return int(sum / 64 % 4), 1 << (sum % 64)
}

// named is the level below a name; nil if there is none.
func (n *index) named(level string) *index {
	if n.below == nil {
		for i := range n.few {
			if b := &n.few[i]; b.name == level {
				return b.at
			}
		}
		return nil
	}
	if word, bit := look(level); n.looks[word]&bit == 0 {
		return nil
	}
	return n.below[level]
}

// reached adds the rules that a topic reaches to list.
func (n *index) reached(name string, list []*rule) []*rule {
	reserved := strings.HasPrefix(name, "$")
	return n.find(name, !reserved, list)
}

func (n *index) find(name string, wildcards bool, list []*rule) []*rule {
	for {
		level, rest, more := name, "", false
		if i := strings.IndexByte(name, '/'); i >= 0 {
			level, rest, more = name[:i], name[i+1:], true
		}
		if wildcards && n.all != nil {
			list = append(list, n.all...)
		}
		if wildcards && n.any != nil {
			list = n.any.step(rest, more, list)
		}
		switch n = n.named(level); {
		case n == nil:
			return list
		case !more:
			return append(list, n.here...)
		}
		name, wildcards = rest, true
	}
}

// step goes on below a + that has matched.
func (n *index) step(rest string, more bool, list []*rule) []*rule {
	if more {
		return n.find(rest, true, list)
	}
	return append(list, n.here...)
}
