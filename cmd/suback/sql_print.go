package main

import (
	"encoding/json"
	"fmt"

	"github.com/suback/suback/emulator/printed"
	"github.com/suback/suback/emulator/services/rules/sql"
)

// printSQL prints what the actions would get to standard output, and all that is to be
// said about it to standard error.
func (p *program) printSQL(f *sqlFlags, t *sql.Trial) error {
	if f.asJSON {
		e := json.NewEncoder(p.stdout)
		e.SetEscapeHTML(false)
		if err := e.Encode(t.Answer()); err != nil {
			return err
		}
	} else {
		if t.Yes() {
			fmt.Fprintf(p.stdout, "%s\n", t.Payload)
		}
		for _, line := range t.Lines() {
			fmt.Fprintf(p.stderr, "suback: %s\n", printed.Line(line))
		}
	}
	if !t.Yes() {
		return errNo
	}
	return nil
}
