package hooks

import (
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/suback/suback/emulator/faults"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/session"
	"github.com/suback/suback/emulator/topic"
	"github.com/suback/suback/emulator/trace"
)

// SUBSCRIBE and UNSUBSCRIBE
//
//   - iot:Subscribe is asked about topicfilter/<the filter as sent>, shared
//     prefix included [B-220, B-224]
//   - refused, MQTT 5: one SUBACK with a code per filter, 0x87 for policy; what was
//     granted beside it is active and the connection lives on [B-409, B-414]
//   - refused, MQTT 3.1.1: closed without a SUBACK, also when only some filters are
//     refused; those before the refused one are kept by a persistent session
//     [section 4.1, B-411 guess]
//   - of MQTT 5's options No Local has no effect [B-665], the others are honoured
//     [B-665, guess]; No Local on a shared subscription is a protocol error
//   - subscription identifiers end the connection with 0xA1 [B-664], QoS 2 with
//     0x9B [B-641], more than 8 filters with 0x97 [B-660; v5 guess]
//   - the 51st subscription of a connection is refused in the SUBACK: 0x80 or 0x97,
//     connection kept [B-412, B-661]
//   - the SUBACK goes out before any message; a retained message follows it if the
//     filter is exactly its topic [B-721]
//   - UNSUBSCRIBE needs no permission and always succeeds [B-122, B-667], but that one
//     with more than 8 filters does nothing and has no answer [B-671]

// A filter is one line of a SUBSCRIBE with the answer to it.
type filter struct {
	packets.Subscription
	answer         // if it was not granted; else its code is the QoS
	denied *denial // if it was not granted
}

// readSubscribe decides about one SUBSCRIBE.
func (h *Hook) readSubscribe(c *client, pk packets.Packet) error {
	if problem := h.quotas.checkSubscribe(pk); problem != nil {
		p := c.policy.Load()
		refused := func() bool {
			return slices.ContainsFunc(pk.Filters,
				func(s packets.Subscription) bool { return !p.Allows(policy.Subscribe, s.Filter) })
		}
		return h.clientError(c, trace.Subscribe, problem.before(refused), "")
	}
	filters := h.judge(c, pk.Filters)
	if i := slices.IndexFunc(filters, func(f filter) bool { return f.ends }); i >= 0 {
		ev := filters[i].event()
		ev.Subscriptions = subscriptions(filters)
		err := h.endFor(c, ev, filters[i].denied.fault)
		_ = c.session.Subscribe(allowed(filters[:i]), func() {}) // [B-411, guess]; nothing goes out any more
		return err
	}
	subs := allowed(filters)
	traceID := uuid.NewString()
	err := c.session.Subscribe(subs, func() {
		h.subscribed(c, filters, traceID)
		h.suback(c, pk.PacketID, filters, traceID)
	})
	if err != nil {
		return h.notStored(c, trace.Subscribe, "", err)
	}
	h.announceSubscribed(c, subs)
	for _, sub := range subs {
		h.noteRetained(c, sub)
	}
	for _, f := range filters {
		h.noteFilter(c, f)
	}
	return nil
}

// checkSubscribe returns the limit that ends the connection, or nil.
func (q *quotas) checkSubscribe(pk packets.Packet) *refusal {
	if len(pk.Properties.SubscriptionIdentifier) > 0 {
		return subscriptionIDs.breaks("a subscription identifier is given",
			"B-405", "B-664")
	}
	if len(pk.Filters) > q.filters {
		return tooManyFilters.breaks(fmt.Sprintf("%d filters in one SUBSCRIBE, at most %d are allowed: subscribe in batches of %d",
			len(pk.Filters), q.filters, q.filters), "B-660")
	}
	for _, f := range pk.Filters {
		switch _, _, shared := topic.Shared(f.Filter); {
		case f.Qos > 1:
			return unsupportedQoS.breaks(fmt.Sprintf("QoS %d for %q, at most 1 is supported", f.Qos, f.Filter),
				"B-640", "B-641", "B-643")
		case f.NoLocal && shared:
			return protocolError.breaks(fmt.Sprintf("No Local on the shared subscription %q", f.Filter),
				"B-665")
		}
	}
	return nil
}

