package lint

import (
	"slices"

	"github.com/suback/suback/emulator/policy"
)

// A statement of a document.
type statement struct {
	*value
	place                  string // "Statement[1]", with the document's name before it
	deny                   bool
	actions                []action
	about                  []policy.Action // those of the data plane that the actions stand for
	resources              []resource
	notAction, notResource bool
	conditions             []condition
}

// A condition is one key under one operator.
type condition struct {
	operator, key string
	at            spot // of the key
	wants         []*value
}

func readStatement(place string, v *value) statement {
	s := statement{value: v, place: place}
	effect := v.Get("Effect")
	s.deny = effect != nil && effect.Text == "Deny"
	actions, resources := v.Get("Action"), v.Get("Resource")
	if not := v.Get("NotAction"); not != nil {
		actions, s.notAction = not, true
	}
	if not := v.Get("NotResource"); not != nil {
		resources, s.notResource = not, true
	}
	for _, a := range actions.List() {
		s.actions = append(s.actions, newAction(a))
	}
	s.about = s.judgedFor()
	for _, r := range resources.List() {
		s.resources = append(s.resources, newResource(r))
	}
	s.conditions = conditionsOf(v.Get("Condition"))
	return s
}

// conditionsOf reads a Condition; of what is not known, there is one without an operator.
func conditionsOf(v *value) (all []condition) {
	switch {
	case v == nil:
		return nil
	case v.Kind == opaque:
		return []condition{{}}
	}
	for _, o := range v.Members {
		if o.Value.Kind == opaque {
			all = append(all, condition{})
		}
		for _, k := range o.Value.Members {
			all = append(all, condition{o.Name, k.Name, k.At, k.Value.List()})
		}
	}
	return all
}

// judgedFor are the actions of the data plane that a statement is about.
func (s statement) judgedFor() (all []policy.Action) {
	for _, a := range policy.KnownActions() {
		named := slices.ContainsFunc(s.actions, func(w action) bool { return slices.Contains(w.judged, a) })
		if named != s.notAction {
			all = append(all, a)
		}
	}
	return all
}
