package topic

import "strings"

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
// "a|b" a level that is one of these, "#" whatever follows.
var reserved = []struct {
	pattern string
	clients Access
}{
	{"$aws/things/+/shadow/get|update|delete", Publish | Subscribe},
	{"$aws/things/+/shadow/get|update|delete/accepted|rejected", Subscribe},
	{"$aws/things/+/shadow/update/delta|documents", Subscribe},
	{"$aws/things/+/shadow/name/+/get|update|delete", Publish | Subscribe},
	{"$aws/things/+/shadow/name/+/get|update|delete/accepted|rejected", Subscribe},
	{"$aws/things/+/shadow/name/+/update/delta|documents", Subscribe},

	{"$aws/things/+/jobs/get|start-next", Publish},
	{"$aws/things/+/jobs/get|start-next/accepted|rejected", Subscribe},
	{"$aws/things/+/jobs/+/get|update", Publish},
	{"$aws/things/+/jobs/+/get|update/accepted|rejected", Subscribe},
	{"$aws/things/+/jobs/notify|notify-next", Subscribe},

	{"$aws/events/#", Subscribe},
	{"$aws/rules/+", Publish},
	{"$aws/rules/+/#", Publish},

	{"$aws/things/+/defender/metrics/json|cbor", Publish},
	{"$aws/things/+/defender/metrics/json|cbor/accepted|rejected", Subscribe},
	{"$aws/things/+/streams/+/get|describe/json|cbor", Publish},
	{"$aws/things/+/streams/+/data|description|rejected/json|cbor", Subscribe},

	{"$aws/certificates/create|create-from-csr/json|cbor", Publish},
	{"$aws/certificates/create|create-from-csr/json|cbor/accepted|rejected", Subscribe},
	{"$aws/provisioning-templates/+/provision/json|cbor", Publish},
	{"$aws/provisioning-templates/+/provision/json|cbor/accepted|rejected", Subscribe},
}

// ClientsMay returns what clients may do with some topic that begins with "$" and that
// a filter matches; 0 if AWS lists none. A topic name is a filter that matches itself.
func ClientsMay(filter string) (all Access) {
	levels, open := strings.Count(filter, "/"), strings.Contains(filter, "#")
	for _, r := range reserved {
		if !open && !strings.HasSuffix(r.pattern, "#") && strings.Count(r.pattern, "/") != levels {
			continue // the most frequent, soon seen
		}
		if meets(r.pattern, filter) {
			all |= r.clients
		}
	}
	return all
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
		if one == got {
			return true
		}
	}
	return false
}
