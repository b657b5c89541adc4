package main

import (
	"io"
	"time"

	"github.com/suback/suback/emulator/junit"
)

// An sqlOutcome is what came of a case.
type sqlOutcome struct {
	name, problem string
	took          time.Duration
}

// writeJUnit writes the report that CI systems read.
func writeJUnit(w io.Writer, outcomes []sqlOutcome) error {
	var cases []junit.Case
	for _, o := range outcomes {
		c := junit.Case{Name: o.name, Class: "suback.sql", Time: junit.Seconds(o.took)}
		if o.problem != "" {
			c.Failure = &junit.Message{Message: "other output", Text: o.problem}
		}
		cases = append(cases, c)
	}
	return junit.Write(w, "suback sql test", cases)
}
