package hooks

import (
	"errors"
	"fmt"
	"net/netip"

	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/session"
	"github.com/suback/suback/emulator/story"
	"github.com/suback/suback/emulator/topic"
	"github.com/suback/suback/emulator/trace"
)

// The way of a message, whoever publishes it
//
//   - rules see it first, then the service whose topic it is, then whoever has
//     subscribed [B-1003, B-1111; order guess]
//   - a will reaches no service [B-231], a direct message neither rule nor service
//     [B-817], Basic Ingest no subscriber [B-511, B-1101]
//   - a service answers after the PUBACK of what it answers [B-1004]; what it
//     publishes is for rules and subscribers, as AWS's own events are [B-820, B-1111]
//   - what rules republish, or send to this gateway over HTTP, may come to a rule again; AWS
//     lets it go round [B-1121, R-23], here it ends after 8 times [guess]
//
// Who publishes has been judged before; who receives is judged at each delivery.

// An OriginKind is how a message came to be published.
type OriginKind byte

// The kinds.
const (
	FromDevice  OriginKind = iota // a PUBLISH
	FromWill                      // the will of a connection that ended
	FromHTTP                      // a request to publish
	FromAWS                       // AWS IoT itself: lifecycle events, announcements
	FromDirect                    // a request to one client
	FromService                   // a service's answer or notification
	FromRule                      // republished by a rule
)

// stations are where a message of a kind comes by, beside its subscribers.
var stations = [...]struct {
	rules, services bool
	unheard         bool // who nearly subscribed to it is told
	kept            bool // whoever published it is promised that it outlives a crash
}{
	FromDevice:  {rules: true, services: true, unheard: true, kept: true},
	FromWill:    {rules: true, unheard: true, kept: true},
	FromHTTP:    {rules: true, services: true, unheard: true, kept: true},
	FromAWS:     {rules: true},
	FromDirect:  {},
	FromService: {rules: true, unheard: true},
	FromRule:    {rules: true, services: true, unheard: true, kept: true},
}

// An Origin is who published a message, and how. What does not apply is empty. It is
// plain data.
type Origin struct {
	Kind      OriginKind
	ClientID  string // over MQTT
	Principal string // certificate id, IAM principal, or an authorizer's principalId
	ThingName string // of the thing that the connection is

	ConnectionID string
	Protocol     string         // "MQTT 3.1", "MQTT 3.1.1", "MQTT 5" or "HTTP"
	Source       netip.AddrPort // the client's end
	Listener     string
	ServerName   string // SNI
	Authorizer   string

	By    string // the service or the rule, of what one publishes
	Depth int    // how many answers and republications led to it
}

// origin is who c is, as a publisher.
func (c *client) origin(kind OriginKind) Origin {
	f, g := c.conn.Facts(), c.grant.Load()
	return Origin{Kind: kind, ClientID: c.id, Principal: g.PrincipalID, ThingName: g.ThingName,
		ConnectionID: c.connID, Protocol: c.protocol(), Source: f.Remote,
		Listener: f.Listener, ServerName: f.ServerName, Authorizer: g.Authorizer}
}

// originOf is who sent a request that ev is the record of.
func originOf(kind OriginKind, ev *trace.Event) Origin {
	source, _ := netip.ParseAddrPort(ev.Source)
	return Origin{Kind: kind, Principal: ev.Principal, ConnectionID: ev.ConnectionID, Protocol: ev.Protocol,
		Source: source, Listener: ev.Listener, ServerName: ev.ServerName, Authorizer: ev.Authorizer}
}

// kindOf is how stories name the kinds of origins.
var kindOf = [...]story.Kind{FromDevice: story.Device, FromWill: story.Will, FromHTTP: story.HTTP,
	FromAWS: story.AWS, FromDirect: story.Direct, FromService: story.Service, FromRule: story.Rule}

// publisher is who published what is of an origin.
func (o *Origin) publisher() story.Publisher {
	return story.Publisher{Kind: kindOf[o.Kind], Client: o.ClientID, Principal: o.Principal,
		ConnectionID: o.ConnectionID, Protocol: o.Protocol, By: o.By}
}

// by names the service or rule that publishes a message.
func (o *Origin) by() string {
	if o.Kind == FromRule {
		return fmt.Sprintf("the rule %q", o.By)
	}
	return "the " + o.By + " service"
}

