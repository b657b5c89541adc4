package stack

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"

	"github.com/suback/suback/emulator/tree"
)

// Functions on texts and lists.

const maxText = 1 << 20 // bytes that one function may make

// text is a text that was made, unless it is too long.
func (t *template) text(at tree.Spot, s string) *tree.Value {
	if len(s) > maxText {
		return unknown(at, "a text of more than %d bytes", maxText)
	}
	return made(at, s)
}

// pair wants a list of two.
func pair(v *tree.Value) (first, second *tree.Value, ok bool) {
	if v.Kind != tree.Array || len(v.Items) != 2 {
		return nil, nil, false
	}
	return v.Items[0], v.Items[1], true
}

func (t *template) join(v *tree.Value, at tree.Spot) *tree.Value {
	between, list, ok := pair(v)
	if !ok {
		return unknown(at, "Fn::Join wants a delimiter and a list")
	}
	parts, why := t.texts(list)
	if why != nil {
		return why
	}
	by, ok := scalar(t.resolve(between))
	if !ok {
		return unknown(at, "Fn::Join wants a text as delimiter")
	}
	size := len(by) * len(parts)
	for _, p := range parts {
		size += len(p)
	}
	if size > maxText {
		return unknown(at, "a text of more than %d bytes", maxText)
	}
	return t.text(at, strings.Join(parts, by))
}

func (t *template) split(v *tree.Value, at tree.Spot) *tree.Value {
	by, of, ok := pair(v)
	if !ok {
		return unknown(at, "Fn::Split wants a delimiter and a text")
	}
	of = t.resolve(of)
	if o := opaqueIn(of); o != nil {
		return o
	}
	delimiter, ok := scalar(t.resolve(by))
	text, isText := scalar(of)
	if !ok || !isText || delimiter == "" {
		return unknown(at, "Fn::Split wants a delimiter and a text")
	}
	out := &tree.Value{Kind: tree.Array, At: at}
	if t.spend(1 + strings.Count(text, delimiter)) {
		return unknown(at, "the template comes to too much")
	}
	for part := range strings.SplitSeq(text, delimiter) {
		out.Items = append(out.Items, made(at, part))
	}
	return out
}

// choose is Fn::Select. What stands beside the one that is meant need not be known.
func (t *template) choose(v *tree.Value, at tree.Spot) *tree.Value {
	index, list, ok := pair(v)
	if !ok {
		return unknown(at, "Fn::Select wants an index and a list")
	}
	digits, _ := scalar(t.resolve(index))
	i, err := strconv.Atoi(digits)
	if list = t.resolve(list); list.Kind == tree.Opaque {
		return list
	}
	if err != nil || i < 0 || list.Kind != tree.Array || i >= len(list.Items) {
		return unknown(at, "Fn::Select has no item %q to choose", tree.Clip(digits))
	}
	return list.Items[i]
}

func (t *template) findInMap(v *tree.Value, at tree.Spot) *tree.Value {
	if v.Kind != tree.Array || len(v.Items) < 3 {
		return unknown(at, "Fn::FindInMap wants the names of a map and of two keys")
	}
	found, path := t.mappings, []string{}
	for _, item := range v.Items[:3] {
		item = t.resolve(item)
		name, ok := scalar(item)
		if !ok {
			return orElse(opaqueIn(item), item, "want the name of a map or key")
		}
		if found != nil && t.spend(len(found.Members)/textUnit) {
			return unknown(at, "the template comes to too much")
		}
		path, found = append(path, name), found.Get(name)
	}
	if found == nil {
		if otherwise := v.Items[len(v.Items)-1].Get("DefaultValue"); len(v.Items) > 3 && otherwise != nil {
			return t.resolve(otherwise)
		}
		return unknown(at, "Mappings has nothing at %s", tree.Clip(strings.Join(path, ".")))
	}
	return t.resolve(found)
}

func (t *template) base64(v *tree.Value, at tree.Spot) *tree.Value {
	v = t.resolve(v)
	s, ok := scalar(v)
	if !ok {
		return orElse(opaqueIn(v), v, "want a text")
	}
	return t.text(at, base64.StdEncoding.EncodeToString([]byte(s)))
}

func (t *template) toJSON(v *tree.Value, at tree.Spot) *tree.Value {
	v = t.resolve(v)
	if o := opaqueIn(v); o != nil {
		return o
	}
	return t.text(at, string(v.JSON(func(string) string { return "null" })))
}

func (t *template) length(v *tree.Value, at tree.Spot) *tree.Value {
	v = t.resolve(v)
	if v.Kind != tree.Array {
		return orElse(opaqueIn(v), v, "want a list")
	}
	return &tree.Value{Kind: tree.Number, Text: strconv.Itoa(len(v.Items)), At: at}
}

// importValue is known if another of the templates exports it.
func (t *template) importValue(v *tree.Value, at tree.Spot) *tree.Value {
	v = t.resolve(v)
	name, ok := scalar(v)
	if !ok {
		return orElse(opaqueIn(v), v, "want the name of an export")
	}
	for _, other := range t.beside {
		if other.exports == nil || slices.Contains(other.exporting, name) {
			continue
		}
		for _, m := range other.exports.Members {
			if called, _ := scalar(other.resolve(m.Value.Path("Export", "Name"))); called == name {
				other.exporting = append(other.exporting, name)
				got := other.resolve(m.Value.Get("Value"))
				other.exporting = other.exporting[:len(other.exporting)-1]
				if got != nil {
					return got
				}
			}
		}
	}
	return unknown(at, "Fn::ImportValue: no template here exports %q; give the one that does as well", tree.Clip(name))
}
