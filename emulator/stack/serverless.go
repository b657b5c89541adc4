package stack

import (
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
	t.framework, t.options = true, []string{"stage"}
	root = s.replaced(root)
	s.root = root
	resources := &tree.Value{Kind: tree.Object, At: root.At}
	out := &tree.Value{Kind: tree.Object, At: root.At}
	for _, part := range root.Get("resources").List() {
		for _, m := range part.Members {
			if m.Name == "Resources" {
				resources.Members = append(resources.Members, m.Value.Members...)
				continue
			}
			if out.Get(m.Name) == nil {
				out.Members = append(out.Members, m)
			}
		}
		if part.Kind == tree.Opaque {
			t.out.lost(part.At, "resources: %s; left out", part.Text)
		}
	}
	if functions := root.Get("functions"); functions != nil {
		for _, m := range functions.Members {
			resources.Members = append(resources.Members, s.function(m)...)
		}
	}
	out.Members = append(out.Members, tree.Member{Name: "Resources", At: root.At, Value: resources})
	return out
}

// A serverless is a serverless.yml that is being taken.
type serverless struct {
	t    *template
	root *tree.Value
	deep int
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
	general := provider.Get("environment")
	if variables := s.t.merged(general, orDefault(of.Get("environment"), general)); variables != nil {
		environment := &tree.Value{Kind: tree.Object, At: variables.At}
		add(environment, "Variables", variables)
		add(properties, "Environment", environment)
	}
	add(properties, "Layers", of.Get("layers"))
	add(properties, "ImageUri", of.Get("image"))
	all = append(all, resourceOf(id, "AWS::Lambda::Function", m, properties))
	for i, event := range of.Get("events").List() {
		all = append(all, s.event(id, m, i, event)...)
	}
	return all
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
