package why

import (
	"fmt"
	"strings"
	"time"

	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/policy"
)

// A Finding is why nothing arrives at a client, or that it does.
type Finding struct {
	Client string `json:"client"`
	Topic  string `json:"topic,omitempty"` // that was asked about
	Found  Found  `json:"found"`

	// Answer is one paragraph; its first sentence names the cause.
	Answer string   `json:"answer"`
	Hint   string   `json:"hint,omitempty"`
	Rules  []string `json:"rules,omitempty"`

	Event   uint64         `json:"event,omitempty"`   // Seq of the trace record that shows it
	Message string         `json:"message,omitempty"` // id of the message that shows it
	Repair  *policy.Repair `json:"repair,omitempty"`
}

// Found is a cause, or [Arrives].
type Found string

// What may be found.
const (
	Arrives Found = "arrives" // the latest message did

	// The client is not connected.
	NeverConnected Found = "never-connected"
	RefusedConnect Found = "refused-at-connect"
	AnotherID      Found = "connected-under-another-id"
	TakeOverLoop   Found = "take-over-loop" // or is so for moments only
	OwnPublish     Found = "own-publish-refused"
	Disconnected   Found = "disconnected"

	// No subscription matches.
	SubscriptionRefused Found = "subscription-refused"
	NoSubscription      Found = "no-subscription"
	NoMatch             Found = "no-matching-subscription"
	SessionReplaced     Found = "session-replaced"

	// One does.
	Withheld        Found = "withheld" // no iot:Receive
	PublishRefused  Found = "publish-refused"
	RuleFailed      Found = "rule-failed" // to republish
	NobodyPublishes Found = "nobody-publishes"
	PublishedBefore Found = "published-before-subscription"
	RetainedOnly    Found = "retained-through-wildcard"
	OtherMember     Found = "other-member"
	OfflineQoS0     Found = "offline-qos-0"
	Expired         Found = "expired"
	WindowFull      Found = "window-full"
	QueueFull       Found = "queue-full"
	TooLarge        Found = "too-large"
	Throttled       Found = "throttled"
	Waiting         Found = "waiting" // behind others, after it came back
	Lost            Found = "lost"
)

// say adds a sentence to the answer.
func (f Finding) say(format string, args ...any) Finding {
	text := strings.TrimRight(fmt.Sprintf(format, args...), " .")
	if text == "" {
		return f
	}
	if f.Answer != "" {
		f.Answer += " "
	}
	f.Answer += upper(text) + "."
	return f
}

func upper(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// because takes over hint and rules of a cause, where there are none yet.
func (f Finding) because(c cause.Cause) Finding {
	if f.Hint == "" {
		f.Hint = c.Hint
	}
	if len(f.Rules) == 0 {
		f.Rules = c.Rules
	}
	return f
}

// decided adds what a refusal of a policy needs.
func (f Finding) decided(d *policy.Decision) Finding {
	if d == nil {
		return f
	}
	if r, ok := d.Repair(); ok {
		f.Repair = &r
	}
	return f.because(cause.Cause{Hint: d.Hint.Text, Rules: d.Hint.Rules})
}

// clock is a moment for a person.
func clock(t time.Time) string { return t.UTC().Format("15:04:05 UTC") }
