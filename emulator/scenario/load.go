package scenario

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"reflect"

	"gopkg.in/yaml.v3"

	"github.com/suback/suback/emulator/tree"
)

// Load reads the scenarios of a file, YAML or JSON. Every mistake is told, with file and line.
func Load(file string) ([]*Scenario, error) {
	text, err := tree.ReadFile(file, tree.MaxFile)
	if err != nil {
		return nil, err
	}
	return Parse(file, text)
}

// Parse reads the text of a file, which need not be there: errors name it, and the paths in
// its resources are relative to its folder.
func Parse(file string, text []byte) ([]*Scenario, error) {
	root, err := tree.Document(text)
	if at := new(tree.BrokenYAML); errors.As(err, &at) {
		return nil, fmt.Errorf("%s:%d: %s", file, at.Line, at.Text)
	}
	if len(root.Content) == 0 {
		return nil, fmt.Errorf("%s: the file is empty, want a scenario: name, clients, steps", file)
	}
	if at := new(measure).over(root, 0); at != nil {
		return nil, fmt.Errorf("%s:%d: there are more than %d values, or %d levels of them, want fewer; aliases "+
			"count as often as they are used, and may not be in their anchor", file, at.Line, maxValues, maxDepth)
	}
	d := &decoder{file: file}
	var f File
	d.read(root.Content[0], reflect.ValueOf(&f).Elem())
	all := f.scenarios(d, root.Content[0])
	for _, s := range all {
		s.file = file
		s.Resources.take(text)
		d.check(s)
	}
	return all, errors.Join(d.mistakes...)
}

// scenarios are the one that the file is, or those of its list with what they take over.
func (f *File) scenarios(d *decoder, n *yaml.Node) []*Scenario {
	if len(f.Scenarios) == 0 {
		return []*Scenario{&f.Scenario}
	}
	if len(f.Steps) > 0 {
		d.errorf(n, "there are steps beside scenarios, want them in one of these")
	}
	for _, s := range f.Scenarios {
		s.inherit(&f.Scenario)
	}
	return f.Scenarios
}

// inherit takes over what a scenario does not say.
func (s *Scenario) inherit(from *Scenario) {
	s.About = cmp.Or(s.About, from.About)
	if s.Rules == nil {
		s.Rules = from.Rules
	}
	if s.Tags == nil {
		s.Tags = from.Tags
	}
	if s.Versions == nil {
		s.Versions = from.Versions
	}
	if s.Transports == nil {
		s.Transports = from.Transports
	}
	if s.Resources.node == nil {
		s.Resources = from.Resources
	}
	if !s.Policy.given {
		s.Policy = from.Policy
	}
	if s.Clients == nil {
		s.Clients = from.Clients
	}
}

// take keeps the text of the resources, at the lines where it stands, so that what package
// config says about it has the file's lines.
func (r *Resources) take(text []byte) {
	if r.node == nil || r.text != nil || len(r.node.Content) == 0 {
		return
	}
	first := r.node.Content[0]
	before := bytes.Repeat([]byte("\n"), first.Line-1)
	own, _ := yaml.Marshal(resolved(r.node)) // of what was read as YAML
	block := blockAt(bytes.SplitAfter(text, []byte("\n"))[first.Line-1:], first.Column-1)
	if r.node.Style&yaml.FlowStyle == 0 && same(block, own) {
		own = block
	}
	r.text = append(before, own...)
}

// resolved is a node without aliases: their anchors may stand outside.
func resolved(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	of := *n
	of.Anchor, of.Content = "", make([]*yaml.Node, len(n.Content))
	for i, inner := range n.Content {
		of.Content[i] = resolved(inner)
	}
	return &of
}

// blockAt is the block of YAML that begins in the first line, at a column.
func blockAt(lines [][]byte, column int) (block []byte) {
	for i, line := range lines {
		content := bytes.TrimLeft(line, " ")
		inner := len(line)-len(content) >= column || len(bytes.TrimSpace(content)) == 0 || content[0] == '#'
		switch {
		case i > 0 && !inner:
			return block
		case i == 0: // a list's dash may stand before it
			line = append(bytes.Repeat([]byte(" "), column), line[column:]...)
		}
		block = append(block, line...)
	}
	return block
}

// same reports whether two texts of YAML say the same.
func same(a, b []byte) bool {
	var x, y any
	return yaml.Unmarshal(a, &x) == nil && yaml.Unmarshal(b, &y) == nil && reflect.DeepEqual(x, y)
}
