package hooks

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/suback/suback/emulator/authn"
	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/trace"
)

// The life of a connection
//
//   - at disconnectAfterInSeconds it ends, however busy it is, with its will:
//     CUSTOMAUTH_TTL_EXPIRATION, MQTT 5 DISCONNECT 0x98 [A-148, B-453 guess]; a
//     refresh does not move that moment
//   - a WebSocket lives 86,400 s at most: WEBSOCKET_TTL_EXPIRATION
//   - every refreshAfterInSeconds the authorizer is asked again with what the
//     client sent at CONNECT [A-143, A-144 guess]; AWS may be up to 5 minutes late
//     the first time, we are not
//   - a refresh that fails or says no ends the connection: AUTH_ERROR, MQTT 5
//     DISCONNECT 0x87
//   - the new policy counts for later actions and deliveries; granted
//     subscriptions stay, iot:Connect is not asked again [A-146, A-147, B-137 guess]
//   - another disconnectAfterInSeconds than at CONNECT changes nothing: a note says
//     so [A-127, D-23]

// maxWebSocketLife is how long a WebSocket connection may last.
const maxWebSocketLife = 86400 * time.Second

// A lifetime holds the deadlines of one connection. Advance moves them, so they
// are moments; the timer, one for both, follows.
type lifetime struct {
	mu         sync.Mutex
	over       bool
	endAt      time.Time
	refreshAt  time.Time
	timer      *time.Timer // nil before start
	onEnd      func()
	onRefresh  func()
	refreshing sync.WaitGroup
	cancel     context.CancelFunc // of a refresh under way, nil between two
}

// startLife sets the deadlines of a connection that has just been accepted.
func (h *Hook) startLife(c *client) {
	after := c.grant.Load().DisconnectAfter
	why := func() cause.Cause { return lifeIsOver(after) }
	if c.conn.Facts().HTTP != nil && (after == 0 || maxWebSocketLife < after) {
		after, why = maxWebSocketLife, webSocketIsOver
	}
	c.life.start(cmp.Or(after, never), cmp.Or(c.grant.Load().RefreshAfter, never), func() {
		end := ending{refusal: refusal{timeIsUp, why()}}
		h.endOnRecord(c, end, c.ended(end))
	}, func() { h.refresh(c) })
}

func lifeIsOver(after time.Duration) cause.Cause {
	return cause.Cause{Reason: "CUSTOMAUTH_TTL_EXPIRATION", Rules: []string{"A-148", "D-22"},
		Detail: "disconnectAfterInSeconds is over",
		Hint: fmt.Sprintf("the authorizer set disconnectAfterInSeconds to %d at CONNECT; at most 86400 is "+
			"possible, and no refresh moves it", after/time.Second)}
}

func webSocketIsOver() cause.Cause {
	return cause.Cause{Reason: "WEBSOCKET_TTL_EXPIRATION", Rules: []string{"A-32", "A-33"},
		Detail: "a WebSocket lives 24 hours at most"}
}

// never is longer than anything is advanced by: a certificate's connection ends
// of itself no more than it is refreshed.
const never = 100 * 365 * 24 * time.Hour

// start sets the deadlines, unless the connection is over already.
func (l *lifetime) start(end, refresh time.Duration, onEnd, onRefresh func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over {
		return
	}
	now := time.Now()
	l.endAt, l.refreshAt = now.Add(end), now.Add(refresh)
	l.onEnd, l.onRefresh = onEnd, onRefresh
	l.timer = time.AfterFunc(min(end, refresh), l.due)
}

// due does what is due. The end is watched for while a refresh is under way.
func (l *lifetime) due() {
	l.mu.Lock()
	now := time.Now()
	end := !l.over && !now.Before(l.endAt)
	refresh := !l.over && !end && l.cancel == nil && !now.Before(l.refreshAt)
	switch {
	case l.over || end:
	case refresh:
		l.timer.Reset(l.endAt.Sub(now))
	default: // it was moved meanwhile
		l.arm(now)
	}
	l.mu.Unlock()
	if end {
		l.onEnd()
	}
	if refresh {
		l.onRefresh()
	}
}

// arm sets the timer to the next deadline. l.mu is held.
func (l *lifetime) arm(now time.Time) {
	next := l.endAt
	if l.cancel == nil && l.refreshAt.Before(next) {
		next = l.refreshAt
	}
	l.timer.Reset(next.Sub(now))
}

// deadlines are when the connection ends and when its authorizer is asked again, zero if
// never.
func (l *lifetime) deadlines() (end, refresh time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	far := time.Now().Add(never / 2)
	if l.endAt.Before(far) {
		end = l.endAt
	}
	if l.refreshAt.Before(far) {
		refresh = l.refreshAt
	}
	return end, refresh
}

// stop ends the life of a connection and waits for a refresh under way.
func (l *lifetime) stop() {
	l.mu.Lock()
	l.over = true
	if l.timer != nil {
		l.timer.Stop()
	}
	if l.cancel != nil {
		l.cancel()
	}
	l.mu.Unlock()
	l.refreshing.Wait()
}

