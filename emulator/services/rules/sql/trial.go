package sql

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/suback/suback/emulator/topic"
)

// A Trial is what a statement makes of a message that somebody made up, and that may not
// even reach it.
type Trial struct {
	*Explanation
	Topic  string // the message's
	Misfit string // why FROM does not match the topic; empty if it does

	statement *Statement
}

// Try explains what a statement makes of a message. One without a topic has one that FROM
// matches.
func (s *Statement) Try(ctx context.Context, m *Message, env *Env) *Trial {
	if m.Topic == "" {
		m.Topic = strings.NewReplacer("+", "x", "#", "x").Replace(s.filter)
	}
	return &Trial{Topic: m.Topic, Misfit: s.misfit(m.Topic), statement: s, Explanation: s.Explain(ctx, m, env)}
}

// misfit says why a topic does not lead to the statement.
func (s *Statement) misfit(name string) string {
	if _, _, ingest := topic.Ingest(name); ingest || !s.hasFrom || topic.Matches(s.filter, name) {
		return ""
	}
	why := ""
	if m, ok := topic.Missed(s.filter, name); ok {
		why = ": " + m.Why
	}
	return fmt.Sprintf("FROM '%s' does not match the topic %s%s", s.filter, name, why)
}

// Yes reports whether the rule's actions would get anything.
func (t *Trial) Yes() bool { return t.Misfit == "" && t.Matched }

// Lines are the reasons, and what the statement walks into: each begins with what it is,
// "no", "missing", "note" or "hint".
func (t *Trial) Lines() (lines []string) {
	switch {
	case t.Misfit != "":
		lines = append(lines, "no: "+t.Misfit)
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

// An Answer is a trial for programs.
type Answer struct {
	Matched       bool            `json:"matched"`
	Payload       json.RawMessage `json:"payload,omitempty"`
	PayloadBase64 string          `json:"payloadBase64,omitempty"` // what is not JSON
	Topic         string          `json:"topic"`
	From          string          `json:"from,omitempty"` // why FROM does not match
	Error         string          `json:"error,omitempty"`
	Where         []Reason        `json:"where,omitempty"`
	Missing       []Reason        `json:"missing,omitempty"`
	Notes         []string        `json:"notes,omitempty"`
	Hints         []Hint          `json:"hints,omitempty"`
}

// Answer is the trial for a program.
func (t *Trial) Answer() Answer {
	a := Answer{
		Matched: t.Yes(), Topic: t.Topic, From: t.Misfit, Where: t.Where, Missing: t.Missing, Notes: t.Notes,
		Hints: t.statement.Hints(),
	}
	if t.Err != nil {
		a.Error = t.Err.Error()
	}
	switch {
	case !t.Yes():
	case json.Valid(t.Payload):
		a.Payload = t.Payload
	default:
		a.PayloadBase64 = base64.StdEncoding.EncodeToString(t.Payload)
	}
	return a
}
