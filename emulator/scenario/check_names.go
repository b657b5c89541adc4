package scenario

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/suback/suback/emulator/near"
)

// Names as {{id}}: each must stand for something when its step is played. One that does not would
// be sent as it is, and be refused for another reason than the scenario is about.

var (
	anyName   = regexp.MustCompile(`\{\{([^{}]*)\}\}`)
	wholeName = regexp.MustCompile(`\A` + keptName.String() + `\z`)
)

// namesIn are the names in texts, without what repeats a letter.
func namesIn(texts []string) (names []string) {
	for _, text := range texts {
		for _, m := range anyName.FindAllStringSubmatch(text, -1) {
			if !many.MatchString(m[0]) {
				names = append(names, m[1])
			}
		}
	}
	return names
}

// fillable are the texts of a step that have names filled in.
func (s *Scenario) fillable(step *Step) (texts []string) {
	sign := func(s *Sign) {
		if s != nil {
			texts = append(texts, s.Key, s.Secret, s.Token)
		}
	}
	headers := func(of map[string]string) {
		for _, name := range slices.Sorted(maps.Keys(of)) {
			texts = append(texts, of[name])
		}
	}
	switch {
	case step.HTTP != nil:
		h := step.HTTP
		texts = append(texts, h.Path, string(h.Body.bytes), string(h.Response.bytes))
		headers(h.Headers)
		sign(h.Sign)
	case step.Event != nil:
		texts = append(texts, string(step.Event.Contains.bytes))
	case step.Connect != nil:
		c := s.with(step.Connect.Client, step.Connect.With)
		texts = append(texts, text(c.Username), text(c.Password), c.Path, string(c.answer), string(c.refresh))
		headers(c.Headers)
		sign(c.Sign)
	}
	return texts
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// checkNames tells of names that no step before keeps, in one of the versions.
func (d *decoder) checkNames(s *Scenario) {
	said := map[string]bool{}
	for _, v := range s.versions() {
		n := nameCheck{s, v, func(step *Step, number, problem string) {
			line := fmt.Sprintf("step %s, %s: %s", number, step.verbs()[0], problem)
			if !said[line] {
				d.wrong(step.line, "%s", line)
			}
			said[line] = true
		}}
		var known []string
		for i, step := range s.Steps {
			known = append(known, n.keeps(step, strconv.Itoa(i+1), known)...)
		}
	}
}

// A nameCheck looks at the names of a scenario in one version.
type nameCheck struct {
	s     *Scenario
	v     Version
	wrong func(step *Step, number, problem string)
}

// keeps are the names that a step adds to those known before. Of parallel ones none knows what
// another keeps.
func (n nameCheck) keeps(step *Step, number string, known []string) (kept []string) {
	if step.spoilt || step.Only != "" && step.Only != n.v || len(step.verbs()) != 1 {
		return nil
	}
	for _, name := range namesIn(n.s.fillable(step)) {
		if problem := n.s.unknown(name, known); problem != "" {
			n.wrong(step, number, problem)
		}
	}
	if step.HTTP != nil {
		kept = slices.Sorted(maps.Keys(step.HTTP.Keep))
	}
	for _, name := range kept {
		if !wholeName.MatchString("{{" + name + "}}") {
			n.wrong(step, number, fmt.Sprintf("it keeps %q, want letters, digits, _, . and -, a letter first", name))
		}
	}
	for i, inner := range step.Parallel {
		kept = append(kept, n.keeps(inner, fmt.Sprintf("%s.%d", number, i+1), known)...)
	}
	return kept
}

// unknown says why nothing stands for a name; "" if something does.
func (s *Scenario) unknown(name string, known []string) string {
	client, isCertificate := strings.CutSuffix(name, ".certificateId")
	if slices.Contains(known, name) || isCertificate && slices.Contains(s.names(), client) {
		return ""
	}
	known = slices.Clip(known)
	for _, c := range s.names() {
		known = append(known, c+".certificateId")
	}
	if meant := near.Name(strings.TrimSpace(name), known); meant != "" {
		return fmt.Sprintf("nothing stands for {{%s}}, is {{%s}} meant?", name, meant)
	}
	return fmt.Sprintf("nothing stands for {{%s}}, want one of {{%s}}: what a step before keeps counts", name,
		strings.Join(append(known, "x*6000"), "}}, {{"))
}
