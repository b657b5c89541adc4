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
func (t topicRule) get(name string) *value { return t.payload.Fold(name) }

// A ruleAction is one of the rule's, or its error action.
type ruleAction struct {
	name    string // as it is written
	at      spot
	members *value
}

// actions are those of the rule, its error action last.
func (t topicRule) actions() (all []ruleAction) {
	for _, a := range append(t.get("actions").List(), t.get("errorAction").List()...) {
		for _, m := range a.Members {
			all = append(all, ruleAction{m.Name, m.At, m.Value})
		}
	}
	return all
}

// checkTopicRule looks at a rule for itself.
func (l *linter) checkTopicRule(t topicRule) {
	if t.payload == nil || t.payload.Kind != object {
		return
	}
	statement := l.checkStatement(t)
	for _, a := range t.actions() {
		l.checkRuleAction(t, a, statement)
	}
	if t.isEvent {
		return
	}
	if disabled := t.get("ruleDisabled"); disabled != nil && disabled.Text == "true" {
		l.report("rule-disabled", disabled.At, t.name+" is disabled: it sees no message",
			"leave "+l.spelled(t, "ruleDisabled")+" out, or run aws iot enable-topic-rule")
	}
	actions := t.get("actions")
	if t.get("errorAction") == nil && len(actions.List()) > 0 && !actions.IsOpaque() {
		l.report("rule-error-action", actions.At,
			t.name+" has no error action: what its actions fail to do is in the log alone",
			"add "+l.spelled(t, "errorAction")+", as a republish to a topic that somebody looks at")
	}
}

// spelled is a member's name as the file writes such names.
func (l *linter) spelled(t topicRule, name string) string {
	if t.payload.Get("Sql") != nil {
		return capitals(name)
	}
	return name
}

// checkRuleFile is for a rule that stands alone: what CreateTopicRule takes, or what
// GetTopicRule answers.
func (l *linter) checkRuleFile(v *value) {
	payload := ruleOf(v)
	t := topicRule{name: "the rule", at: payload.At, payload: payload}
	for _, name := range []*value{v.Fold("ruleName"), payload.Fold("ruleName")} {
		if name.String() != "" {
			t.name = name.String()
		}
	}
	l.checkTopicRule(t)
}

// ruleOf is the part of a file that has a rule's SQL; nil if it has none.
func ruleOf(v *value) *value {
	for _, payload := range []*value{v, v.Get("topicRulePayload"), v.Get("rule")} {
		if payload.Get("sql") != nil {
			return payload
		}
	}
	return nil
}

// checkTemplateRule is for AWS::IoT::TopicRule.
func (l *linter) checkTemplateRule(m member, p *value) {
	l.checkTopicRule(topicRule{name: m.Name, at: m.At, payload: p.Get("TopicRulePayload")})
}

// checkEvents is for the rules that SAM makes for a function.
func (l *linter) checkEvents(name string, p *value) {
	events := p.Get("Events")
	if events == nil {
		return
	}
	for _, m := range events.Members {
		if m.Value.Get("Type").String() == "IoTRule" {
			l.checkTopicRule(topicRule{name: name + "." + m.Name, at: m.At, payload: m.Value.Get("Properties"),
				isEvent: true})
		}
	}
}
