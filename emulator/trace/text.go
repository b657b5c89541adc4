package trace

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/printed"
)

// The text form, one event:
//
//	14:02:11.482 pump-7 Publish-In REFUSED AUTHORIZATION_FAILURE
//	  iot:Publish on topic/pump/7/state: no statement allows it
//	    LambdaPolicy[0].Statement[0] Allow iot:Connect   action does not match
//	    LambdaPolicy[0].Statement[1] Allow iot:Publish   resource does not match
//	        topic/pump/7/state
//	        topic/pump/7/data/*
//	                     ^
//	  sent: PUBACK 0x87, connection kept (MQTT 5, QoS 1)
//	  hint: the policy allows data/*, the device publishes to state (D-11)
//
// Only the first line of an event starts in the first column, and whatever a
// client chose is escaped: no client id, topic or user name can forge a line.

const (
	timeFormat = "15:04:05.000"

	// maxStatements is how many statements are shown before those of another
	// action are summed up in one line; the JSON form has them all.
	maxStatements = 12

	// maxActions is how many actions of one statement are shown.
	maxActions = 3
)

// Text returns the event as people read it: several lines, without the last
// line end. The time is in the location of e.Time.
func (e Event) Text() string {
	var b strings.Builder
	b.WriteString(e.headline())
	if e.Decision != nil {
		writeDecision(&b, e.Decision)
	}
	line := func(label, text string) {
		if text != "" {
			b.WriteString("\n  " + label + printable(text))
		}
	}
	line("", e.Detail)
	if e.Decision == nil {
		line("from: ", e.from())
	}
	line("sent: ", e.Saw)
	line("hint: ", e.hint())
	if e.Hint == "" {
		line("rules: ", strings.Join(e.Rules, ", "))
	}
	line("", e.repeats())
	return b.String()
}

// headline is time, client, operation, outcome and reason.
func (e *Event) headline() string {
	s := e.Time.Format(timeFormat) + " " + e.subject()
	for _, word := range []string{string(e.Operation), string(e.Outcome), e.Reason} {
		if word != "" {
			s += " " + printable(word)
		}
	}
	return s
}

// subject is the client id as one word; in its place, in parentheses, where the
// connection came from.
func (e *Event) subject() string {
	switch {
	case e.Client != "":
		return oneWord(e.Client)
	case e.Source != "":
		return "(" + oneWord(e.Source) + ")"
	}
	return "-"
}

// from describes the connection, for events whose cause lies there.
func (e *Event) from() string {
	var parts []string
	add := func(label, s string) {
		if s != "" {
			parts = append(parts, label+s)
		}
	}
	add("", e.Source)
	add("listener ", e.Listener)
	add("", e.Protocol)
	add("server name ", e.ServerName)
	add("authorizer ", e.Authorizer)
	return strings.Join(parts, ", ")
}

// hint is the hint with its rules.
func (e *Event) hint() string {
	if e.Hint == "" || len(e.Rules) == 0 {
		return e.Hint
	}
	return e.Hint + " (" + strings.Join(e.Rules, ", ") + ")"
}

func (e *Event) repeats() string {
	if e.Last.IsZero() {
		return ""
	}
	unit := "messages"
	if e.Outcome == Note || e.Outcome == Refused {
		unit = "times"
	}
	return fmt.Sprintf("%d %s so far, the last at %s", e.Count, unit,
		e.Last.In(e.Time.Location()).Format(timeFormat))
}

// writeDecision writes who asked for what, the verdict, and the statements.
func writeDecision(b *strings.Builder, d *policy.Decision) {
	fmt.Fprintf(b, "\n  %s on %s: %s", printable(string(d.Action)), printable(short(d.Resource)), verdict(d))
	shown, left := statements(d)
	column := 0
	labels := make([]string, len(shown))
	for i, c := range shown {
		labels[i] = label(c)
		column = max(column, utf8.RuneCountInString(labels[i]))
	}
	for i, c := range shown {
		fmt.Fprintf(b, "\n    %-*s   %s", column, labels[i], printable(why(c)))
		if c.Outcome == policy.ResourceMismatch && c.Position >= 0 {
			writePicture(b, c)
		}
	}
	if left > 0 {
		fmt.Fprintf(b, "\n    and %d more for other actions", left)
	}
}

// verdict says in words what [B-131] makes of the statements.
func verdict(d *policy.Decision) string {
	switch {
	case d.Allowed:
		return "allowed"
	case d.Explicit:
		return "a statement denies it"
	case len(d.Considered) == 0:
		return "there is no statement that could allow it"
	}
	return "no statement allows it"
}

// statements picks what is shown, and counts what is not.
func statements(d *policy.Decision) (shown []policy.Consideration, left int) {
	if len(d.Considered) <= maxStatements {
		return d.Considered, 0
	}
	for _, c := range d.Considered {
		if c.Outcome == policy.ActionMismatch {
			left++
			continue
		}
		shown = append(shown, c)
	}
	return shown, left
}

// label names a statement: where it stands and what it is about.
func label(c policy.Consideration) string {
	s := fmt.Sprintf("%s.Statement[%d] ", c.Document, c.Statement)
	if c.Sid != "" {
		s += "(" + c.Sid + ") "
	}
	actions := c.Actions
	if len(actions) > maxActions {
		actions = append(actions[:maxActions:maxActions], "…")
	}
	return printable(s + c.Effect + " " + strings.Join(actions, ", "))
}

// why says what became of a statement.
func why(c policy.Consideration) string {
	switch {
	case c.Outcome == policy.VariableUndefined && c.Variable != "":
		return c.Outcome.String() + ": ${" + c.Variable + "}"
	case c.Outcome == policy.ConditionFailed && c.Condition != "":
		return c.Outcome.String() + ": " + c.Condition
	case c.Outcome == policy.ResourceMismatch && c.Position < 0:
		return c.Outcome.String() + ": " + c.Pattern // a NotResource, which no place breaks
	}
	return c.Outcome.String()
}

// short is a resource without the first five fields of its ARN.
func short(arn string) string {
	rest := arn
	for range 5 {
		_, after, found := strings.Cut(rest, ":")
		if !found {
			return arn
		}
		rest = after
	}
	return rest
}

// indent is where a picture begins.
const indent = "\n        "

// writePicture sets what was asked above what the policy says, and a caret under
// the first character that did not match. Of long texts it shows that part.
func writePicture(b *strings.Builder, c policy.Consideration) {
	all := slices.Collect(printed.Cells(c.Text))
	caret := width(all[:min(c.Position, len(all))])
	from := max(0, caret-before)
	text, pattern := window(c.Text, from, caret+after), window(c.Pattern, from, caret+after)
	b.WriteString(indent + text + indent + pattern + indent + strings.Repeat(" ", caret-from) + "^")
}
