package hooks

import (
	"errors"
	"fmt"

	"github.com/suback/suback/emulator/authn"
	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/egress"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/session"
	"github.com/suback/suback/emulator/story"
	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/emulator/transport"
)

// Messages that come without a connection, as by HTTPS publish
//
//   - iot:Publish and, to retain, iot:RetainPublish; iot:Connect is not asked [B-805]
//   - there is no client id, so ${iot:ClientId} does not resolve [A-173, B-805]
//   - a topic that begins with "$" and that no client may publish to is forbidden,
//     whatever the policy says [A-174; status guess]
//   - the limits are those of a PUBLISH [B-650, B-691, B-692, B-808], and what no
//     MQTT packet can carry is no message [B-741, guess]

// ErrTooLarge means a payload over the limit [B-808].
var ErrTooLarge = fmt.Errorf("the payload has more than %d bytes", maxPayload)

// ErrTopic means a topic that nobody can publish to.
var ErrTopic = errors.New("invalid topic")

// ErrProperties means properties that no message can have, or that are too large
// [B-691, B-692].
var ErrProperties = errors.New("invalid message properties")

// ErrThrottled means that the account retains too often, or too much [B-723].
var ErrThrottled = errors.New("rate exceeded")

// ErrForbidden means that the policy refused.
var ErrForbidden = errors.New("forbidden")

// Policy compiles what a grant allows a request that has no client id.
func (h *Hook) Policy(f *transport.Facts, g *authn.Grant) *policy.Policy { return h.compile(f, "", g) }

// MaxPayload is how many bytes a message may have [B-680, B-808].
func (h *Hook) MaxPayload() int { return h.quotas.payload }

// Submit decides about a message and routes it if p allows it. ev is what the
// caller knows for the record, and follows what the request follows from. The error is one
// of the above, ErrLoop, or of the file that sessions are kept in.
func (h *Hook) Submit(p *policy.Policy, m *session.Message, ev trace.Event, follows egress.Cause) error {
	m.Request = ev.TraceID
	from := originOf(FromHTTP, &ev)
	from.Depth = follows.Depth
	by := from.publisher()
	by.Policy = p
	h.tellOf(m, by)
	var w way
	why, d, err := h.maySubmit(p, m, ev)
	if err == nil && from.Depth > MaxDepth {
		why, err = roundByHTTP(m, follows), ErrLoop
	}
	if err == nil {
		var written func() error
		if w, written = h.route(m, &from); written != nil {
			err = written()
		}
		if err != nil {
			why = cause.Cause{Reason: "SERVER_ERROR", Detail: notKept(err)}
		}
	}
	ev.Operation, ev.Topic, ev.Retain, ev.Saw = trace.PublishIn, m.Topic, m.Retain, ""
	if err == nil {
		m.Story.Confirmed(0)
		h.submitted(m, ev)
		if w.noRule {
			h.ruleNotFound(m, from)
		}
		h.handOver(w)
		return nil
	}
	ev.Outcome, ev.Cause, ev.Decision, ev.Saw = trace.Refused, why, d, sawSubmit(err)
	m.Story.Refused(story.Refusal{Cause: why, Saw: ev.Saw})
	h.refused(advise(ev))
	return err
}

// roundByHTTP is why a message is not published that a rule sends to its own gateway for ever.
func roundByHTTP(m *session.Message, follows egress.Cause) cause.Cause {
	return cause.Cause{Reason: "CLIENT_ERROR", Rules: []string{"R-23"},
		Detail: fmt.Sprintf("the http action of the rule %q publishes to %q at this very gateway, the %dth message "+
			"that follows from one: this one is not published", follows.Rule, m.Topic, follows.Depth),
		Hint: fmt.Sprintf("AWS lets it go round and bills each time: have the rule %q send elsewhere, or to a topic "+
			"that no FROM on the way matches", follows.Rule)}
}

// maySubmit asks limits, policy and rates, in this order, and says why not, with the
// policy's decision if it is that.
func (h *Hook) maySubmit(
	p *policy.Policy, m *session.Message, ev trace.Event,
) (why cause.Cause, d *policy.Decision, err error) {
	refused := func() bool { return !mayPublish(p, m.Topic, m.Retain) }
	if problem, err := h.checkSubmit(m); err != nil {
		return problem.before(refused).Cause, nil, err
	}
	if !h.passesPublish(p, m.Topic, m.Retain, ev) {
		d := whyNotPublish(p, m.Topic)
		return d.Cause(), &d, ErrForbidden
	}
	if problem := checkReservedTopic(m.Topic, m.Retain); problem != nil {
		return problem.Because("A-174"), nil, ErrForbidden
	}
	if problem := h.mayRetain(m); problem != nil {
		return problem.Cause, nil, ErrThrottled
	}
	return why, nil, nil
}

// checkSubmit returns the limit that a message breaks, with the error it is.
func (h *Hook) checkSubmit(m *session.Message) (*refusal, error) {
	if len(m.Payload) > h.quotas.payload {
		return unanswered.breaks(ErrTooLarge.Error(), "B-808"), ErrTooLarge
	}
	topic, properties := h.quotas.checkMessage(m)
	switch {
	case topic != nil:
		return topic, ErrTopic
	case properties != nil:
		return properties, ErrProperties
	}
	return nil, nil
}

func sawSubmit(err error) string {
	switch err {
	case ErrForbidden:
		return "403 Forbidden"
	case ErrTopic, ErrProperties, ErrLoop:
		return "400 Bad Request"
	case ErrTooLarge:
		return "413 Request Entity Too Large"
	case ErrThrottled:
		return "429 Too Many Requests"
	}
	return "500 Internal Server Error"
}
