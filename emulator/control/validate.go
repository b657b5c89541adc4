package control

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Validation by the service model
//
//   - all constraints that are not satisfied are listed in one sentence:
//     "2 validation errors detected: Value at 'x' failed to satisfy constraint: …;
//     Value at …" [A-326]
//   - of one value the pattern comes before the length; members come in
//     the order of their names [guess]
//   - the value itself is not repeated
//   - keys and values of maps, and plain members of lists, are reported with all
//     constraints that they have

// A finding is what is wrong with one member.
type finding struct{ path, constraint string }

// validate returns AWS's InvalidRequestException if an input breaks a
// constraint of the model.
func (m *model) validate(op *modelOperation, in values) error {
	found := m.structure("", m.input(op), in)
	if len(found) == 0 {
		return nil
	}
	texts := make([]string, len(found))
	for i, f := range found {
		texts[i] = fmt.Sprintf("Value at '%s' failed to satisfy constraint: %s", f.path, f.constraint)
	}
	errors := "error"
	if len(found) > 1 {
		errors = "errors"
	}
	return refuse(invalidRequest, "%d validation %s detected: %s", len(found), errors, strings.Join(texts, "; "))
}

func (m *model) structure(path string, s *shape, in values) (found []finding) {
	for _, name := range slices.Sorted(maps.Keys(s.Members)) {
		at := strings.TrimPrefix(path+"."+name, ".")
		v, ok := in[name]
		switch {
		case ok:
			found = append(found, m.value(at, m.Shapes[s.Members[name].Shape], v)...)
		case slices.Contains(s.Required, name):
			found = append(found, finding{at, "Member must not be null"})
		}
	}
	return found
}

func (m *model) value(path string, s *shape, v any) (found []finding) {
	switch s.Type {
	case "structure":
		return m.structure(path, s, v.(values))
	case "list":
		return append(lengthFindings(path, s, float64(len(v.([]any)))), m.list(path, s, v.([]any))...)
	case "map":
		return append(lengthFindings(path, s, float64(len(v.(values)))), m.entries(path, s, v.(values))...)
	case "string":
		return stringFindings(path, s, v.(string))
	case "blob":
		return lengthFindings(path, s,
			float64(base64.RawStdEncoding.DecodedLen(len(strings.TrimRight(v.(string), "=")))))
	case "integer", "long", "double":
		return numberFindings(path, s, v.(json.Number))
	}
	return nil
}

func (m *model) list(path string, s *shape, list []any) (found []finding) {
	of := m.Shapes[s.Member]
	for i, v := range list {
		at := path + "." + strconv.Itoa(i+1) + ".member"
		switch {
		case v == nil:
			found = append(found, finding{at, "Member must not be null"})
		case of.Type == "structure":
			found = append(found, m.structure(at, of, v.(values))...)
		case len(m.value(path, of, v)) > 0:
			return append(found, finding{path, "Member must satisfy constraint: " + of.constraints()})
		}
	}
	return found
}

func (m *model) entries(path string, s *shape, entries values) (found []finding) {
	key, value := m.Shapes[s.Key], m.Shapes[s.Value]
	for _, k := range slices.Sorted(maps.Keys(entries)) {
		if len(m.value(path, key, k)) > 0 {
			found = append(found, finding{path, "Map keys must satisfy constraint: " + key.constraints()})
			break
		}
	}
	for _, k := range slices.Sorted(maps.Keys(entries)) {
		v := entries[k]
		switch {
		case v == nil:
			continue // for the operation to judge
		case value.Type == "structure":
			found = append(found, m.structure(path+"."+k+".member", value, v.(values))...)
		case len(m.value(path, value, v)) > 0:
			return append(found, finding{path, "Map value must satisfy constraint: " + value.constraints()})
		}
	}
	return found
}

// constraints are all that a shape has, in AWS's order.
func (s *shape) constraints() string {
	var all []string
	if s.Max != nil {
		all = append(all, atMost("length", *s.Max))
	}
	if s.Min != nil || s.Max != nil {
		all = append(all, atLeast("length", deref(s.Min)))
	}
	if s.Pattern != "" {
		all = append(all, patternOf(s))
	}
	if len(s.Enum) > 0 {
		all = append(all, enumOf(s))
	}
	return "[" + strings.Join(all, ", ") + "]"
}

func stringFindings(path string, s *shape, v string) (found []finding) {
	if s.pattern != nil && !s.pattern.MatchString(v) {
		found = append(found, finding{path, patternOf(s)})
	}
	if len(s.Enum) > 0 && !slices.Contains(s.Enum, v) {
		found = append(found, finding{path, enumOf(s)})
	}
	return append(found, lengthFindings(path, s, float64(utf8.RuneCountInString(v)))...)
}

func numberFindings(path string, s *shape, v json.Number) []finding {
	f, _ := v.Float64() // out of range is infinite, which fails as it should
	return bounds(path, "value", s, f)
}

func lengthFindings(path string, s *shape, n float64) []finding {
	return bounds(path, "length", s, n)
}

func bounds(path, what string, s *shape, n float64) []finding {
	switch {
	case s.Min != nil && n < *s.Min:
		return []finding{{path, atLeast(what, *s.Min)}}
	case s.Max != nil && n > *s.Max:
		return []finding{{path, atMost(what, *s.Max)}}
	}
	return nil
}

func atLeast(what string, n float64) string {
	return fmt.Sprintf("Member must have %s greater than or equal to %v", what, n)
}

func atMost(what string, n float64) string {
	return "Member must have " + what + " less than or equal to " + strconv.FormatFloat(n, 'f', -1, 64)
}

func patternOf(s *shape) string {
	return "Member must satisfy regular expression pattern: " + s.Pattern
}

func enumOf(s *shape) string {
	return "Member must satisfy enum value set: [" + strings.Join(s.Enum, ", ") + "]"
}

func deref(f *float64) float64 {
	if f == nil {
		return 0
	}
	return *f
}
