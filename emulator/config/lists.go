package config

import (
	"errors"

	"gopkg.in/yaml.v3"
)

// nameKeys are the keys by which the resources of a list are told apart, of those lists whose
// resources a registry puts in the place of others with the name.
var nameKeys = map[string]string{
	"roles": "roleName", "credentials": "accessKeyId", "identityPools": "identityPoolId",
	"identities": "identityId", "serverCertificates": "certificateArn",
}

// checkLists finds items that are empty, which the decoder passes over, and those that would
// silently take another one's place.
func (c *Config) checkLists() error {
	if len(c.where.Content) == 0 || c.where.Content[0].Kind != yaml.MappingNode {
		return nil
	}
	var all []error
	top := c.where.Content[0].Content
	for i := 0; i+1 < len(top); i += 2 {
		if top[i+1].Kind == yaml.SequenceNode {
			all = append(all, c.checkList(top[i].Value, top[i+1].Content))
		}
	}
	return errors.Join(all...)
}

func (c *Config) checkList(key string, items []*yaml.Node) error {
	lines := map[string]int{}
	return each(items, func(i int, item *yaml.Node) error {
		if item.Tag == "!!null" {
			return c.Errorf([]any{key, i}, "%s[%d] is empty, want keys and values", key, i)
		}
		name, line := child(item, nameKeys[key])
		switch {
		case name == nil:
		case lines[name.Value] > 0:
			return c.Errorf([]any{key, i}, "%s: %s %q is there twice, want it once: see line %d", key, nameKeys[key],
				name.Value, lines[name.Value])
		default:
			lines[name.Value] = line
		}
		return nil
	})
}
