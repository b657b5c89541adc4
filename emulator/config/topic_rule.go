package config

import (
	"errors"
	"fmt"

	"github.com/suback/suback/emulator/registry"
)

// Topic rules in suback.yaml.

func topicRuleKind() kind {
	k := listed("topicRules", func(c *Config) *[]registry.TopicRule { return &c.TopicRules },
		(*registry.Registry).CreateTopicRule, (*exporting).topicRules)
	put := k.put
	k.put = func(c *Config, r *registry.Registry) error {
		return errors.Join(c.checkHeldBack(), put(c, r), c.enableNear(r))
	}
	k.after = []string{"topicRuleDestinations"} // else it makes them
	return k
}

func (x *exporting) topicRules() (all []registry.TopicRule) {
	for _, r := range x.TopicRules() {
		if !x.secrets {
			r = r.WithoutSecrets(func(s registry.Secret) any {
				return x.heldBack(s, "topic rule "+r.RuleName)
			})
		}
		all = append(all, r)
	}
	return all
}

// checkHeldBack finds what an export without secrets held back: it would be sent as it is.
func (c *Config) checkHeldBack() error {
	return each(c.TopicRules, func(i int, r registry.TopicRule) (err error) {
		r.WithoutSecrets(func(s registry.Secret) any {
			if s.Value == heldBack {
				at := append([]any{"topicRules", i}, s.At...)
				err = errors.Join(err, c.wasHeldBack(at, fmt.Sprintf("topic rule %q", r.RuleName), s))
			}
			return nil
		})
		return err
	})
}
