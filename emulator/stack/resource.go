package stack

import (
	"slices"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/suback/suback/emulator/tree"
)

// A resource is one of a template's. Each of its properties is taken, means nothing here, or is
// told.
type resource struct {
	t    *template
	id   string
	kind string
	at   tree.Spot
	body *tree.Value

	used  []string // properties that were asked for
	made  *bool    // whether its condition holds, once that is known
	asked bool     // its name is being asked for
	left  bool     // it is not in the result, which is told
}

// property is what a property comes to; nil if it is not there.
func (r *resource) property(name string) *tree.Value {
	r.used = append(r.used, name)
	v := r.t.resolve(r.body.Path("Properties", name))
	if v == nil || isNoValue(v) || v.Kind == tree.Null {
		return nil
	}
	return v
}

// text is the text of a property, "" if there is none or it is not known, which is told.
func (r *resource) text(name string) string {
	v := r.property(name)
	if v == nil {
		return ""
	}
	n := r.node(v, name, "text")
	if n == nil {
		return ""
	}
	return n.Value
}

// drop notes that a part of a resource is not in the result.
func (r *resource) drop(at tree.Spot, path, format string, args ...any) {
	r.t.out.lost(at, "%s: %s: "+format+"; left out", append([]any{r, path}, args...)...)
}

// reportUnused tells of the properties that nobody has asked for.
func (r *resource) reportUnused(k kind) {
	properties := r.body.Get("Properties")
	for i := 0; properties != nil && i < len(properties.Members); i++ {
		m := properties.Members[i]
		if !slices.Contains(r.used, m.Name) && !slices.Contains(k.silent, m.Name) {
			r.t.out.lost(m.At, "%s: %s: not emulated; left out", r, tree.Clip(m.Name))
		}
	}
	for _, m := range r.body.Members {
		if !isPassedOver(m.Name) {
			r.t.out.lost(m.At, "%s: %s: there is no such attribute; left out", r, tree.Clip(m.Name))
		}
	}
}

// A wanted is one member of a specification such as "RoleArn! AllowClassicFlow:bool Arn>roleArn":
// ! is needed, : is its form, > its key in suback.yaml, else its name in the API's spelling.
type wanted struct {
	name, form, key string
	needed          bool
}

func parseSpec(spec string) (all []wanted) {
	for item := range strings.FieldsSeq(spec) {
		w := wanted{form: "text"}
		item, w.key, _ = strings.Cut(item, ">")
		if name, form, has := strings.Cut(item, ":"); has {
			item, w.form = name, form
		}
		w.name, w.needed = strings.CutSuffix(item, "!")
		if w.key == "" {
			w.key = lower(w.name)
		}
		all = append(all, w)
	}
	return all
}

// lower is a name as the API has it: its first letter is a small one.
func lower(name string) string {
	if name == "" {
		return name
	}
	return strings.ToLower(name[:1]) + name[1:]
}

// fill takes properties into an entry; false if one that is needed is not known, which is told.
func (r *resource) fill(e *entry, spec string) bool {
	for _, w := range parseSpec(spec) {
		v := r.property(w.name)
		if v == nil {
			continue // what has to be there the loader says
		}
		if o := opaqueIn(v); o != nil && (w.needed || w.form == "document") {
			r.leave("%s: %s", w.name, o.Text)
			return false
		}
		if n := r.node(v, w.name, w.form); n != nil {
			e.set(w.key, n)
		}
	}
	return true
}

// members are those of an object that a specification has, the others told; nil if it has none.
func (r *resource) members(v *tree.Value, path, spec string) *yaml.Node {
	out := &yaml.Node{Kind: yaml.MappingNode}
	if v == nil {
		return nil
	}
	if v.Kind != tree.Object {
		r.drop(v.At, path, "%s", why(v, "an object"))
		return nil
	}
	known := parseSpec(spec)
	for _, m := range v.Members {
		i := slices.IndexFunc(known, func(w wanted) bool { return w.name == m.Name })
		if i < 0 {
			r.drop(m.At, path+"."+tree.Clip(m.Name), "not emulated")
			continue
		}
		if n := r.node(m.Value, path+"."+m.Name, known[i].form); n != nil {
			put(out, known[i].key, n)
		}
	}
	if len(out.Content) == 0 {
		return nil
	}
	return out
}

// object wants an object with these members, apart from which there may be others: those are told.
func (r *resource) object(v *tree.Value, path string, names ...string) bool {
	if v == nil {
		return false
	}
	if v.Kind != tree.Object {
		r.drop(v.At, path, "%s", why(v, "an object"))
		return false
	}
	for _, m := range v.Members {
		if !slices.Contains(names, m.Name) {
			r.drop(m.At, path+"."+tree.Clip(m.Name), "not emulated")
		}
	}
	return true
}

// why says why a value is not what is wanted.
func why(v *tree.Value, want string) string {
	if v.Kind == tree.Opaque {
		return v.Text
	}
	return "is " + v.Kind + ", want " + want
}
