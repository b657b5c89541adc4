package main

import (
	"encoding/xml"
	"fmt"
	"os"
	"time"
)

// An sqlOutcome is what came of a case.
type sqlOutcome struct {
	name, problem string
	took          time.Duration
}

type (
	junitSuite struct {
		XMLName  xml.Name    `xml:"testsuite"`
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Name    string        `xml:"name,attr"`
		Class   string        `xml:"classname,attr"`
		Time    string        `xml:"time,attr"`
		Failure *junitFailure `xml:"failure"`
	}
	junitFailure struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

// writeJUnit writes the report that CI systems read.
func writeJUnit(file string, outcomes []sqlOutcome) error {
	s := junitSuite{Name: "suback sql test", Tests: len(outcomes)}
	for _, o := range outcomes {
		c := junitCase{Name: o.name, Class: "suback.sql", Time: fmt.Sprintf("%.3f", o.took.Seconds())}
		if o.problem != "" {
			s.Failures++
			c.Failure = &junitFailure{Message: "other output", Text: o.problem}
		}
		s.Cases = append(s.Cases, c)
	}
	text, err := xml.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append([]byte(xml.Header), append(text, '\n')...), 0o644)
}
