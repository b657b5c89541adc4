package advise

import (
	"fmt"
	"strings"
	"time"
)

// An Outcome is what came of a case.
type Outcome string

// The outcomes. Only Failed is a failure.
const (
	Passed  Outcome = "passed"
	Warned  Outcome = "passed with warnings"
	Failed  Outcome = "failed"
	NotSeen Outcome = "not seen" // the device had no occasion, or is not judged here
)

// A Verdict is what a device made of a case.
type Verdict struct {
	Outcome Outcome `json:"outcome"`

	// Said is why, in a sentence with the device's own names and times; Hint what to change,
	// or what to do so that there is something to see. Empty if there is nothing.
	Said string `json:"said"`
	Hint string `json:"hint,omitempty"`

	// Evidence is what was seen, a line for each packet, the oldest first.
	Evidence []string `json:"evidence,omitempty"`
}

// A Result is the verdict of one case.
type Result struct {
	Case  string `json:"case"`
	About string `json:"about"` // what it asks of a device
	Verdict
	Took time.Duration `json:"-"`
}

// Text is the result for a person: its evidence only if it did not pass.
func (r *Result) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-20s %s (%.1f s)\n    %s", strings.ToUpper(string(r.Outcome)), r.Case, r.Took.Seconds(),
		r.Said)
	if r.Hint != "" {
		fmt.Fprintf(&b, "\n    hint: %s", r.Hint)
	}
	if r.Outcome == Failed || r.Outcome == Warned {
		for _, line := range r.Evidence {
			fmt.Fprintf(&b, "\n      %s", line)
		}
	}
	return b.String()
}

// Summary says how many results there are of each outcome.
func Summary(results []*Result) string {
	counts := map[Outcome]int{}
	for _, r := range results {
		counts[r.Outcome]++
	}
	text := fmt.Sprintf("%d passed, %d failed", counts[Passed]+counts[Warned], counts[Failed])
	if n := counts[Warned]; n > 0 {
		text = fmt.Sprintf("%d passed, %d of them with warnings, %d failed", counts[Passed]+n, n, counts[Failed])
	}
	if n := counts[NotSeen]; n > 0 {
		text += fmt.Sprintf(", %d not seen", n)
	}
	return text
}

func passed(format string, args ...any) Verdict {
	return Verdict{Outcome: Passed, Said: fmt.Sprintf(format, args...)}
}

func warned(hint, format string, args ...any) Verdict {
	return Verdict{Outcome: Warned, Said: fmt.Sprintf(format, args...), Hint: hint}
}

func failed(hint, format string, args ...any) Verdict {
	return Verdict{Outcome: Failed, Said: fmt.Sprintf(format, args...), Hint: hint}
}

func notSeen(hint, format string, args ...any) Verdict {
	return Verdict{Outcome: NotSeen, Said: fmt.Sprintf(format, args...), Hint: hint}
}
