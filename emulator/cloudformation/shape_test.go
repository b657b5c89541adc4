package cloudformation

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// A shape is what CloudFormation wants of a value; testdata/cloudformation.py
// says where it is from.
type shape struct {
	Type       string // string, integer, number, boolean, json, tag, array, map, object or union
	Required   bool
	Enum       []string
	Pattern    string
	Min, Max   int
	Element    *shape
	Types      []shape
	Properties map[string]shape
	Attributes []string // of a resource
}

func shapes(t *testing.T) map[string]shape {
	t.Helper()
	var file struct{ Resources map[string]shape }
	if err := json.Unmarshal(done(os.ReadFile("testdata/cloudformation.json"))(t), &file); err != nil {
		t.Fatal(err)
	}
	for name, s := range file.Resources {
		s.Type = "object"
		file.Resources[name] = s
	}
	return file.Resources
}

// wrong lists what is wrong with a value without intrinsic functions.
func (s shape) wrong(path string, v any) []string {
	fail := func(format string, args ...any) []string { return []string{path + ": " + fmt.Sprintf(format, args...)} }
	switch s.Type {
	case "string":
		text, ok := v.(string)
		switch {
		case !ok:
			return fail("is %T, want a string", v)
		case s.Enum != nil && !slices.Contains(s.Enum, text):
			return fail("is %q, want one of %v", text, s.Enum)
		case s.Pattern != "" && !regexp.MustCompile(`\A(?:`+strings.ReplaceAll(s.Pattern, `\p{Graph}`, `[:graph:]`)+`)\z`).MatchString(text):
			return fail("is %q, want %s", text, s.Pattern)
		case utf8.RuneCountInString(text) < s.Min, s.Max > 0 && utf8.RuneCountInString(text) > s.Max:
			return fail("has %d characters, want %d to %d", utf8.RuneCountInString(text), s.Min, s.Max)
		}
	case "integer", "number":
		if _, ok := v.(int); !ok {
			return fail("is %T, want a number", v)
		}
	case "boolean":
		if _, ok := v.(bool); !ok {
			return fail("is %T, want true or false", v)
		}
	case "tag":
		return shape{Type: "object", Properties: map[string]shape{"Key": {Type: "string", Required: true, Min: 1, Max: 128},
			"Value": {Type: "string", Required: true, Max: 256}}}.wrong(path, v)
	case "json":
		if _, ok := v.(map[string]any); !ok {
			return fail("is %T, want an object", v)
		}
	case "union":
		if !slices.ContainsFunc(s.Types, func(t shape) bool { return t.wrong(path, v) == nil }) {
			return fail("is %T, want one of %d types", v, len(s.Types))
		}
	default:
		return s.wrongInside(path, v)
	}
	return nil
}

// wrongInside is wrong for what has values inside.
func (s shape) wrongInside(path string, v any) (all []string) {
	list, isList := v.([]any)
	object, isObject := v.(map[string]any)
	if s.Type == "array" != isList || s.Type != "array" != isObject {
		return []string{fmt.Sprintf("%s: is %T, want %s", path, v, s.Type)}
	}
	for i := range list {
		all = append(all, s.Element.wrong(fmt.Sprintf("%s[%d]", path, i), list[i])...)
	}
	for name, inner := range object {
		p := path + "." + name
		property, known := s.Properties[name]
		switch {
		case s.Type == "map":
			all = append(all, s.Element.wrong(p, inner)...)
		case !known:
			all = append(all, p+": there is no such property")
		default:
			all = append(all, property.wrong(p, inner)...)
		}
	}
	for name, property := range s.Properties {
		if _, there := object[name]; property.Required && !there {
			all = append(all, path+"."+name+": is missing")
		}
	}
	return all
}

// A stack resolves the references of a template.
type stack struct {
	Parameters map[string]struct {
		Description string `yaml:"Description"`
	} `yaml:"Parameters"`
	Resources map[string]struct {
		Type       string         `yaml:"Type"`
		DependsOn  []string       `yaml:"DependsOn"`
		Properties map[string]any `yaml:"Properties"`
	} `yaml:"Resources"`
	Metadata struct {
		Suback struct {
			NeedsFunctions []string `yaml:"NeedsFunctions"`
			NotIncluded    []string `yaml:"NotIncluded"`
		} `yaml:"Suback"`
	} `yaml:"Metadata"`

	shapes map[string]shape
	used   map[string][]string // ids of resources by the ids of those that name them
}

var pseudo = map[string]string{"AWS::Region": "eu-west-1", "AWS::AccountId": "999999999999", "AWS::Partition": "aws"}

// resolved returns a value as CloudFormation has it after deploying the rest.
func (s *stack) resolved(t *testing.T, of string, v any) any {
	t.Helper()
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = s.resolved(t, of, v[i])
		}
		return out
	case map[string]any:
		for name, argument := range v {
			if name == "Ref" || strings.HasPrefix(name, "Fn::") {
				if len(v) != 1 {
					t.Errorf("%s: got %v, want the function alone", of, v)
				}
				return s.call(t, of, name, argument)
			}
		}
		out := map[string]any{}
		for name := range v {
			out[name] = s.resolved(t, of, v[name])
		}
		return out
	}
	return v
}

