package advise

import (
	"encoding/json"
	"io"
	"strings"

	"github.com/suback/suback/emulator/junit"
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

// WriteJUnit writes results of a device as CI systems read them; what was not seen is skipped.
func WriteJUnit(w io.Writer, client string, results []*Result) error {
	var cases []junit.Case
	for _, r := range results {
		c := junit.Case{Name: r.Case, Class: "suback.advise." + client, Time: junit.Seconds(r.Took)}
		text := strings.Join(append([]string{r.Said, r.Hint}, r.Evidence...), "\n")
		switch r.Outcome {
		case Failed:
			c.Failure = &junit.Message{Message: r.Said, Text: text}
		case NotSeen:
			c.Skipped = &junit.Message{Message: r.Said, Text: r.Hint}
		default:
			c.Out = text
		}
		cases = append(cases, c)
	}
	return junit.Write(w, "suback advise "+client, cases)
}
