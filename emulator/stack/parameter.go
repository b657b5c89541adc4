package stack

import (
	"slices"
	"strings"

	"github.com/suback/suback/emulator/tree"
)

// Parameters, and AWS's pseudo parameters.

// A parameter is one of a template's.
type parameter struct {
	at        tree.Spot
	of        string // its type
	otherwise *tree.Value
	allowed   []string
	isSecret  bool // NoEcho
	isKept    bool // and its value may be in the result, which is told
}

func (t *template) readParameters(all *tree.Value) {
	if all == nil {
		return
	}
	for _, m := range all.Members {
		p := &parameter{at: m.At, of: m.Value.Get("Type").String(), otherwise: m.Value.Get("Default")}
		noEcho, _ := scalar(m.Value.Get("NoEcho"))
		p.isSecret = strings.EqualFold(noEcho, "true")
		for _, v := range m.Value.Get("AllowedValues").List() {
			p.allowed = append(p.allowed, v.Text)
		}
		t.parameters[m.Name] = p
	}
}

// parameter is the value of a parameter: what is given, or its default.
func (t *template) parameter(name string, p *parameter, at tree.Spot) *tree.Value {
	given, is := t.out.options.Parameters[name]
	value, ok := scalar(p.otherwise)
	switch {
	case t.spend(len(p.allowed) / textUnit):
		return unknown(at, "the template comes to too much")
	case is:
		value = given
	case strings.HasPrefix(p.of, "AWS::SSM::"):
		return unknown(at, "parameter %s is looked up in Systems Manager: --parameter %s=… says it", name, name)
	case !ok:
		return unknown(at, "parameter %s has no default: --parameter %s=… says it", name, name)
	}
	isAllowed := p.allowed == nil || slices.Contains(p.allowed, value)
	if p.isSecret && !isAllowed {
		return unknown(at, "parameter %s, which is NoEcho, has none of its allowed values", name)
	}
	if p.isSecret && !p.isKept {
		p.isKept = true
		t.out.keep(name, p.at, value)
	}
	if !isAllowed {
		return unknown(at, "parameter %s is %q, want one of %s", name, tree.Clip(value),
			tree.Clip(strings.Join(p.allowed[:min(len(p.allowed), 20)], ", ")))
	}
	if !strings.HasPrefix(p.of, "List<") && p.of != "CommaDelimitedList" {
		return made(at, value)
	}
	if t.spend(1 + strings.Count(value, ",")) {
		return unknown(at, "the template comes to too much")
	}
	out := &tree.Value{Kind: tree.Array, At: at}
	for item := range strings.SplitSeq(value, ",") {
		out.Items = append(out.Items, made(at, strings.TrimSpace(item)))
	}
	return out
}

func pseudoNames() []string {
	return []string{"AWS::AccountId", "AWS::Region", "AWS::Partition", "AWS::URLSuffix", "AWS::StackName",
		"AWS::StackId"}
}

// pseudo is the value of a pseudo parameter.
func (t *template) pseudo(name string, at tree.Spot) *tree.Value {
	o := t.out.options
	if given, is := o.Parameters[name]; is {
		return made(at, given)
	}
	switch name {
	case "AWS::AccountId":
		return made(at, o.Account)
	case "AWS::Region":
		return made(at, o.Region)
	case "AWS::Partition":
		return made(at, t.out.partition)
	case "AWS::URLSuffix":
		return made(at, t.out.suffix())
	case "AWS::StackName":
		if t.namedStack {
			return made(at, stackName)
		}
		t.namedStack = true
		t.out.remark(at, "AWS::StackName is taken to be %q: --parameter AWS::StackName=… says another", stackName)
		return made(at, stackName)
	case "AWS::NoValue":
		return noValue(at)
	}
	return unknown(at, "%s is known once it is deployed", tree.Clip(name))
}

const stackName = "stack"
