package config

import (
	"maps"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/registry"
)

// Tags in suback.yaml.

func tagKind() kind {
	return kind{key: "tags", put: (*Config).putTags, read: func(x *exporting, c *Config) { c.Tags = x.tags() }}
}

// A TaggedResource is a resource with its tags.
type TaggedResource struct {
	ResourceArn string            `yaml:"resourceArn"`
	Tags        map[string]string `yaml:"tags"`
}

func (c *Config) putTags(r *registry.Registry) error {
	return each(c.Tags, func(i int, t TaggedResource) error {
		return c.refused([]any{"tags", i}, r.TagResource(t.ResourceArn, t.Tags))
	})
}

func (x *exporting) tags() (all []TaggedResource) {
	tagged := x.TaggedResources()
	for _, arn := range slices.Sorted(maps.Keys(tagged)) {
		if !x.secrets && strings.Contains(arn, ":acm:") {
			continue // with its server certificate
		}
		all = append(all, TaggedResource{arn, tagged[arn]})
	}
	return all
}
