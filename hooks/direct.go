package hooks

import (
	"context"
	"errors"
	"time"

	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/session"
	"github.com/suback/suback/emulator/story"
	"github.com/suback/suback/emulator/topic"
	"github.com/suback/suback/emulator/trace"
)

// Direct messages: to one client that is connected, without a subscription
//
//   - the sender needs iot:SendDirectMessage on client/<receiver>, which may depend
//     on iot:Topic; the receiver iot:Receive on topic/<topic> [B-121, B-218, B-817]
//   - no topic that begins with "$", else the limits of a PUBLISH [B-650, B-691,
//     B-692, B-817]
//   - with confirmation QoS 1, and it waits for the PUBACK; else QoS 0 [B-817]; a
//     connection that ends meanwhile is no PUBACK in time [guess]
//   - it is not retained, not queued, and no rule sees it [B-817]
//   - it counts towards the receiver's messages per second [B-681]

// A DirectError is why a direct message was not delivered, or perhaps not.
type DirectError struct {
	// Reason is CloudWatch's code [B-910], AUTHORIZATION_FAILURE if the sender may
	// not, PACKET_TOO_LARGE or INVALID_PROPERTIES [guesses].
	Reason string
	Detail string           // what exactly was wrong; empty if the reason says it
	Policy *policy.Decision // the sender's or the receiver's, if that is why
}

func (e *DirectError) Error() string { return e.Reason + ": " + e.Detail }

// SendDirect delivers m, whose Request is the sender's, to a client, if the sender's policy p and the
// receiver's allow it. With QoS 1 it waits for the PUBACK, as long as patience.
// The error is a *DirectError.
func (h *Hook) SendDirect(
	ctx context.Context, p *policy.Policy, clientID string, m *session.Message, patience time.Duration,
) error {
	h.tellOf(m, story.Publisher{Kind: story.Direct, Protocol: "HTTP", Policy: p})
	to := h.opts.Stories.Holder(&story.Holder{Client: clientID})
	m.Story.Add(story.To(to, m.QoS, story.ToClient))
	h.opts.Stories.Leave(to)
	err := h.sendDirect(ctx, p, clientID, m, patience)
	tellDirect(m, err)
	return err
}

func (h *Hook) sendDirect(
	ctx context.Context, p *policy.Policy, clientID string, m *session.Message, patience time.Duration,
) error {
	if err := h.checkDirect(clientID, m); err != nil {
		return err
	}
	d := p.Explain(policy.SendDirectMessage, clientID, policy.Values{"iot:Topic": {m.Topic}})
	if !h.Passes(p, d, trace.Event{Operation: trace.SendDirectMessage, Protocol: "HTTP", TraceID: m.Request,
		Client: clientID, Topic: m.Topic}) {
		return &DirectError{Reason: "AUTHORIZATION_FAILURE", Policy: &d}
	}
	confirmed, err := h.deliverDirect(clientID, m)
	if err != nil || confirmed == nil {
		return err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, patience, errTimeout)
	defer cancel()
	select {
	case ok := <-confirmed:
		if !ok {
			return &DirectError{Reason: "DELIVERY_CONFIRMATION_TIMEOUT",
				Detail: "the client's connection ended before its PUBACK"}
		}
		return nil
	case <-ctx.Done():
	}
	if context.Cause(ctx) != errTimeout {
		return &DirectError{Reason: "DELIVERY_CONFIRMATION_SENDER_DISCONNECT"}
	}
	return &DirectError{Reason: "DELIVERY_CONFIRMATION_TIMEOUT"}
}

var errTimeout = errors.New("no PUBACK in time")

// checkDirect finds what is wrong with a message before anybody's policy is asked.
func (h *Hook) checkDirect(clientID string, m *session.Message) error {
	if !h.ValidClientID(clientID) {
		return &DirectError{Reason: "MALFORMED_CLIENTID"}
	}
	if topic.IsReserved(m.Topic) {
		return &DirectError{Reason: "INVALID_TOPIC", Detail: "a direct message has no reserved topic"}
	}
	name, properties := h.quotas.checkMessage(m)
	switch {
	case name != nil:
		return &DirectError{Reason: "INVALID_TOPIC", Detail: name.Detail}
	case properties != nil:
		return &DirectError{Reason: "INVALID_PROPERTIES", Detail: properties.Detail}
	}
	return nil
}

// deliverDirect puts m on its way.
func (h *Hook) deliverDirect(clientID string, m *session.Message) (confirmed <-chan bool, err error) {
	h.pass(m, &Origin{Kind: FromDirect})
	err = session.ErrOffline
	if c := h.find(clientID); c != nil {
		confirmed, err = c.session.Send(m)
	}
	switch {
	case errors.Is(err, session.ErrOffline) && h.persistent(clientID) != nil:
		return nil, &DirectError{Reason: "TARGET_CLIENT_NOT_CONNECTED"}
	case errors.Is(err, session.ErrOffline):
		return nil, &DirectError{Reason: "TARGET_CLIENT_ID_NOT_FOUND"}
	case errors.Is(err, session.ErrWindowFull):
		return nil, &DirectError{Reason: "RECEIVER_MAX_UNACKED_QOS1_EXCEEDED"}
	case errors.Is(err, session.ErrTooLarge):
		return nil, &DirectError{Reason: "PACKET_TOO_LARGE",
			Detail: "the packet is larger than the receiver's Maximum Packet Size"}
	case errors.Is(err, session.ErrNotWritten):
		return nil, &DirectError{Reason: "CLIENT_ENDPOINT_NOT_WRITABLE"}
	}
	return confirmed, err
}

// mayReceiveDirect judges a direct message in the moment it would go out to c.
func (h *Hook) mayReceiveDirect(c *client, topic string) error {
	p := c.policy.Load()
	if !h.allows(c, p, trace.PublishOut, ask{policy.Receive, topic, nil}) {
		d := p.Explain(policy.Receive, topic, nil)
		return &DirectError{Reason: "RECEIVE_AUTHORIZATION_FAILURE", Policy: &d}
	}
	if !h.rates.count(&c.sent) {
		return &DirectError{Reason: "RECEIVE_SESSION_THROTTLED"}
	}
	return nil
}
