package stack

import (
	"slices"
	"strings"

	"github.com/suback/suback/emulator/tree"
)

// serverless.yml of the Serverless Framework
//
//   - its resources are a template, its functions are made functions of one, its iot events
//     topic rules
//   - variables of the file itself, options with a default, the stage, the region and the account
//     are put in; those of other files and of the environment are not known

// isServerless tells serverless.yml from a template.
func isServerless(root *tree.Value) bool {
	return root.Get("Resources") == nil && root.Get("provider") != nil &&
		(root.Get("service") != nil || root.Get("functions") != nil)
}

// serverless is the template that a serverless.yml comes to.
func (t *template) serverless(root *tree.Value) *tree.Value {
	s := &serverless{t: t, root: root}
	t.framework, t.options = true, []string{"stage", "region"}
	s.region()
	root = s.replaced(root)
	s.root = root
	s.unread(root, "", topKeys)
	s.unread(root.Get("provider"), "provider", providerKeys)
	resources := &tree.Value{Kind: tree.Object, At: root.At}
	out := &tree.Value{Kind: tree.Object, At: root.At}
	for _, part := range root.Get("resources").List() {
		s.part(out, resources, part)
	}
	for _, list := range root.Get("functions").List() {
		if list.Kind != tree.Object && list.Kind != tree.Null {
			s.lost(list, "functions")
		}
		for _, m := range list.Members {
			resources.Members = append(resources.Members, s.function(m)...)
		}
	}
	out.Members = append(out.Members, tree.Member{Name: "Resources", At: root.At, Value: resources})
	return out
}

// part adds one of the templates under resources to the whole.
func (s *serverless) part(out, resources, part *tree.Value) {
	if part.Kind != tree.Object && part.Kind != tree.Null {
		s.lost(part, "resources")
	}
	for _, m := range part.Members {
		i := slices.IndexFunc(out.Members, func(had tree.Member) bool { return had.Name == m.Name })
		switch {
		case m.Name == "extensions":
			s.t.out.lost(m.At, "resources.extensions: not emulated; left out")
		case m.Value.Kind == tree.Opaque, m.Name == "Resources" && m.Value.Kind != tree.Object:
			s.lost(m.Value, "resources."+tree.Clip(m.Name))
		case m.Name == "Resources":
			resources.Members = append(resources.Members, m.Value.Members...)
		case i >= 0:
			out.Members[i].Value = s.t.merged(out.Members[i].Value, m.Value)
		default:
			out.Members = append(out.Members, m)
		}
	}
}

// A serverless is a serverless.yml that is being taken.
type serverless struct {
	t    *template
	root *tree.Value
	deep int

	hasRegion bool // which one is meant is settled
}

// region takes the one that the file has, unless one is given.
func (s *serverless) region() {
	defer func() { s.hasRegion = true }()
	of := s.root.Path("provider", "region")
	if of == nil {
		return
	}
	v, taken := s.replaced(of), s.t.out.options.Region
	switch name, ok := scalar(v); {
	case !ok:
		s.t.out.lost(of.At, "provider.region: %s; left out", why(v, "a text"))
		return
	case s.t.out.hasRegion && name != taken:
		s.t.out.remark(of.At, "provider.region is %s, where %s is taken for all", tree.Clip(name), taken)
		return
	}
	if err := s.t.out.in(v.Text); err != nil {
		s.t.out.lost(of.At, "provider.region: %v; left out", err)
	}
}

// stage is the one that is meant.
func (s *serverless) stage() string {
	if given, is := s.t.out.options.Parameters["stage"]; is {
		return given
	}
	if of := s.root.Path("provider", "stage"); of != nil && of.Kind == tree.Text {
		if v := s.replacedText(of); v.Kind == tree.Text {
			return v.Text
		}
	}
	return "dev"
}

// function is a function as resources of a template: itself, and the rules of its events.
func (s *serverless) function(m tree.Member) (all []tree.Member) {
	id := logicalID(m.Name) + "LambdaFunction"
	provider, of := s.root.Get("provider"), m.Value
	path := "functions." + tree.Clip(m.Name)
	if !s.unread(of, path, functionKeys) {
		return nil
	}
	properties := &tree.Value{Kind: tree.Object, At: m.At}
	add := func(to *tree.Value, name string, v *tree.Value) {
		if v != nil {
			to.Members = append(to.Members, tree.Member{Name: name, At: v.At, Value: v})
		}
	}
	add(properties, "FunctionName", orDefault(of.Get("name"), text(m, s.service()+"-"+s.stage()+"-"+m.Name)))
	add(properties, "Code", text(m, "."))
	for _, d := range [][2]string{{"runtime"}, {"handler"}, {"timeout", "6"}, {"memorySize", "1024"}} {
		name, otherwise := d[0], d[1]
		v := orDefault(of.Get(name), provider.Get(name))
		if v == nil && otherwise != "" {
			v = text(m, otherwise)
		}
		add(properties, strings.ToUpper(name[:1])+name[1:], v)
	}
	if variables := s.general("environment", of); variables != nil {
		environment := &tree.Value{Kind: tree.Object, At: variables.At}
		add(environment, "Variables", variables)
		add(properties, "Environment", environment)
	}
	add(properties, "Tags", s.general("tags", of))
	add(properties, "ReservedConcurrentExecutions", of.Get("reservedConcurrency"))
	add(properties, "Layers", of.Get("layers"))
	add(properties, "ImageUri", of.Get("image"))
	all = append(all, resourceOf(id, "AWS::Lambda::Function", m, properties))
	for i, event := range of.Get("events").List() {
		all = append(all, s.event(id, m, i, event)...)
	}
	return all
}

// general is what a function has under a key, with what all functions have.
func (s *serverless) general(key string, function *tree.Value) *tree.Value {
	all, own := s.root.Path("provider", key), function.Get(key)
	if all != nil && all.Kind != tree.Object && all.Kind != tree.Null {
		s.lost(all, "provider."+key)
		return own
	}
	return s.t.merged(all, orDefault(own, all))
}

// service is the name of the service.
func (s *serverless) service() string {
	of := s.root.Get("service")
	if of != nil && of.Kind == tree.Object {
		of = of.Get("name")
	}
	name, _ := scalar(of)
	return name
}

// logicalID is what the framework makes of a function's name.
func logicalID(name string) string {
	if name == "" {
		return name
	}
	name = strings.ToUpper(name[:1]) + name[1:]
	return strings.ReplaceAll(strings.ReplaceAll(name, "-", "Dash"), "_", "Underscore")
}

func orDefault(v, otherwise *tree.Value) *tree.Value {
	if v != nil {
		return v
	}
	return otherwise
}

func text(m tree.Member, s string) *tree.Value { return made(m.At, s) }

// resourceOf is a resource of a template.
func resourceOf(id, kind string, m tree.Member, properties *tree.Value) tree.Member {
	return tree.Member{Name: id, At: m.At, Value: &tree.Value{Kind: tree.Object, At: m.At,
		Members: []tree.Member{{Name: "Type", At: m.At, Value: text(m, kind)},
			{Name: "Properties", At: m.At, Value: properties}}}}
}
