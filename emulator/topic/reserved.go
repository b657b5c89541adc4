package topic

import (
	"cmp"
	"strings"
)

// Reserved topics: what AWS lists, and for each whether clients may publish to it,
// subscribe to it, or both [B-236a].

// Access is what clients may do with a topic, as far as its name is concerned.
type Access byte

// What there is to do with a topic.
const (
	Publish Access = 1 << iota
	Subscribe
)

// reserved is the table [B-236a]. In a pattern "+" is one level that is not empty,
// "a|b" a level that is one of these, "a*" one that begins so, "#" whatever follows.
var reserved = []struct {
	pattern string
	clients Access
	absent  string // the service that it belongs to, if that is not here
}{
	{"$aws/things/+/shadow/get|update|delete", Publish | Subscribe, ""},
	{"$aws/things/+/shadow/get|update|delete/accepted|rejected", Subscribe, ""},
	{"$aws/things/+/shadow/update/delta|documents", Subscribe, ""},
	{"$aws/things/+/shadow/name/+/get|update|delete", Publish | Subscribe, ""},
	{"$aws/things/+/shadow/name/+/get|update|delete/accepted|rejected", Subscribe, ""},
	{"$aws/things/+/shadow/name/+/update/delta|documents", Subscribe, ""},
	{belowAnswer, Subscribe, ""},
	{belowNamedAnswer, Subscribe, ""},

	{"$aws/events/presence/connected|disconnected|connect_failed/#", Subscribe, ""}, // ids may have slashes
	{"$aws/events/subscriptions/subscribed|unsubscribed/#", Subscribe, ""},
	{"$aws/events/certificates/registered/+", Subscribe, ""},
	{"$aws/events/job|jobExecution/#", Subscribe, jobs},
	{"$aws/events/commandExecution/#", Subscribe, commands},
	{"$aws/events/thing|thingType|thingGroup/+/created|updated|deleted", Subscribe, ""},
	{"$aws/events/thingTypeAssociation/thing/+/thingType/+/added|removed", Subscribe, ""},
	{"$aws/events/thingGroupMembership/thingGroup/+/thing/+/added|removed", Subscribe, ""},
	{"$aws/events/thingGroupHierarchy/thingGroup/+/childThingGroup/+/added|removed", Subscribe, ""},
	{"$aws/events/#", Subscribe, unlisted},
	{"$aws/rules/+", Publish, ""},
	{"$aws/rules/+/#", Publish, ""},

	{"$aws/things/+/jobs/get|start-next", Publish, jobs},
	{"$aws/things/+/jobs/get|start-next/accepted|rejected", Subscribe, jobs},
	{"$aws/things/+/jobs/+/get|update", Publish, jobs},
	{"$aws/things/+/jobs/+/get|update/accepted|rejected", Subscribe, jobs},
	{"$aws/things/+/jobs/notify|notify-next", Subscribe, jobs},
	{"$aws/things/+/jobs/notify-namespace-*|notify-next-namespace-*", Subscribe, jobs},
	{"$aws/things/+/jobs/+/namespace-*/get|update", Publish, jobs},
	{"$aws/things/+/jobs/+/namespace-*/get|update/accepted|rejected", Subscribe, jobs},

	{"$aws/commands/things|clients/+/executions/+/request", Subscribe, commands},
	{"$aws/commands/things|clients/+/executions/+/request/+", Subscribe, commands},
	{"$aws/commands/things|clients/+/executions/+/response/+", Publish, commands},
	{"$aws/commands/things|clients/+/executions/+/response/accepted|rejected", Subscribe, commands},
	{"$aws/commands/things|clients/+/executions/+/response/accepted|rejected/+", Subscribe, commands},

	{"$aws/things/+/defender/metrics/json|cbor", Publish, "Device Defender"},
	{"$aws/things/+/defender/metrics/json|cbor/accepted|rejected", Subscribe, "Device Defender"},
	{"$aws/things/+/streams/+/get|describe/json|cbor", Publish, streams},
	{"$aws/things/+/streams/+/data|description|rejected/json|cbor", Subscribe, streams},
	{"$aws/things/+/tunnels/notify", Subscribe, "secure tunneling"},
	{"$aws/things/+/greengrass|greengrassv2/health/json|cbor", Publish, "Greengrass"},

	{"$aws/certificates/create|create-from-csr/json|cbor", Publish, provisioning},
	{"$aws/certificates/create|create-from-csr/json|cbor/accepted|rejected", Subscribe, provisioning},
	{"$aws/provisioning-templates/+/provision/json|cbor", Publish, provisioning},
	{"$aws/provisioning-templates/+/provision/json|cbor/accepted|rejected", Subscribe, provisioning},

	{"$aws/device_location/+/get_position_estimate", Publish, location},
	{"$aws/device_location/+/get_position_estimate/accepted|rejected", Subscribe, location},
	{"$aws/sitewise/asset-models/+/assets/+/properties/+", Subscribe, "SiteWise"},
}

