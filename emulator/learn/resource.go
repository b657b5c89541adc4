package learn

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/policy"
)

// A target is a resource of the policy: a type, as topic, and a name; the zero target is
// "*", for actions that know no other.
type target struct {
	kind string
	name name
}

// A place begins the ARN of every resource: "arn:aws:iot:us-east-1:123456789012:".
type place string

func (p place) arn(t target) string {
	if t.kind == "" {
		return "*"
	}
	return string(p) + t.kind + "/" + t.name.String()
}

// actions are a set of them, each at the place that it has in a statement.
type actions uint32

// order is how actions stand in a statement.
var order = []policy.Action{policy.Connect, policy.Publish, policy.RetainPublish, policy.Subscribe,
	policy.Receive, policy.GetRetainedMessage, policy.ListRetainedMessages,
	policy.GetThingShadow, policy.UpdateThingShadow,
	policy.DeleteThingShadow, policy.ListNamedShadowsForThing, policy.GetConnection, policy.DeleteConnection,
	policy.ListSubscriptions, policy.SendDirectMessage, policy.AssumeRoleWithCertificate}

// bit is the set of one action; 0 for one that is not known.
func bit(a policy.Action) actions {
	for i, known := range order {
		if strings.EqualFold(string(known), string(a)) {
			return 1 << i
		}
	}
	return 0
}

func (set actions) names() (all []string) {
	for i, a := range order {
		if set&(1<<i) != 0 {
			all = append(all, string(a))
		}
	}
	return all
}

// resources are the targets of a policy and what may be done with each.
type resources map[target]actions

// sorted are the targets, those with the same actions together.
func (r resources) sorted() []target {
	return slices.SortedFunc(maps.Keys(r), func(a, b target) int {
		return cmp.Or(cmp.Compare(first(r[a]), first(r[b])), cmp.Compare(r[a], r[b]), cmp.Compare(a.kind, b.kind),
			cmp.Compare(a.name, b.name))
	})
}

// first is the lowest of a set's actions.
func first(set actions) actions { return set & -set }

// targetOf is what a request is about, with an empty name.
func targetOf(r *Request) (t target, known bool) {
	if bit(r.Action) == 0 {
		return t, false
	}
	switch arn := (&policy.Policy{}).ARN(r.Action, ""); {
	case arn == "*":
		return target{}, true
	default:
		kind := arn[strings.LastIndexByte(arn, ':')+1:]
		return target{kind: strings.TrimSuffix(kind, "/")}, true
	}
}
