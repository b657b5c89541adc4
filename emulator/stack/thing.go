package stack

import (
	"strings"

	"github.com/suback/suback/emulator/tree"
)

// Things, their types, groups and billing groups.

// entry takes what a resource is called, and the properties that stand in the file as they do in
// the API; nil if it is left out, which is told. property may have > and its key in the file.
func (r *resource) entry(key, property, spec string) *entry {
	property, nameKey, renamed := strings.Cut(property, ">")
	if !renamed {
		nameKey = lower(property)
	}
	name, ok := r.called(property)
	if !ok {
		return nil
	}
	e := r.add(key, name)
	e.set(nameKey, textNode(name))
	if !r.fill(e, spec) {
		r.t.out.remove(key, e)
		return nil
	}
	return e
}

// called is what a resource is called; false if that is not known, which is told.
func (r *resource) called(property string) (string, bool) {
	r.used = append(r.used, property)
	name, unknown := r.name(property)
	if unknown != nil {
		r.leave("%s: %s", property, unknown.Text)
		return "", false
	}
	return name, true
}

// inside puts the members of an object of properties into the entry itself.
func (r *resource) inside(e *entry, property, spec string) {
	n := r.members(r.property(property), property, spec)
	for i := 0; n != nil && i+1 < len(n.Content); i += 2 {
		e.set(n.Content[i].Value, n.Content[i+1])
	}
}

// attributes puts AttributePayload.Attributes of an object into the entry.
func (r *resource) attributes(e *entry, payload *tree.Value, path string) {
	if !r.object(payload, path, "Attributes", "Merge") { // which is of updates
		return
	}
	if v := payload.Get("Attributes"); v != nil {
		if n := r.node(v, path+".Attributes", "map"); n != nil {
			e.set("attributes", n)
		}
	}
}

func thingKind() kind {
	return kind{attribute: byName("ThingName", "iot", "thing/", "Arn"), take: func(r *resource) {
		if e := r.entry("things", "ThingName", ""); e != nil {
			r.attributes(e, r.property("AttributePayload"), "AttributePayload")
		}
	}}
}

func thingTypeKind() kind {
	return kind{attribute: byName("ThingTypeName", "iot", "thingtype/", "Arn"), take: func(r *resource) {
		e := r.entry("thingTypes", "ThingTypeName", "DeprecateThingType:bool>deprecated")
		if e == nil {
			return
		}
		r.inside(e, "ThingTypeProperties", "ThingTypeDescription SearchableAttributes:list "+
			"Mqtt5Configuration:names>mqtt5Configuration")
		r.tag("thingtype/" + e.name)
	}}
}

func billingGroupKind() kind {
	return kind{attribute: byName("BillingGroupName", "iot", "billinggroup/", "Arn"), take: func(r *resource) {
		if e := r.entry("billingGroups", "BillingGroupName", ""); e != nil {
			r.inside(e, "BillingGroupProperties", "BillingGroupDescription")
			r.tag("billinggroup/" + e.name)
		}
	}}
}

func thingGroupKind() kind {
	return kind{attribute: byName("ThingGroupName", "iot", "thinggroup/", "Arn"), take: func(r *resource) {
		if r.body.Path("Properties", "QueryString") != nil {
			r.leave("QueryString: dynamic groups are not emulated")
			return
		}
		e := r.entry("thingGroups", "ThingGroupName", "ParentGroupName!")
		if e == nil {
			return
		}
		properties := r.property("ThingGroupProperties")
		r.tag("thinggroup/" + e.name)
		if !r.object(properties, "ThingGroupProperties", "ThingGroupDescription", "AttributePayload") {
			return
		}
		if v := properties.Get("ThingGroupDescription"); v != nil {
			if n := r.node(v, "ThingGroupProperties.ThingGroupDescription", "text"); n != nil {
				e.set("thingGroupDescription", n)
			}
		}
		r.attributes(e, properties.Get("AttributePayload"), "ThingGroupProperties.AttributePayload")
	}}
}
