// Package junit writes the report that CI systems read: one suite, a case for each thing tried.
package junit

import (
	"encoding/xml"
	"fmt"
	"io"
	"time"
)

// A Case is one that passed, unless it has a Failure or was Skipped.
type Case struct {
	Name    string   `xml:"name,attr"`
	Class   string   `xml:"classname,attr"`
	File    string   `xml:"file,attr,omitempty"`
	Line    int      `xml:"line,attr,omitempty"`
	Time    Seconds  `xml:"time,attr"`
	Failure *Message `xml:"failure"`
	Skipped *Message `xml:"skipped"`
	Out     string   `xml:"system-out,omitempty"`
}

// A Message says why, in a line, and in full.
type Message struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// Seconds is a duration in JUnit's form, as 1.250.
type Seconds time.Duration

// MarshalText implements [encoding.TextMarshaler].
func (s Seconds) MarshalText() ([]byte, error) {
	return fmt.Appendf(nil, "%.3f", time.Duration(s).Seconds()), nil
}

// Write writes a suite with its counts.
func Write(w io.Writer, name string, cases []Case) error {
	s := struct {
		XMLName  xml.Name `xml:"testsuite"`
		Name     string   `xml:"name,attr"`
		Tests    int      `xml:"tests,attr"`
		Failures int      `xml:"failures,attr"`
		Skipped  int      `xml:"skipped,attr"`
		Time     Seconds  `xml:"time,attr"`
		Cases    []Case   `xml:"testcase"`
	}{Name: name, Tests: len(cases), Cases: cases}
	for _, c := range cases {
		s.Time += c.Time
		switch {
		case c.Failure != nil:
			s.Failures++
		case c.Skipped != nil:
			s.Skipped++
		}
	}
	text, err := xml.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	_, err = w.Write(append([]byte(xml.Header), append(text, '\n')...))
	return err
}
