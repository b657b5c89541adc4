package scenario

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"

	"github.com/suback/suback/emulator/config"
	"github.com/suback/suback/emulator/packed"
)

var update = flag.Bool("update", false, "write schema.json and the golden files")

// TestSchema: the schema that editors get is what the types of the format say.
func TestSchema(t *testing.T) {
	want := append(must(json.MarshalIndent(newSchemaMaker(t).schema(), "", "  ")), '\n')
	if *update {
		if err := errors.Join(os.WriteFile("schema.json", want, 0o644), packed.Write("schema.json"+packed.Extension, want)); err != nil {
			t.Fatal(err)
		}
		t.Skip("the program must be built with it")
	}
	onDisk := must(os.ReadFile("schema.json"))
	if string(Schema()) != string(want) || string(onDisk) != string(want) {
		t.Error("schema.json is not what format.go says: go test ./emulator/scenario -run TestSchema -update")
	}
}

// A schemaMaker writes types as definitions, with the comments of their fields.
type schemaMaker struct {
	comments map[string]string // by Type and Type.Field
	defs     map[string]any
}

func newSchemaMaker(t *testing.T) *schemaMaker {
	t.Helper()
	m := &schemaMaker{comments: map[string]string{}, defs: map[string]any{}}
	var decls []ast.Decl
	for _, file := range []string{"format.go", "format_identity.go"} {
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		decls = append(decls, parsed.Decls...)
	}
	for _, d := range decls {
		gen, ok := d.(*ast.GenDecl)
		if !ok || gen.Tok != token.TYPE {
			continue
		}
		spec := gen.Specs[0].(*ast.TypeSpec)
		m.comments[spec.Name.Name] = oneLine(gen.Doc)
		for _, f := range spec.Type.(*ast.StructType).Fields.List {
			for _, name := range f.Names {
				m.comments[spec.Name.Name+"."+name.Name] = oneLine(f.Doc)
			}
		}
	}
	return m
}

func oneLine(c *ast.CommentGroup) string { return strings.Join(strings.Fields(c.Text()), " ") }

func (m *schemaMaker) schema() map[string]any {
	root := m.object(reflect.TypeFor[File]())
	root["$schema"] = "http://json-schema.org/draft-07/schema#"
	root["title"] = "Suback scenarios"
	root["definitions"] = m.defs
	return root
}

// of is the schema of a type; structs become definitions.
func (m *schemaMaker) of(t reflect.Type) map[string]any {
	number := map[string]any{"type": "integer", "minimum": 0}
	payload := map[string]any{}
	switch t {
	case reflect.TypeFor[Version]():
		return map[string]any{"enum": []any{"3.1.1", "5", 3, 5}}
	case reflect.TypeFor[Transport]():
		return map[string]any{"enum": AllTransports()}
	case reflect.TypeFor[Duration]():
		return map[string]any{"type": "string", "pattern": `^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$`}
	case reflect.TypeFor[Payload]():
		return payload
	case reflect.TypeFor[Policy]():
		return map[string]any{"type": []any{"object", "array", "string"}}
	case reflect.TypeFor[Resources]():
		return m.resources()
	}
	switch t.Kind() {
	case reflect.Pointer:
		return m.of(t.Elem())
	case reflect.Struct:
		if m.defs[t.Name()] == nil {
			m.defs[t.Name()] = true // it may be within itself
			m.defs[t.Name()] = m.withShort(t)
		}
		return map[string]any{"$ref": "#/definitions/" + t.Name()}
	case reflect.Slice:
		one := m.of(t.Elem())
		return map[string]any{"anyOf": []any{map[string]any{"type": "array", "items": one}, one}}
	case reflect.Map:
		values := m.of(t.Elem())
		if t.Elem().Kind() == reflect.Pointer {
			values = map[string]any{"anyOf": []any{values, map[string]any{"type": "null"}}}
		}
		return map[string]any{"type": "object", "additionalProperties": values}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.String:
		return map[string]any{"type": []any{"string", "number"}}
	}
	return number
}

// withShort is an object, or the plain value that stands for it.
func (m *schemaMaker) withShort(t reflect.Type) map[string]any {
	object := m.object(t)
	if t == reflect.TypeFor[Outcome]() {
		return map[string]any{"description": object["description"], "anyOf": []any{
			map[string]any{"enum": outcomeWords()}, map[string]any{"type": "integer"}, object}}
	}
	for _, k := range keysOf(t) {
		if k.short {
			return map[string]any{"description": object["description"], "anyOf": []any{m.of(k.field.Type), object}}
		}
	}
	return object
}

func (m *schemaMaker) object(t reflect.Type) map[string]any {
	properties := map[string]any{}
	for _, k := range keysOf(t) {
		owner := t
		if len(k.index) > 1 {
			owner = t.Field(k.index[0]).Type
		}
		property := maps.Clone(m.of(k.field.Type))
		if property["$ref"] != nil {
			property = map[string]any{"allOf": []any{property}}
		}
		if k.above0 && property["minimum"] != nil {
			property["minimum"] = 1
		}
		property["description"] = m.comments[owner.Name()+"."+k.field.Name]
		properties[k.name] = property
	}
	return map[string]any{"type": "object", "additionalProperties": false, "properties": properties,
		"description": m.comments[t.Name()]}
}

// resources are the keys of suback.yaml, with anything in them.
func (m *schemaMaker) resources() map[string]any {
	properties := map[string]any{}
	for _, k := range keysOf(reflect.TypeFor[config.Config]()) {
		properties[k.name] = map[string]any{}
	}
	return map[string]any{"type": "object", "additionalProperties": false, "properties": properties}
}