// What is below an answer of a shadow AWS does not list, and leaves to rules.
const (
	belowAnswer      = "$aws/things/+/shadow/get|update|delete/accepted|rejected/#"
	belowNamedAnswer = "$aws/things/+/shadow/name/+/get|update|delete/accepted|rejected/#"
)

// Services that are not here and have several topics.
const (
	jobs         = "jobs"
	commands     = "commands"
	streams      = "file streams"
	provisioning = "fleet provisioning"
	location     = "Device Location"
)

// unlisted are events that AWS does not list.
const unlisted = "such events"

// IsNoEvent reports whether a filter looks where events are, and for none that AWS lists.
func IsNoEvent(filter string) bool { return Absent(filter) == unlisted }

// ClientsMay returns what clients may do with some topic that begins with "$" and that
// a filter matches; 0 if AWS lists none. A topic name is a filter that matches itself.
func ClientsMay(filter string) Access {
	all, _ := lookUp(filter)
	return all
}

// RulesMay reports whether topic rules may publish to a topic that begins with "$": where clients
// may, and below an answer of a shadow.
func RulesMay(name string) bool {
	return ClientsMay(name)&Publish != 0 || meets(belowAnswer, name) || meets(belowNamedAnswer, name)
}

// registryEvents are the types of the registry's events by the third level of their topics.
var registryEvents = map[string]string{
	"thing": "THING", "thingType": "THING_TYPE", "thingTypeAssociation": "THING_TYPE_ASSOCIATION",
	"thingGroup": "THING_GROUP", "thingGroupMembership": "THING_GROUP_MEMBERSHIP",
	"thingGroupHierarchy": "THING_GROUP_HIERARCHY",
}

// RegistryEvent returns the type of the registry's events that alone come where a filter looks, as
// it is switched on; "" if they are none, or not they alone.
func RegistryEvent(filter string) string {
	rest, ok := strings.CutPrefix(filter, "$aws/events/")
	if !ok {
		return ""
	}
	level, _, _ := strings.Cut(rest, "/")
	return registryEvents[level]
}

// Absent returns what is not here of AWS and alone is meant by a topic that begins with "$",
// or by a filter, as in "jobs"; "" where anybody answers, or publishes.
func Absent(filter string) string {
	_, absent := lookUp(filter)
	return absent
}

// lookUp goes through the table; absent is that of the first that a filter meets, unless it meets
// one that is here.
func lookUp(filter string) (all Access, absent string) {
	here := false
	levels, open := strings.Count(filter, "/"), strings.Contains(filter, "#")
	for _, r := range reserved {
		if !open && !strings.HasSuffix(r.pattern, "#") && strings.Count(r.pattern, "/") != levels {
			continue // the most frequent, soon seen
		}
		if meets(r.pattern, filter) {
			all |= r.clients
			absent, here = cmp.Or(absent, r.absent), here || r.absent == ""
		}
	}
	if here {
		return all, ""
	}
	return all, absent
}

// meets reports whether there is a topic that both a pattern and a filter match.
func meets(pattern, filter string) bool {
	want, pattern, more := strings.Cut(pattern, "/")
	got, filter, longer := strings.Cut(filter, "/")
	switch {
	case want == "#" || got == "#":
		return true
	case !levelMeets(want, got):
		return false
	case !more || !longer:
		return more == longer
	}
	return meets(pattern, filter)
}

func levelMeets(want, got string) bool {
	if got == "+" || want == "+" {
		return got != ""
	}
	for one := range strings.SplitSeq(want, "|") {
		begin, open := strings.CutSuffix(one, "*")
		if one == got || open && strings.HasPrefix(got, begin) {
			return true
		}
	}
	return false
}
