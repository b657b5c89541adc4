package sql

import (
	"fmt"
	"slices"
	"strings"
)

// checkCall refuses calls that AWS refuses, or that cannot work here.
func (p *parser) checkCall(c *call) {
	name := c.function.name
	if slices.Contains(withRole, name) {
		p.noVariable(c, len(c.args)-1, "the role of "+name)
	}
	switch name {
	case "decode":
		if isText(c.args, 1, "proto") {
			p.fail(int(c.at), "decode with 'proto', which is not emulated",
				"decode(value, 'base64'), or JSON payloads")
		}
	case "get_or_default":
		if len(c.args) == 2 {
			p.noExternal(c.args[1], "the default of get_or_default")
		}
	case "transform":
		p.noVariable(c, 0, "the mode of transform")
	case "regexp_matches", "regexp_replace", "regexp_substr":
		if len(c.args) > 1 {
			if l, ok := c.args[1].(*literal); ok && l.value.kind == String {
				c.pattern = compile(l.value.text)
			}
		}
	}
}

// noExternal refuses external functions where AWS does.
func (p *parser) noExternal(n node, where string) {
	walk(n, func(n node) {
		if f, ok := n.(*call); ok && f.function.external {
			p.fail(int(f.at), f.function.name+" in "+where, "a value that needs no other service")
		}
	})
}

// noVariable refuses one of SET for an argument that must be plain.
func (p *parser) noVariable(c *call, i int, what string) {
	if i >= len(c.args) || i < 0 {
		return
	}
	if v, ok := c.args[i].(*variable); ok {
		p.fail(int(v.at), fmt.Sprintf("the variable @%s for %s", v.name, what), "a string in quotes")
	}
}

func isText(args []node, i int, want string) bool {
	if i >= len(args) {
		return false
	}
	l, ok := args[i].(*literal)
	return ok && l.value.kind == String && strings.EqualFold(l.value.text, want)
}

// calledTwice finds two calls of functions that may stand once: that keeps a statement not
// from being made, but from running.
func (s *Statement) calledTwice() error {
	calls := map[string]int{}
	s.walk(func(n node) {
		if c, ok := n.(*call); ok {
			calls[c.function.name]++
		}
	})
	for _, name := range []string{"get_dynamodb", "get_registry_data"} {
		if calls[name] > 1 {
			return fmt.Errorf("%w %s: %d calls in a statement, want one", ErrExternal, name, calls[name])
		}
	}
	return nil
}