// event fills in what a record about a message says of its publisher.
func (o *Origin) event(m *session.Message, operation trace.Operation, ev trace.Event) trace.Event {
	ev.Operation, ev.Topic, ev.TraceID = operation, m.Topic, traceIDOf(m)
	ev.Client, ev.Principal, ev.Authorizer = o.ClientID, o.Principal, o.Authorizer
	ev.ConnectionID, ev.Protocol = o.ConnectionID, o.Protocol
	ev.Listener, ev.ServerName = o.Listener, o.ServerName
	if o.Source.IsValid() {
		ev.Source = o.Source.String()
	}
	return advise(ev)
}

// Rules are the topic rules of an account. Methods are called by whoever publishes, several
// at a time.
type Rules interface {
	// See shows each message that rules see on AWS, once, before anybody else has it. Of
	// Basic Ingest it reports whether there is the rule that it names. It must not wait,
	// and must not change m.
	See(m *session.Message, from Origin) (known bool)

	// Wants reports whether a rule would see a message on a topic, so that one that
	// nobody wants need not be made.
	Wants(topic string) bool

	// Told is what rules made of the message with a trace id.
	Told(traceID string) []story.Ruling
}

// SetRules sets who sees all messages. It must be called before the first comes.
func (h *Hook) SetRules(r Rules) { h.rules = r }

// MaxDepth is how many answers and republications may follow from one message.
const MaxDepth = 8

// Heard reports whether anybody is subscribed to a topic.
func (h *Hook) Heard(topic string) bool { return h.sessions.Wanted(topic) }

// ErrLoop means a message that follows from too many others.
var ErrLoop = errors.New("the message follows from too many others")

// Route publishes what the account itself has to say, as an answer of a service or what
// a rule republishes, and returns when everybody who gets it has been written to or has
// it in queue. No policy is asked about the publisher. The error is one of [Hook.Submit]'s,
// or ErrLoop.
func (h *Hook) Route(m *session.Message, from Origin) error {
	if problem, err := h.checkSubmit(m); err != nil {
		return problem.as(err)
	}
	h.tellOf(m, from.publisher())
	if from.Depth > MaxDepth {
		h.goesRound(m, from)
		return ErrLoop
	}
	w, written := h.route(m, &from)
	if w.noRule {
		h.ruleNotFound(m, from)
	}
	var err error
	if written != nil {
		err = written()
	}
	h.handOver(w)
	return err
}

// A way is what remains to be done for a message when its publisher knows that it has
// been taken.
type way struct {
	request *Request // for a service, nil if none answers
	noRule  bool     // it was for a rule that does not exist
}

// route brings a message to everybody who gets it. Once written has returned, unless it
// is nil, it may be acknowledged; then the caller hands over what is on the way.
func (h *Hook) route(m *session.Message, from *Origin) (w way, written func() error) {
	w = h.pass(m, from)
	if topic.IsIngest(m.Topic) { // past the broker [B-511, B-1101]
		return w, nil
	}
	if m.Retain {
		h.sessions.Retain(m)
	}
	station := &stations[from.Kind]
	if !h.sessions.Publish(m) && station.unheard {
		h.unheard(m, from)
	}
	if !station.kept {
		return w, nil
	}
	return w, h.sessions.Stored(m)
}

// pass shows a message to the rules, and finds the service that answers it.
func (h *Hook) pass(m *session.Message, from *Origin) (w way) {
	station, known := &stations[from.Kind], false
	if station.rules && h.rules != nil {
		known = h.rules.See(m, *from)
	}
	switch {
	case !topic.IsReserved(m.Topic):
	case topic.IsIngest(m.Topic):
		w.noRule = !known
	case station.services:
		if w.request = h.request(m, from); w.request == nil {
			h.noteAbsent(m, from)
		}
	case from.Kind == FromWill:
		h.noteUnansweredWill(m, *from)
	}
	return w
}

// goesRound tells of a message that is not published because it follows from too many.
func (h *Hook) goesRound(m *session.Message, from Origin) {
	why := cause.Cause{
		Detail: fmt.Sprintf("%s publishes to %q, the %dth message that follows from one: "+
			"this one is not published", from.by(), m.Topic, from.Depth),
		Hint: "AWS lets it go round and bills each time: " +
			"have the rule republish to a topic that its FROM does not match"}
	m.Story.Refused(story.Refusal{Cause: why})
	h.opts.Trace.Note(trace.Key{ConnectionID: from.ConnectionID, Topic: m.Topic}, "loop", func() trace.Event {
		return from.event(m, trace.PublishIn, trace.Event{Cause: why})
	})
}
