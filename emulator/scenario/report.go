package scenario

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/suback/suback/emulator/junit"
	"github.com/suback/suback/emulator/printed"
)

// Results for people and for programs.

// Text is the result as people read it, without the last line end: one line, or for a failure
// what was wanted, the conversation until then, the story of the message, and the trace.
func (r *Result) Text() string {
	name := printed.Line(r.String())
	switch {
	case r.Skipped != "":
		return "skip  " + name + "\n      " + printed.Line(r.Skipped)
	case r.Problem == "" && r.PassedOver != nil:
		return "ok    " + name + ", " + r.over()
	case r.Problem == "":
		return "ok    " + name
	}
	return "FAIL  " + name + "\n      " + strings.ReplaceAll(r.Failure(), "\n", "\n      ")
}

// over says what was passed over.
func (r *Result) over() string {
	return "but for the trace (step " + strings.Join(r.PassedOver, ", ") + ")"
}

// Failure is what a failure says below its name.
func (r *Result) Failure() string {
	var b strings.Builder
	b.WriteString(r.headline())
	for _, line := range r.Talk {
		b.WriteString("\n    " + printed.Line(line))
	}
	if r.Story != "" {
		b.WriteString("\nthe latest message on it:\n  " + strings.ReplaceAll(r.Story, "\n", "\n  "))
	}
	if len(r.Trace) > 0 {
		b.WriteString("\nthe trace:")
	}
	for _, e := range r.Trace {
		b.WriteString("\n  " + strings.ReplaceAll(e, "\n", "\n  "))
	}
	return b.String()
}

// headline is where it failed, and why.
func (r *Result) headline() string {
	if r.Step == "" {
		return printed.Line(r.Problem)
	}
	return printed.Line(fmt.Sprintf("%s:%d: step %s, %s: %s", r.file, r.Line, r.Step, r.Verb, r.Problem))
}

// Summary counts results.
func Summary(results []*Result) string {
	passed, failed, skipped := count(results)
	text := fmt.Sprintf("%d passed, %d failed", passed, failed)
	if skipped > 0 {
		text += fmt.Sprintf(", %d skipped", skipped)
	}
	return text
}

// Unplayed is an error if every result was skipped: nothing was tried then, and nothing is known.
func Unplayed(results []*Result) error {
	if passed, failed, _ := count(results); passed+failed > 0 || len(results) == 0 {
		return nil
	}
	first := results[0]
	return fmt.Errorf("nothing was played: all %d were skipped, the first, %s:%d, since: %s", len(results), first.file,
		first.Line, first.Skipped)
}

func count(results []*Result) (passed, failed, skipped int) {
	for _, r := range results {
		switch {
		case r.Skipped != "":
			skipped++
		case r.Problem != "":
			failed++
		default:
			passed++
		}
	}
	return passed, failed, skipped
}

// WriteTAP writes results as the Test Anything Protocol has them, version 13.
func WriteTAP(w io.Writer, results []*Result) error {
	var b strings.Builder
	fmt.Fprintf(&b, "TAP version 13\n1..%d\n", len(results))
	for i, r := range results {
		name := strings.ReplaceAll(printed.Line(r.String()), "#", `\#`)
		switch {
		case r.Skipped != "":
			fmt.Fprintf(&b, "ok %d - %s # SKIP %s\n", i+1, name, printed.Line(r.Skipped))
		case r.Problem == "":
			fmt.Fprintf(&b, "ok %d - %s\n", i+1, name)
			if r.PassedOver != nil {
				fmt.Fprintf(&b, "# %s\n", r.over())
			}
		default:
			fmt.Fprintf(&b, "not ok %d - %s\n# %s\n", i+1, name, strings.ReplaceAll(r.Failure(), "\n", "\n# "))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// WriteJSON writes a result as a line of JSON.
func WriteJSON(w io.Writer, r *Result) error {
	outcome := "passed"
	switch {
	case r.Skipped != "":
		outcome = "skipped"
	case r.Problem != "":
		outcome = "failed"
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(struct {
		File       string    `json:"file"`
		Line       int       `json:"line"`
		Name       string    `json:"name"`
		Version    Version   `json:"version"`
		Transport  Transport `json:"transport"`
		Rules      []string  `json:"rules,omitempty"`
		Outcome    string    `json:"outcome"`
		Seconds    float64   `json:"seconds"`
		Skipped    string    `json:"skipped,omitempty"`
		PassedOver []string  `json:"passedOver,omitempty"`
		Step       string    `json:"step,omitempty"`
		Problem    string    `json:"problem,omitempty"`
		Talk       []string  `json:"conversation,omitempty"`
		Story      string    `json:"story,omitempty"`
		Trace      []string  `json:"trace,omitempty"`
	}{r.file, r.Line, r.Name, r.Version, r.Transport, r.Rules, outcome, r.Took.Seconds(), r.Skipped,
		r.PassedOver, r.Step,
		r.Problem, r.Talk, r.Story, r.Trace})
}

// WriteJUnit writes the report that CI systems read.
func WriteJUnit(w io.Writer, results []*Result) error {
	var cases []junit.Case
	for _, r := range results {
		c := junit.Case{Name: fmt.Sprintf("%s (MQTT %s, %s)", r.Name, r.Version, r.Transport), Class: r.file,
			File: r.file, Line: r.Line, Time: junit.Seconds(r.Took)}
		switch {
		case r.Skipped != "":
			c.Skipped = &junit.Message{Message: r.Skipped}
		case r.Problem != "":
			c.Failure = &junit.Message{Message: r.headline(), Text: r.Failure()}
		case r.PassedOver != nil:
			c.Out = r.over()
		}
		cases = append(cases, c)
	}
	return junit.Write(w, "suback test", cases)
}
