package scenario

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/near"
)

// What is wrong with a scenario beyond its keys.

func (d *decoder) wrong(line int, format string, args ...any) {
	d.mistakes = append(d.mistakes, fmt.Errorf("%s:%d: %s", d.file, line, fmt.Sprintf(format, args...)))
}

func (d *decoder) check(s *Scenario) {
	if s.Name == "" && !s.spoilt {
		d.wrong(s.line, "the scenario has no name, want one that says what must be true")
	}
	if len(s.Steps) == 0 && !s.spoilt {
		d.wrong(s.line, "scenario %q has no steps, want a list of them", s.Name)
	}
	account, err := s.config()
	if err != nil {
		d.mistakes = append(d.mistakes, err)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Clients)) {
		if problem := s.Clients[name].problem(); problem != "" {
			d.wrong(s.line, "client %q: %s", name, problem)
		}
	}
	d.checkSteps(s, s.Steps, "", s.names())
	if !s.spoilt {
		d.checkNames(s)
	}
	if err == nil {
		d.checkKnown(s, account)
	}
}

// names are the clients that steps may name: those of clients, or, where there are none,
// those that connect.
func (s *Scenario) names() []string {
	if len(s.Clients) > 0 {
		return slices.Sorted(maps.Keys(s.Clients))
	}
	var names []string
	var add func(steps []*Step)
	add = func(steps []*Step) {
		for _, step := range steps {
			if step.Connect != nil {
				names = append(names, step.Connect.Client)
			}
			add(step.Parallel)
		}
	}
	add(s.Steps)
	return names
}

func (d *decoder) checkSteps(s *Scenario, steps []*Step, before string, names []string) {
	for i, step := range steps {
		number := fmt.Sprintf("%s%d", before, i+1)
		if step.spoilt || step.line == 0 {
			continue // that has been said
		}
		verbs := step.verbs()
		if len(verbs) != 1 {
			d.wrong(step.line, "step %s has %s, want one of %s", number, said(verbs),
				strings.Join(namesOf(keysOf(reflect.TypeFor[Step]())), ", "))
			continue
		}
		if problem := step.problem(); problem != "" {
			d.wrong(step.line, "step %s, %s: %s", number, verbs[0], problem)
		}
		for _, name := range step.clients() {
			if !slices.Contains(names, name) {
				d.wrong(step.line, "step %s, %s: %s", number, verbs[0], stranger(name, names))
			}
		}
		d.checkSteps(s, step.Parallel, number+".", names)
	}
}

func said(verbs []string) string {
	if len(verbs) == 0 {
		return "nothing to do"
	}
	return strings.Join(verbs, " and ")
}

func stranger(name string, names []string) string {
	if name == "" {
		return "there is no client, want one of " + strings.Join(names, ", ")
	}
	if meant := near.Name(name, names); meant != "" {
		return fmt.Sprintf("client %q is none of clients, is %q meant?", name, meant)
	}
	return fmt.Sprintf("client %q is none of clients and never connects, want one of %s", name,
		cmp.Or(strings.Join(names, ", "), "those that a step connects"))
}

// verbs are the keys that say what a step does.
func (s *Step) verbs() (verbs []string) {
	v := reflect.ValueOf(s).Elem()
	for _, k := range keysOf(v.Type()) {
		if k.name != "only" && !v.FieldByIndex(k.index).IsZero() {
			verbs = append(verbs, k.name)
		}
	}
	return verbs
}

// clients are those that a step names.
func (s *Step) clients() []string {
	switch {
	case s.Connect != nil:
		return []string{s.Connect.Client}
	case s.Subscribe != nil:
		return []string{s.Subscribe.Client}
	case s.Unsubscribe != nil:
		return []string{s.Unsubscribe.Client}
	case s.Publish != nil:
		return []string{s.Publish.Client}
	case s.Expect != nil && len(s.Expect.AnyOf) > 0:
		return s.Expect.AnyOf
	case s.Expect != nil:
		return []string{s.Expect.Client}
	case s.Silence != nil:
		return []string{s.Silence.Client}
	case s.Close != nil:
		return []string{s.Close.Client}
	case s.Disconnect != nil:
		return []string{s.Disconnect.Client}
	case s.Drop != nil:
		return []string{s.Drop.Client}
	case s.Ping != nil:
		return []string{s.Ping.Client}
	case s.Send != nil:
		return []string{s.Send.Client}
	case s.Fault != nil && s.Fault.Client != "":
		return []string{s.Fault.Client}
	case s.HTTP != nil && s.HTTP.Client != "":
		return []string{s.HTTP.Client}
	}
	return nil
}

// problem is what a step lacks.
func (s *Step) problem() string {
	switch {
	case s.Connect != nil && s.Connect.With != nil && s.Connect.With.Certificate != nil:
		return "there is a certificate, want it beside the client's name; another client may have the same clientId"
	case s.Connect != nil:
		return s.Connect.With.problem()
	case s.Subscribe != nil && len(s.Subscribe.filters()) == 0,
		s.Unsubscribe != nil && len(s.Unsubscribe.filters()) == 0:
		return "there is no filter, want filter or filters"
	case s.Publish != nil && s.Publish.Times < 0:
		return fmt.Sprintf("times is %d, want 1 or more", s.Publish.Times)
	case s.Publish != nil:
		return s.Publish.Message.problem()
	case s.Expect != nil && s.Expect.Message == nil && len(s.Expect.Messages) == 0:
		return "there is no message, want message or messages"
	case s.Shadow != nil && s.Shadow.Thing == "":
		return "there is no thing, want its name"
	case s.Fault != nil:
		return s.Fault.problem()
	case s.Rule != nil:
		return s.Rule.problem()
	case s.Trace != nil:
		return s.Trace.problem()
	case s.HTTP != nil && !strings.HasPrefix(s.HTTP.Path, "/"):
		return fmt.Sprintf("the path is %q, want one that begins with /", s.HTTP.Path)
	case s.Send != nil:
		if _, err := s.Send.raw(); err != nil {
			return fmt.Sprintf("the bytes are %q, want hexadecimal as c0 01 00", s.Send.Bytes)
		}
	}
	return ""
}

func (s *Subscribe) filters() []string {
	if s.Filter != "" {
		return append([]string{s.Filter}, s.Filters...)
	}
	return s.Filters
}

func (s *Send) raw() ([]byte, error) {
	raw, err := hexadecimal(s.Bytes)
	if err == nil && raw == nil {
		err = hex.ErrLength
	}
	return raw, err
}

// hexadecimal are bytes written as c0 01 00; nil if there are none.
func hexadecimal(text string) ([]byte, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	return hex.DecodeString(strings.Join(strings.Fields(text), ""))
}
