package stack

import (
	"errors"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/suback/suback/emulator/config"
	"github.com/suback/suback/emulator/tree"
)

// The result is read as the gateway reads it. What it refuses is taken out, and told with the
// place in the template, until nothing is refused.

// maxRounds is how often that is tried: what only follows from something else is refused later.
const maxRounds = 20

// checked is the text of the result, which package config reads.
func (o *output) checked() ([]byte, error) {
	for range maxRounds {
		text, err := o.text()
		if err := errors.Join(err, o.ended()); err != nil {
			return nil, err
		}
		c, err := config.Parse(o.name(), text)
		if err == nil && o.ended() == nil {
			_, err = c.Registry(config.InGo{}, nil)
		}
		if err == nil {
			return text, o.ended()
		}
		if err := o.ended(); err != nil {
			return nil, err // each of these steps may take a second
		}
		if !o.takeOut(text, err) {
			return nil, err
		}
	}
	return nil, errors.New("what comes of it is refused again and again")
}

func (o *output) name() string {
	if o.options.Out == "" {
		return "suback.yaml"
	}
	return o.options.Out
}

// takeOut takes out what is refused; false if that is nothing of a template's.
func (o *output) takeOut(text []byte, refused error) bool {
	var root yaml.Node
	if yaml.Unmarshal(text, &root) != nil || len(root.Content) != 1 {
		return false
	}
	gone := map[string]map[string]bool{"policies": {}, "things": {}}
	found := false
	for _, m := range config.Mistakes(refused) {
		key, i := placeOf(root.Content[0], m.Line)
		if key == "" || i >= len(o.entries[key]) || strings.Contains(m.Text, "is not on PATH") {
			continue // the last is about this machine
		}
		e := o.entries[key][i]
		if e == nil {
			continue // told already
		}
		found = true
		o.lost(e.at, "%s: %s; left out", e.what, m.Text)
		o.entries[key][i] = nil
		if names := gone[key]; names != nil {
			names[e.name] = true
		}
	}
	for _, key := range keys() {
		o.entries[key] = slices.DeleteFunc(o.entries[key], func(e *entry) bool { return e == nil })
	}
	for _, key := range []string{"policies", "things"} {
		o.forget(key, gone[key])
	}
	return found
}

// forget takes policies or things that are not there out of what others have.
func (o *output) forget(key string, gone map[string]bool) {
	for _, list := range keys() {
		for _, e := range o.entries[list] {
			if get(e.node, key) == nil {
				continue
			}
			n := get(e.node, key)
			n.Content = slices.DeleteFunc(n.Content, func(x *yaml.Node) bool {
				if gone[x.Value] {
					o.lost(e.at, "%s: has %s %s, which is left out", e.what, key, tree.Clip(x.Value))
				}
				return gone[x.Value]
			})
		}
	}
}

// forgetUnknown takes out of roles the policies that are not in the result.
func (o *output) forgetUnknown() {
	there := map[string]bool{}
	for _, e := range o.entries["policies"] {
		there[e.name] = true
	}
	for _, e := range o.entries["roles"] {
		n := get(e.node, "policies")
		if n == nil {
			continue
		}
		n.Content = slices.DeleteFunc(n.Content, func(x *yaml.Node) bool {
			if !there[x.Value] {
				o.lost(e.at, "%s: has policies %s, which is not in the result; left out", e.what, tree.Clip(x.Value))
			}
			return !there[x.Value]
		})
	}
}

// placeOf is the entry that a line of the result is in: its list, and which of it.
func placeOf(root *yaml.Node, line int) (key string, index int) {
	for i := 0; i+1 < len(root.Content); i += 2 {
		name, value := root.Content[i], root.Content[i+1]
		if name.Line > line {
			break
		}
		key, index = name.Value, 0
		step, first := 1, value.Content
		if value.Kind == yaml.MappingNode && key == byNameKey {
			step = 2
		} else if value.Kind == yaml.MappingNode {
			continue
		}
		for j := 0; j < len(first); j += step {
			if first[j].Line <= line {
				index = j / step
			}
		}
	}
	return key, index
}
