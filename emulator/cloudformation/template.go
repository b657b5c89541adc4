package cloudformation

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/suback/suback/emulator/registry"
)

// The CloudFormation template
//
//   - it can be deployed in any account and region: ARNs of this account have
//     AWS's pseudo parameters in them
//   - names stay as they are here, so each stack needs a region of its own
//   - what must exist before is a parameter, or a function that is listed
//   - what CloudFormation cannot make is listed under Metadata

// A template is one that is being made.
type template struct {
	*registry.Registry
	text  templateText
	ids   map[string]string // logical ids by type and name
	given map[string]bool   // logical ids
}

// A templateText is what is written.
type templateText struct {
	Version     string `yaml:"AWSTemplateFormatVersion"`
	Description string `yaml:"Description"`
	Metadata    struct {
		Suback templateNotes `yaml:"Suback"`
	} `yaml:"Metadata"`
	Parameters map[string]templateParameter `yaml:"Parameters,omitempty"`
	Resources  map[string]templateResource  `yaml:"Resources"`
}

// templateNotes are for who reads the template.
type templateNotes struct {
	NeedsFunctions []string `yaml:"NeedsFunctions,omitempty"`
	NotIncluded    []string `yaml:"NotIncluded,omitempty"`
}

type templateParameter struct {
	Type        string `yaml:"Type"`
	Description string `yaml:"Description"`
	NoEcho      bool   `yaml:"NoEcho,omitempty"`
}

type templateResource struct {
	Type       string         `yaml:"Type"`
	DependsOn  []string       `yaml:"DependsOn,omitempty"`
	Properties map[string]any `yaml:"Properties"`
}

func newTemplate(r *registry.Registry) *template {
	return &template{Registry: r, ids: map[string]string{}, given: map[string]bool{}, text: templateText{
		Version: "2010-09-09", Description: "Written by suback export. Deploy it with --capabilities " +
			"CAPABILITY_NAMED_IAM.",
		Parameters: map[string]templateParameter{}, Resources: map[string]templateResource{}}}
}

// Write writes the template of all that r has.
func Write(w io.Writer, r *registry.Registry) error {
	t := newTemplate(r)
	for _, k := range kinds() {
		if k.add != nil {
			k.add(t)
		}
	}
	for _, k := range kinds() {
		if k.finish != nil {
			k.finish(t)
		}
	}
	text := new(bytes.Buffer)
	out := yaml.NewEncoder(text)
	out.SetIndent(2)
	if err := out.Encode(t.text); err != nil {
		return err
	}
	_, err := w.Write(text.Bytes())
	return err
}

// add adds a resource, of which properties with the value nil or "" are left
// out, and returns its logical id.
func (t *template) add(kind, name string, properties map[string]any, dependsOn ...string) string {
	maps.DeleteFunc(properties, func(_ string, v any) bool { return v == nil || v == "" })
	id := t.id(kind, name)
	slices.Sort(dependsOn)
	t.text.Resources[id] = templateResource{Type: kind, Properties: properties,
		DependsOn: slices.Compact(dependsOn)}
	return id
}

// id is the logical id of a resource: letters and digits, the same for the same.
func (t *template) id(kind, name string) string {
	key := kind + " " + name
	if id, ok := t.ids[key]; ok {
		return id
	}
	base := kind[strings.LastIndex(kind, ":")+1:] + camel(name)
	id := base
	for n := 2; t.given[id]; n++ {
		id = fmt.Sprintf("%sX%d", base, n)
	}
	t.ids[key], t.given[id] = id, true
	return id
}

// ifThere is the id of a resource if the registry has it.
func (t *template) ifThere(kind, name string) []string {
	if id, ok := t.ids[kind+" "+name]; ok {
		return []string{id}
	}
	return nil
}

// camel keeps the letters and digits of a name.
func camel(name string) string {
	out := new(strings.Builder)
	upper := true
	for _, c := range name {
		switch {
		case c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' && !upper:
			out.WriteRune(c)
		case c >= 'a' && c <= 'z':
			out.WriteRune(c - 'a' + 'A')
		}
		upper = c < '0' || c > '9' && c < 'A' || c > 'Z' && c < 'a' || c > 'z'
	}
	return out.String()[:min(out.Len(), 64)]
}

// parameter is a value that whoever deploys must give.
func (t *template) parameter(kind, name, description string) any {
	id := t.id(kind, name)
	t.text.Parameters[id] = templateParameter{Type: "String", Description: description}
	return map[string]any{"Ref": id}
}

// secret is a parameter whose value nobody is shown.
func (t *template) secret(kind, name, description string) any {
	id := t.id(kind, name)
	t.text.Parameters[id] = templateParameter{Type: "String", Description: description, NoEcho: true}
	return map[string]any{"Ref": id}
}

// heldBack is a text with a parameter in place of its secret.
func (t *template) heldBack(s registry.Secret, kind, name, of string) any {
	reference := t.secret(kind, name, s.Name+" of "+of)
	if s.Before+s.After == "" {
		return reference
	}
	escape := strings.NewReplacer("${", "${!")
	text := escape.Replace(s.Before) + "${" + t.id(kind, name) + "}" + escape.Replace(s.After)
	return map[string]any{"Fn::Sub": text}
}

func (t *template) note(format string, args ...any) {
	n := &t.text.Metadata.Suback
	n.NotIncluded = append(n.NotIncluded, fmt.Sprintf(format, args...))
}

// attribute is Fn::GetAtt.
func attribute(id, name string) any { return map[string]any{"Fn::GetAtt": []string{id, name}} }

// here puts AWS's pseudo parameters into ARNs of this account, in texts
// anywhere in v.
func (t *template) here(v any) any {
	switch v := v.(type) {
	case string:
		return t.hereText(v)
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = t.here(v[i])
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for key := range v {
			out[key] = t.here(v[key])
		}
		return out
	}
	return v
}

func (t *template) hereText(s string) any {
	const variable, escaped = "${", "${!"
	text := strings.ReplaceAll(s, variable, escaped)
	text = strings.ReplaceAll(text, ":"+t.Region()+":"+t.Account()+":", ":${AWS::Region}:${AWS::AccountId}:")
	text = strings.ReplaceAll(text, "::"+t.Account()+":", "::${AWS::AccountId}:")
	if text == strings.ReplaceAll(s, variable, escaped) {
		return s
	}
	if rest, ok := strings.CutPrefix(text, "arn:"+t.Partition()+":"); ok {
		text = "arn:${AWS::Partition}:" + rest
	}
	return map[string]any{"Fn::Sub": text}
}
