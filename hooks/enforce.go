package hooks

import (
	"github.com/suback/suback/emulator/learn"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/trace"
)

// Whether policies are enforced
//
//   - deny: what a policy does not allow is refused, as on AWS
//   - log, which AWS does not have: policies are asked as ever, and what they refuse goes
//     through. Each such refusal is a NOTE with the decision that it would have been, one
//     for a connection, topic and action; to metrics and CloudWatch's log, which tell
//     what happened, it is what it was, a success
//   - whatever policies are asked then, and whatever they answer, is noted, to learn from
//   - who is not authenticated is refused as ever, and so is what a limit forbids

// letThrough is what the client saw of a refusal that was none.
const letThrough = "nothing: enforce is log, it went through"

// SetAsked has policies refuse nothing, and notes in a what they are asked; nil enforces
// them again. For each connection it counts from its next packet on.
func (h *Hook) SetAsked(a *learn.Asked) { h.asked.Store(a) }

// Asked is what was asked of policies, nil where they are enforced.
func (h *Hook) Asked() *learn.Asked { return h.asked.Load() }

// allows puts a question of an operation to the policy of a connection.
func (h *Hook) allows(c *client, p *granted, o trace.Operation, q ask) bool {
	allowed := p.AllowsWith(q.action, q.name, q.extra)
	asked := h.asked.Load()
	if asked == nil {
		return allowed
	}
	asked.Add(p.Policy, c.id, c.grant.Load().PrincipalID, q.action, q.name, allowed)
	if allowed {
		return true
	}
	key := trace.Key{ConnectionID: c.connID, Topic: q.name, Policy: p.generation}
	if o == trace.Connect {
		key = connecting(c)
	}
	h.opts.Trace.Note(key, notEnforced+string(q.action), func() trace.Event {
		ev := c.denied(o, p.Explain(q.action, q.name, q.extra))
		if q.action == policy.Subscribe {
			ev.Filter, ev.Topic = q.name, ""
		}
		ev.Saw = letThrough
		return ev
	})
	return true
}

// notEnforced tells these notes about a topic from others.
const notEnforced = "enforce is log: "

// mayPublish asks a policy about a message.
func mayPublish(p *policy.Policy, topic string, retain bool) bool {
	return p.Allows(policy.Publish, topic) &&
		(!retain || p.Allows(policy.RetainPublish, topic)) // to delete one, too [B-214, guess]
}

// allowsPublish asks about a message, and whether it may be retained.
func (h *Hook) allowsPublish(c *client, p *granted, topic string, retain bool) bool {
	return h.allows(c, p, trace.PublishIn, ask{policy.Publish, topic, nil}) &&
		(!retain || h.allows(c, p, trace.PublishIn, ask{policy.RetainPublish, topic, nil}))
}

// Passes reports whether a request without a connection goes on after its policy p decided
// d: if that allows it, and on record also if policies refuse nothing. ev is what is known
// for the record.
func (h *Hook) Passes(p *policy.Policy, d policy.Decision, ev trace.Event) bool {
	asked := h.asked.Load()
	if asked == nil {
		return d.Allowed
	}
	asked.Add(p, "", ev.Principal, d.Action, d.Name, d.Allowed)
	if d.Allowed {
		return true
	}
	h.opts.Trace.Note(trace.Key{ConnectionID: "requests of " + ev.Principal, Topic: d.Name},
		notEnforced+string(d.Action), func() trace.Event {
			ev.Decision, ev.Cause, ev.Saw = &d, d.Cause(), letThrough
			if ev.Topic == "" && d.Action != policy.SendDirectMessage {
				ev.Topic = d.Name
			}
			return ev
		})
	return true
}

// passesPublish is allowsPublish for a message that comes without a connection.
func (h *Hook) passesPublish(p *policy.Policy, topic string, retain bool, ev trace.Event) bool {
	if h.asked.Load() == nil {
		return mayPublish(p, topic, retain)
	}
	ev.Operation, ev.Retain = trace.PublishIn, retain
	return h.Passes(p, p.Explain(policy.Publish, topic, nil), ev) &&
		(!retain || h.Passes(p, p.Explain(policy.RetainPublish, topic, nil), ev))
}
