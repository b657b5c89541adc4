package account

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/suback/suback/emulator/story"
	"github.com/suback/suback/emulator/why"
	"github.com/suback/suback/hooks"
)

// mostMessages is how many of the latest messages of each kind are looked at.
const mostMessages = 200

// whatCame are the latest messages: those of a client, those on the topic that is asked
// about, and others, which may have been meant for it. The newest is first.
func (a *Account) whatCame(client, topic string) (all []why.Message) {
	selections := []hooks.Selection{{Client: client}, {}}
	if topic != "" {
		selections = append(selections, hooks.Selection{Topic: topic})
	}
	seen := make(map[string]bool)
	for _, q := range selections {
		q.Limit = mostMessages
		for _, s := range a.hook.Messages(q) {
			if !seen[s.ID+s.Topic] {
				seen[s.ID+s.Topic] = true
				if m, ok := messageFor(client, &s); ok {
					all = append(all, m)
				}
			}
		}
	}
	slices.SortStableFunc(all, func(m, n why.Message) int { return n.At.Compare(m.At) })
	return all
}

// messageFor is what a story is to a client; ok is false if that is not known.
func messageFor(client string, s *story.Story) (m why.Message, ok bool) {
	m = why.Message{ID: s.ID, Topic: s.Topic, At: s.Time, QoS: s.QoS, By: publisherOf(s),
		Retained: s.Retained != "" && s.Retained != "deleted"}
	if !s.Verdict.Allowed {
		m.Refused, m.Event = &s.Verdict.Cause, s.Verdict.Event
		return m, true
	}
	d, concerned := s.To(client)
	if !concerned {
		return m, s.Omitted == 0
	}
	m.Found, m.Cause, m.Event = foundOf(&d), d.Cause, d.Event
	if len(d.Filters) > 0 {
		m.Filter = d.Filters[0]
	}
	m.Sent = latest(d.Sent, d.Acknowledged)
	return m, true
}

func latest(times ...time.Time) time.Time {
	return slices.MaxFunc(times, time.Time.Compare)
}

// foundOf is an outcome as a finding.
func foundOf(d *story.Delivery) why.Found {
	switch d.Outcome {
	case "withheld":
		return why.Withheld
	case "expired":
		return why.Expired
	case "too large":
		return why.TooLarge
	case "throttled":
		return why.Throttled
	case "window full":
		return why.WindowFull
	case "dropped":
		return why.QueueFull
	case "queued":
		return why.Waiting
	case "other member":
		return why.OtherMember
	case "lost":
		if slices.Contains(d.Rules, "B-519") {
			return why.OfflineQoS0
		}
		return why.Lost
	}
	return why.Arrives
}

// publisherOf says who published, for a sentence.
func publisherOf(s *story.Story) string {
	p := &s.Publisher
	switch p.Kind {
	case story.Device:
		return fmt.Sprintf("%q", p.Client)
	case story.Will:
		return fmt.Sprintf("the will of %q", p.Client)
	case story.HTTP, story.Direct:
		return "an HTTPS request"
	case story.Service, story.Rule:
		return cmp.Or(p.By, "AWS IoT")
	}
	return "AWS IoT"
}
