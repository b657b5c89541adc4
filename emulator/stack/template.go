package stack

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/tree"
)

// maxResources is how many a template may have, as in CloudFormation.
const maxResources = 500

// A template is one that is being taken.
type template struct {
	out    *output
	src    *tree.Source
	dir    string // what paths in it are relative to
	beside []*template

	parameters map[string]*parameter
	mappings   *tree.Value
	conditions map[string]*condition
	resources  map[string]*resource
	ids        []string    // of the resources, in the order of the file
	globals    *tree.Value // of SAM's functions
	exports    *tree.Value // Outputs
	framework  bool        // it is a serverless.yml
	options    []string    // of a serverless.yml, which are parameters too

	namedStack bool     // that the stack's name is not known has been told
	exporting  []string // names of exports that are being asked for
	spent      int      // values that functions have come to
	depth      int      // of functions within functions
}

// readTemplate reads a file.
func readTemplate(f File, out *output) (*template, error) {
	src := &tree.Source{File: filepath.ToSlash(f.Name), Text: f.Text}
	t := &template{out: out, src: src, dir: filepath.Dir(f.Name), resources: map[string]*resource{},
		parameters: map[string]*parameter{}, conditions: map[string]*condition{}}
	if f.Name == "-" {
		src.File, t.dir = "<stdin>", "."
	}
	out.files = append(out.files, src.File)
	root, err := tree.Read(src)
	if broken := (*tree.Broken)(nil); errors.As(err, &broken) {
		return nil, fmt.Errorf("%s:%d: %s", src.File, broken.At.Line(), broken.Text)
	}
	if err := bounded(root); err != nil {
		return nil, err
	}
	if root, err = t.form(root); err != nil {
		return nil, fmt.Errorf("%s: %w", src.File, err)
	}
	t.mappings, t.exports = root.Get("Mappings"), root.Get("Outputs")
	t.globals = root.Path("Globals", "Function")
	t.tellMacros(root.Get("Transform"))
	t.readParameters(root.Get("Parameters"))
	t.readConditions(root.Get("Conditions"))
	return t, t.readResources(root.Get("Resources"))
}

// form finds out what a file is; the Serverless Framework's own is turned into a template.
func (t *template) form(root *tree.Value) (*tree.Value, error) {
	switch {
	case root.Kind != tree.Object:
		return nil, fmt.Errorf("is %s, want a template, with Resources", root.Kind)
	case isServerless(root):
		return t.serverless(root), nil
	case root.Get("Resources") != nil && root.Get("Resources").Kind == tree.Object:
		return root, nil
	case root.Get("authorizers") != nil || root.Get("things") != nil || root.Get("policies") != nil:
		return nil, errors.New("is a suback.yaml already: suback --config reads it")
	}
	return nil, fmt.Errorf("is an object with %s, want a template, with Resources", someNames(root))
}

// tellMacros tells of macros that may change a template, but for SAM and those that are functions.
func (t *template) tellMacros(transform *tree.Value) {
	for _, m := range transform.List() {
		name, _ := scalar(m)
		if name == "" {
			name, _ = scalar(m.Get("Name"))
		}
		if !slices.Contains([]string{"AWS::Serverless-2016-10-31", "AWS::LanguageExtensions"}, name) {
			t.out.remark(m.At, "Transform %s is done by AWS alone: the template is taken without it", tree.Clip(name))
		}
	}
}

func someNames(v *tree.Value) string {
	var names []string
	for _, m := range v.Members[:min(len(v.Members), 5)] {
		names = append(names, tree.Clip(m.Name))
	}
	if len(names) == 0 {
		return "nothing in it"
	}
	return strings.Join(names, ", ")
}

func (t *template) readResources(all *tree.Value) error {
	if n := len(all.Members); n > maxResources {
		return fmt.Errorf("%s: has %d resources, want at most %d, as CloudFormation", t.src.File, n, maxResources)
	}
	for _, m := range all.Members {
		r := &resource{t: t, id: m.Name, at: m.At, kind: m.Value.Get("Type").String(), body: m.Value}
		switch _, twice := t.resources[m.Name]; {
		case twice:
			t.out.lost(m.At, "resource %s is there twice; this one is left out", tree.Clip(m.Name))
			continue
		case strings.HasPrefix(m.Name, "Fn::"):
			t.out.lost(m.At, "%s: what it makes is known once it is deployed; left out", tree.Clip(m.Name))
			continue
		case r.kind == "":
			t.out.lost(m.At, "resource %s has no Type; left out", tree.Clip(m.Name))
			continue
		}
		r.kind = tree.Clip(r.kind)
		if r.kind == "AWS::Serverless::Function" && t.globals != nil {
			r.body = t.withGlobals(r.body, globalsFor(r.body, t.globals))
		}
		t.resources[m.Name] = r
		t.ids = append(t.ids, m.Name)
	}
	return nil
}

// A phase is when a kind of resource is taken.
type phase int

const (
	makes    phase = iota // what others may refer to
	attaches              // what changes those
)

// take takes the resources of a phase.
func (t *template) take(p phase) {
	for _, id := range t.ids {
		if t.spend(0) {
			return // which is an error
		}
		r := t.resources[id]
		k, known := t.out.kinds[r.kind]
		if !known && p == attaches || known && k.phase != p || !r.isMade() {
			continue
		}
		if !known {
			t.leaveForeign(r)
			continue
		}
		if k.take(r); !r.left {
			r.reportUnused(k)
		}
	}
}

// isMade reports whether a resource is there after its condition.
func (r *resource) isMade() bool {
	of := r.body.Get("Condition")
	if of == nil || r.made != nil {
		return r.made == nil || *r.made
	}
	yes, why := r.t.condition(of.String(), of.At)
	r.made = &yes
	switch {
	case why != "":
		yes = false
		r.leave("its condition %s: %s", of.String(), why)
	case !yes:
		r.t.out.remark(r.at, "%s is not made: its condition %s is false", r, of.String())
	}
	return yes
}

// leave notes that a resource is not in the result.
func (r *resource) leave(format string, args ...any) {
	r.left = true
	r.t.out.lost(r.at, "%s: %s; left out", r, fmt.Sprintf(format, args...))
}

// String is what notes call a resource.
func (r *resource) String() string { return r.kind + " " + tree.Clip(r.id) }

// passedOver are attributes of a resource that mean nothing here.
func passedOver() []string {
	return strings.Fields(`Type Properties Condition DependsOn Metadata DeletionPolicy UpdateReplacePolicy
		UpdatePolicy CreationPolicy Connectors IgnoreGlobals`)
}

func isPassedOver(name string) bool { return slices.Contains(passedOver(), name) }
