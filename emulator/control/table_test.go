package control

import (
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/registry"
)

// The members of each action of a topic rule are those of the model.
func TestRuleActionsAndModelAgree(t *testing.T) {
	m, have := readModel(iotService), registry.RuleActionMembers()
	is(t, "actions", slices.Sorted(maps.Keys(have)), slices.Sorted(maps.Keys(m.Shapes["Action"].Members)), "R-115")
	for name, member := range m.Shapes["Action"].Members {
		s, want := m.Shapes[member.Shape], []string(nil)
		for name, member := range s.Members {
			of := m.Shapes[member.Shape]
			if slices.Contains(s.Required, name) {
				name += "!"
			}
			switch {
			case len(of.Enum) > 0:
				name += ":" + strings.Join(of.Enum, "|")
			case of.Type == "structure", of.Type == "map":
				name += ":object"
			case of.Type != "string":
				name += ":" + of.Type
			}
			want = append(want, name)
		}
		is(t, name, slices.Sorted(slices.Values(have[name])), slices.Sorted(slices.Values(want)), "R-115")
	}
}

// Each operation's Go structs have members of the model, of its types.
func TestOperationsAndModelAgree(t *testing.T) {
	s := newBench(t).handler.service()
	for name, call := range s.table {
		op, ok := s.model.Operations[name]
		if !ok {
			t.Errorf("operation %s is not in the model", name)
			continue
		}
		s.model.agree(t, name+" input", s.model.input(op), reflect.TypeOf(call.in))
		output := &shape{Type: "structure"}
		if op.Output != "" {
			output = s.model.Shapes[op.Output]
		}
		s.model.agree(t, name+" output", output, reflect.TypeOf(call.out))
	}
}

func (m *model) agree(t *testing.T, path string, s *shape, goType reflect.Type) {
	t.Helper()
	for goType.Kind() == reflect.Pointer {
		goType = goType.Elem()
	}
	want := map[string]reflect.Kind{"structure": reflect.Struct, "list": reflect.Slice, "map": reflect.Map, "string": reflect.String,
		"boolean": reflect.Bool, "integer": reflect.Int, "long": reflect.Int64, "double": reflect.Float64, "blob": reflect.Slice,
		"timestamp": reflect.Struct}
	if goType == reflect.TypeFor[registry.RuleAction]() { // see TestRuleActionsAndModelAgree
		return
	}
	if want[s.Type] != goType.Kind() && !(s.Type == "long" && goType.Kind() == reflect.Int) {
		t.Errorf("%s: got %s, want a %s", path, goType, s.Type)
		return
	}
	switch s.Type {
	case "list":
		m.agree(t, path+"[]", m.Shapes[s.Member], goType.Elem())
	case "map":
		m.agree(t, path+"{}", m.Shapes[s.Value], goType.Elem())
	case "timestamp":
		if goType != reflect.TypeFor[date]() {
			t.Errorf("%s: got %s, want date", path, goType)
		}
	case "structure":
		m.agreeStruct(t, path, s, goType)
	}
}

func (m *model) agreeStruct(t *testing.T, path string, s *shape, goType reflect.Type) {
	t.Helper()
	if goType == reflect.TypeFor[listing]() {
		return
	}
	for i := range goType.NumField() {
		f := goType.Field(i)
		if f.Anonymous {
			m.agreeStruct(t, path, s, f.Type)
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		member, ok := s.Members[name]
		if !ok {
			t.Errorf("%s: %s.%s is %q, want one of %v", path, goType, f.Name, name, slices.Sorted(maps.Keys(s.Members)))
			continue
		}
		m.agree(t, path+"."+name, m.Shapes[member.Shape], f.Type)
	}
}

func TestOperations(t *testing.T) {
	implemented, missing := newBench(t).handler.Operations()
	m := readModel(iotService)
	if got, want := len(implemented)+len(missing), len(m.Operations); got != want {
		t.Errorf("Operations: got %d, want %d (model)", got, want)
	}
	if !slices.Contains(implemented, "CreateAuthorizer") || !slices.Contains(missing, "CreateJob") {
		t.Errorf("Operations: got %v and %v, want CreateAuthorizer done and CreateJob not (design)", implemented, missing)
	}
	if !slices.IsSorted(implemented) || !slices.IsSorted(missing) {
		t.Error("Operations: got lists in disorder, want them sorted (design)")
	}
}
