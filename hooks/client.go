package hooks

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/suback/suback/emulator/authn"
	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/emulator/transport"
)

// A granted policy is what one connection may do until its next refresh.
type granted struct {
	*policy.Policy
	generation uint64 // 0 for the one granted at CONNECT
}

// setGrant compiles what a grant allows this connection.
func (c *client) setGrant(h *Hook, g *authn.Grant) {
	c.grant.Store(g)
	next := &granted{Policy: h.compile(c.conn.Facts(), c.id, g)}
	if old := c.policy.Load(); old != nil {
		next.generation = old.generation + 1
	}
	c.policy.Store(next)
}

// compile returns what a grant allows a connection with these facts; an empty
// client id leaves ${iot:ClientId} undefined.
func (h *Hook) compile(f *transport.Facts, clientID string, g *authn.Grant) *policy.Policy {
	values := policy.Values{"aws:SourceIp": {f.Remote.Addr().String()}}
	if clientID != "" {
		values["iot:ClientId"] = []string{clientID}
	}
	if f.ServerName != "" {
		values["iot:DomainName"] = []string{f.ServerName}
	}
	maps.Copy(values, g.Values)
	context := policy.Context{Partition: h.opts.Partition, Region: h.opts.Region, Account: h.opts.Account,
		Values: values, Hint: g.Hint, Now: time.Now}
	compiled := policy.Compile(g.Documents, context)
	for _, bound := range g.Bounds {
		compiled = compiled.Within(policy.Compile(bound, context))
	}
	return compiled
}

// JudgeConnect says what a grant's policy makes of a plain CONNECT, without a
// will and with a clean session.
func (h *Hook) JudgeConnect(r authn.Request, g *authn.Grant) policy.Decision {
	return h.compile(r.Facts, r.ClientID, g).Explain(policy.Connect, r.ClientID, nil)
}

// event fills in what a record of this connection says about it. Each request has a
// trace id of its own, which ev brings along if others share it [B-901].
func (c *client) event(operation trace.Operation, ev trace.Event) trace.Event {
	f := c.conn.Facts()
	ev.Operation = operation
	ev.Client = c.id
	ev.ConnectionID = c.connID
	switch connects := operation == trace.Connect || operation == trace.AuthNError && c.session == nil; {
	case ev.TraceID != "":
	case connects:
		ev.TraceID = c.connID
	default:
		ev.TraceID = uuid.NewString()
	}
	ev.Protocol = c.protocol()
	ev.Listener = f.Listener
	ev.Source = f.Remote.String()
	ev.ServerName = f.ServerName
	if c.assigned && operation == trace.Connect && ev.Detail == "" {
		ev.Detail = "the client sent no client id: the gateway made this one up, and takes it from nobody [B-604]"
	}
	if g := c.grant.Load(); g != nil {
		ev.Principal, ev.Authorizer = g.PrincipalID, g.Authorizer
	}
	return advise(ev)
}

// denied is the record of a policy decision.
func (c *client) denied(operation trace.Operation, d policy.Decision) trace.Event {
	ev := trace.Event{Outcome: trace.Refused, Topic: d.Name, Decision: &d, Cause: d.Cause()}
	if d.Action == policy.Connect {
		ev.Topic = "" // its name is the client id
	}
	return c.event(operation, ev)
}

// A denial is a refusal whose connection may live on. why is asked only for those that
// get a record of their own: a client may ask again and again.
type denial struct {
	refusal
	generation uint64 // of the policy, if that refuses
	why        func() trace.Event
}

// what tells denials about one topic or filter apart.
func (d denial) what(operation trace.Operation) string {
	return string(operation) + " " + d.Reason + " " + d.Detail
}

// overLimit is a packet that breaks a limit.
func (c *client) overLimit(operation trace.Operation, r *refusal) denial {
	return denial{refusal: *r, why: func() trace.Event {
		return c.event(operation, trace.Event{Outcome: trace.Refused, Cause: r.Cause})
	}}
}

// forbidden is a packet that a policy refuses, for reasons that explain gives.
func (c *client) forbidden(operation trace.Operation, p *granted, explain func() policy.Decision) denial {
	return denial{refusal{unauthorized, cause.Cause{Reason: "AUTHORIZATION_FAILURE"}}, p.generation,
		func() trace.Event { return c.denied(operation, explain()) }}
}

// protocol is the version of MQTT in words, which costs nothing.
func (c *client) protocol() string {
	switch {
	case c.mqtt31:
		return "MQTT 3.1"
	case c.version == 4:
		return "MQTT 3.1.1"
	case c.version == 5:
		return "MQTT 5"
	}
	return fmt.Sprint("MQTT ", c.version)
}

func (c *client) versionName() string { return strings.TrimPrefix(c.protocol(), "MQTT ") }

// arn returns the ARN of a resource such as "topic/a/b".
func (h *Hook) arn(resource string) string {
	return fmt.Sprintf("arn:%s:iot:%s:%s:%s", h.opts.Partition, h.opts.Region, h.opts.Account, resource)
}

func seconds(n uint32) time.Duration { return time.Duration(n) * time.Second }

// connected returns the connections that hold a client id.
func (h *Hook) connected() []*client {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Collect(maps.Values(h.clients))
}

// Connections returns how many clients are connected.
func (h *Hook) Connections() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.clients)
}

// Granted returns what a connected client was granted: that of a client id, or,
// if it is "", the first by client id of those that have this principal.
func (h *Hook) Granted(principalID, clientID string) (*authn.Grant, bool) {
	all := h.connected()
	slices.SortFunc(all, func(a, b *client) int { return strings.Compare(a.id, b.id) })
	for _, c := range all {
		g := c.grant.Load()
		if g != nil && g.PrincipalID == principalID && (clientID == "" || clientID == c.id) {
			return g, true
		}
	}
	return nil, false
}

// PolicyOf returns what a connected client may do at present; ok is false if no such client
// is connected.
func (h *Hook) PolicyOf(clientID string) (p *policy.Policy, ok bool) {
	h.mu.Lock()
	c := h.clients[clientID]
	h.mu.Unlock()
	if c == nil {
		return nil, false
	}
	return c.policy.Load().Policy, true
}

// Decide asks the policy that a connected client has at present; ok is false if
// no such client is connected.
func (h *Hook) Decide(clientID string, a policy.Action, name string) (d policy.Decision, ok bool) {
	p, ok := h.PolicyOf(clientID)
	if !ok {
		return policy.Decision{}, false
	}
	return p.Explain(a, name, nil), true
}
