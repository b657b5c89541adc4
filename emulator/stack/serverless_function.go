package stack

import (
	"slices"
	"strings"

	"github.com/suback/suback/emulator/tree"
)

// Functions of SAM
//
//   - they have what Globals say: an object's members are merged, lists joined, else the
//     function's own counts
//   - an event of type IoTRule makes a topic rule and a permission

func serverlessFunctionKind() kind {
	return kind{attribute: functionAttribute, silent: silentOfFunction(), take: func(r *resource) {
		e := r.function()
		if e == nil {
			return
		}
		defer r.events(e) // once it is known whether the function is there
		code := r.property("CodeUri")
		path, isPath := scalar(code)
		inline, isInline := scalar(r.property("InlineCode"))
		switch {
		case isInline:
			r.codeInline(e, inline)
		case isPath:
			r.codeAt(e, path)
		case code == nil:
			r.codeAt(e, ".") // as sam build has it
		case code.Kind == tree.Opaque:
			r.leaveFunction(e, "CodeUri: %s", code.Text)
		default:
			r.leaveFunction(e, "its code is in S3; import the template before it was packaged")
		}
	}}
}

// events takes the events that AWS IoT has.
func (r *resource) events(e *entry) {
	all := r.property("Events")
	if all == nil || r.left {
		return
	}
	if all.Kind != tree.Object {
		r.drop(all.At, "Events", "%s", why(all, "an object"))
	}
	for i, m := range all.Members {
		if i == maxResources || r.t.spend(1) {
			r.drop(m.At, "Events", "has %d, want at most %d", len(all.Members), maxResources)
			return
		}
		if m.Value.Kind == tree.Opaque {
			r.drop(m.At, "Events."+tree.Clip(m.Name), "%s", m.Value.Text)
			continue
		}
		of, properties := m.Value.Get("Type").String(), m.Value.Get("Properties")
		if of != "IoTRule" {
			r.drop(m.At, "Events."+tree.Clip(m.Name), "an event of type %s has no part in AWS IoT", tree.Clip(of))
			continue
		}
		if o := opaqueIn(properties); o != nil {
			r.drop(m.At, "Events."+tree.Clip(m.Name), "%s", o.Text)
			continue
		}
		r.ruleOfEvent(e, r.id+m.Name, properties)
	}
}

// ruleValues is what the rule of an event comes to, and its permission: values.
const ruleValues = 10

// ruleOfEvent makes a rule that invokes the function, which may do so.
func (r *resource) ruleOfEvent(function *entry, name string, properties *tree.Value) {
	r.t.spent += ruleValues
	rule := r.add("topicRules", name)
	rule.set("ruleName", textNode(name))
	if properties != nil {
		r.insideOf(rule, properties, "Events", "AwsIotSqlVersion Sql")
	}
	action, of := mapping(), mapping()
	put(of, "functionArn", textNode(r.t.out.arn("lambda", "function:"+function.name)))
	put(action, "lambda", of)
	rule.append("actions", action)
	permission := mapping()
	put(permission, "principal", textNode("iot.amazonaws.com"))
	put(permission, "action", textNode("lambda:InvokeFunction"))
	put(permission, "sourceArn", textNode(r.t.out.arn("iot", "rule/"+name)))
	function.append("permissions", permission)
}

// globalsFor are those that a function does not ignore: IgnoreGlobals is "*", or a list of names.
func globalsFor(body, globals *tree.Value) *tree.Value {
	ignored := map[string]bool{}
	for _, item := range body.Get("IgnoreGlobals").List() {
		name, _ := scalar(item)
		ignored[name] = true
	}
	if len(ignored) == 0 {
		return globals
	}
	out := *globals
	isIgnored := func(m tree.Member) bool { return ignored["*"] || ignored[m.Name] }
	out.Members = slices.DeleteFunc(slices.Clone(globals.Members), isIgnored)
	return &out
}

// withGlobals is a function's body with what Globals say.
func (t *template) withGlobals(body, globals *tree.Value) *tree.Value {
	out := *body
	out.Members = nil
	had := false
	for _, m := range body.Members {
		if m.Name == "Properties" {
			had, m.Value = true, t.merged(globals, m.Value)
		}
		out.Members = append(out.Members, m)
	}
	if !had {
		out.Members = append(out.Members, tree.Member{Name: "Properties", At: body.At, Value: globals})
	}
	return &out
}

// merged is what own says over what general says.
func (t *template) merged(general, own *tree.Value) *tree.Value {
	switch {
	case t.spend(1): // which is an error
		return own
	case general == nil || own == nil || general.Kind != own.Kind || isCall(general) || isCall(own):
		return own
	case t.spend(len(general.Members) + len(own.Members) + len(general.Items)):
		return own
	case own.Kind == tree.Array:
		out := *own
		out.Items = append(append([]*tree.Value{}, general.Items...), own.Items...)
		return &out
	case own.Kind != tree.Object:
		return own
	}
	out := *own
	out.Members = slices.Clone(general.Members)
	at := map[string]int{}
	for i, m := range general.Members {
		at[m.Name] = i
	}
	for _, m := range own.Members {
		if i, both := at[m.Name]; both {
			out.Members[i].Value = t.merged(general.Members[i].Value, m.Value)
		} else {
			out.Members = append(out.Members, m)
		}
	}
	return &out
}

// isCall reports whether a value is an intrinsic function.
func isCall(v *tree.Value) bool {
	return v.Kind == tree.Object && len(v.Members) == 1 &&
		(v.Members[0].Name == "Ref" || strings.HasPrefix(v.Members[0].Name, "Fn::"))
}
