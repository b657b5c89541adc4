package control

import (
	"context"
	"net/url"

	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/topic"
)

// Topic rules
//
//   - a rule that does not exist is one that nobody may have: 401, "Access to topic rule
//     'x' was denied" [R-5]; to delete one is no error [R-4]
//   - a list with a topic has the rules whose FROM matches it [R-6, guess: AWS's page says
//     "the topic"]
//   - a role that is known here and does not trust AWS IoT is refused in AWS's words; of
//     others nobody knows [R-8a]
//   - the tags of a new rule come in a header, as a query would have them
//   - topicPattern is what FROM says

func (s *service) topicRuleOperations() operations {
	return operations{
		"CreateTopicRule":  register(s.createTopicRule),
		"ReplaceTopicRule": register(s.replaceTopicRule),
		"GetTopicRule":     register(s.getTopicRule),
		"ListTopicRules":   register(s.listTopicRules),
		"EnableTopicRule":  register(s.enableTopicRule),
		"DisableTopicRule": register(s.disableTopicRule),
		"DeleteTopicRule":  register(s.deleteTopicRule),
	}
}

// A topicRulePayload is what a rule says.
type topicRulePayload struct {
	SQL              string                `json:"sql"`
	Description      string                `json:"description"`
	Actions          []registry.RuleAction `json:"actions"`
	RuleDisabled     bool                  `json:"ruleDisabled"`
	AwsIotSqlVersion string                `json:"awsIotSqlVersion"`
	ErrorAction      registry.RuleAction   `json:"errorAction,omitempty"`
}

type topicRuleInput struct {
	RuleName         string           `json:"ruleName"`
	TopicRulePayload topicRulePayload `json:"topicRulePayload"`
}

type createTopicRuleInput struct {
	topicRuleInput
	Tags string `json:"tags"` // as in a query
}

type topicRuleName struct {
	RuleName string `json:"ruleName"`
}

func (in topicRuleInput) rule() registry.TopicRule {
	p := in.TopicRulePayload
	return registry.TopicRule{RuleName: in.RuleName, SQL: p.SQL, Description: p.Description, Actions: p.Actions,
		RuleDisabled: p.RuleDisabled, AwsIotSqlVersion: p.AwsIotSqlVersion, ErrorAction: p.ErrorAction}
}

func (s *service) createTopicRule(_ context.Context, in createTopicRuleInput) (none, error) {
	query, err := url.ParseQuery(in.Tags)
	if err != nil {
		return none{}, refuse(invalidRequest, "x-amz-tagging cannot be read: %v, want such as a=1&b=2", err)
	}
	var tags []tag
	for key := range query {
		tags = append(tags, tag{key, query.Get(key)})
	}
	if err := s.wantTrust(in.rule()); err != nil {
		return none{}, err
	}
	rule, err := s.registry.CreateTopicRule(in.rule())
	if err != nil {
		return none{}, err
	}
	undo := func() error { return s.registry.DeleteTopicRule(rule.RuleName) }
	return none{}, s.tagNew(rule.RuleArn, tags, undo)
}

func (s *service) replaceTopicRule(_ context.Context, in topicRuleInput) (none, error) {
	if err := s.wantTrust(in.rule()); err != nil {
		return none{}, err
	}
	_, err := s.registry.ReplaceTopicRule(in.rule())
	return none{}, deniedIfMissing(in.RuleName, err)
}

// wantTrust wants roles that let AWS IoT in [R-8a].
func (s *service) wantTrust(t registry.TopicRule) error {
	for _, arn := range t.Roles() {
		role, ok := s.registry.Role(arn)
		if !ok {
			continue
		}
		if why := s.registry.DistrustOfRule(role, t.RuleName); why != "" {
			return refuse(invalidRequest, "AWS IoT (%s) is unable to assume role (sts:AssumeRole) on resource: "+
				"%s. If the role was just created or updated, please try again in a few seconds.",
				registry.RulesPrincipal, arn).
				because("R-8a", "let AWS IoT assume the role: sts:AssumeRole for the Service iot.amazonaws.com in its trust policy",
					"topic rule %s: the trust policy of role %s %s", t.RuleName, arn, why)
		}
	}
	return nil
}

// deniedIfMissing is AWS's error about a rule that does not exist.
func deniedIfMissing(name string, err error) error {
	if e, ok := err.(*registry.Error); ok && e.Code == registry.NotFound {
		return refuse(unauthorized, "Access to topic rule '%s' was denied", name)
	}
	return err
}

type topicRule struct {
	topicRulePayload
	RuleName  string `json:"ruleName"`
	CreatedAt date   `json:"createdAt"`
}

type getTopicRuleOutput struct {
	RuleArn string    `json:"ruleArn"`
	Rule    topicRule `json:"rule"`
}

func (s *service) getTopicRule(_ context.Context, in topicRuleName) (getTopicRuleOutput, error) {
	r, ok := s.registry.TopicRule(in.RuleName)
	if !ok {
		return getTopicRuleOutput{}, deniedIfMissing(in.RuleName, missing("topic rule", in.RuleName))
	}
	return getTopicRuleOutput{r.RuleArn, topicRule{topicRulePayload{r.SQL, r.Description, r.Actions,
		r.RuleDisabled, r.AwsIotSqlVersion, r.ErrorAction}, r.RuleName, date{r.CreatedAt}}}, nil
}

func (s *service) enableTopicRule(_ context.Context, in topicRuleName) (none, error) {
	return none{}, deniedIfMissing(in.RuleName, s.registry.EnableTopicRule(in.RuleName))
}

func (s *service) disableTopicRule(_ context.Context, in topicRuleName) (none, error) {
	return none{}, deniedIfMissing(in.RuleName, s.registry.DisableTopicRule(in.RuleName))
}

func (s *service) deleteTopicRule(_ context.Context, in topicRuleName) (none, error) {
	return none{}, s.registry.DeleteTopicRule(in.RuleName)
}

type listTopicRulesInput struct {
	listing
	Topic        string `json:"topic"`
	RuleDisabled *bool  `json:"ruleDisabled"`
}

type topicRuleItem struct {
	RuleArn      string `json:"ruleArn"`
	RuleName     string `json:"ruleName"`
	TopicPattern string `json:"topicPattern,omitempty"`
	CreatedAt    date   `json:"createdAt"`
	RuleDisabled bool   `json:"ruleDisabled"`
}

type listTopicRulesOutput struct {
	Rules     []topicRuleItem `json:"rules"`
	NextToken string          `json:"nextToken,omitempty"`
}

func (s *service) listTopicRules(_ context.Context, in listTopicRulesInput) (listTopicRulesOutput, error) {
	items := []topicRuleItem{}
	for _, r := range s.registry.TopicRules() {
		from := r.TopicPattern()
		if in.Topic != "" && !topic.Matches(from, in.Topic) ||
			in.RuleDisabled != nil && *in.RuleDisabled != r.RuleDisabled {
			continue
		}
		items = append(items, topicRuleItem{r.RuleArn, r.RuleName, from, date{r.CreatedAt}, r.RuleDisabled})
	}
	part, next, err := page("ListTopicRules", in.listing, items,
		func(i topicRuleItem) string { return i.RuleName }, ascending)
	return listTopicRulesOutput{part, next}, err
}
