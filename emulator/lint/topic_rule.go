package lint

// Topic rules
//
//   - they stand in suback.yaml, in a template as AWS::IoT::TopicRule or as an event of SAM's
//     functions, and alone as the input of CreateTopicRule or the answer of GetTopicRule
//   - the names of their members differ in upper and lower case alone

// A topicRule is one, wherever it stands.
type topicRule struct {
	name    string
	at      spot
	payload *value // with sql, actions, …
	isEvent bool   // of SAM: its action and permission are made for it
}

// get is a member of the rule; nil if it has none.
func (t topicRule) get(name string) *value { return t.payload.fold(name) }

// A ruleAction is one of the rule's, or its error action.
type ruleAction struct {
	name    string // as it is written
	at      spot
	members *value
}

// actions are those of the rule, its error action last.
func (t topicRule) actions() (all []ruleAction) {
	for _, a := range append(t.get("actions").list(), t.get("errorAction").list()...) {
		for _, m := range a.members {
			all = append(all, ruleAction{m.name, m.at, m.value})
		}
	}
	return all
}

// checkTopicRule looks at a rule for itself.
func (l *linter) checkTopicRule(t topicRule) {
	if t.payload == nil || t.payload.kind != object {
		return
	}
	statement := l.checkStatement(t)
	for _, a := range t.actions() {
		l.checkRuleAction(t, a, statement)
	}
	if t.isEvent {
		return
	}
	if disabled := t.get("ruleDisabled"); disabled != nil && disabled.text == "true" {
		l.report("rule-disabled", disabled.at, t.name+" is disabled: it sees no message",
			"leave "+l.spelled(t, "ruleDisabled")+" out, or run aws iot enable-topic-rule")
	}
	actions := t.get("actions")
	if t.get("errorAction") == nil && len(actions.list()) > 0 && !actions.isOpaque() {
		l.report("rule-error-action", actions.at,
			t.name+" has no error action: what its actions fail to do is in the log alone",
			"add "+l.spelled(t, "errorAction")+", as a republish to a topic that somebody looks at")
	}
}

// spelled is a member's name as the file writes such names.
func (l *linter) spelled(t topicRule, name string) string {
	if t.payload.get("Sql") != nil {
		return capitals(name)
	}
	return name
}

// checkRuleFile is for a rule that stands alone: what CreateTopicRule takes, or what
// GetTopicRule answers.
func (l *linter) checkRuleFile(v *value) {
	payload := ruleOf(v)
	t := topicRule{name: "the rule", at: payload.at, payload: payload}
	for _, name := range []*value{v.fold("ruleName"), payload.fold("ruleName")} {
		if name.string() != "" {
			t.name = name.string()
		}
	}
	l.checkTopicRule(t)
}

// ruleOf is the part of a file that has a rule's SQL; nil if it has none.
func ruleOf(v *value) *value {
	for _, payload := range []*value{v, v.get("topicRulePayload"), v.get("rule")} {
		if payload.get("sql") != nil {
			return payload
		}
	}
	return nil
}

// checkTemplateRule is for AWS::IoT::TopicRule.
func (l *linter) checkTemplateRule(m member, p *value) {
	l.checkTopicRule(topicRule{name: m.name, at: m.at, payload: p.get("TopicRulePayload")})
}

// checkEvents is for the rules that SAM makes for a function.
func (l *linter) checkEvents(name string, p *value) {
	events := p.get("Events")
	if events == nil {
		return
	}
	for _, m := range events.members {
		if m.value.get("Type").string() == "IoTRule" {
			l.checkTopicRule(topicRule{name: name + "." + m.name, at: m.at, payload: m.value.get("Properties"),
				isEvent: true})
		}
	}
}
