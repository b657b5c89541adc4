package story

// An Outcome is what became of a message for one receiver.
type Outcome uint8

// The outcomes. The zero value is what becomes of most.
const (
	Sent         Outcome = iota // written to its connection
	Acknowledged                // its PUBACK has come
	Queued                      // it waits for a client that is offline
	Behind                      // it waits behind others, at the pace of a replay
	WindowFull                  // it waits for a PUBACK: as many are unacknowledged as may be
	Withheld                    // no iot:Receive
	Throttled                   // over the connection's rate
	TooLarge                    // larger than the client takes
	Expired                     // its time was over
	Offline                     // QoS 0, and nobody was there
	QueueFull                   // as many waited as may
	NoRoom                      // more was kept for clients than there is room for
	GivenUp                     // sent again and again, and never acknowledged
	Ended                       // the session ended while it waited
	NotSent                     // a direct message that its receiver could not take
	Other                       // another member of the shared group got it
	Left                        // sent, and left to the shared group without a PUBACK
	Faulted                     // a fault that somebody asked for
)

// words are the outcomes as a [Delivery] has them, and why, for a person.
var words = [...]struct{ outcome, detail, hint, rule string }{
	Sent:         {"sent", "", "", ""},
	Acknowledged: {"acknowledged", "", "", ""},
	Queued: {"queued", "the client is offline; it gets the message when it comes back in time and keeps its " +
		"session", "", "B-705"},
	Behind: {"queued", "it waits behind others, which are sent one after the other since the client came back",
		"what waited is sent at 10 per second, as on AWS; a test lets it come at once with POST /_suback/clock",
		"B-705"},
	WindowFull: {"window full", "as many messages are unacknowledged as may be",
		"acknowledge what has come: at most 100 are sent ahead, with MQTT 5 no more than its Receive Maximum",
		"B-684"},
	Withheld: {"withheld", "the policy of the receiver does not allow it to receive from this topic", "", "B-217"},
	Throttled: {"throttled", "the connection was sent as many messages as may be within a second", "",
		"B-681"},
	TooLarge: {"too large", "the packet is larger than the client's Maximum Packet Size",
		"raise Maximum Packet Size in the receiver's CONNECT, or send less at once", "B-513"},
	Expired: {"expired", "its Message Expiry Interval was over before it could be sent",
		"the publisher set a Message Expiry Interval; a longer one, or none, lets it wait", "B-694"},
	Offline: {"lost", "the client was offline, and QoS 0 is not kept",
		"only what is published with QoS 1 for a subscription with QoS 1 waits", "B-519"},
	QueueFull: {"dropped", "as many messages waited for it as may", "", "B-669"},
	NoRoom: {"dropped", "more was kept for clients than there is room for, and most of it for this one",
		"let the client come for its messages, or raise --max-stored", "B-707"},
	GivenUp: {"lost", "it was sent, and no PUBACK came for an hour, with MQTT 5 for 16 minutes",
		"acknowledge what has come", "B-685"},
	Ended: {"lost", "its session ended while it waited: it expired, was replaced by a clean one, or was deleted",
		"connect without Clean Session (with MQTT 5 a Session Expiry Interval), and in time", "B-706"},
	NotSent: {"lost", "a direct message goes to a client that is connected and has room, or to nobody", "",
		"B-817"},
	Other: {"other member", "another member of the shared group got it",
		"each message goes to one member; give those that want all of them a share name of their own, or none",
		"B-514"},
	Left: {"sent", "its session ended without a PUBACK, and the shared group had it again", "", "B-669"},
	Faulted: {"dropped", "a fault that was asked for struck it",
		"GET /_suback/faults lists them, DELETE takes them back", ""},
}

// String is the outcome as a Delivery has it.
func (o Outcome) String() string { return words[o].outcome }

// Arrived reports whether the message was written to the receiver's connection.
func (o Outcome) Arrived() bool { return o == Sent || o == Acknowledged || o == GivenUp }

// Waits reports whether the message may still be sent.
func (o Outcome) Waits() bool { return o == Queued || o == Behind || o == WindowFull }

// A Retained is what a message did to the retained message of its topic.
type Retained uint8

// What it did.
const (
	NotRetained Retained = iota
	Kept
	Replaced
	Deleted
)

// String is the empty text for NotRetained.
func (r Retained) String() string { return [...]string{"", "kept", "replaced", "deleted"}[r] }
