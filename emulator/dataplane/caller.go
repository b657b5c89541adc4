package dataplane

import (
	"errors"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"github.com/suback/suback/emulator/authn"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/emulator/transport"
	"github.com/suback/suback/hooks"
)

// Who calls
//
//   - a custom authorizer is asked at every request; with enableCachingForHttp its
//     answer counts for the requests of the same connection until
//     refreshAfterInSeconds is over

// A caller is an authenticated request.
type caller struct {
	policy *policy.Policy
	event  trace.Event // for records of it
}

// A kept caller is one that counts for later requests of its connection.
type kept struct {
	caller
	until time.Time
}

// keptKey is where a connection keeps its caller.
type keptKey struct{}

// caller authenticates a request, or finds that its connection has been. A
// refusal is recorded.
func (h *Handler) caller(r *http.Request) (caller, error) {
	store := transport.ConnStore(r.Context())
	if v, ok := store.Load(keptKey{}); ok && h.clock.now().Before(v.(kept).until) {
		return v.(kept).caller, nil
	}
	f := transport.FactsFrom(r.Context())
	id := uuid.NewString()
	ev := event(f, id)
	grant, err := h.Authenticate(r.Context(), authn.Request{Facts: f, ConnectionID: id})
	if err != nil {
		ev.Details = hooks.Attempt(f, err)
		h.refused(ev, err)
		return caller{}, err
	}
	ev.Principal, ev.Authorizer = grant.PrincipalID, grant.Authorizer
	c := caller{h.Hook.Policy(f, grant), ev}
	if h.Caches(grant.Authorizer) {
		store.Store(keptKey{}, kept{c, h.clock.now().Add(grant.RefreshAfter)})
	}
	return c, nil
}

func (h *Handler) refused(ev trace.Event, err error) {
	ev.Operation, ev.Reason, ev.Detail = trace.AuthNError, "INTERNAL_SERVER_ERROR", err.Error()
	if refusal := new(authn.Error); errors.As(err, &refusal) {
		ev.Reason, ev.Detail, ev.Hint = refusal.Code, refusal.Detail, refusal.Hint
		ev.Rules, ev.Authorizer = refusal.Rules, refusal.Authorizer
	}
	h.Trace.Record(ev)
}

// Advance brings the end of what is kept nearer by d.
func (h *Handler) Advance(d time.Duration) { h.clock.ahead.Add(int64(d)) }

// A clock runs ahead of the real one by what it was advanced.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }
