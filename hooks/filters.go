package hooks

import (
	"fmt"
	"strings"

	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/session"
	"github.com/suback/suback/emulator/topic"
	"github.com/suback/suback/emulator/trace"
)

// Filters that are taken and do not mean what they seem to
//
//   - * and ? are a policy's wildcards; in a filter each stands for itself [B-521]
//   - No Local has no effect: the client gets its own messages [B-665]
//   - what belongs to a service that is not here is quiet [B-236a]
//   - what is switched off is quiet, too
//   - an UNSUBSCRIBE of more than 8 filters does nothing, and has no UNSUBACK [B-671]
//   - one of a filter that the client does not hold succeeds, and what it holds goes on [B-667]
//
// Each is a NOTE, once for a connection and a filter.

// noteFilter tells of a granted filter what its owner may not expect.
func (h *Hook) noteFilter(c *client, f filter) {
	if f.denied != nil {
		return
	}
	if meant := topic.Meant(f.Filter); meant != f.Filter {
		h.note(c.id, f.Filter, "B-521", trace.Subscribe, func() trace.Event {
			return trace.Event{Filter: f.Filter, Cause: cause.Cause{Rules: []string{"B-656"},
				Detail: fmt.Sprintf("the filter %q matches topics that have this very * or ? in their name, "+
					"and no others", f.Filter),
				Hint: fmt.Sprintf("* and ? are a policy's wildcards; MQTT has # and +: subscribe to %q", meant)}}
		})
	}
	if before, all := strings.CutSuffix(f.Filter, "/#"); all && isShadow(before) {
		h.note(c.id, f.Filter, "S-10", trace.Subscribe, func() trace.Event {
			return trace.Event{Filter: f.Filter, Cause: cause.Cause{
				Detail: fmt.Sprintf("the filter %q matches the requests to the shadow too, those of this client among them",
					f.Filter),
				Hint: fmt.Sprintf("AWS advises against it, since topics may come to be below: subscribe to %s/update/delta "+
					"and to accepted and rejected of what you ask for", before)}}
		})
	}
	if absent := absentOf(f.Filter); absent != "" {
		h.note(c.id, absent, "B-236a", trace.Subscribe, func() trace.Event {
			return trace.Event{Filter: f.Filter, Cause: cause.Cause{
				Detail: fmt.Sprintf("nothing will come on %q: this gateway has no %s, and nobody else may publish there",
					f.Filter, absent),
				Hint: "on AWS the subscription is as good as here: try on AWS what waits for it, see suback coverage"}}
		})
	}
	if off := h.offOf(f.Filter); off != "" {
		h.note(c.id, off, "A-344", trace.Subscribe, func() trace.Event {
			return trace.Event{Filter: f.Filter, Cause: cause.Cause{
				Detail: fmt.Sprintf("nothing will come on %q while events of the type %s are off, as they are at first",
					f.Filter, off),
				Hint: fmt.Sprintf("here as on AWS: aws iot update-event-configurations --event-configurations "+
					`'{"%s": {"Enabled": true}}'`, off)}}
		})
	}
	if f.NoLocal {
		h.note(c.id, f.Filter, "B-665", trace.Subscribe, func() trace.Event {
			return trace.Event{Filter: f.Filter, Cause: cause.Cause{
				Detail: fmt.Sprintf("No Local is set for %q and has no effect: the client gets what it publishes "+
					"itself, too", f.Filter),
				Hint: "AWS does not support No Local: publish and subscribe on different topics, or skip your own " +
					"messages by what is in them"}}
		})
	}
}

// absentOf is what is not here of AWS and alone would publish where a filter looks.
func absentOf(filter string) string {
	if _, rest, _ := topic.Shared(filter); topic.IsReserved(rest) {
		return topic.Absent(rest)
	}
	return ""
}

// offOf is the type of events that alone come where a filter looks, if they are off.
func (h *Hook) offOf(filter string) string {
	_, rest, _ := topic.Shared(filter)
	if t := topic.RegistryEvent(rest); t != "" && h.opts.Tells != nil && !h.opts.Tells(t) {
		return t
	}
	return ""
}

// noteAbsent tells of a request that nobody answers, once for a connection and a service.
func (h *Hook) noteAbsent(m *session.Message, from *Origin) {
	absent := topic.Absent(m.Topic)
	if absent == "" {
		return
	}
	h.opts.Trace.Note(trace.Key{ConnectionID: from.ConnectionID, Topic: absent}, "B-236a", func() trace.Event {
		return from.event(m, trace.PublishIn, trace.Event{Cause: cause.Cause{Rules: []string{"B-236a"},
			Detail: fmt.Sprintf("nobody answers %q: this gateway has no %s; subscribers and rules have got the message",
				m.Topic, absent),
			Hint: "on AWS the message is taken as here, and answered: try on AWS what waits for that, see suback coverage"}})
	})
}

// isShadow reports whether all topics of a shadow begin with a name.
func isShadow(name string) bool {
	levels := strings.Split(name, "/")
	n := len(levels)
	return (n == 4 || n == 6 && levels[4] == "name") && levels[3] == "shadow" &&
		levels[0] == "$aws" && levels[1] == "things"
}

// noteUnsubscribe tells of an UNSUBSCRIBE that nothing comes of.
func (h *Hook) noteUnsubscribe(c *client, filters packets.Subscriptions) {
	first := filters[0].Filter
	h.note(c.id, first, "B-671", trace.Unsubscribe, func() trace.Event {
		return trace.Event{Filter: first, Saw: c.answer(packets.Unsubscribe, 0, overRate).saw, Cause: cause.Cause{
			Detail: fmt.Sprintf("%d filters in one UNSUBSCRIBE, %q and others, at most %d are allowed: the client "+
				"is still subscribed",
				len(filters), first, h.quotas.filters),
			Hint: fmt.Sprintf("unsubscribe in batches of %d", h.quotas.filters)}}
	})
}

// noteNotHeld tells of filters of an UNSUBSCRIBE that were not subscribed to, each where
// one that still is brings the same messages, or nearly is it.
func (h *Hook) noteNotHeld(c *client, filters []string) {
	if len(filters) == 0 {
		return
	}
	held := c.session.Subscriptions()
	for _, f := range filters {
		for _, s := range held {
			why := "it matches some of the same topics"
			if !topic.Meet(s.Filter, f) {
				miss, near := topic.Missed(s.Filter, f)
				if !near {
					continue
				}
				why = miss.Why
			}
			h.note(c.id, f, "B-667", trace.Unsubscribe, func() trace.Event {
				return trace.Event{Filter: f, Cause: cause.Cause{
					Detail: fmt.Sprintf("the client was not subscribed to %q, which AWS answers with success; it still "+
						"is to %q: %s", f, s.Filter, why),
					Hint: fmt.Sprintf("unsubscribe from the filter as it was subscribed to, %q", s.Filter)}}
			})
			break
		}
	}
}
