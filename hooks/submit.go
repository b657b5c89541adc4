package hooks

import (
	"errors"
	"fmt"

	"github.com/suback/suback/emulator/authn"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/session"
	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/emulator/transport"
)

// Messages that come without a connection, as by HTTPS publish
//
//   - iot:Publish and, to retain, iot:RetainPublish; iot:Connect is not asked [B-805]
//   - there is no client id, so ${iot:ClientId} does not resolve [A-173, B-805]

// ErrTooLarge means a payload over the limit [B-808].
var ErrTooLarge = fmt.Errorf("the payload has more than %d bytes", maxPayload)

// ErrTopic means a topic that nobody can publish to.
var ErrTopic = errors.New("invalid topic")

// ErrThrottled means that the account retains too often [B-723].
var ErrThrottled = errors.New("rate exceeded")

// ErrForbidden means that the policy refused.
var ErrForbidden = errors.New("forbidden")

// Policy compiles what a grant allows a request that has no client id.
func (h *Hook) Policy(f *transport.Facts, g *authn.Grant) *policy.Policy { return h.compile(f, "", g) }

// Submit decides about a message and routes it if p allows it. ev is what the
// caller knows for the record of a refusal. The error is one of the
// above, or of the file that sessions are kept in.
func (h *Hook) Submit(p *policy.Policy, m *session.Message, ev trace.Event) error {
	ev.Operation, ev.Outcome, ev.Topic, ev.Retain = trace.PublishIn, trace.Refused, m.Topic, m.Retain
	var d policy.Decision
	switch problem := h.quotas.checkTopic(m.Topic); {
	case len(m.Payload) > maxPayload:
		ev.Reason, ev.Detail, ev.Rules = "CLIENT_ERROR", ErrTooLarge.Error(), []string{"B-808"}
		return h.refuseSubmit(ev, ErrTooLarge)
	case problem != nil:
		ev.Reason, ev.Detail, ev.Rules = "CLIENT_ERROR", problem.detail, problem.rules
		return h.refuseSubmit(ev, ErrTopic)
	case !p.Allows(policy.Publish, m.Topic):
		d = p.Explain(policy.Publish, m.Topic, nil)
	case m.Retain && !p.Allows(policy.RetainPublish, m.Topic):
		d = p.Explain(policy.RetainPublish, m.Topic, nil)
	default:
		if problem := checkReservedTopic(m.Topic); problem != nil {
			ev.Reason, ev.Detail, ev.Rules = "CLIENT_ERROR", problem.detail, problem.rules
			return h.refuseSubmit(ev, ErrTopic)
		}
		if why := h.rates.retain(m); why != "" {
			ev.Reason, ev.Detail, ev.Rules = "THROTTLED", why, []string{"B-723"}
			return h.refuseSubmit(ev, ErrThrottled)
		}
		h.submitted(m, ev)
		if err := h.accept(m); err != nil {
			ev.Reason, ev.Detail = "SERVER_ERROR", "the state cannot be kept: "+err.Error()
			return h.refuseSubmit(ev, err)
		}
		return nil
	}
	ev.Reason, ev.Decision = "AUTHORIZATION_FAILURE", &d
	return h.refuseSubmit(ev, ErrForbidden)
}

func (h *Hook) refuseSubmit(ev trace.Event, err error) error {
	switch err {
	case ErrForbidden:
		ev.Saw = "403 Forbidden"
	case ErrTopic:
		ev.Saw = "400 Bad Request"
	case ErrTooLarge:
		ev.Saw = "413 Request Entity Too Large"
	case ErrThrottled:
		ev.Saw = "429 Too Many Requests"
	default:
		ev.Saw = "500 Internal Server Error"
	}
	h.refused(ev)
	return err
}
