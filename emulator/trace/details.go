package trace

// Details are what CloudWatch's log says of some operations and a person seldom
// asks for.
type Details struct {
	Target         string `json:"target,omitempty"`         // ip:port of the listener
	Authentication string `json:"authentication,omitempty"` // of an AuthNError: CUSTOM_AUTH, AWS_X509, … [B-909]

	Connection *Connection `json:"connection,omitempty"` // of a Connect that went through
	// of the Disconnect that every connection ends with [B-440]
	DisconnectReason string         `json:"disconnectReason,omitempty"`
	Subscriptions    []Subscription `json:"subscriptions,omitempty"` // of a Subscribe, all that was asked for

	QoS    byte `json:"qos,omitempty"`    // of a Queued message, or a retained one that was asked for
	Retain bool `json:"retain,omitempty"` // of a publish

	Call *Call `json:"call,omitempty"` // of a request of the data plane

	RuleName string `json:"ruleName,omitempty"` // of a topic rule's records

	RuleAction string            `json:"ruleAction,omitempty"` // of a RuleExecution, as RepublishAction
	Resources  map[string]string `json:"resources,omitempty"`  // likewise, as {"RepublishTopic": "a/b"}

	Shadow string `json:"shadow,omitempty"` // of a request to one: its name, or the thing's of the classic one [S-90]

	// Part tells that another event speaks for the whole packet: what follows
	// one refused filter of a SUBSCRIBE has neither an entry of its own in the
	// log nor a count in the metrics [B-905].
	Part bool `json:"-"`
}

// A Connection is what CONNECT agreed on [B-904].
type Connection struct {
	ThingName string `json:"thingName,omitempty"` // of the thing that the connection is
	KeepAlive int    `json:"keepAlive"`           // seconds, as the client specified [B-904]
	// seconds, effective; 0: the session ends with the connection
	SessionExpiry int  `json:"sessionExpiry"`
	Clean         bool `json:"clean"` // Clean Session, Clean Start
}

// A Subscription is one filter of a SUBSCRIBE with the SUBACK's answer to it.
type Subscription struct {
	Filter string `json:"filter"`
	Code   byte   `json:"code"`
}
