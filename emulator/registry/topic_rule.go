package registry

import (
	"cmp"
	"encoding/json"
	"fmt"
	"time"
)

// Topic rules
//
//   - a name has letters, digits and _, a rule up to 10 actions
//   - awsIotSqlVersion is 2015-10-08 where none is given
//   - a rule is replaced as a whole; one that does not exist is deleted already
//   - a statement that cannot be parsed is refused

const topicRule kind = "topic rule"

// topicRuleShape is how topic rules are kept.
func topicRuleShape() shape[TopicRule] {
	return shape[TopicRule]{kind: "topicRules", arn: func(t TopicRule) string { return t.RuleArn }}
}

const (
	defaultSQLVersion = "2015-10-08"
	maxTopicRules     = 1000      // [R-10, guess]
	maxRuleBytes      = 256 << 10 // of a rule as JSON [R-10, guess]
)

// A TopicRule says what is done with the messages of some topics.
type TopicRule struct {
	RuleName string `json:"ruleName" yaml:"ruleName"` // 1 to 128 letters, digits or _
	RuleArn  string `json:"ruleArn" yaml:"-"`

	SQL              string `json:"sql" yaml:"sql"`
	AwsIotSqlVersion string `json:"awsIotSqlVersion" yaml:"awsIotSqlVersion"` // default "2015-10-08"
	Description      string `json:"description,omitempty" yaml:"description"`
	RuleDisabled     bool   `json:"ruleDisabled" yaml:"ruleDisabled"`

	Actions     []RuleAction `json:"actions" yaml:"actions"` // up to 10, done in this order
	ErrorAction RuleAction   `json:"errorAction,omitempty" yaml:"errorAction"`

	// CreatedAt is also the order in which rules see a message.
	CreatedAt time.Time `json:"-" yaml:"-"`
}

// settled is a rule with its defaults, and what is wrong with it.
func (t TopicRule) settled() (TopicRule, error) {
	t.AwsIotSqlVersion = cmp.Or(t.AwsIotSqlVersion, defaultSQLVersion)
	version := wantOneOf(t.AwsIotSqlVersion, defaultSQLVersion, "2016-03-23", "beta")
	if err := firstOf(
		topicRule.invalid(t.RuleName, "ruleName", wantName(t.RuleName, "_", 128)),
		topicRule.invalid(t.RuleName, "awsIotSqlVersion", version),
	); err != nil {
		return TopicRule{}, err
	}
	if err := t.settleActions(); err != nil {
		return TopicRule{}, err
	}
	if err := t.checkSQL(); err != nil {
		return TopicRule{}, err
	}
	if text, err := json.Marshal(t); err != nil || len(text) > maxRuleBytes {
		return TopicRule{}, topicRule.refuse(InvalidRequest, t.RuleName,
			fmt.Sprintf("has %d bytes as JSON, want at most %d", len(text), maxRuleBytes))
	}
	return t, nil
}

// CreateTopicRule adds a rule and returns it as stored. The error is an *Error.
func (r *Registry) CreateTopicRule(t TopicRule) (TopicRule, error) {
	return change(r, func() (TopicRule, error) {
		t, err := t.settled()
		if err != nil {
			return TopicRule{}, err
		}
		if old, ok := r.topicRules.get(t.RuleName); ok {
			return TopicRule{}, topicRule.exists(t.RuleName, t.RuleName, old.RuleArn)
		}
		if n := r.topicRules.len(); n >= maxTopicRules {
			return TopicRule{}, topicRule.refuse(LimitExceeded, t.RuleName,
				fmt.Sprintf("is one too many: there are %d, want at most %d", n, maxTopicRules))
		}
		if err := r.addDestinationsOf(&t); err != nil {
			return TopicRule{}, err
		}
		t.RuleArn, t.CreatedAt = r.arn("iot", "rule/"+t.RuleName), r.now()
		r.topicRules.put(t.RuleName, t)
		return t, nil
	})
}

// ReplaceTopicRule gives a rule another content; its name, ARN and age stay. The error
// is an *Error.
func (r *Registry) ReplaceTopicRule(t TopicRule) (TopicRule, error) {
	return change(r, func() (TopicRule, error) {
		old, ok := r.topicRules.get(t.RuleName)
		if !ok {
			return TopicRule{}, topicRule.missing(t.RuleName)
		}
		t, err := t.settled()
		if err != nil {
			return TopicRule{}, err
		}
		if err := r.addDestinationsOf(&t); err != nil {
			return TopicRule{}, err
		}
		t.RuleArn, t.CreatedAt = old.RuleArn, old.CreatedAt
		r.topicRules.put(t.RuleName, t)
		return t, nil
	})
}

// EnableTopicRule has a rule run, as it does unless it is disabled. The error is an
// *Error.
func (r *Registry) EnableTopicRule(name string) error { return r.setRuleDisabled(name, false) }

// DisableTopicRule has a rule not run. The error is an *Error.
func (r *Registry) DisableTopicRule(name string) error { return r.setRuleDisabled(name, true) }

func (r *Registry) setRuleDisabled(name string, disabled bool) error {
	return r.alter(func() error {
		t, ok := r.topicRules.get(name)
		if !ok {
			return topicRule.missing(name)
		}
		t.RuleDisabled = disabled
		r.topicRules.put(name, t)
		return nil
	})
}

// DeleteTopicRule removes a rule; one that does not exist is removed already.
func (r *Registry) DeleteTopicRule(name string) error {
	return r.alter(func() error {
		if t, ok := r.topicRules.get(name); ok {
			r.topicRules.delete(name)
			r.tags.removeAll(t.RuleArn)
		}
		return nil
	})
}

// TopicRule finds a rule by its name.
func (r *Registry) TopicRule(name string) (TopicRule, bool) { return look(r, &r.topicRules, name) }

// TopicRules returns all rules, sorted by name.
func (r *Registry) TopicRules() []TopicRule { return all(r, &r.topicRules) }
