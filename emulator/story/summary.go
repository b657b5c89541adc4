package story

import (
	"fmt"
	"strings"
)

// Summarize says in one sentence what became of the message, and in another what would have
// been otherwise on AWS.
func (s *Story) Summarize() string {
	text := s.summary()
	withheld := 0
	for _, d := range s.Deliveries {
		if d.OnAWS != "" {
			withheld++
		}
	}
	switch {
	case s.Verdict.OnAWS != "":
		return text + " Since enforce is log: AWS would have refused it."
	case withheld > 0:
		return text + fmt.Sprintf(" Since enforce is log: AWS would have withheld it from %d of them.", withheld)
	}
	return text
}

func (s *Story) summary() string {
	who := s.Publisher.name()
	switch {
	case !s.Verdict.Allowed && s.Verdict.Reason == "":
		return fmt.Sprintf("The message of %s was not published.", who)
	case !s.Verdict.Allowed:
		return fmt.Sprintf("The message of %s was not published: %s.", who, s.Verdict.Reason)
	case s.Ingest != "":
		return fmt.Sprintf("The message of %s went to the rule %s and past all subscribers.", who, shown(s.Ingest))
	case len(s.Deliveries)+s.Omitted == 0:
		return fmt.Sprintf("Nobody was subscribed to what %s published%s.", who, s.retention())
	}
	return fmt.Sprintf("The message of %s went to %s%s.", who, s.receivers(), s.retention())
}

// retention is what else became of it.
func (s *Story) retention() string {
	switch s.Retained {
	case "kept", "replaced":
		return "; it is retained"
	case "deleted":
		return "; it deleted what was retained"
	}
	return ""
}

// receivers counts who got it, and who did not.
func (s *Story) receivers() string {
	count, order := map[string]int{}, []string{}
	arrived, all := 0, 0
	for _, d := range s.Deliveries {
		if d.Outcome == Other.String() {
			continue
		}
		all++
		if d.Arrived() {
			arrived++
			continue
		}
		if count[d.Outcome]++; count[d.Outcome] == 1 {
			order = append(order, d.Outcome)
		}
	}
	text := fmt.Sprintf("%d of %d", arrived, all)
	if len(order) > 0 {
		parts := make([]string, len(order))
		for i, o := range order {
			parts[i] = fmt.Sprintf("%d %s", count[o], o)
		}
		text += " (" + strings.Join(parts, ", ") + ")"
	}
	if s.Omitted > 0 {
		text += fmt.Sprintf(", and to %d that are not listed", s.Omitted)
	}
	return text
}

// name is the publisher in words.
func (p *Publisher) name() string {
	switch p.Kind {
	case Device:
		return "client " + shown(p.Client)
	case Will:
		return "client " + shown(p.Client) + ", its will,"
	case HTTP:
		return "an HTTPS request"
	case Direct:
		return "a request to one client"
	case AWS:
		return "AWS IoT"
	case Service:
		return "the " + shown(p.By) + " service"
	case Rule:
		return "the rule " + shown(p.By)
	}
	return "somebody"
}
