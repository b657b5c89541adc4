package trace

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/policy"
)

// An Outcome says how an operation ended.
type Outcome string

// The outcomes.
const (
	Allowed  Outcome = "ALLOWED"  // the operation went through
	Refused  Outcome = "REFUSED"  // it did not, and the client may have noticed
	Withheld Outcome = "WITHHELD" // a delivery was dropped for one client, which is told nothing [B-217]
	Note     Outcome = "NOTE"     // nothing was decided, but somebody will want to know
)

// kinds is the number of outcomes.
const kinds = 4

// index numbers the outcomes, the one given up first when space is short first.
// What is no Outcome counts as a Note.
func (o Outcome) index() int {
	switch o {
	case Allowed:
		return 0
	case Withheld:
		return 2
	case Refused:
		return 3
	default:
		return 1
	}
}

// An Operation is what was attempted, in the words CloudWatch has for it
// (eventType [A-175, B-901]).
type Operation string

// The operations.
const (
	Connect    Operation = "Connect"
	PublishIn  Operation = "Publish-In"
	PublishOut Operation = "Publish-Out" // a delivery
	Subscribe  Operation = "Subscribe"
	Disconnect Operation = "Disconnect"
	AuthNError Operation = "Connection.AuthNError" // authentication failed
	// an authorizer was asked again; no word of CloudWatch's
	Refresh   Operation = "Refresh"
	Transport Operation = "Transport" // below MQTT: TLS, ALPN, WebSocket; no word of CloudWatch's
	Follow    Operation = "Follow"    // the trace itself: a reader lost events
	Soracom   Operation = "Soracom"   // the SORACOM stand-in; no word of CloudWatch's
	Tokens    Operation = "Tokens"    // STS, Cognito, credential provider [A-252…A-262]; no word of CloudWatch's

	Unsubscribe Operation = "Unsubscribe"
	Ping        Operation = "Ping"
	Queued      Operation = "Queued" // a message waits for an offline client [B-910]

	RuleNotFound Operation = "RuleNotFound" // Basic Ingest to a rule that does not exist [B-1103]

	// What becomes of a message at a topic rule [B-912, R-134].
	RuleMatch             Operation = "RuleMatch"             // its FROM matches
	StartingRuleExecution Operation = "StartingRuleExecution" // of one action
	RuleExecution         Operation = "RuleExecution"         // of one action
	FunctionExecution     Operation = "FunctionExecution"     // SQL asked another service
	RuleMessageThrottled  Operation = "RuleMessageThrottled"  // too many wait for the rule

	// A destination of rules is confirmed, or not; no word of CloudWatch's.
	TopicRuleDestination Operation = "TopicRuleDestination"

	// Requests of the data plane [B-910].
	GetRetainedMessage  Operation = "GetRetainedMessage"
	ListRetainedMessage Operation = "ListRetainedMessage" // in CloudWatch's log without the last s
	DeleteConnection    Operation = "DeleteConnection"
	GetConnection       Operation = "GetConnection"
	ListSubscriptions   Operation = "ListSubscriptions"
	SendDirectMessage   Operation = "SendDirectMessage"

	// Requests to device shadows [S-90].
	GetThingShadow           Operation = "GetThingShadow"
	UpdateThingShadow        Operation = "UpdateThingShadow"
	DeleteThingShadow        Operation = "DeleteThingShadow"
	ListNamedShadowsForThing Operation = "ListNamedShadowsForThing" // no word of CloudWatch's

	PublishRetained Operation = "PublishRetained" // a publish with RETAIN=1, as the metrics count it [B-914]
)

