package stack

import (
	"fmt"
	"strings"

	"github.com/suback/suback/emulator/tree"
)

// What a value comes to when the template is deployed
//
//   - intrinsic functions are called, in their long and short forms, whatever stands in them
//   - what only AWS knows, as an ARN that it makes up, is opaque: its Text says why; a text with
//     such a part is opaque as a whole
//   - AWS::NoValue takes a member away

const (
	maxSpent = 500_000 // values, and parts of long texts, that a template comes to
	maxDepth = 1_000   // functions within functions, through references
	textUnit = 64      // bytes of a text that count as a value
)

// unknown is a value that is not known, for a reason.
func unknown(at tree.Spot, format string, args ...any) *tree.Value {
	return &tree.Value{Kind: tree.Opaque, At: at, Text: fmt.Sprintf(format, args...)}
}

// made is a text that a function has made.
func made(at tree.Spot, text string) *tree.Value {
	return &tree.Value{Kind: tree.Text, At: at, Text: text}
}

// noValue is what AWS::NoValue comes to.
func noValue(at tree.Spot) *tree.Value { return &tree.Value{At: at} }

func isNoValue(v *tree.Value) bool { return v != nil && v.Kind == "" }

// spend counts values, or work that is as much; true once it is too much, or not wanted any more.
func (t *template) spend(values int) bool {
	t.spent += values
	return t.spent > maxSpent || t.out.ended() != nil
}

// resolve is what v comes to. It is never nil for a value that is there.
func (t *template) resolve(v *tree.Value) *tree.Value {
	if v == nil {
		return nil
	}
	t.depth++
	defer func() { t.depth-- }()
	if t.spend(1 + len(v.Text)/textUnit) {
		return unknown(v.At, "the template comes to too much")
	}
	if t.depth > maxDepth {
		return unknown(v.At, "it refers through more than %d others", maxDepth)
	}
	if v.Kind == tree.Object && len(v.Members) == 1 {
		if call, is := functionNamed(v.Members[0].Name); is {
			got := call(t, v.Members[0].Value, v.At)
			t.spent += len(got.Text) / textUnit
			return got
		}
	}
	return t.resolveInside(v)
}

func (t *template) resolveInside(v *tree.Value) *tree.Value {
	out := *v
	out.Members, out.Items = nil, nil
	for _, m := range v.Members {
		if m.Value = t.resolve(m.Value); !isNoValue(m.Value) {
			out.Members = append(out.Members, m)
		}
	}
	for _, item := range v.Items {
		if item = t.resolve(item); !isNoValue(item) {
			out.Items = append(out.Items, item)
		}
	}
	if v.Kind == tree.Text && strings.Contains(v.Text, "{{resolve:") {
		return unknown(v.At, "%s is looked up by AWS alone", tree.Clip(v.Text))
	}
	return &out
}

// A call is what an intrinsic function makes of its argument.
type call func(t *template, argument *tree.Value, at tree.Spot) *tree.Value

func functionNamed(name string) (call, bool) {
	of, known := map[string]call{
		"Ref": (*template).ref, "Fn::GetAtt": (*template).getAtt, "Fn::Sub": (*template).sub,
		"Fn::Join": (*template).join, "Fn::Split": (*template).split, "Fn::Select": (*template).choose,
		"Fn::FindInMap": (*template).findInMap, "Fn::If": (*template).choice,
		"Fn::Base64": (*template).base64, "Fn::ImportValue": (*template).importValue,
		"Fn::ToJsonString": (*template).toJSON, "Fn::Length": (*template).length,
	}[name]
	if !known && strings.HasPrefix(name, "Fn::") {
		return func(_ *template, _ *tree.Value, at tree.Spot) *tree.Value {
			return unknown(at, "%s is known once it is deployed", tree.Clip(name))
		}, true
	}
	return of, known
}

// opaqueIn is the first part of a value that is not known; nil if it is all known.
func opaqueIn(v *tree.Value) *tree.Value {
	if v == nil || v.Kind == tree.Opaque {
		return v
	}
	for _, m := range v.Members {
		if o := opaqueIn(m.Value); o != nil {
			return o
		}
	}
	for _, item := range v.Items {
		if o := opaqueIn(item); o != nil {
			return o
		}
	}
	return nil
}

// scalar is the text of a value that is one; ok is false for lists, objects and what is not
// known.
func scalar(v *tree.Value) (text string, ok bool) {
	if v == nil {
		return "", false
	}
	switch v.Kind {
	case tree.Text, tree.Number, tree.Boolean:
		return v.Text, true
	}
	return "", false
}

// texts are the texts of a list; otherwise why is a value that says why not.
func (t *template) texts(v *tree.Value) (all []string, why *tree.Value) {
	v = t.resolve(v)
	if v == nil || v.Kind != tree.Array {
		return nil, orElse(opaqueIn(v), v, "want a list")
	}
	for _, item := range v.Items {
		s, ok := scalar(item)
		if !ok {
			return nil, orElse(opaqueIn(item), item, "want a text")
		}
		all = append(all, s)
	}
	return all, nil
}

// orElse is an opaque value: that one, or one that says what is wanted of v.
func orElse(o, v *tree.Value, want string) *tree.Value {
	if o != nil {
		return o
	}
	if v == nil {
		return unknown(tree.Spot{}, "an intrinsic function has an argument that is missing, %s", want)
	}
	return unknown(v.At, "an intrinsic function has %s, %s", v.Kind, want)
}
