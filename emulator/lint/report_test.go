package lint

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"slices"
	"strings"
	"testing"
)

// odd has every character that a format gives a meaning.
var odd = Report{Files: 2, Findings: []Finding{
	{Rule: "receive-missing", Severity: Warning, File: "a b/p,q:r%.json", Line: 3, Column: 7,
		Text: "Statement[0] has \"<x>\" & 100%\nin two\rlines", Cure: "write ]]> or 'a'", Rules: []string{"B-501", "D-12"},
		Example: "receive-missing.json", Cured: "receive-missing-cured.json"},
	{Rule: "timer", Severity: Error, File: "a b/p,q:r%.json", Line: 4, Column: 1, Text: "x", Cure: "y"},
	{Rule: "answer-text", Severity: Info, File: "/z.json", Line: 1, Column: 1, Text: "é", Cure: "z"},
}}

func written(t *testing.T, format string, r Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := Formats()[format](&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestWriteText(t *testing.T) {
	got := written(t, "text", Report{Files: 1, Findings: odd.Findings[1:2]})
	const want = "a b/p,q:r%.json:4:1: error: x [timer]\n    y\n1 finding in 1 file\n"
	if got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := written(t, "text", odd); !strings.Contains(got, "write ]]> or 'a' (B-501, D-12); see fixtures/policies/receive-missing-cured.json\n") {
		t.Errorf("got %s, want rules and the cure's name", got)
	}
}

func TestWriteJSON(t *testing.T) {
	for _, r := range []Report{odd, {}} {
		var got struct {
			Files    int
			Findings []Finding
		}
		if err := json.Unmarshal([]byte(written(t, "json", r)), &got); err != nil || got.Findings == nil {
			t.Fatalf("got %v and %v, want JSON with a list", err, got)
		}
		same := func(a, b Finding) bool { return a.Text == b.Text && a.Rule == b.Rule && a.Line == b.Line }
		if got.Files != r.Files || !slices.EqualFunc(got.Findings, r.Findings, same) {
			t.Errorf("got %+v, want %+v", got, r)
		}
	}
}

// GitHub reads a command a line; in a property ":" and "," end it.
func TestWriteGitHub(t *testing.T) {
	got := written(t, "github", odd)
	want := []string{
		`::warning file=a b/p%2Cq%3Ar%25.json,line=3,col=7,title=suback lint%3A receive-missing::` +
			`Statement[0] has "<x>" & 100%25%0Ain two%0Dlines. write ]]> or 'a'`,
		`::error file=a b/p%2Cq%3Ar%25.json,line=4,col=1,title=suback lint%3A timer::x. y`,
		`::notice file=/z.json,line=1,col=1,title=suback lint%3A answer-text::é. z`,
	}
	if lines := strings.Split(strings.TrimSpace(got), "\n"); !slices.Equal(lines, want) {
		t.Errorf("got %q, want %q", lines, want)
	}
}

func TestWriteJUnit(t *testing.T) {
	var got junitSuites
	if err := xml.Unmarshal([]byte(written(t, "junit", odd)), &got); err != nil {
		t.Fatal(err)
	}
	if got.Tests != 3 || got.Failures != 2 || len(got.Suites) != 2 || got.Suites[0].Name != "a b/p,q:r%.json" ||
		got.Suites[0].Tests != 2 || got.Suites[1].Failures != 0 {
		t.Errorf("got %+v, want 3 cases in 2 suites, 2 of them failed", got)
	}
	failure := got.Suites[0].Cases[0].Failure
	if failure == nil || failure.Type != "warning" || !strings.Contains(failure.Text, "]]> or 'a' (B-501, D-12)") ||
		!strings.HasPrefix(failure.Message, `Statement[0] has "<x>" & 100%`) {
		t.Errorf("got %+v, want text and cure", failure)
	}
	if err := xml.Unmarshal([]byte(written(t, "junit", Report{Files: 7})), &got); err != nil || got.Failures != 0 || got.Tests != 1 {
		t.Errorf("got %+v and %v, want a case that passed", got, err)
	}
}

// What the schema of SARIF 2.1.0 wants of what is written here: code scanning refuses the
// file otherwise.
func TestWriteSARIF(t *testing.T) {
	for _, r := range []Report{odd, {}} {
		var got sarifLog
		d := json.NewDecoder(strings.NewReader(written(t, "sarif", r)))
		d.DisallowUnknownFields()
		if err := d.Decode(&got); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Token(); err != io.EOF {
			t.Errorf("got more than a value: %v", err)
		}
		if got.Version != "2.1.0" || len(got.Runs) != 1 || got.Runs[0].Results == nil || got.Runs[0].Tool.Driver.Name == "" {
			t.Fatalf("got %+v, want a run of version 2.1.0", got)
		}
		checkSARIF(t, got.Runs[0], r)
	}
}

func checkSARIF(t *testing.T, run sarifRun, r Report) {
	t.Helper()
	rules := run.Tool.Driver.Rules
	levels := []string{"error", "warning", "note"}
	for _, of := range rules {
		if of.Help.Text == "" || of.ShortDescription.Text == "" || !slices.Contains(levels, of.Default.Level) {
			t.Errorf("got %+v, want a rule with help and level", of)
		}
	}
	if len(run.Results) != len(r.Findings) {
		t.Fatalf("got %d results, want %d", len(run.Results), len(r.Findings))
	}
	for i, result := range run.Results {
		f := r.Findings[i]
		at := result.Locations[0].Physical
		if result.RuleIndex < 0 || rules[result.RuleIndex].ID != f.Rule || result.RuleID != f.Rule ||
			!slices.Contains(levels, result.Level) || at.Region.StartLine != f.Line || at.Region.StartColumn != f.Column {
			t.Errorf("got %+v, want that of %+v", result, f)
		}
	}
	if len(r.Findings) > 0 && run.Results[0].Locations[0].Physical.Artifact.URI != "a%20b/p,q:r%25.json" {
		t.Errorf("got %q, want a reference", run.Results[0].Locations[0].Physical.Artifact.URI)
	}
}