// advance brings both deadlines nearer by d.
func (l *lifetime) advance(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over || l.timer == nil {
		return
	}
	l.endAt, l.refreshAt = l.endAt.Add(-d), l.refreshAt.Add(-d)
	l.arm(time.Now())
}

// begin starts a refresh that is due, unless the connection is over or another
// one is under way: then ctx is nil.
func (l *lifetime) begin(parent context.Context) (ctx context.Context) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over || l.cancel != nil || time.Now().Before(l.refreshAt) {
		return nil
	}
	ctx, l.cancel = context.WithCancel(parent)
	l.refreshing.Add(1)
	return ctx
}

// again ends a refresh that succeeded, and sets the time of the next one.
func (l *lifetime) again(after time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cancel()
	l.cancel = nil
	now := time.Now()
	l.refreshAt = now.Add(after)
	if !l.over {
		l.arm(now)
	}
}

// refresh asks the authorizer again.
func (h *Hook) refresh(c *client) {
	ctx := c.life.begin(h.ctx)
	if ctx == nil {
		return
	}
	defer c.life.refreshing.Done()
	request := c.request
	request.Refresh = true
	grant, err := h.opts.Authenticate(ctx, request)
	switch {
	case ctx.Err() != nil: // the connection has ended meanwhile
	case err != nil:
		h.refreshFailed(c, err)
	default:
		h.renew(c, grant)
	}
}

// renew applies what a refresh has granted, sets the time of the next one, and
// notes what is new.
func (h *Hook) renew(c *client, g *authn.Grant) {
	c.granting.Lock()
	old := c.grant.Load()
	c.setGrant(h, g)
	c.granting.Unlock()
	c.life.again(g.RefreshAfter)
	h.opts.Trace.Record(c.event(trace.Refresh, trace.Event{Outcome: trace.Allowed}))
	known := old.Remarks()
	for _, note := range g.Remarks() {
		if !slices.Contains(known, note) {
			h.opts.Trace.Record(c.event(trace.Refresh, trace.Event{Outcome: trace.Note, Cause: note.Cause()}))
		}
	}
	if g.DisconnectAfter != old.DisconnectAfter {
		h.opts.Trace.Record(c.event(trace.Refresh,
			trace.Event{Outcome: trace.Note, Cause: cause.Cause{Rules: []string{"D-23", "A-127"},
				Detail: fmt.Sprintf("disconnectAfterInSeconds is %d now; it was fixed at CONNECT and does not change "+
					"for this connection", g.DisconnectAfter/time.Second),
				Hint: "a new value counts from the next CONNECT on"}}))
	}
	h.noteNarrowed(c)
}

// noteNarrowed tells of what a refresh does not grant any more and yet goes on
// [A-146, A-147, B-137, guesses].
func (h *Hook) noteNarrowed(c *client) {
	p := c.policy.Load()
	if !p.Explain(policy.Connect, c.id, c.asking).Allowed {
		h.note(c.id, c.id, "A-146", trace.Refresh, func() trace.Event {
			return trace.Event{Cause: cause.Cause{
				Detail: fmt.Sprintf("what the authorizer grants now does not allow iot:Connect on "+
					"client/%s; the connection goes on", c.id),
				Hint:  "AWS is not known to end it: a refresh that is to end it must fail, as with isAuthenticated false",
				Rules: []string{"B-137"}}}
		})
	}
	for _, sub := range c.session.Subscriptions() {
		if !p.Allows(policy.Subscribe, sub.Filter) {
			h.note(c.id, sub.Filter, "A-147", trace.Refresh, func() trace.Event {
				return trace.Event{Filter: sub.Filter, Cause: cause.Cause{Rules: []string{"B-137"},
					Detail: fmt.Sprintf("what the authorizer grants now does not allow iot:Subscribe on topicfilter/%s; "+
						"the subscription stays", sub.Filter),
					Hint: "AWS is not known to take it back: what is not to arrive any more must be denied by iot:Receive"}}
			})
		}
	}
}

// refreshFailed ends the connection.
func (h *Hook) refreshFailed(c *client, err error) {
	ev := c.event(trace.AuthNError, trace.Event{Details: Attempt(c.conn.Facts(), err)})
	fill(&ev, err)
	ev.Detail = "refresh: " + ev.Detail
	ev.Cause = ev.Because("A-145")
	h.endOnRecord(c, expulsion(), ev)
}

// fill writes into a record why an authentication was refused.
func fill(ev *trace.Event, err error) {
	ev.Reason, ev.Detail = "INTERNAL_SERVER_ERROR", err.Error()
	if refusal := new(authn.Error); errors.As(err, &refusal) {
		ev.Cause, ev.Authorizer = refusal.Cause, refusal.Authorizer
	}
	if errors.Is(err, context.Canceled) {
		ev.Detail = "the emulator is shutting down"
	}
}

// Advance brings every deadline nearer by d: refreshes and ends of connections,
// ends of sessions and of retained messages.
func (h *Hook) Advance(d time.Duration) {
	for _, c := range h.connected() {
		<-c.settled // a client that has its CONNACK has its deadlines
		c.life.advance(d)
		if d >= holdTime {
			c.acks.Load().release()
		}
	}
	h.sessions.Advance(d)
	h.rates.advance(d)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.gone.advance(d)
}
