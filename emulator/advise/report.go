package advise

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
)

// WriteJSON writes a result as a line of JSON.
func WriteJSON(w io.Writer, r *Result) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(struct {
		*Result
		Seconds float64 `json:"seconds"`
	}{r, r.Took.Seconds()})
}

type (
	junitSuite struct {
		XMLName  xml.Name    `xml:"testsuite"`
		Name     string      `xml:"name,attr"`
		Tests    int         `xml:"tests,attr"`
		Failures int         `xml:"failures,attr"`
		Skipped  int         `xml:"skipped,attr"`
		Cases    []junitCase `xml:"testcase"`
	}
	junitCase struct {
		Name    string        `xml:"name,attr"`
		Class   string        `xml:"classname,attr"`
		Time    string        `xml:"time,attr"`
		Failure *junitMessage `xml:"failure"`
		Skipped *junitMessage `xml:"skipped"`
		Out     string        `xml:"system-out,omitempty"`
	}
	junitMessage struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

// WriteJUnit writes results of a device as CI systems read them; what was not seen is skipped.
func WriteJUnit(w io.Writer, client string, results []*Result) error {
	s := junitSuite{Name: "suback advise " + client, Tests: len(results)}
	for _, r := range results {
		c := junitCase{Name: r.Case, Class: "suback.advise." + client, Time: fmt.Sprintf("%.3f", r.Took.Seconds())}
		text := strings.Join(append([]string{r.Said, r.Hint}, r.Evidence...), "\n")
		switch r.Outcome {
		case Failed:
			s.Failures++
			c.Failure = &junitMessage{Message: r.Said, Text: text}
		case NotSeen:
			s.Skipped++
			c.Skipped = &junitMessage{Message: r.Said, Text: r.Hint}
		default:
			c.Out = text
		}
		s.Cases = append(s.Cases, c)
	}
	out, err := xml.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	_, err = w.Write(append([]byte(xml.Header), append(out, '\n')...))
	return err
}
