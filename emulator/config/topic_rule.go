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

// heldBack stands in an exported file for a text that may be a secret.
const heldBack = "HELD BACK BY suback export"

func (x *exporting) topicRules() (all []registry.TopicRule) {
	for _, r := range x.TopicRules() {
		if !x.secrets {
			r = r.WithoutSecrets(func(s registry.Secret) any {
				x.notes = append(x.notes, fmt.Sprintf("%s of topic rule %s, which --secrets would write: the file cannot be "+
					"started until it is there", s.Name, r.RuleName))
				return heldBack
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
				err = errors.Join(err, c.Errorf(at, "topic rule %q: %s was held back "+
					"when the file was exported, want it here, as suback export --secrets writes it", r.RuleName, s.Name))
			}
			return nil
		})
		return err
	})
}
