package main

import (
	"bytes"
	"os"
	"time"

	"github.com/suback/suback/emulator/junit"
)

// An sqlOutcome is what came of a case.
type sqlOutcome struct {
	name, problem string
	took          time.Duration
}

// writeJUnit writes the report that CI systems read.
func writeJUnit(file string, outcomes []sqlOutcome) error {
	var cases []junit.Case
	for _, o := range outcomes {
		c := junit.Case{Name: o.name, Class: "suback.sql", Time: junit.Seconds(o.took)}
		if o.problem != "" {
			c.Failure = &junit.Message{Message: "other output", Text: o.problem}
		}
		cases = append(cases, c)
	}
	var b bytes.Buffer
	if err := junit.Write(&b, "suback sql test", cases); err != nil {
		return err
	}
	return os.WriteFile(file, b.Bytes(), 0o644)
}
