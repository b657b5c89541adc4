package hooks

import (
	"slices"
	"time"

	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/story"
	"github.com/suback/suback/emulator/topic"
)

// What a record of a story says by itself, and the short form of a story

// concerns reports whether a client published a message or was to get it.
func concerns(r *story.Record, client string) bool {
	return r.By.Client == client || slices.ContainsFunc(r.Receivers, func(to story.Receiver) bool {
		is := func(h *story.Holder) bool { return h.Client == client }
		return to.To != nil && (is(to.To) || slices.ContainsFunc(to.To.Members, is))
	})
}

// maxBrief is how many deliveries the short form has.
const maxBrief = 20

// brief is the short form, with what a client got first.
func brief(r *story.Record, client string) story.Story {
	s := outline(r)
	s.Summary = s.Summarize()
	if client != "" {
		isOther := func(d story.Delivery) int {
			if d.Client == client || slices.Contains(d.Members, client) {
				return 0
			}
			return 1
		}
		slices.SortStableFunc(s.Deliveries, func(a, b story.Delivery) int { return isOther(a) - isOther(b) })
	}
	if n := len(s.Deliveries); n > maxBrief {
		s.Deliveries, s.Omitted = s.Deliveries[:maxBrief], s.Omitted+n-maxBrief
	}
	return s
}

// outline is what a record says by itself.
func outline(r *story.Record) story.Story {
	s := story.Story{ID: r.ID, Time: r.Time, Topic: r.Topic, QoS: r.QoS, Retain: r.Retain, Bytes: r.Bytes,
		Publisher: r.By, Verdict: story.Verdict{Allowed: r.Refusal == nil}, Retained: r.Retained.String(),
		Acknowledged: r.Acknowledged, Deliveries: deliveries(r), Omitted: r.Omitted, Served: r.Served}
	if why := r.Refusal; why != nil {
		s.Verdict.Cause, s.Verdict.Saw, s.Verdict.Event = why.Cause, why.Saw, why.Event
	} else if rule, _, ok := topic.Ingest(r.Topic); ok {
		s.Ingest = rule
	}
	return s
}

// deliveries are the receivers of a record, those of shared groups one by one.
func deliveries(r *story.Record) []story.Delivery {
	all, at := []story.Delivery{}, make(map[string]int) // of clients without a group
	for i, to := range r.Receivers {
		switch {
		case to.To == nil:
		case to.Role == story.AlsoHolds:
			if j, known := at[to.To.Client]; known {
				all[j].Filters = append(all[j].Filters, to.To.Filter)
			}
		case to.Role == story.ToGroup:
			if i+1 < len(r.Receivers) {
				all = append(all, ofGroup(r, &to, &r.Receivers[i+1])...)
			}
		case to.Role == story.ToMember: // with its group
		default:
			if to.Role == story.ToClient {
				at[to.To.Client] = len(all)
			}
			all = append(all, delivery(&to, to.To))
		}
	}
	return all
}

func delivery(to *story.Receiver, whose *story.Holder) story.Delivery {
	d := story.Delivery{Client: whose.Client, Filters: []string{}, QoS: to.QoS, Outcome: to.Outcome.String(),
		Cause: to.Outcome.Cause(), Retained: to.Role == story.ToRetained, Sent: to.Sent,
		Acknowledged: to.Acknowledged}
	group, filter, _ := topic.Shared(whose.Filter)
	if d.Group = group; filter != "" {
		d.Filters = append(d.Filters, filter)
	}
	return d
}

// ofGroup is what became of a message for the members of a group: one got it, or it is
// the group's. Who had it before is told of at a place of its own.
func ofGroup(r *story.Record, group, member *story.Receiver) (all []story.Delivery) {
	if member.To == nil {
		d := delivery(group, group.To)
		d.Sent = time.Time{}
		if group.Outcome.Waits() {
			d.Cause = cause.Cause{Detail: "no member can take it now; the first that can gets it",
				Hint:  "connect a member of the group, or have one acknowledge what has come",
				Rules: []string{"B-669"}}
		}
		for _, other := range group.To.Members {
			d.Members = append(d.Members, other.Client)
		}
		return []story.Delivery{d}
	}
	all = append(all, delivery(member, member.To))
	for _, other := range group.To.Members {
		had := func(to story.Receiver) bool {
			return to.Role == story.ToFormer && to.To != nil && to.To.Client == other.Client &&
				to.To.Filter == other.Filter
		}
		if other.Client != member.To.Client && !slices.ContainsFunc(r.Receivers, had) {
			all = append(all, delivery(&story.Receiver{Outcome: story.Other}, other))
		}
	}
	return all
}
