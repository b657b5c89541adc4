package lint

import (
	"sort"
	"strings"
)

// Intrinsic functions of CloudFormation
//
//   - the text of a Sub and the parts of a Join are read, with unknown for what is put in
//   - ${!name} in a Sub is what a policy has as ${name}
//   - whatever else, as a Ref, is opaque: nothing is found in it

// called is a value with the tag of its short form, as !Sub, undone; any other is returned
// as it is.
func called(v *value, tag string) *value {
	if !strings.HasPrefix(tag, "!") || strings.HasPrefix(tag, "!!") {
		return v
	}
	return call(strings.TrimPrefix(tag, "!"), v, v.at)
}

// call is what a function makes of its argument.
func call(function string, v *value, at spot) *value {
	switch function {
	case "Sub":
		if v.kind == array && len(v.items) > 0 {
			v = v.items[0]
		}
		if v.kind == text {
			return substituted(v, ofSub)
		}
	case "Join":
		if v.kind == array && len(v.items) == 2 && v.items[1].kind == array {
			return joined(v.items[0], v.items[1], at)
		}
	case "Ref", "GetAtt":
		return &value{kind: opaque, at: at, target: targetOf(function, v)}
	}
	return &value{kind: opaque, at: at}
}

// targetOf is what a Ref or GetAtt names; "" if a function within it does.
func targetOf(function string, v *value) string {
	var names []string
	for _, name := range v.list() {
		if name.string() == "" {
			return ""
		}
		names = append(names, name.string())
	}
	return function + " " + strings.Join(names, ".")
}

// functions undoes the long forms, as {"Fn::Sub": …}, in a value of a template.
func functions(v *value) *value {
	if v.kind == object && len(v.members) == 1 {
		m := v.members[0]
		name, is := strings.CutPrefix(m.name, "Fn::")
		if is || name == "Ref" && (m.value.kind == text || m.value.kind == opaque) {
			return call(name, functions(m.value), v.at)
		}
	}
	made := *v
	made.members, made.items = nil, nil
	for _, m := range v.members {
		m.value = functions(m.value)
		made.members = append(made.members, m)
	}
	for _, item := range v.items {
		made.items = append(made.items, functions(item))
	}
	return &made
}

// ofSub is what is left in a Sub of ${name}.
func ofSub(name string) string {
	if literal, is := strings.CutPrefix(name, "!"); is {
		return "${" + literal + "}"
	}
	return unknown
}

// ofServerless is what the Serverless Framework leaves of ${name}: it puts in all but what
// is AWS's.
func ofServerless(name string) string {
	for _, service := range []string{"iot:", "aws:", "cognito-identity.amazonaws.com:"} {
		if strings.HasPrefix(name, service) && !strings.HasPrefix(name, "aws:region") &&
			!strings.HasPrefix(name, "aws:accountId") {
			return "${" + name + "}"
		}
	}
	return unknown
}

// serverless undoes the variables of the Serverless Framework in all texts of a value.
func serverless(v *value) *value {
	made := *v
	if v.kind == text && strings.Contains(v.text, "${") && !v.isOpaque() {
		made := substituted(v, ofServerless)
		made.shown = "" // what is left is as it is written
		return made
	}
	made.members, made.items = nil, nil
	for _, m := range v.members {
		m.value = serverless(m.value)
		made.members = append(made.members, m)
	}
	for _, item := range v.items {
		made.items = append(made.items, serverless(item))
	}
	return &made
}

// substituted is a text with what left says in place of each ${name}.
func substituted(v *value, left func(name string) string) *value {
	made := *v
	var out strings.Builder
	var places [][2]int // of the text that is made, and of the Sub's: where they agree again
	rest := v.text
	for {
		places = append(places, [2]int{out.Len(), len(v.text) - len(rest)})
		before, after, found := strings.Cut(rest, "${")
		out.WriteString(before)
		name, behind, closed := strings.Cut(after, "}")
		if !found || !closed {
			out.WriteString(rest[len(before):])
			break
		}
		out.WriteString(left(name))
		rest = behind
	}
	made.text, made.shown = out.String(), v.text
	if v.inside != nil {
		made.inside = func(i int) spot {
			at := places[sort.Search(len(places), func(j int) bool { return places[j][0] > i })-1]
			return v.inside(at[1] + i - at[0])
		}
	}
	return &made
}

// joined is the text of a Join.
func joined(between, parts *value, at spot) *value {
	made := &value{kind: text, at: at, inside: func(int) spot { return at }}
	var all, shown []string
	for _, part := range parts.items {
		switch {
		case part.kind == text:
			all, shown = append(all, part.text), append(shown, part.show())
		default:
			all, shown = append(all, unknown), append(shown, "…")
		}
	}
	if between.kind != text {
		return &value{kind: opaque, at: at}
	}
	made.text, made.shown = strings.Join(all, between.text), strings.Join(shown, between.text)
	return made
}
