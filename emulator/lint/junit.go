package lint

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
)

// JUnit, as CI servers read it: a case for each finding, failed; those that are only worth
// knowing have passed.

type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Errors   int         `xml:"errors,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name    string        `xml:"name,attr"`
	Class   string        `xml:"classname,attr"`
	File    string        `xml:"file,attr"`
	Line    int           `xml:"line,attr"`
	Failure *junitFailure `xml:"failure"`
	Out     string        `xml:"system-out,omitempty"`
}

type junitFailure struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr"`
	Text    string `xml:",chardata"`
}

// WriteJUnit writes a suite for each file with findings; one that passed if there is none.
func WriteJUnit(w io.Writer, r Report) error {
	var all junitSuites
	for _, f := range r.Findings {
		if n := len(all.Suites); n == 0 || all.Suites[n-1].Name != f.File {
			all.Suites = append(all.Suites, junitSuite{Name: f.File})
		}
		s := &all.Suites[len(all.Suites)-1]
		c := junitOf(f)
		s.Cases = append(s.Cases, c)
		s.Tests++
		all.Tests++
		if c.Failure != nil {
			s.Failures++
			all.Failures++
		}
	}
	if len(all.Suites) == 0 {
		all.Tests = 1
		all.Suites = []junitSuite{{Name: "suback lint", Tests: 1,
			Cases: []junitCase{{Name: counted(r.Files, "file"), Class: "suback.lint"}}}}
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(all); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func junitOf(f Finding) junitCase {
	c := junitCase{Name: fmt.Sprintf("%s %d:%d", f.Rule, f.Line, f.Column), Class: "suback.lint." + f.Rule,
		File: f.File, Line: f.Line}
	text := fmt.Sprintf("%s:%d:%d: %s\n%s (%s)", f.File, f.Line, f.Column, f.Text, f.Cure,
		strings.Join(f.Rules, ", "))
	if f.Severity == Info {
		c.Out = text
	} else {
		c.Failure = &junitFailure{Message: f.Text, Type: string(f.Severity), Text: text}
	}
	return c
}
