package lint

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/suback/suback/emulator/services/rules/sql"
	"github.com/suback/suback/emulator/topic"
)

// The actions of a topic rule
//
//   - republishing into the rule's own FROM is a loop, which AWS does not break; a rule
//     whose WHERE looks at the topic may know how to end it
//   - without ${…} every message goes into the same object or item

func (l *linter) checkRuleAction(t topicRule, a ruleAction, s *sql.Statement) {
	switch strings.ToLower(a.name) {
	case "republish":
		if to := a.members.Fold("topic"); to != nil {
			l.checkRepublish(t.name, to)
			l.checkLoop(t, to, s)
		}
	case "s3":
		l.checkOverwrites(t, a, "key")
	case "dynamodb":
		if operation := a.members.Fold("operation"); operation == nil || operation.String() == "INSERT" {
			l.checkOverwrites(t, a, "hashKeyValue", "rangeKeyValue")
		}
	}
}

// checkRepublish: "${" and "$$" mean something in the topic, and a "$" before a name alone
// does not [B-1121].
func (l *linter) checkRepublish(name string, to *value) {
	if strings.HasPrefix(to.Text, "$aws/") {
		l.report("rule-republish", to.At, fmt.Sprintf("%s publishes to %q", name, clip(to.Show())),
			"write $"+clip(to.Show()))
	}
}

var (
	wholeTopic = regexp.MustCompile(`(?i)\$\{\s*topic\(\s*\)\s*\}`)
	expression = regexp.MustCompile(`\$\{[^}]*\}`)
	asksTopic  = regexp.MustCompile(`(?is)\bWHERE\b.*\btopic\s*\(`)
)

// checkLoop looks for a topic that the rule itself is from.
func (l *linter) checkLoop(t topicRule, to *value, s *sql.Statement) {
	if s == nil || to.Kind != text {
		return
	}
	filter, ok := s.From()
	if !ok || asksTopic.MatchString(t.get("sql").Text) || !topic.Matches(filter, sampleTopic(to.Text, filter)) {
		return
	}
	l.report("rule-loop", to.At,
		fmt.Sprintf("%s publishes to %q, which it is from itself ('%s'): a message goes round for ever",
			t.name, clip(to.Show()), clip(filter)),
		"write a topic that FROM does not match, or a WHERE that tells by topic() what was published again")
}

// sampleTopic is a topic that a template may make.
func sampleTopic(template, filter string) string {
	const level = "x"
	sample := strings.NewReplacer("+", level, "#", level).Replace(filter)
	made := wholeTopic.ReplaceAllLiteralString(template, sample)
	made = expression.ReplaceAllLiteralString(made, level)
	if strings.HasPrefix(made, "$$") {
		made = made[1:]
	}
	return strings.ReplaceAll(made, unknown, level)
}

// checkOverwrites reports keys that are the same for every message.
func (l *linter) checkOverwrites(t topicRule, a ruleAction, keys ...string) {
	var at spot
	for _, name := range keys {
		key := a.members.Fold(name)
		switch {
		case key == nil:
			continue
		case key.Kind != text || key.IsOpaque() || strings.Contains(key.Text, "${"):
			return
		case at == spot{}:
			at = key.At
		}
	}
	if at == (spot{}) {
		return
	}
	first := a.members.Fold(keys[0])
	l.report("rule-overwrites", at,
		fmt.Sprintf("%s writes each message into %q of %s, over the one before",
			t.name, clip(first.Show()), a.name),
		"write ${…} into it, as ${topic(2)}-${timestamp()}")
}
