package config

import (
	"maps"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/registry"
)

// Tags in suback.yaml and in a CloudFormation template, where they are with what
// they are of.

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

// tags are those of a resource, nil if there are none.
func (t *template) tags(arn string) any {
	tags, _ := t.Tags(arn)
	var list templateTags
	for _, key := range slices.Sorted(maps.Keys(tags)) {
		list = append(list, map[string]any{"Key": key, "Value": tags[key]})
	}
	if list == nil {
		return nil
	}
	return list
}

type templateTags []map[string]any

// tagsWithValues are those of a resource of a type whose schema wants a value of at least
// one character, where the API takes none: those without one are left out, and listed.
func (t *template) tagsWithValues(kind, name, arn string) any {
	list, _ := t.tags(arn).(templateTags)
	list = slices.DeleteFunc(list, func(tag map[string]any) bool {
		if tag["Value"] != "" {
			return false
		}
		t.note("tag %s of %s %s, which has no value", tag["Key"], kind, name)
		return true
	})
	if len(list) == 0 {
		return nil
	}
	return list
}
