package stack

import (
	"gopkg.in/yaml.v3"

	"github.com/suback/suback/emulator/tree"
)

// Tags: those of a resource stand by its ARN.

func (r *resource) tag(resource string) { r.tagARN(r.t.out.arn("iot", resource)) }

// tagARN takes Tags, a list of keys and values, or SAM's object.
func (r *resource) tagARN(arn string) {
	v := r.property("Tags")
	if v == nil {
		return
	}
	if v.Kind != tree.Object && v.Kind != tree.Array {
		r.drop(v.At, "Tags", "%s", why(v, "a list"))
		return
	}
	tags := &yaml.Node{Kind: yaml.MappingNode}
	add := func(key string, value *tree.Value) {
		if n := r.node(value, "Tags."+tree.Clip(key), "text"); n != nil {
			put(tags, key, n)
		}
	}
	for _, m := range v.Members {
		add(m.Name, m.Value)
	}
	for _, item := range v.Items {
		key, ok := scalar(item.Get("Key"))
		value := item.Get("Value")
		if !ok || value == nil {
			r.drop(item.At, "Tags", "want a Key and a Value")
			continue
		}
		add(key, value)
	}
	if len(tags.Content) == 0 {
		return
	}
	e := r.add("tags", arn)
	e.set("resourceArn", textNode(arn))
	e.set("tags", tags)
}
