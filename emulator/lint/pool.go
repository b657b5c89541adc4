package lint

import (
	"fmt"
	"slices"

	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/topic"
)

// Documents that apply together [B-130]
//
//   - whoever subscribes must also be allowed to receive, on topics that the filter
//     matches [B-215], and whoever receives, to subscribe
//   - everything over MQTT needs iot:Connect [B-211]; who publishes alone may do so over
//     HTTPS
//   - a resource with another mistake, as topicfilter/ for iot:Receive, counts as it is
//     meant: that mistake has a finding of its own

// A grant is a resource that an Allow gives for an action.
type grant struct {
	statement statement
	action    action // as written
	resource  resource
	filter    pattern // the topics
}

// checkPool looks at documents that apply together; alone says that others may, too.
func (l *linter) checkPool(docs []*document, alone bool) {
	if l.isKnown(docs) {
		return
	}
	n := countResources(docs)
	if n > maxCompared || !l.mayCompare(n*n) {
		l.leftOut(l.placeOf(docs))
		return
	}
	l.checkShadows(docs)
	if slices.ContainsFunc(docs, func(d *document) bool { return !d.sound }) {
		return // what is missing may stand there
	}
	subscribes, receives := grants(docs, policy.Subscribe), grants(docs, policy.Receive)
	besides := ""
	if alone {
		besides = " (unless another policy of the same principal does)"
	}
	for _, s := range subscribes {
		if len(receives) == 0 {
			l.report("receive-missing", s.action.At,
				fmt.Sprintf("%s allows iot:Subscribe, but nothing allows iot:Receive: SUBACK, then silence%s",
					s.statement.place, besides),
				"allow iot:Receive on "+s.asTopic())
			break
		}
		if !slices.ContainsFunc(receives, s.meets) {
			l.report("receive-missing", s.resource.At,
				fmt.Sprintf("%s allows iot:Subscribe on %s, but nothing allows iot:Receive on a topic that it matches",
					s.statement.place, clip(s.resource.Show())), "allow iot:Receive on "+s.asTopic())
		}
	}
	l.checkReceives(receives, subscribes, besides)
	l.checkConnect(docs, slices.Concat(subscribes, receives), besides)
}

func countResources(docs []*document) (n int) {
	for _, d := range docs {
		for _, s := range d.statements {
			n += len(s.resources)
		}
	}
	return n
}

// checkReceives is the other way round. Nobody subscribes to direct messages [B-218].
func (l *linter) checkReceives(receives, subscribes []grant, besides string) {
	for _, r := range receives {
		if len(subscribes) == 0 {
			l.report("subscribe-missing", r.action.At,
				fmt.Sprintf("%s allows iot:Receive, but nothing allows iot:Subscribe%s", r.statement.place,
					besides), "allow iot:Subscribe on "+r.asFilter())
			return
		}
		if !slices.ContainsFunc(subscribes, func(s grant) bool { return s.meets(r) }) {
			l.report("subscribe-missing", r.resource.At,
				fmt.Sprintf("%s allows iot:Receive on %s, but nothing allows iot:Subscribe to a filter that matches it",
					r.statement.place, clip(r.resource.Show())), "allow iot:Subscribe on "+r.asFilter())
		}
	}
}

func (l *linter) checkConnect(docs []*document, needing []grant, besides string) {
	if len(needing) == 0 || len(grants(docs, policy.Connect)) > 0 {
		return
	}
	g := needing[0]
	l.report("connect-missing", g.action.At,
		fmt.Sprintf("%s allows %s, but nothing allows iot:Connect, which all that is done over MQTT needs%s",
			g.statement.place, g.action.Text, besides),
		`allow iot:Connect on client/${iot:ClientId}, or on the client ids that there are`)
}

// grants are the resources that Allows give for an action.
func grants(docs []*document, a policy.Action) (all []grant) {
	for _, d := range docs {
		for _, s := range d.statements {
			if s.deny || !s.mayDo(a) {
				continue
			}
			by := s.by(a)
			if s.notResource {
				all = append(all, grant{s, by, s.resources[0], pattern{anyRun}})
				continue
			}
			for _, r := range s.meant(a) {
				all = append(all, grant{s, by, r, r.filter()})
			}
		}
	}
	return all
}

// meant are the resources of a statement that are for an action: those it may be judged on;
// or all, if that is none of them.
func (s statement) meant(a policy.Action) (all []resource) {
	for _, r := range s.resources {
		if r.may(a) {
			all = append(all, r)
		}
	}
	if len(all) == 0 {
		return s.resources
	}
	return all
}

// by is the action of a statement that stands for another; the first one if it is NotAction.
func (s statement) by(a policy.Action) action {
	i := slices.IndexFunc(s.actions, func(w action) bool { return slices.Contains(w.judged, a) })
	return s.actions[max(i, 0)]
}

// filter are the topics of a resource, whether it has a topic or a filter.
func (r resource) filter() pattern {
	if r.all || r.fields == nil || r.typeOf() != "topic" && r.typeOf() != "topicfilter" {
		return pattern{anyRun}
	}
	_, name, _ := topic.Shared(r.named())
	return policyPattern(name).asFilter()
}

func (g grant) meets(other grant) bool { return g.filter.meets(other.filter) }

// asTopic and asFilter are the resource that would go with this one.
func (g grant) asTopic() string  { return g.as("topic", "*") }
func (g grant) asFilter() string { return g.as("topicfilter", "*") }

func (g grant) as(kind, wildcard string) string {
	if g.resource.typeOf() == "" {
		return kind + "/<topic>"
	}
	_, name, _ := topic.Shared(g.resource.named())
	if kind == "topic" {
		name = asPolicy(name, wildcard)
	}
	return kind + "/" + clip(name)
}

// asPolicy writes MQTT's wildcards as a policy's.
func asPolicy(name, wildcard string) string {
	made := make([]byte, 0, len(name))
	for i := range len(name) {
		if name[i] == '+' || name[i] == '#' {
			made = append(made, wildcard...)
			continue
		}
		made = append(made, name[i])
	}
	return string(made)
}
