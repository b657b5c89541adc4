package scenario

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/suback/suback/emulator/near"
)

// A decoder reads nodes into the types of format.go, and collects what is wrong with them.
// yaml.v3's own would forget to look for unknown keys below a value with shorthands.
type decoder struct {
	file     string
	mistakes []error
}

// Bounds of a file, which may be made of aliases, of itself too.
const (
	maxValues = 200_000
	maxDepth  = 200
)

func (d *decoder) errorf(n *yaml.Node, format string, args ...any) {
	d.mistakes = append(d.mistakes, fmt.Errorf("%s:%d: %s", d.file, n.Line, fmt.Sprintf(format, args...)))
}

// A measure counts what a file comes to: aliases as often as they are used.
type measure struct{ values int }

// over is where a node has too much in it; nil if it has not.
func (m *measure) over(n *yaml.Node, depth int) *yaml.Node {
	m.values++
	if m.values > maxValues || depth > maxDepth {
		return n
	}
	if n.Kind == yaml.AliasNode {
		return m.over(n.Alias, depth+1)
	}
	for _, inner := range n.Content {
		if at := m.over(inner, depth+1); at != nil {
			return at
		}
	}
	return nil
}

// read reads a node into a value.
func (d *decoder) read(n *yaml.Node, v reflect.Value) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		d.read(n, v.Elem())
		return
	}
	if r, ok := v.Addr().Interface().(reader); ok {
		if problem := r.read(n); problem != "" {
			d.errorf(n, "%s", problem)
		}
		if v.Type() != reflect.TypeFor[Outcome]() || n.Kind == yaml.ScalarNode {
			return
		}
	}
	switch v.Kind() {
	case reflect.Struct:
		d.readStruct(n, v)
	case reflect.Slice:
		d.readList(n, v)
	case reflect.Map:
		d.readMap(n, v)
	default:
		d.readScalar(n, v)
	}
}

// readStruct reads keys and values, or the one value of a type that has a shorthand.
func (d *decoder) readStruct(n *yaml.Node, v reflect.Value) {
	keys := keysOf(v.Type())
	if n.Kind == yaml.ScalarNode {
		for _, k := range keys {
			if k.short && n.Tag != "!!null" {
				d.readScalar(n, v.FieldByIndex(k.index))
				return
			}
		}
	}
	if n.Kind != yaml.MappingNode {
		d.errorf(n, "there are no keys and values, want %s", strings.Join(namesOf(keys), ", "))
		return
	}
	before := len(d.mistakes)
	content := d.once(n)
	for i := 0; i < len(content); i += 2 {
		key, value := content[i], content[i+1]
		at := slices.IndexFunc(keys, func(k fieldKey) bool { return k.name == key.Value })
		if at < 0 {
			d.errorf(key, "%s", unknown(key.Value, namesOf(keys)))
			continue
		}
		mistakes, field := len(d.mistakes), v.FieldByIndex(keys[at].index)
		d.read(value, field)
		if keys[at].above0 && field.IsZero() && len(d.mistakes) == mistakes {
			d.errorf(value, "%s is %s, want it above 0, or left out", key.Value, value.Value)
		}
	}
	setLine(v, n.Line, len(d.mistakes) > before)
}

// once is a mapping without the keys that stand in it before, which are mistakes.
func (d *decoder) once(n *yaml.Node) (content []*yaml.Node) {
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if seen[key.Value] {
			d.errorf(key, "%q is there twice, want it once", key.Value)
			continue
		}
		seen[key.Value] = true
		content = append(content, key, n.Content[i+1])
	}
	return content
}

// setLine notes where a scenario or a step stands, and whether there is a mistake in it.
func setLine(v reflect.Value, line int, spoilt bool) {
	switch at := v.Addr().Interface().(type) {
	case *Scenario:
		at.line, at.spoilt = line, spoilt
	case *Step:
		at.line, at.spoilt = line, spoilt
	case *File:
		at.line, at.spoilt = line, spoilt
	}
}

func unknown(name string, names []string) string {
	if meant := near.Name(name, names); meant != "" {
		return fmt.Sprintf("unknown key %q, is %q meant?", name, meant)
	}
	return fmt.Sprintf("unknown key %q, want one of %s", name, strings.Join(names, ", "))
}

// readList takes one value for a list of it.
func (d *decoder) readList(n *yaml.Node, v reflect.Value) {
	nodes := n.Content
	if n.Kind != yaml.SequenceNode {
		nodes = []*yaml.Node{n}
	}
	v.Set(reflect.MakeSlice(v.Type(), 0, len(nodes))) // [] is not the same as nothing
	for _, node := range nodes {
		one := reflect.New(v.Type().Elem()).Elem()
		d.read(node, one)
		v.Set(reflect.Append(v, one))
	}
}

func (d *decoder) readMap(n *yaml.Node, v reflect.Value) {
	if n.Kind != yaml.MappingNode {
		d.errorf(n, "there are no keys and values, want names with what belongs to them")
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	content := d.once(n)
	for i := 0; i < len(content); i += 2 {
		one := reflect.New(v.Type().Elem()).Elem()
		if value := content[i+1]; value.Tag == "!!null" && one.Kind() == reflect.Pointer {
			one.Set(reflect.New(one.Type().Elem()))
		} else {
			d.read(value, one)
		}
		v.SetMapIndex(reflect.ValueOf(content[i].Value), one)
	}
}

func (d *decoder) readScalar(n *yaml.Node, v reflect.Value) {
	wanted := map[reflect.Kind]string{reflect.String: "a text", reflect.Bool: "true or false"}[v.Kind()]
	if wanted == "" {
		wanted = "a whole number, at most " + strconv.FormatUint(1<<min(v.Type().Bits(), 32)-1, 10)
	}
	if n.Kind != yaml.ScalarNode || v.Kind() != reflect.String && n.Decode(v.Addr().Interface()) != nil {
		d.errorf(n, "the value is %q, want %s", n.Value, wanted)
		return
	}
	if v.Kind() == reflect.String {
		v.SetString(n.Value)
	}
}
