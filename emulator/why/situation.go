package why

import (
	"time"

	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/topic"
	"github.com/suback/suback/emulator/trace"
)

// A Situation is what is known of a client, and of those around it.
type Situation struct {
	Client string
	Topic  string // a topic or filter on which nothing arrives; "" is any
	Now    time.Time

	Self   *Client  // nil: it is not connected
	Others []Client // that are, sorted by id
	Last   *Ending  // of its latest connection, if it is not connected; nil: none is known

	Session []Subscription // what it holds, connected or not
	Keeps   bool           // its session outlives its connections

	Policy     *policy.Policy // what it may do at present; nil if it is not connected
	Unenforced bool           // and what it may not do goes through: enforce is log

	Events    []trace.Event // of this client, oldest first
	Strangers []trace.Event // of connections that did not tell a client id
	Refusals  []trace.Event // of others' CONNECTs and publishes
	Rules     []trace.Event // of what topic rules failed to do

	// Messages are the latest that match what the client holds or what is asked about,
	// or come near to that, newest first.
	Messages []Message
	Stories  bool // whether messages are known at all
}

// A Client is who is connected.
type Client struct {
	ID, Principal, Thing string
	Source               string // address without port
	Since                time.Time
}

// A Subscription is a filter with the QoS that was granted.
type Subscription struct {
	Filter string
	QoS    byte
}

// An Ending is how a connection ended.
type Ending struct {
	Reason string // one of [B-440]
	At     time.Time
}

// A Message is what came of one message for the client.
type Message struct {
	ID, Topic string
	At        time.Time
	QoS       byte
	Retained  bool   // it is the retained message of its topic since
	By        string // who published, for a person

	// Refused is why it was not published at all; nil if it was.
	Refused *cause.Cause
	Event   uint64 // Seq of the record of that, or of what became of it

	// Found is what became of it for this client; "" if the client held no filter
	// that matched.
	Found  Found
	Cause  cause.Cause
	Filter string // by which it was to be delivered
	Sent   time.Time
}

// mayReceive reports whether messages on a topic come to the client by now, for all that is
// known.
func (s *Situation) mayReceive(name string) bool {
	return s.Policy != nil && (s.Unenforced || s.Policy.Allows(policy.Receive, name))
}

// matching are the filters held that match what is asked about.
func (s *Situation) matching() (filters []string) {
	for _, sub := range s.Session {
		if s.Topic == "" || Matches(sub.Filter, s.Topic) {
			filters = append(filters, sub.Filter)
		}
	}
	return filters
}

// Matches reports whether what is published on name, or on what the filter name
// matches, may come by a subscription.
func Matches(subscription, name string) bool {
	_, rest, _ := topic.Shared(subscription)
	_, name, _ = topic.Shared(name)
	if !topic.HasWildcard(name) {
		return topic.Matches(rest, name)
	}
	return rest == name || topic.Matches(name, rest) || topic.Matches(rest, sample(name))
}

// about reports whether a topic is one that is asked about.
func (s *Situation) about(name string) bool {
	return s.Topic == "" || Matches(s.Topic, name)
}

// aboutFilter likewise, of a filter.
func (s *Situation) aboutFilter(filter string) bool {
	return s.Topic == "" || filter == s.Topic || Matches(filter, s.Topic)
}

// newest is the latest event that wants says yes to.
func newest(events []trace.Event, wants func(*trace.Event) bool) *trace.Event {
	var found *trace.Event
	for i := range events {
		if e := &events[i]; wants(e) && (found == nil || !when(e).Before(when(found))) {
			found = e
		}
	}
	return found
}

// when is the last time that an event stands for.
func when(e *trace.Event) time.Time {
	if !e.Last.IsZero() {
		return e.Last
	}
	return e.Time
}
