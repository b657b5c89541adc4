package account

import (
	"context"
	"fmt"
	"slices"

	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/egress"
	"github.com/suback/suback/emulator/services/shadow"
	"github.com/suback/suback/emulator/session"
	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/hooks"
)

// The Device Shadow service, as MQTT has it
//
//   - answers are messages as any other: who is subscribed gets them, at QoS 1 if it wants
//     that [S-13, S-14]; all of one update come before those of the next
//   - each request is one line in the story of its message; what is rejected is on record

// shadowService is how the service is called.
const shadowService = "Device Shadow"

// Shadows are the device shadows of the account.
func (a *Account) Shadows() *shadow.Shadows { return a.shadows }

func (a *Account) openShadows() (err error) {
	perSecond := 0
	if a.options.Config.Limits.Rate == "aws" {
		perSecond = shadow.MostPerSecond
	}
	a.shadows, err = shadow.Open(shadow.Options{Kept: a.store.Part(""), Now: a.registry.Now, Room: a.ShadowRoom,
		PerSecond: perSecond})
	if err != nil {
		return err
	}
	return a.hook.Register(hooks.Service{Name: shadowService, Filters: shadow.Filters(), Serve: a.serveShadow,
		MostWaiting: 256, Subject: thingOf, MostOfOne: shadow.MostInFlight})
}

// thingOf is whose shadow a topic is for.
func thingOf(topic string) string {
	id, _, _ := shadow.ByTopic(topic)
	return id.Thing
}

// serveShadow answers a request that came as a message.
func (a *Account) serveShadow(_ context.Context, r *hooks.Request) {
	id, op, ok := shadow.ByTopic(r.Message.Topic)
	if !ok {
		return // no filter lets it in
	}
	request := shadow.Request{ID: id, Op: op, Payload: r.Message.Payload, Busy: r.Busy}
	a.shadows.Serve(request, func(out *shadow.Outcome) {
		r.Message.Story.Served(out.Line())
		a.recordShadow(r, out)
		for _, m := range a.inOrder(out) {
			_ = r.Answer(m.Topic, m.Payload) // what goes round is on record
		}
	})
}

// tellShadow publishes what a request over HTTP has to say.
func (a *Account) tellShadow(out *shadow.Outcome, traceID string, why egress.Cause) {
	for _, m := range a.inOrder(out) {
		said := &session.Message{Topic: m.Topic, Payload: m.Payload, QoS: 1, Request: traceID}
		_ = a.hook.Route(said, hooks.Origin{Kind: hooks.FromService, By: shadowService, Depth: why.Depth})
	}
}

// shadowOperations are the names that records have for requests [S-90].
var shadowOperations = map[shadow.Op]trace.Operation{shadow.Get: trace.GetThingShadow,
	shadow.Update: trace.UpdateThingShadow, shadow.Delete: trace.DeleteThingShadow}

// recordShadow writes down what became of a request.
func (a *Account) recordShadow(r *hooks.Request, out *shadow.Outcome) {
	operation := shadowOperations[out.Request.Op]
	event := func() trace.Event {
		ev := r.Event(operation, trace.Event{Details: trace.Details{Shadow: out.Request.ID.Called()}})
		ev.Outcome = trace.Allowed
		return ev
	}
	why := out.Refusal
	if why == nil {
		a.trace.Allowed(operation, event)
		a.noteUnheard(r, out)
		return
	}
	key := trace.Key{ConnectionID: r.From.ConnectionID, Topic: r.Message.Topic}
	a.trace.Refused(key, why.Error(), func() trace.Event {
		ev := event()
		ev.Cause = cause.Cause{Reason: why.Reason(), Detail: why.Detail, Hint: why.Hint, Rules: why.Rules}
		ev.Saw = fmt.Sprintf("%s on %s/rejected", out.Answer, r.Message.Topic)
		return ev
	})
}

// noteUnheard tells a device whose answer has nobody to go to.
func (a *Account) noteUnheard(r *hooks.Request, out *shadow.Outcome) {
	topic, answers := r.Message.Topic, []string{"/accepted", "/rejected", "/delta", "/documents"}
	if out.Request.Op != shadow.Update {
		answers = answers[:2]
	}
	said := func(m shadow.Message) bool { return a.hook.Heard(m.Topic) }
	heard := func(answer string) bool { return a.hook.Heard(topic + answer) }
	if r.From.Kind != hooks.FromDevice || slices.ContainsFunc(out.Messages, said) ||
		slices.ContainsFunc(answers, heard) {
		return
	}
	key := trace.Key{ConnectionID: r.From.ConnectionID, Topic: topic}
	a.trace.Note(key, "the answer has nobody to go to", func() trace.Event {
		return r.Event(trace.PublishIn, trace.Event{Cause: cause.Cause{Rules: []string{"S-2", "S-14"},
			Detail: fmt.Sprintf("%s; the answer has nobody to go to: nobody is subscribed to what comes below %s",
				out.Line(), topic),
			Hint: fmt.Sprintf("subscribe to %s/accepted and %s/rejected before you publish to %s", topic, topic, topic)}})
	})
}