// TestSchemaComments: each key is described.
func TestSchemaComments(t *testing.T) {
	m := newSchemaMaker(t)
	m.schema()
	for name, text := range m.comments {
		_, field, isField := strings.Cut(name, ".")
		if text == "" && isField && !slices.Contains([]string{"file", "line", "spoilt", "answer", "refresh"}, field) {
			t.Errorf("%s has no comment", name)
		}
	}
}

// TestSchemaAgrees: what the parser takes the schema takes, and what it refuses because of a
// key or the kind of a value the schema refuses.
func TestSchemaAgrees(t *testing.T) {
	var root map[string]any
	if err := json.Unmarshal(Schema(), &root); err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob("../../fixtures/scenarios/*.yaml")
	for _, file := range files {
		if problem := invalid(root, root, generic(t, must(os.ReadFile(file))), file); problem != "" {
			t.Errorf("got %s, want the schema to take what the parser takes", problem)
		}
	}
	for _, text := range []string{
		"nmae: x\nsteps: [connect: a]",
		"name: x\nsteps: [conect: a]",
		"name: x\nsteps: [connect: {client: a, expects: granted}]",
		"name: x\nsteps: [connect: {client: a, expect: yes}]",
		"name: x\nsteps: [connect: a]\nversions: [4]",
		"name: x\nsteps: [connect: a]\ntransports: [udp]",
		"name: x\nsteps: [{connect: a}, {advance: 30}]",
		"name: x\nclients: {a: {cleanStart: maybe}}\nsteps: [connect: a]",
		"name: x\nresources: {polices: []}\nsteps: [connect: a]",
		"name: x\nsteps: [{connect: a}, {publish: {client: a, topic: t, qos: one}}]",
		"name: x\nclients: {a: {sign: {acces: x}}}\nsteps: [connect: a]",
		"name: x\nclients: {a: {certificate: {expired: soon}}}\nsteps: [connect: a]",
		"name: x\nsteps: [{connect: {client: a, expect: {status: often}}}]",
		"name: x\nsteps: [{connect: a}, {event: {functoin: door}}]",
		"name: x\nclients: {a: {receiveMaximum: 0}}\nsteps: [connect: a]",
	} {
		if _, err := Parse("x.yaml", []byte(text)); err == nil {
			t.Errorf("%q: the parser takes it, want a mistake", text)
		}
		if invalid(root, root, generic(t, []byte(text)), "x") == "" {
			t.Errorf("%q: the schema takes it, want it refused as the parser does", text)
		}
	}
}

// generic is YAML as JSON has it.
func generic(t *testing.T, text []byte) (v any) {
	t.Helper()
	var own any
	if err := yaml.Unmarshal(text, &own); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(must(json.Marshal(own)), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// invalid says where a value is not what a schema wants, with those words of JSON Schema
// that ours has.
func invalid(root, schema map[string]any, v any, at string) string {
	if ref, ok := schema["$ref"].(string); ok {
		schema = root["definitions"].(map[string]any)[strings.TrimPrefix(ref, "#/definitions/")].(map[string]any)
	}
	for _, word := range []string{"anyOf", "allOf"} {
		list, ok := schema[word].([]any)
		bad := 0
		for _, s := range list {
			if invalid(root, s.(map[string]any), v, at) != "" {
				bad++
			}
		}
		if ok && (bad == len(list) || word == "allOf" && bad > 0) {
			return fmt.Sprintf("%s: %v is nothing of %s", at, v, word)
		}
	}
	is := func(e any) bool { return reflect.DeepEqual(e, v) }
	if enum, ok := schema["enum"].([]any); ok && !slices.ContainsFunc(enum, is) {
		return fmt.Sprintf("%s: %v is none of %v", at, v, enum)
	}
	if want := schema["type"]; want != nil && !isType(want, v) {
		return fmt.Sprintf("%s: %v is no %v", at, v, want)
	}
	if least, ok := schema["minimum"].(float64); ok && v.(float64) < least {
		return fmt.Sprintf("%s: %v is less than %v", at, v, least)
	}
	properties, _ := schema["properties"].(map[string]any)
	if object, ok := v.(map[string]any); ok {
		for key, inner := range object {
			s, known := properties[key].(map[string]any)
			if !known {
				if s, known = schema["additionalProperties"].(map[string]any); !known && schema["additionalProperties"] == false {
					return fmt.Sprintf("%s has an unknown key %s", at, key)
				}
			}
			if problem := invalid(root, s, inner, at+"."+key); known && problem != "" {
				return problem
			}
		}
	}
	items, _ := schema["items"].(map[string]any)
	if list, ok := v.([]any); ok && items != nil {
		for i, inner := range list {
			if problem := invalid(root, items, inner, fmt.Sprintf("%s[%d]", at, i)); problem != "" {
				return problem
			}
		}
	}
	return ""
}

func isType(want, v any) bool {
	if list, ok := want.([]any); ok {
		return slices.ContainsFunc(list, func(w any) bool { return isType(w, v) })
	}
	switch v := v.(type) {
	case map[string]any:
		return want == "object"
	case []any:
		return want == "array"
	case string:
		return want == "string"
	case bool:
		return want == "boolean"
	case nil:
		return want == "null"
	case float64:
		return want == "number" || want == "integer" && v == float64(int(v))
	}
	return false
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
