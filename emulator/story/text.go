package story

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/printed"
)

// The text form
//
//	14:02:11.482 a/b, QoS 1, 12 bytes, from client plant (MQTT 5)
//	  The message of client plant went to 1 of 2 (1 withheld).
//	  allowed by LambdaPolicy[0].Statement[1], PUBACK after 0.4 ms
//	  pump-7  a/+, a/#  sent at QoS 1 after 0.1 ms, acknowledged after 1.2 ms
//	  deaf    a/b       withheld: iot:Receive on topic/a/b: no statement allows it
//	            hint: add iot:Receive … (B-501)
//	  loose   a/b       sent at QoS 0 after 0.1 ms, since enforce is log; on AWS withheld: iot:Receive on …
//	  rule hot: executed: {"temp":31}
//	    republish {"qos":1,"topic":"alarms/7", …}: message 7c9e6679-7425-40de-944b-e07fc1f90ae7
//	  near    lamp holds "A/b": it would match but for upper and lower case (B-518)
//	  id 0f8fad5b-d9cb-469f-a165-70867728950e
//
// Only the first line begins in the first column, and what clients chose is escaped.

const timeFormat = "15:04:05.000"

// Text returns the story as people read it, without the last line end. The time is in
// the location of s.Time.
func (s *Story) Text() string {
	var b strings.Builder
	b.WriteString(s.headline())
	line := func(text string) {
		if text != "" {
			b.WriteString("\n  " + text)
		}
	}
	line(s.Summary)
	line(s.verdict())
	line(advice(s.Verdict.Hint, s.Verdict.Rules))
	if s.Retained != "" {
		line("retained: " + s.Retained)
	}
	line(shown(s.Served))
	s.writeDeliveries(&b)
	if s.Omitted > 0 {
		line(fmt.Sprintf("and %d more", s.Omitted))
	}
	s.writeRules(&b)
	for _, n := range s.Near {
		line(fmt.Sprintf("near: client %s holds %s: %s (%s)", shown(n.Client), strconv.Quote(n.Filter), n.Why,
			n.Rule))
	}
	for _, a := range s.Answers {
		line("answer: " + a.headline()[len(timeFormat)+1:])
	}
	line("id " + shown(s.ID))
	return b.String()
}

func (s *Story) headline() string {
	text := fmt.Sprintf("%s %s, QoS %d", s.Time.Format(timeFormat), shown(s.Topic), s.QoS)
	if s.Retain {
		text += ", RETAIN"
	}
	text += fmt.Sprintf(", %d bytes, from %s", s.Bytes, s.Publisher.name())
	if s.Publisher.Protocol != "" {
		text += " (" + s.Publisher.Protocol + ")"
	}
	return text
}

// verdict says why it was published or not, and when its publisher knew.
func (s *Story) verdict() string {
	v := &s.Verdict
	text := "published"
	switch {
	case !v.Allowed:
		text = "not published"
		switch {
		case v.Detail != "":
			text += ": " + shown(v.Detail)
		case v.Decision != nil:
			text += ": " + shown(Said(v.Decision))
		}
		if v.Saw != "" {
			text += "; the client got " + v.Saw
		}
	case v.OnAWS != "":
		text += ", since enforce is log; on AWS " + v.OnAWS
		if v.Decision != nil {
			text += ": " + shown(Said(v.Decision))
		}
	case v.Statement != "":
		text += ", allowed by " + shown(v.Statement)
	}
	if !s.Acknowledged.IsZero() {
		text += ", acknowledged after " + s.after(s.Acknowledged)
	}
	return text
}

// writeDeliveries writes a line for each, in columns.
func (s *Story) writeDeliveries(b *strings.Builder) {
	rows, width := make([][2]string, len(s.Deliveries)), [2]int{}
	for i, d := range s.Deliveries {
		rows[i] = [2]string{d.who(), d.filters()}
		for j, cell := range rows[i] {
			width[j] = max(width[j], utf8.RuneCountInString(cell))
		}
	}
	for i, d := range s.Deliveries {
		fmt.Fprintf(b, "\n  %-*s  %-*s  %s", width[0], rows[i][0], width[1], rows[i][1], s.outcome(&d))
		if hint := advice(d.Hint, d.Rules); hint != "" && d.Outcome != Other.String() {
			b.WriteString("\n      " + hint)
		}
	}
}

// who is the client, or are members of the group.
func (d *Delivery) who() string {
	switch n := len(d.Members); {
	case d.Client != "" || n == 0:
		return shown(d.Client)
	case n > 2:
		return fmt.Sprintf("%s and %d more", shown(d.Members[0]), n-1)
	}
	return shown(strings.Join(d.Members, ", "))
}

func (d *Delivery) filters() string {
	shownFilters := make([]string, len(d.Filters))
	for i, f := range d.Filters {
		shownFilters[i] = shown(f)
	}
	text := strings.Join(shownFilters, ", ")
	if d.Group != "" {
		text += " (group " + shown(d.Group) + ")"
	}
	return text
}

// outcome is what became of it for one.
func (s *Story) outcome(d *Delivery) string {
	text := d.Outcome
	if d.Arrived() {
		text = fmt.Sprintf("sent at QoS %d after %s", d.QoS, s.after(d.Sent))
		if d.Retained {
			text += ", since it subscribed then"
		}
		switch {
		case !d.Acknowledged.IsZero():
			text += ", acknowledged after " + s.after(d.Acknowledged)
		case d.QoS > 0 && d.Outcome == Sent.String():
			text += ", not acknowledged"
		case d.Outcome != Sent.String():
			text += ", then " + d.Outcome
		}
	}
	if d.OnAWS != "" {
		text += ", since enforce is log; on AWS " + d.OnAWS
	}
	if d.Detail != "" {
		text += ": " + shown(d.Detail)
	}
	return text
}

func (s *Story) after(t time.Time) string {
	d := t.Sub(s.Time)
	if d < time.Second {
		return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
	}
	return d.Round(100 * time.Millisecond).String()
}

// advice is a hint with its rules.
func advice(hint string, rules []string) string {
	if hint == "" {
		return ""
	}
	text := "hint: " + shown(hint)
	if len(rules) > 0 {
		text += " (" + strings.Join(rules, ", ") + ")"
	}
	return text
}

// Said is a refusing decision in words.
func Said(d *policy.Decision) string {
	what := fmt.Sprintf("%s on %s: ", d.Action, short(d.Resource))
	for _, c := range d.Considered {
		if d.Explicit && c.Outcome == policy.Matched && c.Effect == "Deny" {
			return what + fmt.Sprintf("%s.Statement[%d] denies it", c.Document, c.Statement)
		}
	}
	if len(d.Considered) == 0 {
		return what + "there is no statement that could allow it"
	}
	return what + "no statement allows it"
}

// short is a resource without the first five fields of its ARN.
func short(arn string) string {
	fields := strings.SplitN(arn, ":", 6)
	return fields[len(fields)-1]
}

// shown is text that cannot end the line, hide or reorder it: quoted as in Go if it has
// anything but printable characters.
func shown(s string) string {
	if printed.Line(s) != s || strings.ContainsRune(s, utf8.RuneError) {
		return strconv.Quote(s)
	}
	return s
}
