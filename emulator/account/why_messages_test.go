package account

import (
	"testing"
	"time"

	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/story"
	"github.com/suback/suback/emulator/why"
)

// Every outcome is a finding, and one that a person knows how to go on with.
func TestFoundOfOutcomes(t *testing.T) {
	wants := map[story.Outcome]why.Found{
		story.Sent: why.Arrives, story.Acknowledged: why.Arrives, story.Queued: why.Waiting, story.Behind: why.Waiting,
		story.WindowFull: why.WindowFull, story.Withheld: why.Withheld, story.Throttled: why.Throttled, story.TooLarge: why.TooLarge,
		story.Expired: why.Expired, story.Offline: why.OfflineQoS0, story.QueueFull: why.QueueFull, story.NoRoom: why.QueueFull,
		story.GivenUp: why.Lost, story.Ended: why.Lost, story.NotSent: why.Lost, story.Other: why.OtherMember,
	}
	for o := story.Sent; o <= story.Other; o++ {
		want, known := wants[o]
		if got := foundOf(&story.Delivery{Outcome: o.String(), Cause: o.Cause()}); got != want || !known {
			t.Errorf("%s: got %s, want %s", o, got, want)
		}
	}
}

// What a story is to a client, whether it is named in it or not.
func TestMessageFor(t *testing.T) {
	at := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	sent := story.Delivery{Client: "c", Filters: []string{"a/#", "a/b"}, Outcome: "acknowledged", Sent: at.Add(time.Second),
		Acknowledged: at.Add(2 * time.Second)}
	tests := []struct {
		name string
		s    story.Story
		want why.Message
		ok   bool
	}{
		{"it got it", story.Story{Verdict: story.Verdict{Allowed: true}, Deliveries: []story.Delivery{{Client: "d"}, sent}},
			why.Message{Found: why.Arrives, Filter: "a/#", Sent: at.Add(2 * time.Second)}, true},
		{"a member of its group did", story.Story{Verdict: story.Verdict{Allowed: true},
			Deliveries: []story.Delivery{{Members: []string{"b", "c"}, Outcome: "other member", Filters: []string{"a"}}}},
			why.Message{Found: why.OtherMember, Filter: "a"}, true},
		{"nobody of that id", story.Story{Verdict: story.Verdict{Allowed: true}, Deliveries: []story.Delivery{{Client: "d"}}},
			why.Message{}, true},
		{"perhaps, among many", story.Story{Verdict: story.Verdict{Allowed: true}, Omitted: 1}, why.Message{}, false},
		{"nobody: it was refused", story.Story{Verdict: story.Verdict{Cause: cause.Cause{Reason: "R"}, Event: 7}, Omitted: 1},
			why.Message{Refused: &cause.Cause{Reason: "R"}, Event: 7}, true},
	}
	for _, tt := range tests {
		got, ok := messageFor("c", &tt.s)
		refused := got.Refused == nil && tt.want.Refused == nil ||
			got.Refused != nil && tt.want.Refused != nil && got.Refused.Reason == tt.want.Refused.Reason
		if ok != tt.ok || got.Found != tt.want.Found || got.Filter != tt.want.Filter || !got.Sent.Equal(tt.want.Sent) || !refused ||
			got.Event != tt.want.Event {
			t.Errorf("%s: got %+v, %v, want %+v, %v", tt.name, got, ok, tt.want, tt.ok)
		}
	}
}

func TestPublishers(t *testing.T) {
	for want, p := range map[string]story.Publisher{
		`"a\x1b"`:          {Kind: story.Device, Client: "a\x1b"},
		`the will of "a"`:  {Kind: story.Will, Client: "a"},
		"an HTTPS request": {Kind: story.HTTP, Principal: "p"},
		"shadow":           {Kind: story.Service, By: "shadow"},
		"AWS IoT":          {Kind: story.AWS},
	} {
		if got := publisherOf(&story.Story{Publisher: p}); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}
