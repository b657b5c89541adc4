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

// call is what a function makes of its argument.
func call(function string, v *value, at spot) *value {
	switch function {
	case "Sub":
		if v.Kind == array && len(v.Items) > 0 {
			v = v.Items[0]
		}
		if v.Kind == text {
			return substituted(v, ofSub)
		}
	case "Join":
		if v.Kind == array && len(v.Items) == 2 && v.Items[1].Kind == array {
			return joined(v.Items[0], v.Items[1], at)
		}
	case "Ref", "GetAtt":
		return &value{Kind: opaque, At: at, Target: targetOf(function, v)}
	}
	return &value{Kind: opaque, At: at}
}

// targetOf is what a Ref or GetAtt names; "" if a function within it does.
func targetOf(function string, v *value) string {
	var names []string
	for _, name := range v.List() {
		if name.String() == "" {
			return ""
		}
		names = append(names, name.String())
	}
	return function + " " + strings.Join(names, ".")
}

// functions undoes all functions in a value of a template.
func functions(v *value) *value { return undone(v, func(*value) bool { return true }) }

// isShort: a text that is no template has no others.
func isShort(v *value) bool { return v.IsShort }

// undone is a value with the functions in it undone that are meant.
func undone(v *value, isMeant func(*value) bool) *value {
	if v.Kind == object && len(v.Members) == 1 && isMeant(v) {
		m := v.Members[0]
		name, is := strings.CutPrefix(m.Name, "Fn::")
		if is || v.IsShort || name == "Ref" && (m.Value.Kind == text || m.Value.Kind == opaque) {
			return call(name, undone(m.Value, isMeant), v.At)
		}
	}
	made := *v
	made.Members, made.Items = nil, nil
	for _, m := range v.Members {
		m.Value = undone(m.Value, isMeant)
		made.Members = append(made.Members, m)
	}
	for _, item := range v.Items {
		made.Items = append(made.Items, undone(item, isMeant))
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
	if v.Kind == text && strings.Contains(v.Text, "${") && !v.IsOpaque() {
		made := substituted(v, ofServerless)
		made.Shown = "" // what is left is as it is written
		return made
	}
	made.Members, made.Items = nil, nil
	for _, m := range v.Members {
		m.Value = serverless(m.Value)
		made.Members = append(made.Members, m)
	}
	for _, item := range v.Items {
		made.Items = append(made.Items, serverless(item))
	}
	return &made
}

// substituted is a text with what left says in place of each ${name}.
func substituted(v *value, left func(name string) string) *value {
	made := *v
	var out strings.Builder
	var places [][2]int // of the text that is made, and of the Sub's: where they agree again
	rest := v.Text
	for {
		places = append(places, [2]int{out.Len(), len(v.Text) - len(rest)})
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
	made.Text, made.Shown = out.String(), v.Text
	if v.Inside != nil {
		made.Inside = func(i int) spot {
			at := places[sort.Search(len(places), func(j int) bool { return places[j][0] > i })-1]
			return v.Inside(at[1] + i - at[0])
		}
	}
	return &made
}

// joined is the text of a Join.
func joined(between, parts *value, at spot) *value {
	made := &value{Kind: text, At: at, Inside: func(int) spot { return at }}
	var all, shown []string
	for _, part := range parts.Items {
		switch {
		case part.Kind == text:
			all, shown = append(all, part.Text), append(shown, part.Show())
		default:
			all, shown = append(all, unknown), append(shown, "…")
		}
	}
	if between.Kind != text {
		return &value{Kind: opaque, At: at}
	}
	made.Text, made.Shown = strings.Join(all, between.Text), strings.Join(shown, between.Text)
	return made
}