// An Event is one record of the trace. What does not apply is left empty.
//
// There is deliberately no field for a password, token, key or signature.
type Event struct {
	// Seq counts events from 1, without gaps, over the recorder's life. The
	// recorder sets it. An event keeps its Seq while its Count grows.
	Seq uint64 `json:"seq"`

	// Time is when it happened; the recorder sets it when it is zero.
	Time time.Time `json:"time"`

	Operation Operation `json:"operation"`
	Outcome   Outcome   `json:"outcome"`

	Client string `json:"client,omitempty"` // the client id, as sent or assigned
	// certificate id, IAM principal, or the authorizer's principalId
	Principal    string `json:"principal,omitempty"`
	ConnectionID string `json:"connectionId,omitempty"` // uuid, the authorizer's connectionMetadata.id
	// uuid of the request, also at the end of the reason string the client got [B-404, B-901]
	TraceID    string `json:"traceId,omitempty"`
	Listener   string `json:"listener,omitempty"`   // mqtt, mqtts, https or http
	Protocol   string `json:"protocol,omitempty"`   // "MQTT 3.1.1", "MQTT 5" or "HTTP"
	Source     string `json:"source,omitempty"`     // the peer's ip:port
	ServerName string `json:"serverName,omitempty"` // SNI
	Authorizer string `json:"authorizer,omitempty"` // the authorizer's name, if one was chosen

	Topic  string `json:"topic,omitempty"`  // of a publish, a delivery or a will
	Filter string `json:"filter,omitempty"` // of a subscribe, as sent

	// Cause is why it did not go through, or what is noted.
	cause.Cause

	// Action, Resource (a complete ARN), Hint and Rules are taken from Decision
	// when they are empty.
	Action   policy.Action `json:"action,omitempty"`
	Resource string        `json:"resource,omitempty"`

	// Decision holds every statement considered, and why each did or did not
	// match. It is shared between copies of the event; do not change it.
	Decision *policy.Decision `json:"decision,omitempty"`

	// Saw is what the client saw, as in "PUBACK 0x87, connection kept (MQTT 5, QoS 1)".
	Saw string `json:"saw,omitempty"`

	// See is the Seq of another event that tells more: of the refusal, for a
	// message that did not come because its publisher was refused.
	See uint64 `json:"see,omitempty"`

	// Fault is the id of the fault that this is: somebody asked for it to happen.
	Fault int `json:"fault,omitempty"`

	Details // what CloudWatch's log says beyond that

	// Count is the number of messages an event stands for that may come again
	// (WITHHELD, some NOTEs, a REFUSED that came again and again), or of events a
	// reader lost. Last is the time of the last one, set from the second on.
	Count uint64    `json:"count,omitempty"`
	Last  time.Time `json:"last,omitzero"`
}

// MarshalJSON writes the members in the order that they always had: what to change
// stands behind what the client saw.
func (e Event) MarshalJSON() ([]byte, error) {
	type event Event // without this method
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false) // whoever asked for the text escapes it, or does not
	err := encoder.Encode(struct {
		event
		Hint    string    `json:"hint,omitempty"`
		Rules   []string  `json:"rules,omitempty"`
		See     uint64    `json:"see,omitempty"`
		Details           // shadows event's, as all that stands here does
		Count   uint64    `json:"count,omitempty"`
		Last    time.Time `json:"last,omitzero"`
	}{event(e), e.Hint, e.Rules, e.See, e.Details, e.Count, e.Last})
	return b.Bytes(), err
}

// maxText is how many bytes of one text of an event are kept: a client chooses
// some of them, and the recorder holds thousands of events.
const maxText = 4096

// complete fills in what the caller left to the recorder.
func (e *Event) complete(now time.Time) {
	if e.Time.IsZero() {
		e.Time = now
	}
	if d := e.Decision; d != nil {
		d.Settle()
		e.Action = policy.Action(or(string(e.Action), string(d.Action)))
		e.Resource = or(e.Resource, d.Resource)
		if e.Hint == "" && len(e.Rules) == 0 {
			e.Hint, e.Rules = d.Hint.Text, d.Hint.Rules
		}
	}
	for _, s := range []*string{&e.Client, &e.Principal, &e.ServerName, &e.Authorizer, &e.Topic, &e.Filter,
		&e.Reason, &e.Detail, &e.Resource, &e.Saw, &e.Hint} {
		*s = clip(*s)
	}
}

// sameCause reports whether two events were refused for the same reasons.
func (e *Event) sameCause(f *Event) bool {
	return e.Reason == f.Reason && e.Detail == f.Detail && e.Decision.Equal(f.Decision)
}

// or is the first of two texts that says something.
func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// clip keeps the first maxText bytes, whole characters only.
func clip(s string) string {
	if len(s) <= maxText {
		return s
	}
	end := maxText
	for end > maxText-utf8.UTFMax && !utf8.RuneStart(s[end]) {
		end--
	}
	return strings.Clone(s[:end]) + "…"
}
