package scenario

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/config"
	"github.com/suback/suback/emulator/near"
	"github.com/suback/suback/emulator/topic"
)

// Names of what must be there: a step that wants nothing of it would pass, and prove nothing, if
// its name were misspelt.

// A knowledge is what a scenario's account has, and who connects to it.
type knowledge struct {
	rules, functions, clients []string
}

func (s *Scenario) knowledge(c *config.Config) (k knowledge) {
	for _, r := range c.TopicRules {
		k.rules = append(k.rules, r.RuleName)
	}
	s.all(func(step *Step) {
		if step.HTTP != nil { // that makes one
			path, _, _ := strings.Cut(step.HTTP.Path, "?")
			if name, is := strings.CutPrefix(path, "/rules/"); is {
				k.rules = append(k.rules, name)
			}
		}
	})
	k.functions = slices.Sorted(maps.Keys(new(functions).inGo(c)))
	k.clients = s.ids()
	return k
}

// checkKnown tells of names that nothing has.
func (d *decoder) checkKnown(s *Scenario, c *config.Config) {
	k := s.knowledge(c)
	number := map[*Step]string{}
	var count func(steps []*Step, before string)
	count = func(steps []*Step, before string) {
		for i, step := range steps {
			number[step] = fmt.Sprintf("%s%d", before, i+1)
			count(step.Parallel, number[step]+".")
		}
	}
	count(s.Steps, "")
	s.all(func(step *Step) {
		if step.spoilt || len(step.verbs()) != 1 {
			return
		}
		if problem := k.problem(step); problem != "" {
			d.wrong(step.line, "step %s, %s: %s", number[step], step.verbs()[0], problem)
		}
	})
}

// problem is what of a step's names nothing has.
func (k knowledge) problem(step *Step) string {
	var problems []string
	switch {
	case step.Rule != nil && step.Rule.Name != "":
		problems = append(problems, none("topic rule", step.Rule.Name, k.rules), noEvent(step.Rule.Topic))
	case step.Event != nil:
		problems = append(problems, none("function that an authorizer names and that resources do not have",
			step.Event.Function, k.functions), none("client id", step.Event.Client, k.clients))
	case step.Trace != nil && step.Trace.None:
		problems = append(problems, none("client id", step.Trace.Client, k.clients))
	case step.Silence != nil:
		problems = append(problems, noEvent(step.Silence.Topic))
	case step.Subscribe != nil && step.Subscribe.Expect == nil:
		for _, filter := range step.Subscribe.filters() {
			problems = append(problems, noEvent(filter))
		}
	}
	return cmp.Or(problems...)
}

func none(what, name string, names []string) string {
	switch meant := near.Name(name, names); {
	case name == "" || slices.Contains(names, name):
		return ""
	case meant != "":
		return fmt.Sprintf("there is no %s %q, is %q meant?", what, name, meant)
	case len(names) == 0:
		return fmt.Sprintf("there is no %s %q, and no other", what, name)
	}
	return fmt.Sprintf("there is no %s %q, want one of %s", what, name, strings.Join(names, ", "))
}

func noEvent(filter string) string {
	_, rest, _ := topic.Shared(filter)
	if !topic.IsNoEvent(rest) {
		return ""
	}
	return fmt.Sprintf("AWS has no event on %q, want one of suback rule B-820 A-344", filter)
}
