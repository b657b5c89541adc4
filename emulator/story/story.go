package story

import (
	"slices"
	"time"

	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/policy"
)

// A Story is what became of one message, for whoever asks. Members that do not apply are
// empty. In its short form it has no decision, no hints and nothing near.
type Story struct {
	ID     string    `json:"id"` // its trace id
	Time   time.Time `json:"time"`
	Topic  string    `json:"topic"`
	QoS    byte      `json:"qos"` // as published
	Retain bool      `json:"retain"`
	Bytes  int       `json:"bytes"` // of its payload, which is not kept

	Publisher Publisher `json:"publisher"`
	Verdict   Verdict   `json:"verdict"`

	Retained     string    `json:"retained"`              // kept, replaced, deleted or empty
	Ingest       string    `json:"ingest,omitempty"`      // the rule that Basic Ingest hands it to
	Acknowledged time.Time `json:"acknowledged,omitzero"` // to the publisher, which got its PUBACK

	// Served is what a service has made of it, in one line, if it asked one for something.
	Served string `json:"served,omitempty"`

	Deliveries []Delivery `json:"deliveries"`
	Omitted    int        `json:"omitted"` // receivers beside those

	Rules []Ruling `json:"rules,omitempty"` // what topic rules made of it

	// Near are who holds a filter that nearly matches, as it is now.
	Near []Near `json:"near,omitempty"`

	// Answers are the messages of the same id: what a service answered.
	Answers []Story `json:"answers,omitempty"`

	Summary string `json:"summary"` // one sentence, or two where enforce: log mattered
}

// A Verdict is whether the message was published, and why.
type Verdict struct {
	Allowed bool `json:"allowed"`

	// Action, Resource and Decision are the policy's part; empty if nobody was asked.
	Action   policy.Action `json:"action,omitempty"`
	Resource string        `json:"resource,omitempty"`

	// Statement decided: the first that allows, or that denies. As LambdaPolicy[0].Statement[1].
	Statement string           `json:"statement,omitempty"`
	Decision  *policy.Decision `json:"decision,omitempty"`

	cause.Cause        // why it was not published, or would not have been on AWS
	Saw         string `json:"saw,omitempty"`   // by the publisher, then
	OnAWS       string `json:"onAws,omitempty"` // what AWS does, where enforce: log let it through
	Event       uint64 `json:"event,omitempty"` // Seq of the trace's record
}

// A Delivery is what became of a message for one client, or for a shared group of which
// no member has got it.
type Delivery struct {
	Client  string   `json:"client,omitempty"` // empty: a group's
	Filters []string `json:"filters"`          // that matched; of a direct message there are none
	Group   string   `json:"group,omitempty"`
	Members []string `json:"members,omitempty"` // of a group of which none has got it
	QoS     byte     `json:"qos"`

	// Outcome is sent, acknowledged, queued, withheld, expired, too large, throttled,
	// window full, dropped, lost, or other member.
	Outcome     string `json:"outcome"`
	cause.Cause        // why it was not sent, or would not have been on AWS
	OnAWS       string `json:"onAws,omitempty"`    // the outcome there, where enforce: log let it through
	Retained    bool   `json:"retained,omitempty"` // sent because the client subscribed, later

	Sent         time.Time `json:"sent,omitzero"` // first
	Acknowledged time.Time `json:"acknowledged,omitzero"`
	Event        uint64    `json:"event,omitempty"` // Seq of the trace's record
}

// A Near is a filter that would match if it were written otherwise.
type Near struct {
	Client string `json:"client"`
	Filter string `json:"filter"`
	Why    string `json:"why"`
	Rule   string `json:"rule,omitempty"`
}

// To returns what became of the message for a client.
func (s *Story) To(client string) (d Delivery, ok bool) {
	for _, d := range s.Deliveries {
		if d.Client == client || slices.Contains(d.Members, client) {
			return d, true
		}
	}
	return Delivery{}, false
}

// Arrived reports whether the message was written to the client's connection.
func (d *Delivery) Arrived() bool { return !d.Sent.IsZero() }

// Cause is why a message was not sent, as far as the outcome says.
func (o Outcome) Cause() cause.Cause {
	w := words[o]
	c := cause.Cause{Detail: w.detail, Hint: w.hint}
	if w.rule != "" {
		c.Rules = []string{w.rule}
	}
	return c
}
