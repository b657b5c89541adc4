package config

import (
	"github.com/suback/suback/emulator/registry"
)

// Topic rules in suback.yaml.

func topicRuleKind() kind {
	return listed("topicRules", func(c *Config) *[]registry.TopicRule { return &c.TopicRules },
		(*registry.Registry).CreateTopicRule, (*exporting).TopicRules)
}
