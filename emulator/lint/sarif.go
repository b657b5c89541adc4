package lint

import (
	"encoding/json"
	"io"
	"net/url"
	"path"
	"slices"
	"strings"
)

// SARIF 2.1.0, as code scanning takes it: columns count Unicode characters, and each rule
// says how to cure what it finds.

type sarifLog struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool struct {
		Driver sarifDriver `json:"driver"`
	} `json:"tool"`
	ColumnKind string        `json:"columnKind"`
	Results    []sarifResult `json:"results"`
}

type sarifDriver struct {
	Name           string      `json:"name"`
	InformationURI string      `json:"informationUri"`
	Rules          []sarifRule `json:"rules"`
}

type sarifRule struct {
	ID               string    `json:"id"`
	ShortDescription sarifText `json:"shortDescription"`
	Help             sarifText `json:"help"`
	Default          struct {
		Level string `json:"level"`
	} `json:"defaultConfiguration"`
	Properties sarifTags `json:"properties"`
}

type sarifTags struct {
	Tags []string `json:"tags"`
}

type sarifText struct {
	Text string `json:"text"`
}

type sarifResult struct {
	RuleID    string          `json:"ruleId"`
	RuleIndex int             `json:"ruleIndex"`
	Level     string          `json:"level"`
	Message   sarifText       `json:"message"`
	Locations []sarifLocation `json:"locations"`
}

type sarifLocation struct {
	Physical struct {
		Artifact struct {
			URI string `json:"uri"`
		} `json:"artifactLocation"`
		Region struct {
			StartLine   int `json:"startLine"`
			StartColumn int `json:"startColumn"`
		} `json:"region"`
	} `json:"physicalLocation"`
}

const project = "https://github.com/suback/suback"

// WriteSARIF writes a SARIF log of one run.
func WriteSARIF(w io.Writer, r Report) error {
	run := sarifRun{ColumnKind: "unicodeCodePoints", Results: []sarifResult{}}
	run.Tool.Driver = sarifDriver{Name: "suback lint", InformationURI: project, Rules: sarifRules()}
	for _, f := range r.Findings {
		run.Results = append(run.Results, sarifOf(f))
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(sarifLog{"https://json.schemastore.org/sarif-2.1.0.json", "2.1.0", []sarifRun{run}})
}

func sarifRules() (all []sarifRule) {
	for _, r := range Rules() {
		of := sarifRule{ID: r.ID, ShortDescription: sarifText{r.About}}
		of.Properties.Tags = append([]string{}, r.Rules...)
		of.Help.Text = "The mistake is in fixtures/policies/" + r.Example + ", its cure in fixtures/policies/" +
			r.Cured() + "."
		if len(r.Rules) > 0 {
			of.Help.Text += " Rules: " + strings.Join(r.Rules, ", ") + " (suback rule " + r.Rules[0] + ")."
		}
		of.Default.Level = sarifLevel(r.Severity)
		all = append(all, of)
	}
	return all
}

func sarifLevel(s Severity) string {
	if s == Info {
		return "note"
	}
	return string(s)
}

func sarifOf(f Finding) sarifResult {
	result := sarifResult{RuleID: f.Rule, Level: sarifLevel(f.Severity),
		Message:   sarifText{f.Text + ". " + f.Cure},
		RuleIndex: slices.IndexFunc(Rules(), func(r Rule) bool { return r.ID == f.Rule })}
	var at sarifLocation
	at.Physical.Artifact.URI = fileURI(f.File)
	at.Physical.Region.StartLine, at.Physical.Region.StartColumn = f.Line, f.Column
	result.Locations = []sarifLocation{at}
	return result
}

// fileURI is a path as a reference: relative ones stay so.
func fileURI(file string) string {
	u := url.URL{Path: strings.TrimPrefix(path.Clean(file), "./")}
	if path.IsAbs(file) {
		u.Scheme = "file"
	}
	return u.String()
}
