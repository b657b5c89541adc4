package config

import (
	"errors"

	"github.com/suback/suback/emulator/registry"
)

// Topic rules in suback.yaml.

func topicRuleKind() kind {
	k := listed("topicRules", func(c *Config) *[]registry.TopicRule { return &c.TopicRules },
		(*registry.Registry).CreateTopicRule, (*exporting).TopicRules)
	put := k.put
	k.put = func(c *Config, r *registry.Registry) error { return errors.Join(put(c, r), c.enableNear(r)) }
	k.after = []string{"topicRuleDestinations"} // else it makes them
	return k
}
