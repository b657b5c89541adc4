package story

import (
	"encoding/json"
	"fmt"
	"strings"
)

// A Ruling is what a topic rule made of the message.
type Ruling struct {
	RuleName string `json:"ruleName"`

	// Outcome is "executed", "not true" of a WHERE, "ended" before its actions, or
	// "throttled".
	Outcome string       `json:"outcome"`
	Detail  string       `json:"detail,omitempty"` // why; of a rule that was executed, the result's beginning
	Actions []RuleAction `json:"actions,omitempty"`
}

// A RuleAction is what became of one action.
type RuleAction struct {
	Action     string          `json:"action"`               // as in "republish"
	Parameters json.RawMessage `json:"parameters,omitempty"` // final
	Answer     string          `json:"answer,omitempty"`     // empty if it failed
	Error      string          `json:"error,omitempty"`
	Hint       string          `json:"hint,omitempty"`
}

// writeRules writes a line for each rule, and one for each of its actions.
func (s *Story) writeRules(b *strings.Builder) {
	for _, r := range s.Rules {
		fmt.Fprintf(b, "\n  rule %s: %s", shown(r.RuleName), r.Outcome)
		if r.Detail != "" {
			b.WriteString(": " + shown(r.Detail))
		}
		for _, a := range r.Actions {
			fmt.Fprintf(b, "\n    %s", a.Line())
			if a.Hint != "" {
				b.WriteString("\n      hint: " + shown(a.Hint))
			}
		}
	}
}

// Line is the action and what became of it.
func (a *RuleAction) Line() string {
	text := a.Action
	if len(a.Parameters) > 0 {
		text += " " + shown(string(a.Parameters))
	}
	if a.Error != "" {
		return text + " failed: " + shown(a.Error)
	}
	return text + ": " + shown(a.Answer)
}
