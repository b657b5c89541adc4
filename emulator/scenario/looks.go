package scenario

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/suback/suback/docs/behaviour"
	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/near"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/story"
	"github.com/suback/suback/emulator/trace"
)

// The steps that look at what no client sees, until it is so or the time is up.

// until asks again until there is no problem.
func (p *player) until(ctx context.Context, within Duration, problem func() string) error {
	ctx, cancel := context.WithTimeout(ctx, p.within(within))
	defer cancel()
	for {
		what := problem()
		if what == "" {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s, after %s", what, p.within(within))
		case <-time.After(2 * time.Millisecond):
		}
	}
}

func (p *player) shadow(ctx context.Context, s *Shadow) error {
	var failed error // to look: that is not waited for
	err := p.until(ctx, s.Within, func() string {
		document, err := p.place.Shadow(ctx, s.Thing, s.Name)
		switch {
		case err != nil:
			failed = err
			return ""
		case s.Missing && document == nil:
			return ""
		case s.Missing:
			return "there is a shadow, want none"
		case document == nil:
			return "there is no shadow, want one"
		}
		have, _ := decoded(document)
		object, _ := have.(map[string]any)
		if s.State.given {
			want, _ := decoded(s.State.bytes)
			if what := lacks("state.", object["state"], want); what != "" {
				return "the shadow " + what
			}
		}
		if s.Version != nil && fmt.Sprint(object["version"]) != fmt.Sprint(*s.Version) {
			return fmt.Sprintf("the shadow has version %v, want %d", object["version"], *s.Version)
		}
		return ""
	})
	if failed != nil {
		return failed
	}
	return err
}

func (p *player) rule(ctx context.Context, a Witness, s *Rule) error {
	if s.Outcome == "none" {
		seen, err := rulings(a, s)
		if err == nil && len(seen) > 0 {
			return fmt.Errorf("rule %s: %s, want it to see no message", s.Name, seen[0].Outcome)
		}
		return err
	}
	return p.until(ctx, s.Within, func() string {
		problem := fmt.Sprintf("rule %s saw no message, want one", s.Name)
		all, err := rulings(a, s)
		if err != nil {
			return err.Error()
		}
		for i, r := range all {
			what := s.misses(r)
			if what == "" {
				return ""
			}
			if i == 0 {
				problem = fmt.Sprintf("rule %s: %s", s.Name, what)
			}
		}
		return problem
	})
}

// rulings are what a rule has made of messages, the newest first.
func rulings(a Witness, s *Rule) (all []story.Ruling, err error) {
	latest, err := a.Messages(emulator.Selection{Topic: s.Topic})
	for _, short := range latest {
		full, _ := a.Story(short.ID)
		for _, r := range full.Rules {
			if r.RuleName == s.Name {
				all = append(all, r)
			}
		}
	}
	return all, err
}

// problem is what no rule makes of a message.
func (s *Rule) problem() string {
	outcomes := []string{"executed", "not true", "ended", "throttled", "none"}
	switch {
	case s.Name == "":
		return "there is no name, want that of a topic rule"
	case s.Outcome != "" && !slices.Contains(outcomes, s.Outcome):
		return fmt.Sprintf("outcome is %q, %s", s.Outcome, meant(s.Outcome, outcomes))
	}
	return ""
}

func (s *Rule) misses(r story.Ruling) string {
	want := cmp.Or(s.Outcome, "executed")
	switch {
	case r.Outcome != want:
		return fmt.Sprintf("got %q (%s), want %q", r.Outcome, r.Detail, want)
	case !strings.Contains(r.Detail, s.Detail):
		return fmt.Sprintf("got %s, want %q in it", r.Detail, s.Detail)
	case s.Action == "" && s.Error == "":
		return ""
	}
	fits := func(a story.RuleAction) bool {
		return (s.Action == "" || a.Action == s.Action) && strings.Contains(a.Error, s.Error) &&
			(a.Error == "") == (s.Error == "")
	}
	if slices.ContainsFunc(r.Actions, fits) {
		return ""
	}
	lines := make([]string, len(r.Actions))
	for i, a := range r.Actions {
		lines[i] = a.Line()
	}
	return fmt.Sprintf("got the actions [%s], want %s", strings.Join(lines, "; "),
		strings.TrimSpace(s.Action+" "+s.Error))
}

func (p *player) trace(ctx context.Context, a Witness, s *Trace) error {
	is := func(e trace.Event) bool { return s.is(&e) }
	matching := func() (bool, error) {
		all, err := a.Events()
		return slices.ContainsFunc(all, is), err
	}
	if s.None {
		for _, c := range p.connected() {
			_ = c.ping(ctx) // what was sent before has been dealt with
		}
		there, err := matching()
		if there {
			return fmt.Errorf("there is a record with %s, want none", s.words())
		}
		return err
	}
	return p.until(ctx, s.Within, func() string {
		there, err := matching()
		switch {
		case there:
			return ""
		case err != nil:
			return err.Error()
		}
		return "the trace has no record with " + s.words()
	})
}

// problem is what no record is like. With none it would be found in no trace, and prove nothing.
func (s *Trace) problem() string {
	_, err := trace.ParseFilter(url.Values{"outcome": {s.Outcome}, "operation": {s.Operation}, "rule": {s.Rule}})
	if err != nil {
		return err.Error()
	}
	if _, there := behaviour.Find(s.Rule); s.None && s.Rule != "" && !there {
		return fmt.Sprintf("there is no rule %s, want one of docs/behaviour", s.Rule)
	}
	if a := policy.Action(s.Action); a != "" && !slices.Contains(policy.KnownActions(), a) {
		var names []string
		for _, known := range policy.KnownActions() {
			names = append(names, string(known))
		}
		return fmt.Sprintf("action is %q, %s", a, meant(s.Action, names))
	}
	return ""
}

func meant(name string, names []string) string {
	if is := near.Name(name, names); is != "" {
		return fmt.Sprintf("is %q meant?", is)
	}
	return "want one of " + strings.Join(names, ", ")
}

func (s *Trace) is(e *trace.Event) bool {
	is := func(rule string) bool { return strings.EqualFold(rule, s.Rule) }
	return (s.Client == "" || s.Client == e.Client) &&
		(s.Operation == "" || strings.EqualFold(s.Operation, string(e.Operation))) &&
		(s.Outcome == "" || strings.EqualFold(s.Outcome, string(e.Outcome))) &&
		(s.Reason == "" || s.Reason == e.Reason) && (s.Action == "" || s.Action == string(e.Action)) &&
		(s.Topic == "" || s.Topic == e.Topic || s.Topic == e.Filter) &&
		(s.Rule == "" || slices.ContainsFunc(e.Rules, is)) &&
		strings.Contains(e.Detail, s.Detail) && strings.Contains(e.Hint, s.Hint)
}

func (s *Trace) words() string {
	var parts []string
	for _, w := range [][2]string{{"client", s.Client}, {"operation", s.Operation}, {"outcome", s.Outcome},
		{"reason", s.Reason}, {"action", s.Action}, {"topic", s.Topic}, {"rule", s.Rule}, {"detail", s.Detail},
		{"hint", s.Hint}} {
		if w[1] != "" {
			parts = append(parts, w[0]+" "+w[1])
		}
	}
	return strings.Join(parts, ", ")
}