func (s *stack) call(t *testing.T, of, name string, argument any) any {
	t.Helper()
	switch name {
	case "Ref":
		id := argument.(string)
		if value, ok := pseudo[id]; ok {
			return value
		}
		if p, ok := s.Parameters[id]; ok {
			if p.Description == "" {
				t.Errorf("parameter %s: got no description", id)
			}
			return "arn:aws:acm:eu-west-1:999999999999:certificate/5f2f3a0e-6b1c-4c7e-9d0a-0123456789ab"
		}
		s.use(t, of, id)
		return "id-of-" + id
	case "Fn::GetAtt":
		list := argument.([]any)
		id, attribute := list[0].(string), list[1].(string)
		s.use(t, of, id)
		if kind := s.Resources[id].Type; !slices.Contains(s.shapes[kind].Attributes, attribute) {
			t.Errorf("%s: %s has no attribute %s", of, kind, attribute)
		}
		return "arn:aws:iot:eu-west-1:999999999999:thing/of-" + id
	case "Fn::Sub":
		return regexp.MustCompile(`\$\{[^}]*\}`).ReplaceAllStringFunc(argument.(string), func(variable string) string {
			inner := variable[2 : len(variable)-1]
			if rest, escaped := strings.CutPrefix(inner, "!"); escaped {
				return "${" + rest + "}"
			}
			if s.Parameters[inner].Description != "" {
				return inner
			}
			if _, ok := pseudo[inner]; !ok {
				t.Errorf("%s: there is no %s", of, variable)
			}
			return pseudo[inner]
		})
	}
	t.Errorf("%s: got function %s, want Ref, Fn::GetAtt or Fn::Sub", of, name)
	return nil
}

func (s *stack) use(t *testing.T, of, id string) {
	t.Helper()
	if _, ok := s.Resources[id]; !ok {
		t.Errorf("%s: names %s, which is no resource", of, id)
	}
	s.used[of] = append(s.used[of], id)
}

// deploy checks a template, and returns the properties by type and logical id.
func deploy(t *testing.T, text string) (*stack, map[string]map[string]any) {
	t.Helper()
	s := &stack{shapes: shapes(t), used: map[string][]string{}}
	if err := yaml.Unmarshal([]byte(text), s); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	made := map[string]map[string]any{}
	for id, r := range s.Resources {
		kind, known := s.shapes[r.Type]
		if !known || !regexp.MustCompile(`\A[A-Za-z0-9]{1,255}\z`).MatchString(id) {
			t.Errorf("%s: got type %s, want a known one, and letters and digits", id, r.Type)
		}
		for _, other := range r.DependsOn {
			s.use(t, id, other)
		}
		made[id] = s.resolved(t, id, r.Properties).(map[string]any)
		for _, problem := range kind.wrong(id, made[id]) {
			t.Errorf("%s %s (CloudFormation's resource schema)", r.Type, problem)
		}
	}
	for id := range s.Resources {
		s.wantNoCircle(t, id, nil)
	}
	return s, made
}

func (s *stack) wantNoCircle(t *testing.T, id string, above []string) {
	t.Helper()
	if slices.Contains(above, id) {
		t.Fatalf("got a circle %v", append(above, id))
	}
	for _, other := range s.used[id] {
		s.wantNoCircle(t, other, append(above, id))
	}
}

// TestShapes: what checks the templates finds mistakes.
func TestShapes(t *testing.T) {
	tests := []struct {
		kind       string
		properties string
		want       string
	}{
		{"AWS::IoT::Policy", `{PolicyDocument: {}}`, ""},
		{"AWS::IoT::Policy", `{PolicyName: p}`, ".PolicyDocument: is missing"},
		{"AWS::IoT::Policy", `{PolicyDocument: {}, PolicyName: a b}`, `.PolicyName: is "a b", want [\w+=,.@-]+`},
		{"AWS::IoT::Policy", `{PolicyDocument: {}, Name: p}`, ".Name: there is no such property"},
		{"AWS::IoT::Policy", `{PolicyDocument: [1]}`, ".PolicyDocument: is []interface {}, want one of 2 types"},
		{"AWS::IoT::Policy", `{PolicyDocument: {}, PolicyName: ` + strings.Repeat("p", 129) + `}`,
			".PolicyName: has 129 characters, want 1 to 128"},
		{"AWS::IoT::Policy", `{PolicyDocument: {}, Tags: {a: b}}`, ".Tags: is map[string]interface {}, want array"},
		{"AWS::IoT::Policy", `{PolicyDocument: {}, Tags: [{Key: a}]}`, ".Tags[0].Value: is missing"},
		{"AWS::IoT::Certificate", `{Status: active}`, `.Status: is "active", want one of [ACTIVE INACTIVE`},
		{"AWS::IoT::RoleAlias", `{RoleArn: "arn:aws:iam::999999999999:role/r", CredentialDurationSeconds: "900"}`,
			".CredentialDurationSeconds: is string, want a number"},
		{"AWS::IoT::ThingType", `{DeprecateThingType: "true"}`, ".DeprecateThingType: is string, want true or false"},
		{"AWS::IoT::Thing", `{AttributePayload: {Attributes: {a: 1}}}`, ".AttributePayload.Attributes.a: is int, want a string"},
	}
	all := shapes(t)
	for _, tt := range tests {
		var properties map[string]any
		if err := yaml.Unmarshal([]byte(tt.properties), &properties); err != nil {
			t.Fatal(err)
		}
		got := strings.Join(all[tt.kind].wrong("", properties), "; ")
		if !strings.HasPrefix(got, tt.want) || tt.want == "" && got != "" {
			t.Errorf("%s %s: got %q, want %q", tt.kind, tt.properties, got, tt.want)
		}
	}
}
