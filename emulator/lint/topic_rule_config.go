package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/topic"
)

// The topic rules of a suback.yaml, with what else is in it
//
//   - the roles and functions that they name are looked for where the file has any
//   - whether anyone may publish what they are from is known unless an authorizer answers
//     with policies that the file does not have

func (l *linter) checkAccountRules(account *value, documents map[string][]*document) {
	var rules []topicRule
	for _, v := range account.Get("topicRules").List() {
		if v.Kind != object {
			continue
		}
		t := topicRule{name: "the rule", at: v.At, payload: v}
		if name := v.Get("ruleName"); name.String() != "" {
			t.name = name.String()
		}
		rules = append(rules, t)
		l.checkTopicRule(t)
		l.checkNamed(account, t)
		l.checkEvent(account, t)
	}
	l.checkPublished(account, rules, documents)
}

// checkEvent wants events of the registry that a rule is from to be on.
func (l *linter) checkEvent(account *value, t topicRule) {
	written := t.get("sql")
	if written == nil {
		return
	}
	at := from.FindStringSubmatchIndex(written.Text)
	if at == nil {
		return
	}
	begin, end := max(at[2], at[4]), max(at[3], at[5])
	filter := written.Text[begin:end]
	event := topic.RegistryEvent(filter)
	on := account.Get("eventConfigurations").Get(event).Get("Enabled")
	if event == "" || on != nil && on.Text == "true" {
		return
	}
	l.report("rule-event-off", written.Within(begin),
		fmt.Sprintf("%s is from '%s', where nothing comes while events of the type %s are off", t.name, clip(filter), event),
		fmt.Sprintf("write eventConfigurations: {%s: {Enabled: true}}", event))
}

// checkNamed looks for the roles and functions of a rule.
func (l *linter) checkNamed(account *value, t topicRule) {
	for _, a := range t.actions() {
		if role := a.members.Fold("roleArn"); role != nil {
			l.checkRole(account.Get("roles"), t, role)
		}
		if function := a.members.Get("functionArn"); function != nil && a.name == "lambda" {
			l.checkFunction(account.Get("functions"), t, function)
		}
	}
}

func (l *linter) checkRole(roles *value, t topicRule, role *value) {
	var names []string
	for _, r := range roles.List() {
		name := r.Get("roleName")
		if name == nil || strings.HasSuffix(role.Text, "/"+name.Text) {
			return
		}
		names = append(names, name.Text)
	}
	if len(names) > 0 {
		l.report("rule-unknown", role.At,
			fmt.Sprintf("%s has the role %q, which is none of roles (%s): nobody asks its policies", t.name,
				clip(role.Text), clip(strings.Join(names, ", "))), "write the ARN of one of roles, or add it there")
	}
}

// checkFunction wants a function that AWS IoT may invoke. One that is on AWS has
// its permissions there.
func (l *linter) checkFunction(functions *value, t topicRule, named *value) {
	if functions == nil || len(functions.Members) == 0 || strings.Contains(named.Text, "${") {
		return
	}
	name := named.Text
	if parts := strings.Split(name, ":"); len(parts) > 6 {
		name = parts[6]
	}
	f := functions.Get(name)
	if f == nil {
		l.report("rule-unknown", named.At,
			fmt.Sprintf("%s invokes %q, which is none of functions", t.name, clip(named.Text)),
			"write the name of one of functions, or add it there")
		return
	}
	invokes := func(p *value) bool {
		principal := p.Get("principal")
		return principal != nil && slices.Contains([]string{"iot.amazonaws.com", "*"}, principal.Text)
	}
	if f.Get("arn") == nil && !slices.ContainsFunc(f.Get("permissions").List(), invokes) {
		l.report("permission-missing", named.At,
			fmt.Sprintf("%s invokes %s, whose permissions let iot.amazonaws.com invoke nothing", t.name, name),
			"write permissions: [{statementId: rule, action: lambda:InvokeFunction, principal: iot.amazonaws.com}] at "+
				name)
	}
}

// checkPublished looks for rules whose messages nobody may send.
func (l *linter) checkPublished(account *value, rules []topicRule, documents map[string][]*document) {
	if len(documents) == 0 || len(account.Get("authorizers").List()) > 0 {
		return
	}
	var all []*document
	for _, of := range documents {
		all = append(all, of...)
	}
	if slices.ContainsFunc(all, func(d *document) bool { return !d.sound }) {
		return
	}
	sources := append(grants(all, policy.Publish), republished(rules)...)
	for _, t := range rules {
		filter := filterOf(t)
		if filter == "" {
			continue
		}
		if !l.mayCompare(len(sources)) {
			l.leftOut(t.at)
			return
		}
		if isPublished(t, filter, sources) {
			continue
		}
		l.report("rule-unpublished", t.get("sql").At,
			fmt.Sprintf("%s is from '%s', and no policy of the file lets anyone publish there", t.name, clip(filter)),
			"allow iot:Publish on topic/"+clip(asPolicy(filter, "*"))+", or write a FROM of what devices send")
	}
}

// republished is what rules publish to.
func republished(rules []topicRule) (all []grant) {
	for _, t := range rules {
		for _, a := range t.actions() {
			if to := a.members.Fold("topic"); a.name == "republish" && to != nil {
				all = append(all, grant{filter: policyPattern(to.Text)})
			}
		}
	}
	return all
}

// isPublished reports whether somebody may publish what a rule is from, or to it alone by
// Basic Ingest.
func isPublished(t topicRule, filter string, sources []grant) bool {
	sent := policyPattern(filter).asFilter()
	ingested := append(policyPattern(topic.IngestPrefix+t.name+"/"), anyRun)
	return slices.ContainsFunc(sources, func(g grant) bool {
		return len(g.filter) > longestTopic || g.filter.meets(sent) || g.filter.meets(ingested)
	})
}

// longestTopic is more than a topic has on AWS: a longer pattern is taken to meet any.
const longestTopic = 1024

// filterOf is what a rule is from; "" of topics that AWS publishes to.
func filterOf(t topicRule) string {
	written := t.get("sql")
	if written == nil {
		return ""
	}
	m := from.FindStringSubmatch(written.Text)
	if m == nil || strings.HasPrefix(m[1], "$") || len(m[1]) > longestTopic {
		return ""
	}
	return m[1]
}
