package cloudformation

import (
	"maps"
	"slices"
)

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
