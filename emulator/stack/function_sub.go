package stack

import (
	"strings"

	"github.com/suback/suback/emulator/tree"
)

// Fn::Sub
//
//   - ${Name} is what Ref says, ${Name.Attribute} what Fn::GetAtt says, unless the map beside the
//     text has it; ${!Name} is ${Name}
//   - a variable of policies without the exclamation mark is refused by CloudFormation; here it
//     is taken as what was meant, and told

func (t *template) sub(v *tree.Value, at tree.Spot) *tree.Value {
	var values *tree.Value
	if v.Kind == tree.Array && len(v.Items) == 2 {
		v, values = v.Items[0], v.Items[1]
	}
	if v.Kind != tree.Text {
		return unknown(at, "Fn::Sub wants a text, or a text and a map")
	}
	if t.spend(len(v.Text) / textUnit) {
		return unknown(at, "the template comes to too much")
	}
	if strings.Contains(v.Text, "{{resolve:") {
		return unknown(at, "%s is looked up by AWS alone", tree.Clip(v.Text))
	}
	var out strings.Builder
	rest := v.Text
	for {
		before, after, found := strings.Cut(rest, "${")
		out.WriteString(before)
		name, behind, closed := strings.Cut(after, "}")
		if !found || !closed {
			out.WriteString(rest[len(before):])
			return t.text(at, out.String())
		}
		text, why := t.variable(strings.TrimSpace(name), values, v.At)
		if why != nil {
			return why
		}
		if out.WriteString(text); out.Len() > maxText {
			return unknown(at, "a text of more than %d bytes", maxText)
		}
		rest = behind
	}
}

// variable is what ${name} stands for.
func (t *template) variable(name string, values *tree.Value, at tree.Spot) (text string, why *tree.Value) {
	if literal, is := strings.CutPrefix(name, "!"); is {
		return "${" + literal + "}", nil
	}
	if isPolicyVariable(name) {
		t.out.remark(at, "Fn::Sub has ${%s}, which CloudFormation takes for a resource and refuses: write ${!%s}",
			tree.Clip(name), tree.Clip(name))
		return "${" + name + "}", nil
	}
	got := values.Get(name)
	id, attribute, isAttribute := strings.Cut(name, ".")
	switch {
	case got != nil:
		got = t.resolve(got)
	case isAttribute:
		got = t.attribute(id, attribute, at)
	default:
		got = t.named(name, at)
	}
	if text, ok := scalar(got); ok {
		t.spent++
		return text, nil
	}
	return "", orElse(opaqueIn(got), got, "want a text for ${"+tree.Clip(name)+"}")
}

func isPolicyVariable(name string) bool {
	service, _, has := strings.Cut(name, ":")
	switch service {
	case "iot", "aws", "cognito-identity.amazonaws.com", "credentials-iot":
		return has && !strings.HasPrefix(name, "AWS::")
	}
	return false
}
