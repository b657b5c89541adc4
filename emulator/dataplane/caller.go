package dataplane

import (
	"cmp"
	"errors"
	"strings"
	"sync/atomic"
	"time"

	"github.com/suback/suback/emulator/authn"
	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/emulator/transport"
	"github.com/suback/suback/hooks"
)

// Who calls
//
//   - a custom authorizer is asked at every request; with enableCachingForHttp its
//     answer counts for the requests of the same connection that ask the same
//     authorizer, until refreshAfterInSeconds is over
//   - whom an authorizer let in may publish and send direct messages, no more
//     [A-150, B-810a, B-810b, B-810c guess]

// A caller is who has been authenticated.
type caller struct {
	policy *policy.Policy
	kind   string      // of authentication: authn.X509 and so on
	event  trace.Event // for records of it
}

// A kept caller is one that counts for later requests of its connection.
type kept struct {
	caller
	asks  string // as authn.Asks has it
	until time.Time
}

// keptKey is where a connection keeps its caller for an account: it may carry requests
// of several.
type keptKey struct{ of *Handler }

// authenticate finds out who sends a request, or that its connection is known
// already. A refusal is answered and recorded.
func (h *Handler) authenticate(c *call) *answer {
	f := transport.FactsFrom(c.Context())
	store := transport.ConnStore(c.Context())
	if v, ok := store.Load(keptKey{h}); ok && h.counts(v.(kept), f) {
		id := c.event.TraceID
		c.caller = v.(kept).caller
		c.event.TraceID = id
		return nil
	}
	grant, err := h.Authenticate(c.Context(),
		authn.Request{Facts: f, ConnectionID: c.event.ConnectionID, Body: c.body})
	if err != nil {
		ev := c.event
		ev.Details = hooks.Attempt(f, err)
		return h.refused(ev, err)
	}
	c.event.Principal, c.event.Authorizer = grant.PrincipalID, grant.Authorizer
	c.policy, c.kind = h.Hook.Policy(f, grant), grant.AuthenticationType
	h.note(c, grant)
	if h.Caches(grant.Authorizer) {
		store.Store(keptKey{h}, kept{c.caller, authn.Asks(f), h.clock.now().Add(grant.RefreshAfter)})
	}
	return nil
}

// counts says whether who was let in before counts for a request, too.
func (h *Handler) counts(k kept, f *transport.Facts) bool {
	return h.clock.now().Before(k.until) && k.asks == authn.Asks(f)
}

// note records what went well and may not on AWS; it is one note for a principal
// and a rule, however many requests there are.
func (h *Handler) note(c *call, g *authn.Grant) {
	for _, note := range g.Remarks() {
		h.Trace.Note(trace.Key{ConnectionID: "requests of " + g.PrincipalID}, note.Rule, func() trace.Event {
			ev := c.event
			ev.Operation, ev.Cause, ev.Saw = c.operation.name, note.Cause().Try(note.Cure()), ""
			return ev
		})
	}
}

// admit authenticates a request, and refuses what its way of authentication
// cannot do. It returns nil if the operation may be looked at.
func (h *Handler) admit(c *call) *answer {
	if a := h.authenticate(c); a != nil {
		return a
	}
	if c.operation.custom || !strings.HasPrefix(c.kind, authn.Custom) {
		return nil
	}
	return h.refuse(c, forbidden, cause.Cause{Reason: "AUTHORIZATION_FAILURE",
		Rules:  []string{"A-150", "B-810a", "B-810c"},
		Detail: "whom a custom authorizer let in may publish and send direct messages over HTTPS, nothing else",
		Hint:   "sign the request with SigV4, or send a client certificate"})
}

// refused tells a caller what AWS tells it, and the record why.
func (h *Handler) refused(ev trace.Event, err error) *answer {
	a := *forbidden
	ev.Operation, ev.Reason, ev.Detail = trace.AuthNError, "INTERNAL_SERVER_ERROR", err.Error()
	if refusal := new(authn.Error); errors.As(err, &refusal) {
		ev.Cause, ev.Authorizer = refusal.Cause, refusal.Authorizer
		a.Message = cmp.Or(refusal.Message, a.Message)
	}
	h.Trace.Record(ev)
	return &a
}

// Advance brings the end of what is kept nearer by d.
func (h *Handler) Advance(d time.Duration) { h.clock.ahead.Add(int64(d)) }

// A clock runs ahead of the real one by what it was advanced.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }
