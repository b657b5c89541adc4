package policy

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"
)

// A repair is a set of changes to a pattern that undo frequent mistakes.
type repair uint8

const (
	undefined  repair = 1 << iota // take an undefined variable for "*" [B-506]
	endpoint                      // any partition, region and account [B-505]
	kind                          // topic/ for topicfilter/ and the like [B-502, B-504]
	wildcards                     // "+" and "#" as in MQTT [B-503, B-221]
	letterCase                    // upper is lower [B-207]
	slash                         // no leading slash [B-208]
	allRepairs = slash<<1 - 1
)

// repaired finds the fewest changes, three at most, that make an Allow match.
// So every change it names is needed.
func (q request) repaired(allows []bound) (Hint, bool) {
	best, least := Hint{}, 4
	for _, s := range allows {
		if s.notResource {
			continue
		}
		for _, e := range s.elements {
			if r, ok := q.repair(s, e, least); ok {
				least = bits.OnesCount8(uint8(r))
				best = r.hint(fmt.Sprintf("%s.Statement[%d]", s.document, s.index), e, q)
			}
		}
	}
	return best, least < 4
}

// repair finds a repair of one pattern of s with fewer changes than most.
func (q request) repair(s bound, e element, most int) (best repair, ok bool) {
	if len(e.fields) != arnFields || strings.Count(q.arn, ":") < arnFields-1 {
		return 0, false
	}
	needed, useful := q.changes(e)
	if s.forAnother(e, q.action.resourceType()) {
		useful &^= kind
	}
	for r := repair(1); r <= allRepairs; r++ {
		if r&needed != needed || r&^useful != 0 || bits.OnesCount8(uint8(r)) >= most {
			continue
		}
		if r.matches(e, q) {
			best, ok, most = r, true, bits.OnesCount8(uint8(r))
		}
	}
	return best, ok
}

// forAnother reports whether a pattern is there for another action that the statement
// names, beside one of the wanted type, and no slip: topic/ and topicfilter/ are taken for
// each other, but not all there is of either, and client/ for neither.
func (s bound) forAnother(e element, want string) bool {
	found, rest, _ := strings.Cut(string(e.fields[arnFields-1]), "/")
	alike := strings.HasPrefix(found, "topic") && strings.HasPrefix(want, "topic") && rest != string(run)
	return found != want && !alike && s.needs(found) && slices.ContainsFunc(s.elements, func(e element) bool {
		return len(e.fields) == arnFields && strings.HasPrefix(string(e.fields[arnFields-1]), want+"/")
	})
}

// needs reports whether an action that the statement names is judged on resources of a type.
func (s *statement) needs(resourceType string) bool {
	return slices.ContainsFunc(knownActions(), func(a Action) bool {
		return a.resourceType() == resourceType && s.names(a.lower())
	})
}

// changes says which repairs the pattern cannot do without, and which would
// change anything, so that few have to be tried.
func (q request) changes(e element) (needed, useful repair) {
	name, text := string(e.fields[arnFields-1]), lastField(q.arn)
	if len(e.missing) > 0 {
		needed |= undefined
	}
	have := strings.SplitN(q.arn, ":", arnFields)
	for _, i := range []int{1, 3, 4} {
		if !e.fields[i].match(have[i]) {
			needed |= endpoint
		}
	}
	useful = needed
	if string(withKind(glob(name), q.action.resourceType())) != name {
		useful |= kind
	}
	if strings.ContainsAny(name, "+#") {
		useful |= wildcards
	}
	if lower(name) != name || lower(text) != text {
		useful |= letterCase
	}
	if strings.Contains(name, "//") || strings.Contains(text, "//") {
		useful |= slash
	}
	return needed, useful
}

// matches reports whether the pattern, so repaired, matches the request.
func (r repair) matches(e element, q request) bool {
	fields := slices.Clone(e.fields)
	name, arn := &fields[arnFields-1], q.arn
	if r&endpoint != 0 {
		fields[1], fields[3], fields[4] = run, run, run
	}
	if r&kind != 0 {
		*name = withKind(*name, q.action.resourceType())
	}
	if r&wildcards != 0 {
		*name = glob(strings.NewReplacer("+", string(run), "#", string(run)).Replace(string(*name)))
	}
	if r&slash != 0 {
		*name = glob(strings.Replace(string(*name), "//", "/", 1))
		arn = strings.Replace(arn, "//", "/", 1)
	}
	if r&letterCase != 0 {
		*name, arn = glob(lower(string(*name))), q.arn[:len(q.arn)-len(lastField(q.arn))]+lower(lastField(arn))
	}
	return element{resolved{fields: fields}}.match(arn)
}

// lower leaves the wildcard bytes alone, which strings.ToLower would not.
func lower(text string) string {
	b := []byte(text)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// withKind replaces the resource type of a pattern, or adds it.
func withKind(name glob, want string) glob {
	found, rest, _ := strings.Cut(string(name), "/")
	switch found {
	case "client", "topic", "topicfilter", "thing", "rolealias":
		return glob(want + "/" + rest)
	}
	return glob(want+"/") + name
}

// hint says what the repair had to change.
func (r repair) hint(place string, e element, q request) Hint {
	pattern, text := e.shown[arnFields-1], lastField(q.arn)
	if r&endpoint != 0 {
		pattern, text = e.String(), q.arn
	}
	var why, rules []string
	add := func(rule, format string, args ...any) {
		why, rules = append(why, fmt.Sprintf(format, args...)), append(rules, rule)
	}
	if r&undefined != 0 {
		add("B-506", "${%s} is undefined for this connection", e.missing[0])
	}
	if r&endpoint != 0 {
		add("B-505", "%s", endpointWhy(e, q))
		if q.action == Connect {
			rules = append(rules, "D-9")
		}
	}
	if r&kind != 0 {
		rule, more := kindRule(q.action)
		add(rule, "%s is judged on %s/", q.action, q.action.resourceType())
		rules = append(rules, more...)
	}
	if r&wildcards != 0 {
		rule := "B-503"
		if q.action == Subscribe {
			rule = "B-221"
		}
		add(rule, `"+" and "#" are plain characters in a policy, "*" is the wildcard`)
	}
	if r&letterCase != 0 {
		add("B-518", "case counts")
	}
	if r&slash != 0 {
		add("B-208", `a leading "/" counts`)
	}
	return Hint{allows(place, q.action, pattern, text) + ": " + strings.Join(why, "; "), rules}
}

// endpointWhy names the fields that differ.
func endpointWhy(e element, q request) string {
	have := strings.SplitN(q.arn, ":", arnFields)
	var differ []string
	for i, name := range []string{1: "partition", 3: "region", 4: "account"} {
		if name != "" && !e.fields[i].match(have[i]) {
			differ = append(differ, fmt.Sprintf("the %s here is %q, not %q", name, have[i], e.shown[i]))
		}
	}
	return strings.Join(differ, ", ")
}

// kindRule: which mistake it is to name the wrong type of resource.
func kindRule(a Action) (rule string, more []string) {
	switch a {
	case Connect:
		return "D-9", nil
	case Subscribe:
		return "B-504", []string{"D-13"}
	case Publish, RetainPublish, Receive:
		return "B-502", []string{"D-13"}
	}
	return "B-209", nil
}
