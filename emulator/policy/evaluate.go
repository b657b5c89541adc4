package policy

import (
	"strings"
	"time"
)

// Allows decides whether the connection may do a to the resource called name:
// a topic, a filter, a client id, without the type and "/" before it, which
// follow from the action. It allocates nothing, and takes time by the logarithm of
// the number of resources that documents give the action; only NotResource and
// conditions on the time are gone through one by one.
//
// Only what was known at Compile counts. For keys of a single request, such as
// iot:ConnectAttributes, ask AllowsWith.
func (p *Policy) Allows(a Action, name string) bool { return p.AllowsWith(a, name, nil) }

// AllowsWith is Allows with the keys of this request alone, which hide those of the
// Context. With some it takes microseconds per statement that depends on them.
func (p *Policy) AllowsWith(a Action, name string, extra Values) bool {
	if p.pool == nil || a.index() < 0 {
		return p.Explain(a, name, extra).Allowed
	}
	if a.isNameless() {
		name = ""
	}
	common, own, now := p.commonRules(a), &p.none, p.ctx.Now
	if common.personal {
		own = p.ownRules(a, extra)
	}
	return !common.denies.match(name, now) && !own.denies.match(name, now) && // [B-131]
		(common.allows.match(name, now) || own.allows.match(name, now)) &&
		(p.within == nil || p.within.AllowsWith(a, name, extra))
}

func (s *ruleSet) match(name string, now func() time.Time) bool {
	if s.names.match(name) {
		return true
	}
	for i := range s.others {
		if s.others[i].match(name, now) {
			return true
		}
	}
	return false
}

func (r *rule) match(name string, now func() time.Time) bool {
	if r.names.match(name) == r.except {
		return false
	}
	for _, c := range r.clock {
		if !c.holds("", now()) {
			return false
		}
	}
	return true
}

// names reports whether the statement is about the action, given in lower case
// [B-123, B-124, B-125].
func (s *statement) names(lower string) bool {
	for _, g := range s.actions {
		if g.match(lower) {
			return !s.notAction
		}
	}
	return s.notAction
}

// resource is the ARN a request is decided on: the endpoint's region and
// account [B-202], the action's type, the name as it is [B-208].
func (at place) resource(a Action, name string) string {
	kind := a.resourceType()
	if kind == "" {
		return "*"
	}
	return strings.Join([]string{"arn", at.partition, "iot", at.region, at.account, kind + "/" + name}, ":")
}
