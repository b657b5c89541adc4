package sql

import (
	"fmt"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/near"
)

func (x *explainer) payloadError() string {
	raw := x.run.message.Payload.Raw()
	if _, err := x.run.message.Payload.value(x.run.version); err != nil {
		if len(raw) == 0 {
			return "empty"
		}
		return err.Error()
	}
	return "the " + x.run.payload.kind.String() + " " + clip(string(x.run.payload.JSON()))
}

func (x *explainer) noField(n *field) string {
	part := "`" + n.name + "` is Undefined"
	if x.run.payload.kind != Object {
		return fmt.Sprintf("%s: the payload is %s, which has no fields", part, x.payloadError())
	}
	for _, c := range x.statement.query.columns {
		if len(c.alias) > 0 && c.alias[0] == n.name {
			return fmt.Sprintf("%s: it is an alias of SELECT, which WHERE does not know: write `%s`", part, clip(text(c.node)))
		}
	}
	return part + ": the payload " + has(x.run.payload.members(), n.name)
}

// has tells the name that is meant, or those that there are.
func has(m *members, name string) string {
	if len(m.names) == 0 {
		return "has no fields"
	}
	if meant := near.Name(name, m.names[:min(len(m.names), 1000)]); meant != "" {
		return "has `" + clip(meant) + "`"
	}
	// A shorter or a longer word for the same is no misspelling.
	for _, n := range m.names[:min(len(m.names), 1000)] {
		a, b := strings.ToLower(n), strings.ToLower(name)
		if min(len(a), len(b)) > 2 && (strings.Contains(a, b) || strings.Contains(b, a)) {
			return "has `" + clip(n) + "`"
		}
	}
	names := slices.Clone(m.names[:min(len(m.names), 6)])
	for i, n := range names {
		names[i] = "`" + clip(n) + "`"
	}
	more := ""
	if n := len(m.names) - len(names); n > 0 {
		more = fmt.Sprintf(" and %d more", n)
	}
	return "has " + strings.Join(names, ", ") + more
}

func (x *explainer) noMember(n *member) string {
	of := x.eval(n.x)
	switch of.kind {
	case Undefined:
		return x.because(n.x)
	case Object:
		return fmt.Sprintf("`%s` is Undefined: `%s` %s", clip(text(n)), clip(text(n.x)), has(of.members(), n.name))
	case Array:
		return fmt.Sprintf("`%s` is an Array: write get(%s, 0).%s for its first element", clip(text(n.x)), text(n.x), n.name)
	}
	return fmt.Sprintf("`%s` is %s, which has no `%s`", clip(text(n.x)), x.kindAndValue(n.x), n.name)
}
