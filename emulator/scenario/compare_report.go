package scenario

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/suback/suback/docs/behaviour"
	"github.com/suback/suback/emulator/printed"
)

// Text is a comparison as people read it, without the last line end: rule by rule where they
// differ, the guesses that are settled, and numbers.
func (c Comparison) Text() string {
	var b strings.Builder
	differ, settled := 0, 0
	for _, f := range c.Findings() {
		if f.Differ == nil {
			settled++
			b.WriteString("settled: observed  " + f.title() + "\n      " + f.change() + "\n")
			continue
		}
		differ++
		b.WriteString("differs  " + f.title() + "\n")
		for _, p := range f.Differ {
			b.WriteString(c.pair(p))
		}
	}
	counts := [3]int{}
	for _, p := range c.Pairs {
		switch {
		case !p.Compared():
			counts[2]++
		case p.Differs():
			counts[0]++
		default:
			counts[1]++
		}
	}
	fmt.Fprintf(&b, "%d differ, in %d rules; %d agree; %d not compared", counts[0], differ, counts[1], counts[2])
	if settled > 0 {
		fmt.Fprintf(&b, "; %d guesses are settled", settled)
	}
	return b.String()
}

// title is a rule's number, its marks, and its first sentence.
func (f Finding) title() string {
	if f.Rule.Number == "" {
		return "(of no rule)"
	}
	return fmt.Sprintf("%s (%s) %s", f.Rule.Number, cmp.Or(strings.Join(f.Rule.Marks, ", "), "no mark"),
		printed.Line(f.Rule.Sentence()))
}

// change is what a guess that is settled becomes.
func (f Finding) change() string {
	r := f.Settled[0].Results[0]
	return fmt.Sprintf("%s: [guess] becomes [obs], as %q has shown in MQTT %s", place(f.Rule), r.Name, r.Version)
}

func place(r behaviour.Rule) string {
	lines := make([]string, len(r.Guesses()))
	for i, l := range r.Guesses() {
		lines[i] = fmt.Sprintf("%s:%d", r.File, l)
	}
	return strings.Join(lines, ", ")
}

// pair is a case and what each target did.
func (c Comparison) pair(p Pair) string {
	width := max(len(c.Targets[0]), len(c.Targets[1]))
	r := p.Results[0]
	text := fmt.Sprintf("    %s: %s (MQTT %s)\n", r.file, printed.Line(r.Name), r.Version)
	for i, r := range p.Results {
		text += fmt.Sprintf("      %-*s  %s\n", width, printed.Line(c.Targets[i]), r.did())
	}
	return text
}

// did is a result on one line.
func (r *Result) did() string {
	if r.Problem == "" {
		return "does what it says"
	}
	return r.headline()
}

type (
	comparedRule struct {
		Rule      string         `json:"rule,omitempty"`
		Text      string         `json:"text,omitempty"`
		Marks     []string       `json:"marks,omitempty"`
		Outcome   string         `json:"outcome"` // "differs" or "settled"
		Change    string         `json:"change,omitempty"`
		Scenarios []comparedCase `json:"scenarios"`
	}
	comparedCase struct {
		File    string           `json:"file"`
		Line    int              `json:"line"`
		Name    string           `json:"name"`
		Version Version          `json:"version"`
		Targets []comparedTarget `json:"targets"`
	}
	comparedTarget struct {
		Target    string    `json:"target"`
		Transport Transport `json:"transport"`
		Passed    bool      `json:"passed"`
		Step      string    `json:"step,omitempty"`
		Problem   string    `json:"problem,omitempty"`
		Talk      []string  `json:"conversation,omitempty"`
	}
)

// WriteJSON writes a line of JSON for each rule that differs or is settled.
func (c Comparison) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	for _, f := range c.Findings() {
		out := comparedRule{Rule: f.Rule.Number, Text: f.Rule.Sentence(), Marks: f.Rule.Marks, Outcome: "differs"}
		if f.Differ == nil {
			out.Outcome, out.Change = "settled", place(f.Rule)
		}
		for _, p := range append(f.Differ, f.Settled...) {
			out.Scenarios = append(out.Scenarios, c.json(p))
		}
		if err := e.Encode(out); err != nil {
			return err
		}
	}
	return nil
}

func (c Comparison) json(p Pair) comparedCase {
	r := p.Results[0]
	out := comparedCase{File: r.file, Line: r.line, Name: r.Name, Version: r.Version}
	for i, r := range p.Results {
		out.Targets = append(out.Targets,
			comparedTarget{c.Targets[i], r.Transport, r.Passed(), r.Step, r.Problem, r.Talk})
	}
	return out
}
