package lint

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/suback/suback/emulator/topic"
)

// Topic rules in a template: what their SQL is from, and where they publish again.

// from finds the topic filter of a rule's SQL. It may be left out for Basic Ingest [B-1110].
var from = regexp.MustCompile(`(?is)\bFROM\s+(?:'([^']*)'|"([^"]*)")`)

func (l *linter) checkTopicRule(name string, p *value) {
	payload := p.get("TopicRulePayload")
	l.checkSQL(name, payload.get("Sql"))
	actions := payload.get("Actions").list()
	if last := payload.get("ErrorAction"); last != nil {
		actions = append(actions[:len(actions):len(actions)], last)
	}
	for _, a := range actions {
		if to := a.path("Republish", "Topic"); to != nil {
			l.checkRepublish(name, to)
		}
	}
}

// checkEvents is for the rules that SAM makes for a function.
func (l *linter) checkEvents(name string, p *value) {
	events := p.get("Events")
	if events == nil {
		return
	}
	for _, m := range events.members {
		if m.value.get("Type").string() == "IoTRule" {
			l.checkSQL(name+"."+m.name, m.value.path("Properties", "Sql"))
		}
	}
}

func (l *linter) checkSQL(name string, sql *value) {
	if sql == nil || sql.kind != text {
		return
	}
	m := from.FindStringSubmatch(sql.text)
	if m == nil {
		return
	}
	filter := m[1] + m[2]
	const cure = "write + for one level and # for all that follow, as 'site/+/state'"
	switch problem := topic.Misplaced(filter); {
	case problem != "" && !strings.Contains(filter, unknown):
		l.report("rule-filter", sql.at, fmt.Sprintf("%s is from %q, which %s", name, clip(filter), problem), cure)
	case hasStarLevel(filter):
		l.report("rule-filter", sql.at, fmt.Sprintf("%s is from %q: * is a policy's wildcard, and a plain character here",
			name, clip(filter)), cure)
	}
}

func hasStarLevel(filter string) bool {
	for level := range strings.SplitSeq(filter, "/") {
		if level == "*" {
			return true
		}
	}
	return false
}

// checkRepublish: "${" and "$$" mean something in the topic, and a "$" before a name alone
// does not [B-1121].
func (l *linter) checkRepublish(name string, to *value) {
	if strings.HasPrefix(to.text, "$aws/") {
		l.report("rule-republish", to.at, fmt.Sprintf("%s publishes to %q", name, clip(to.show())),
			"write $"+clip(to.show()))
	}
}
