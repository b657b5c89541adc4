package hooks

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/suback/suback/emulator/authn"
	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/session"
	"github.com/suback/suback/emulator/topic"
	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/emulator/transport"
)

// What went through
//
//   - it is counted, and told to whoever wants every operation, as CloudWatch's log
//     does [B-903, B-914]; nothing is kept of it
//   - a SUBSCRIBE is told once: by what was granted, or by its first refusal [B-905]
//   - a trace id is a request's: a Publish-In, its Publish-Outs and what a rule makes
//     of it share one [B-901]
//   - every connection that was one ends with a Disconnect [B-908]; a will is no
//     Publish-In [guess]

// traceIDOf is what the records about a message share. It is made for the first of
// them: most messages have none.
func traceIDOf(m *session.Message) string { return m.TraceID(uuid.NewString) }

// published tells of a PUBLISH that may be routed.
func (h *Hook) published(c *client, m *session.Message) {
	h.opts.Trace.Allowed(trace.PublishIn, func() trace.Event {
		return c.event(trace.PublishIn,
			trace.Event{TraceID: traceIDOf(m), Topic: m.Topic, Details: trace.Details{Retain: m.Retain}})
	})
	if m.Retain {
		h.opts.Trace.Count(trace.PublishRetained)
	}
}

// ruleNotFound notes a message for a rule that does not exist.
func (h *Hook) ruleNotFound(m *session.Message, from Origin) {
	h.opts.Trace.Note(trace.Key{ConnectionID: from.ConnectionID, Topic: m.Topic}, "B-1103", func() trace.Event {
		rule, _, _ := topic.Ingest(m.Topic)
		return from.event(m, trace.RuleNotFound,
			trace.Event{Details: trace.Details{RuleName: rule}, Cause: cause.Cause{
				Reason: "RuleNotFound", Rules: []string{"B-511", "B-1103"},
				Detail: "Rule " + rule + " not found",
				Hint: fmt.Sprintf("a message on %s… goes to that rule and to no subscriber, so this one goes nowhere: "+
					"make a rule %q, or enable it (aws iot list-topic-rules)", topic.IngestPrefix, rule)}})
	})
}

// delivered tells of a message that was sent to c.
func (h *Hook) delivered(c *client, m *session.Message) {
	h.opts.Trace.Allowed(trace.PublishOut, func() trace.Event {
		return c.event(trace.PublishOut, trace.Event{TraceID: traceIDOf(m), Topic: m.Topic})
	})
}

// subscribed tells of a SUBSCRIBE that did not end the connection, and of each
// refusal in it; if nothing was granted, the first of them speaks for the packet.
func (h *Hook) subscribed(c *client, filters []filter, traceID string) {
	asked := subscriptions(filters)
	granted := slices.ContainsFunc(filters, func(f filter) bool { return f.denied == nil })
	if granted {
		h.opts.Trace.Allowed(trace.Subscribe, func() trace.Event {
			return c.event(trace.Subscribe,
				trace.Event{TraceID: traceID, Details: trace.Details{Subscriptions: asked}})
		})
	}
	for i, f := range filters {
		if f.denied == nil {
			continue
		}
		key := trace.Key{ConnectionID: c.connID, Topic: f.Filter, Policy: f.denied.generation}
		what := f.denied.what(trace.Subscribe)
		part := granted || i > 0
		if part { // it is counted in no metric
			what += " beside others"
		}
		h.opts.Trace.Refused(key, what, func() trace.Event {
			ev := f.event()
			ev.TraceID = traceID
			if ev.Part = part; !part {
				ev.Subscriptions = asked
			}
			ev.Saw = f.saw
			return ev
		})
	}
}

// subscriptions are the filters of a SUBSCRIBE with their codes.
func subscriptions(filters []filter) []trace.Subscription {
	all := make([]trace.Subscription, len(filters))
	for i, f := range filters {
		all[i] = trace.Subscription{Filter: f.Filter, Code: f.code}
	}
	return all
}

// queued tells of a message that waits for an offline client. It belongs to no
// connection [B-910].
func (h *Hook) queued(clientID string, m *session.Message) {
	h.opts.Trace.Allowed(trace.Queued, func() trace.Event {
		return trace.Event{Client: clientID, TraceID: traceIDOf(m), Topic: m.Topic, Details: trace.Details{QoS: 1}}
	})
}

func (h *Hook) unsubscribed(c *client) {
	h.opts.Trace.Allowed(trace.Unsubscribe,
		func() trace.Event { return c.event(trace.Unsubscribe, trace.Event{}) })
}

func (h *Hook) pinged(c *client) {
	h.opts.Trace.Allowed(trace.Ping, func() trace.Event { return c.event(trace.Ping, trace.Event{}) })
}

// disconnected tells how a connection ended that was established.
func (h *Hook) disconnected(c *client) {
	e := c.reason.Load()
	h.opts.Trace.Allowed(trace.Disconnect, func() trace.Event {
		return c.event(trace.Disconnect,
			trace.Event{TraceID: e.traceID, Cause: cause.Cause{Detail: e.Detail, Rules: e.Rules},
				Details: trace.Details{DisconnectReason: e.Reason}})
	})
}

// agreed is what CONNECT agreed on [A-176, B-904].
func (c *client) agreed() trace.Details {
	return trace.Details{Connection: &trace.Connection{
		ThingName: c.grant.Load().ThingName, KeepAlive: int(c.asked), SessionExpiry: int(c.expiry / time.Second),
		Clean: c.clean}}
}

// Attempt says how a connection or request wanted to authenticate, and where.
func Attempt(f *transport.Facts, refusal error) trace.Details {
	d := trace.Details{Target: f.Local.String()}
	if e := new(authn.Error); errors.As(refusal, &e) {
		d.Authentication = e.AuthenticationType
	}
	return d
}

// submitted tells of a message that came without a connection.
func (h *Hook) submitted(m *session.Message, ev trace.Event) {
	h.opts.Trace.Allowed(trace.PublishIn, func() trace.Event { return ev })
	if m.Retain {
		h.opts.Trace.Count(trace.PublishRetained)
	}
}
