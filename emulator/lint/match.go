package lint

import (
	"fmt"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/topic"
)

// checkMatches finds what can never match.
func (l *linter) checkMatches(d *document) {
	for _, s := range d.statements {
		l.checkTypes(s)
		for _, r := range s.resources {
			if r.isKnown() && !r.all {
				l.checkTopic(s, r)
			}
		}
		for _, c := range s.conditions {
			l.checkCondition(s, c)
		}
	}
}

// checkTypes finds resources that no action of the statement is judged on, and actions
// that are judged on none of its resources [B-209].
func (l *linter) checkTypes(s statement) {
	if s.notAction || s.notResource {
		return
	}
	actions := s.about
	unused := map[*value]bool{}
	for _, r := range s.resources {
		if len(actions) > 0 && !s.hasOthers() && !slices.ContainsFunc(actions, r.may) && !s.mayOther(r) {
			unused[r.value] = true
			l.reportTypes(s, actions[0], r, r.At)
		}
	}
	for _, a := range s.actions {
		may := func(r resource) bool { return slices.ContainsFunc(a.judged, r.may) }
		if len(a.judged) == 0 || a.isForeign() || len(s.resources) == len(unused) ||
			slices.ContainsFunc(s.resources, may) {
			continue
		}
		i := slices.IndexFunc(s.resources, func(r resource) bool { return !unused[r.value] })
		l.reportTypes(s, a.judged[0], s.resources[i], a.At)
	}
}

// hasOthers reports whether a statement has actions that are not judged here, or may.
func (s statement) hasOthers() bool { return slices.ContainsFunc(s.actions, s.namesOther) }

// namesOther reports whether an action stands for one that is not judged here.
func (s statement) namesOther(a action) bool {
	return a.isForeign() || len(a.judged) == 0
}

// mayOther reports whether a wildcard may stand for an action of the control plane on r, as
// iot:* on rule/a in an IAM policy.
func (s statement) mayOther(r resource) bool {
	isWild := func(a action) bool { return strings.ContainsAny(a.Text, "*?") }
	isData := func(a policy.Action) bool { return a.JudgedOn() == r.typeOf() }
	return slices.ContainsFunc(s.actions, isWild) && !slices.ContainsFunc(policy.KnownActions(), isData)
}

func (l *linter) reportTypes(s statement, a policy.Action, r resource, at spot) {
	id, kind := "resource-type", r.typeOf()
	switch {
	case a == policy.Subscribe && kind == "topic":
		id = "subscribe-topic"
	case (a == policy.Publish || a == policy.RetainPublish) && kind == "topicfilter":
		id = "publish-topicfilter"
	case a == policy.Receive && kind == "topicfilter":
		id = "receive-topicfilter"
	}
	has, cure := clip(r.Show()), fmt.Sprintf("write %s/ in place of %s/", a.JudgedOn(), kind)
	switch {
	case a.JudgedOn() == "":
		l.report(id, at, fmt.Sprintf(`%s has %s on %s: it is judged on "*" alone`, s.place, a, has), `write "*"`)
		return
	case r.fields[serviceField] != "iot":
		cure = fmt.Sprintf("write arn:aws:iot:<region>:<account>:%s/…", a.JudgedOn())
	case kind == "":
		cure = fmt.Sprintf("write %s/ before the name", a.JudgedOn())
	}
	l.report(id, at, fmt.Sprintf("%s has %s on %s: it is judged on %s/", s.place, a, has, a.JudgedOn()), cure)
}

// checkTopic looks at the name behind topic/ and topicfilter/.
func (l *linter) checkTopic(s statement, r resource) {
	kind := r.typeOf()
	if kind != "topic" && kind != "topicfilter" {
		return
	}
	name := r.named()
	plain := !strings.ContainsAny(name, "*?"+unknown) && !strings.Contains(name, "${")
	switch problem := topic.Misplaced(name); {
	case kind == "topic" && topic.HasWildcard(withoutVariables(name)):
		l.report("topic-mqtt-wildcard", r.At,
			fmt.Sprintf(`%s has topic/%s: "+" and "#" are plain characters in a policy, and no topic has them`,
				s.place, clip(name)), `write "*": topic/`+clip(strings.NewReplacer("+", "*", "#", "*").Replace(name)))
		return
	case kind == "topicfilter" && plain && problem != "":
		l.report("filter-misplaced", r.At, fmt.Sprintf("%s has topicfilter/%s, which %s: no client may subscribe to it",
			s.place, clip(name), problem), "write + for one whole level and # as the last one, or * for any text")
		return
	}
	l.checkReserved(s, r, kind, name, plain)
}

// withoutVariables leaves variables out, whose values are the client's.
func withoutVariables(name string) string {
	for {
		before, after, found := strings.Cut(name, "${")
		_, behind, closed := strings.Cut(after, "}")
		if !found || !closed {
			return name
		}
		name = before + behind
	}
}

// checkReserved finds topics that begin with $ and that AWS does not have [B-236].
func (l *linter) checkReserved(s statement, r resource, kind, name string, plain bool) {
	_, filter, _ := topic.Shared(name)
	wants, does := topic.Publish, "publish to"
	if kind == "topicfilter" || !s.mayDo(policy.Publish) && s.mayDo(policy.Receive) {
		wants, does = topic.Subscribe, "subscribe to"
	}
	isOurs := s.mayDo(policy.Publish) || s.mayDo(policy.Subscribe) || s.mayDo(policy.Receive)
	isShared := kind == "topic" && strings.HasPrefix(name, "$share/") // as AWS's samples have it [B-225]
	if s.deny || !plain || !isOurs || !topic.IsReserved(filter) || isShared {
		return
	}
	if may := topic.ClientsMay(filter); may&wants != 0 || may != 0 && s.mayDo(policy.Receive) {
		return
	}
	l.report("reserved-topic", r.At, fmt.Sprintf("%s has %s/%s: AWS has no such topic for clients to %s",
		s.place, kind, clip(name), does), "see suback rule B-236a for those that there are")
}

// mayDo reports whether a statement names an action.
func (s statement) mayDo(a policy.Action) bool { return slices.Contains(s.about, a) }

// Keys that have a value for one action alone [B-227].
var keysOfOne = map[string]policy.Action{
	"iot:connectattributes": policy.Connect, "iot:lastwilltopic": policy.Connect,
	"iot:topic": policy.SendDirectMessage, "iot:includesocketinformation": policy.GetConnection,
}

// checkCondition finds conditions that cannot hold: an absent key, or no value to compare
// with, fails an operator that is not negated [B-302].
func (l *linter) checkCondition(s statement, c condition) {
	base, wantsKey, ok := policy.IsOperator(c.operator)
	if !ok || !wantsKey {
		return
	}
	only, isOfOne := keysOfOne[strings.ToLower(c.key)]
	actions := s.about
	switch {
	case isOfOne && len(actions) > 0 && !slices.Contains(actions, only):
		l.report("condition-never", c.at,
			fmt.Sprintf("%s compares %s, which has a value for %s alone: it never holds for %s", s.place, c.key, only,
				actions[0]), "put the condition into a statement for "+string(only)+" alone")
	case len(c.wants) == 0 && (c.operator != "StringEquals" || only != policy.Connect): // [B-314]
		l.report("condition-never", c.at, fmt.Sprintf("%s compares %s with no value: %s never holds", s.place,
			clip(c.key), base), "write the values, or leave the condition out")
	}
}
