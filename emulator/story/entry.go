package story

import (
	"time"

	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/policy"
)

// An Opening is what is known of a message when it comes.
type Opening struct {
	At     int64 // nanoseconds since 1970; 0 is now
	Topic  string
	ID     string // that it was given; empty: its own
	Bytes  int    // of its payload
	QoS    byte   // as published
	Retain bool   // as published
	By     ID     // of its Publisher

	Unenforced bool // policies refuse nothing: enforce is log
}

// A Publisher is who publishes, in what name. It must not be changed once a Book knows it.
type Publisher struct {
	Kind         Kind   `json:"kind"`
	Client       string `json:"client,omitempty"`
	Principal    string `json:"principal,omitempty"`
	ConnectionID string `json:"connectionId,omitempty"`
	Protocol     string `json:"protocol,omitempty"` // "MQTT 3.1.1", "MQTT 5" or "HTTP"
	By           string `json:"by,omitempty"`       // the service or the rule

	// Policy is what it may do at that moment; nil: nobody was asked.
	Policy *policy.Policy `json:"-"`
}

// A Kind is how a message came to be published.
type Kind string

// The kinds.
const (
	Device  Kind = "device"  // a PUBLISH
	Will    Kind = "will"    // the will of a connection that ended
	HTTP    Kind = "http"    // a request to publish
	AWS     Kind = "aws"     // AWS IoT itself
	Direct  Kind = "direct"  // a request to one client
	Service Kind = "service" // a service's answer
	Rule    Kind = "rule"    // republished by a rule
)

// A Holder is a client id and one of its filters; without one it is the receiver of a
// direct message. With Members it is a shared group, and its Client is empty. It must not
// be changed once a Book knows it.
type Holder struct {
	Client, Filter string
	Members        []*Holder
}

// A Refusal is why a message was not published.
type Refusal struct {
	cause.Cause
	Event uint64 // Seq of the record in the trace, 0: none that is known
	Saw   string
}

// A Place is what becomes of a message for one receiver.
type Place struct {
	To      ID    // of its Holder
	sent    stamp // 0: not
	acked   stamp
	outcome Outcome
	QoS     byte
	Role    Role
}

// A Role is what a Place stands for.
type Role uint8

// The roles. A group is followed by the place of the member that gets the message.
const (
	ToClient Role = iota
	ToGroup
	ToMember
	ToFormer   // a member that got it before, and left it unacknowledged
	ToRetained // sent because of a SUBSCRIBE
	AlsoHolds  // one more filter of a client that gets the message by another
)

// A stamp is a moment in tenths of milliseconds after the message came, and one more;
// 0 is none.
type stamp uint32

// stampUnit allows for four days.
const stampUnit = int64(100 * time.Microsecond)

// A Record is what is kept of a message.
type Record struct {
	ID           string
	Time         time.Time
	Topic        string
	QoS          byte
	Retain       bool
	Bytes        int
	By           Publisher
	Unenforced   bool
	Retained     Retained
	Acknowledged time.Time // to its publisher; zero: not, or not yet
	Refusal      *Refusal  // nil: it was published
	Served       string    // what a service has made of it
	Receivers    []Receiver
	Omitted      int // receivers beside those
}

// A Receiver is who was to get a message, and what became of it.
type Receiver struct {
	To                 *Holder // nil: no member of the group before it
	Role               Role
	QoS                byte
	Outcome            Outcome
	Sent, Acknowledged time.Time // zero: not
}

// record copies the entry. The caller holds mu.
func (e entry) record(b *Book) Record {
	r := Record{Time: time.Unix(0, e.at), Topic: string(e.name()), QoS: e.qos, Retain: e.retain,
		Bytes: int(e.bytes), Unenforced: e.unenforced, Retained: e.retained, Acknowledged: e.moment(e.acked),
		Omitted: int(e.omitted), Receivers: make([]Receiver, 0, e.placed)}
	if x := e.tail.rest; x != nil {
		r.ID, r.Refusal, r.Served = x.given, x.refusal, x.served()
	}
	if r.ID == "" {
		r.ID = b.text(e.number)
	}
	if p := b.parties.publisher(e.by); p != nil {
		r.By = *p
	}
	for _, p := range e.all() {
		r.Receivers = append(r.Receivers, Receiver{b.parties.holder(p.To), p.Role, p.QoS, p.outcome,
			e.moment(p.sent), e.moment(p.acked)})
	}
	return r
}