// judge answers each filter.
func (h *Hook) judge(c *client, asked packets.Subscriptions) []filter {
	p := c.policy.Load()
	held := c.session.Held()
	filters := make([]filter, len(asked))
	for i, sub := range asked {
		f := filter{Subscription: sub, answer: answer{code: sub.Qos}}
		refused := func() bool { return !p.Allows(policy.Subscribe, sub.Filter) }
		problem, reserved := h.quotas.checkFilter(sub.Filter), checkReservedFilter(sub.Filter)
		switch {
		case problem != nil:
			f.deny(c, c.overLimit(trace.Subscribe, problem.before(refused)))
		case !h.allows(c, p, trace.Subscribe, ask{policy.Subscribe, sub.Filter, nil}):
			f.deny(c, c.forbidden(trace.Subscribe, p, func() policy.Decision {
				return p.Explain(policy.Subscribe, sub.Filter, nil)
			}))
		case reserved != nil:
			f.deny(c, c.overLimit(trace.Subscribe, reserved))
		// replaces, takes no more room [B-663, guess]
		case c.session.Subscribed(sub.Filter), isGranted(filters[:i], sub.Filter):
		case held >= h.quotas.subscriptions:
			f.deny(c, c.overLimit(trace.Subscribe, overRate.throttles(
				fmt.Sprintf("the connection has %d subscriptions, more are not allowed", held), "B-661")))
		default:
			held++
		}
		filters[i] = f
	}
	return filters
}

// isGranted reports whether a filter is among those.
func isGranted(filters []filter, name string) bool {
	return slices.ContainsFunc(filters, func(f filter) bool { return f.Filter == name && f.denied == nil })
}

func (f *filter) deny(c *client, d denial) {
	f.answer, f.denied = c.answer(packets.Subscribe, 0, d.fault), &d
}

// event is the record of a filter that was not granted.
func (f *filter) event() trace.Event {
	ev := f.denied.why()
	ev.Filter, ev.Topic = f.Filter, ""
	return ev
}

func allowed(filters []filter) []session.Subscription {
	var subs []session.Subscription
	for _, f := range filters {
		if f.denied == nil {
			subs = append(subs, session.Subscription{Filter: f.Filter, QoS: f.Qos,
				RetainAsPublished: f.RetainAsPublished,
				Retained:          []session.When{session.Always, session.IfNew, session.Never}[f.RetainHandling]})
		}
	}
	return subs
}

func (h *Hook) suback(c *client, id uint16, filters []filter, traceID string) {
	ack := packets.Packet{FixedHeader: packets.FixedHeader{Type: packets.Suback}, PacketID: id}
	for _, f := range filters {
		ack.ReasonCodes = append(ack.ReasonCodes, f.code)
		if f.code == unauthorized.code {
			ack.Properties = c.reply(packets.Suback, f.code, unauthorized.text, traceID).Properties
		}
	}
	if !h.faultAnswer(faults.Suback, trace.Subscribe, c) {
		_, _ = c.conn.Write(h.tellSent(c, encode(c.version, ack)))
	}
}

// readUnsubscribe takes subscriptions back.
func (h *Hook) readUnsubscribe(c *client, pk packets.Packet) error {
	if len(pk.Filters) > h.quotas.filters {
		h.noteUnsubscribe(c, pk.Filters)
		return nil
	}
	ack := packets.Packet{FixedHeader: packets.FixedHeader{Type: packets.Unsuback}, PacketID: pk.PacketID}
	var filters, held, others []string
	for _, f := range pk.Filters {
		filters = append(filters, f.Filter)
		if c.session.Subscribed(f.Filter) {
			held = append(held, f.Filter)
		} else {
			others = append(others, f.Filter)
		}
		ack.ReasonCodes = append(ack.ReasonCodes, 0) // 0x11 is not in AWS's table [B-667]
	}
	if err := c.session.Unsubscribe(filters); err != nil {
		return h.notStored(c, trace.Unsubscribe, "", err)
	}
	h.unsubscribed(c)
	h.noteNotHeld(c, others)
	_, _ = c.conn.Write(h.tellSent(c, encode(c.version, ack)))
	h.announceUnsubscribed(c, held)
	return nil
}
