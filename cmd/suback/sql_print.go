package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/suback/suback/emulator/services/rules/sql"
)

// printSQL prints what the actions would get to standard output, and all that is to be
// said about it to standard error.
func (p *program) printSQL(f *sqlFlags, t *sqlTrial) error {
	if f.asJSON {
		if err := p.printSQLAsJSON(t); err != nil {
			return err
		}
	} else {
		if t.yes() {
			fmt.Fprintf(p.stdout, "%s\n", t.Payload)
		}
		for _, line := range t.lines() {
			fmt.Fprintf(p.stderr, "suback: %s\n", line)
		}
	}
	if !t.yes() {
		return errNo
	}
	return nil
}

// lines are the reasons, and what the statement walks into.
func (t *sqlTrial) lines() (lines []string) {
	switch {
	case t.misfit != "":
		lines = append(lines, "no: "+t.misfit)
	case t.Err != nil:
		lines = append(lines, "no: "+t.Err.Error())
	}
	for _, r := range t.Where {
		lines = append(lines, "no: "+r.String())
	}
	for _, r := range t.Missing {
		lines = append(lines, "missing: "+r.String())
	}
	said := strings.Join(lines, "\n")
	for _, n := range t.Notes {
		if !strings.Contains(said, n) {
			lines = append(lines, "note: "+n)
		}
	}
	for _, h := range t.statement.Hints() {
		if !strings.Contains(said, h.Text) {
			lines = append(lines, "hint: "+h.Text)
		}
	}
	return lines
}

// sqlAnswer is the result for a program.
type sqlAnswer struct {
	Matched       bool            `json:"matched"`
	Payload       json.RawMessage `json:"payload,omitempty"`
	PayloadBase64 string          `json:"payloadBase64,omitempty"` // what is not JSON
	Topic         string          `json:"topic"`
	From          string          `json:"from,omitempty"` // why FROM does not match
	Error         string          `json:"error,omitempty"`
	Where         []sql.Reason    `json:"where,omitempty"`
	Missing       []sql.Reason    `json:"missing,omitempty"`
	Notes         []string        `json:"notes,omitempty"`
	Hints         []sql.Hint      `json:"hints,omitempty"`
}

func (p *program) printSQLAsJSON(t *sqlTrial) error {
	a := sqlAnswer{
		Matched: t.yes(), Topic: t.topic, From: t.misfit, Where: t.Where, Missing: t.Missing, Notes: t.Notes,
		Hints: t.statement.Hints(),
	}
	if t.Err != nil {
		a.Error = t.Err.Error()
	}
	switch {
	case !t.yes():
	case json.Valid(t.Payload):
		a.Payload = t.Payload
	default:
		a.PayloadBase64 = base64.StdEncoding.EncodeToString(t.Payload)
	}
	e := json.NewEncoder(p.stdout)
	e.SetEscapeHTML(false)
	return e.Encode(a)
}
