package lint

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/suback/suback/emulator/printed"
)

// A Format writes a report.
type Format func(io.Writer, Report) error

// Formats are the ways to write a report, by name.
func Formats() map[string]Format {
	return map[string]Format{"text": WriteText, "json": WriteJSON, "sarif": WriteSARIF, "junit": WriteJUnit,
		"github": WriteGitHub}
}

// WriteText writes a line for each finding, with its cure below.
func WriteText(w io.Writer, r Report) error {
	var b strings.Builder
	for _, f := range r.Findings {
		fmt.Fprintf(&b, "%s:%d:%d: %s: %s [%s]\n", printed.Line(f.File), f.Line, f.Column, f.Severity, f.Text,
			f.Rule)
		fmt.Fprintf(&b, "    %s", f.Cure)
		if len(f.Rules) > 0 {
			fmt.Fprintf(&b, " (%s)", strings.Join(f.Rules, ", "))
		}
		if f.Cured != "" {
			fmt.Fprintf(&b, "; see fixtures/policies/%s", f.Cured)
		}
		b.WriteByte('\n')
	}
	fmt.Fprintf(&b, "%s in %s\n", counted(len(r.Findings), "finding"), counted(r.Files, "file"))
	_, err := io.WriteString(w, b.String())
	return err
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// WriteJSON writes an object: how many files there were, and the findings.
func WriteJSON(w io.Writer, r Report) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	findings := r.Findings
	if findings == nil {
		findings = []Finding{}
	}
	return e.Encode(map[string]any{"files": r.Files, "findings": findings})
}
