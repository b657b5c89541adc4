package scenario

// The format: the types that a file is decoded into. Their comments are the descriptions in
// schema.json, which TestSchema writes.

// A File has one scenario, or several that have in common what stands beside them.
type File struct {
	Scenario `yaml:",inline"`
	// Scenarios that take over what they do not say themselves: rules, tags, versions, transports,
	// resources, policy and clients.
	Scenarios []*Scenario `yaml:"scenarios"`
}

// A Scenario is a story with clients: steps that must go as they say.
type Scenario struct {
	// Name says what must be true, as in "a device that may not receive gets no message".
	Name string `yaml:"name"`
	// About says why, for whoever reads the file.
	About string `yaml:"about"`
	// Rules are the numbers of the rules that it holds, as B-501; suback rule B-501 prints one.
	Rules []string `yaml:"rules"`
	// Tags are for choosing; standard means that any MQTT broker must pass it.
	Tags []string `yaml:"tags"`
	// Versions of MQTT that it is played in; default both.
	Versions []Version `yaml:"versions"`
	// Transports that it may be played over: tcp, tls (8883 with a certificate), alpn (443 with
	// an authorizer), ws and wss. Default: all that its clients can do.
	Transports []Transport `yaml:"transports"`
	// Resources are what the account has, as in suback.yaml.
	Resources Resources `yaml:"resources"`
	// Policy of every client that has none of its own; default: it allows everything.
	Policy Policy `yaml:"policy"`
	// Clients by name. A client that needs no settings need not stand here.
	Clients map[string]*Client `yaml:"clients"`
	// Steps, one after the other.
	Steps []*Step `yaml:"steps"`

	file   string
	line   int
	spoilt bool // there is a mistake in it
}

// A Client is how somebody connects.
type Client struct {
	// ClientID of the CONNECT; default: the client's name. An empty text sends none.
	ClientID *string `yaml:"clientId"`
	// Version of MQTT, whatever the scenario is played in.
	Version Version `yaml:"version"`
	// Transport, whatever the scenario is played over.
	Transport Transport `yaml:"transport"`
	// Username of the CONNECT.
	Username *string `yaml:"username"`
	// Password of the CONNECT.
	Password *string `yaml:"password"`
	// CleanStart is the clean flag of the CONNECT; default true.
	CleanStart *bool `yaml:"cleanStart"`
	// SessionExpiry is MQTT 5's Session Expiry Interval, in seconds.
	SessionExpiry *uint32 `yaml:"sessionExpiry"`
	// KeepAlive in seconds; default 60.
	KeepAlive *uint16 `yaml:"keepAlive"`
	// ReceiveMaximum of MQTT 5.
	ReceiveMaximum uint16 `yaml:"receiveMaximum" above0:"true"`
	// MaximumPacketSize of MQTT 5, in bytes.
	MaximumPacketSize uint32 `yaml:"maximumPacketSize" above0:"true"`
	// Will is what the gateway publishes when the client is lost.
	Will *Message `yaml:"will"`
	// Policy of this client: statements, a document, or several documents.
	Policy Policy `yaml:"policy"`
	// Answer of the authorizer to this client, in place of one with its policy; a text that is
	// not JSON is sent as it is.
	Answer Payload `yaml:"answer"`
	// Refresh is its answer from the second time on, in the same connection; default: the same.
	Refresh Payload `yaml:"refresh"`
	// Things that the client's certificate is attached to.
	Things []string `yaml:"things"`
	// Certificate that it shows; default over tls: one that is ACTIVE, with its policy.
	Certificate *Certificate `yaml:"certificate"`
	// ServerName of TLS (SNI), and Host of an upgrade; default: none of the account's domains.
	ServerName string `yaml:"serverName"`
	// ALPN names that it offers; default: mqtt over alpn, else none.
	ALPN []string `yaml:"alpn"`
	// TLSVersion at most, as 1.2; default: the newest.
	TLSVersion string `yaml:"tlsVersion"`
	// Path of the upgrade, with its query; default /mqtt.
	Path string `yaml:"path"`
	// Headers of the upgrade.
	Headers map[string]string `yaml:"headers"`
	// Sign the upgrade.
	Sign *Sign `yaml:"sign"`
	// Bytes in hexadecimal that it sends in place of its CONNECT.
	Bytes string `yaml:"bytes"`
	// Acknowledge says whether it acknowledges what it gets; default true.
	Acknowledge *bool `yaml:"acknowledge"`

	answer, refresh []byte // that its authorizer gives
}

// A Step does one thing. With only it is done in one version of MQTT.
type Step struct {
	// Connect a client.
	Connect *Connect `yaml:"connect"`
	// Subscribe to one filter or several.
	Subscribe *Subscribe `yaml:"subscribe"`
	// Unsubscribe from one filter or several.
	Unsubscribe *Subscribe `yaml:"unsubscribe"`
	// Publish a message.
	Publish *Publish `yaml:"publish"`
	// Expect a message.
	Expect *Expect `yaml:"expect"`
	// Silence: nothing has come to the client, and nothing is under way.
	Silence *Silence `yaml:"silence"`
	// Close: the gateway ends the connection.
	Close *Close `yaml:"close"`
	// Disconnect sends DISCONNECT and ends the connection.
	Disconnect *Disconnect `yaml:"disconnect"`
	// Drop ends a client's connection without DISCONNECT: its will is published.
	Drop *Named `yaml:"drop"`
	// Ping sends PINGREQ and waits for the answer.
	Ping *Named `yaml:"ping"`
	// Send bytes as they are.
	Send *Send `yaml:"send"`
	// Parallel steps begin at the same time; the next step waits for all of them.
	Parallel []*Step `yaml:"parallel"`
	// Shadow: what a device shadow says, or will within the time.
	Shadow *Shadow `yaml:"shadow"`
	// Rule: what a topic rule has made of the latest message that it saw.
	Rule *Rule `yaml:"rule"`
	// HTTP calls the gateway.
	HTTP *HTTP `yaml:"http"`
	// Fault: ask for a failure, which strikes later steps.
	Fault *Fault `yaml:"fault"`
	// Event: what the function of an authorizer was asked.
	Event *Event `yaml:"event"`
	// Advance the time: deadlines come nearer by that.
	Advance Duration `yaml:"advance" above0:"true"`
	// Trace: what the trace has, or will within the time.
	Trace *Trace `yaml:"trace"`
	// Only in this version of MQTT.
	Only Version `yaml:"only"`

	line   int
	spoilt bool // there is a mistake in it
}

// A Connect step opens a connection.
type Connect struct {
	// Client that connects.
	Client string `yaml:"client" short:"true"`
	// With these settings in place of the client's own.
	With *Client `yaml:"with"`
	// Expect this of the CONNACK; default granted.
	Expect *Outcome `yaml:"expect"`
}

// A Subscribe step sends SUBSCRIBE or UNSUBSCRIBE.
type Subscribe struct {
	// Client that subscribes.
	Client string `yaml:"client"`
	// Filter to subscribe to.
	Filter string `yaml:"filter"`
	// Filters, in place of filter.
	Filters []string `yaml:"filters"`
	// QoS of every filter; default 1.
	QoS *byte `yaml:"qos"`
	// NoLocal is MQTT 5's option.
	NoLocal bool `yaml:"noLocal"`
	// RetainHandling is MQTT 5's option: 0, 1 or 2.
	RetainHandling byte `yaml:"retainHandling"`
	// RetainAsPublished is MQTT 5's option.
	RetainAsPublished bool `yaml:"retainAsPublished"`
	// Identifier is MQTT 5's Subscription Identifier.
	Identifier int `yaml:"identifier" above0:"true"`
	// Expect this of the SUBACK or UNSUBACK; default granted.
	Expect *Outcome `yaml:"expect"`
}

// A Publish step sends PUBLISH.
type Publish struct {
	// Client that publishes.
	Client string `yaml:"client"`

	Message `yaml:",inline"`
	// TopicAlias of MQTT 5.
	TopicAlias uint16 `yaml:"topicAlias" above0:"true"`
	// Times that it is published; default once.
	Times int `yaml:"times" above0:"true"`
	// Expect this of the PUBACK; default granted.
	Expect *Outcome `yaml:"expect"`
}

// A Message is what is published.
type Message struct {
	// Topic of the message.
	Topic string `yaml:"topic"`
	// Payload: a text, or keys and values, which are sent as JSON.
	Payload Payload `yaml:"payload"`
	// Size of a payload of so many letters x, in place of payload.
	Size int `yaml:"size"`
	// QoS; default 1.
	QoS *byte `yaml:"qos"`
	// Retain leaves the message for those who subscribe later.
	Retain bool `yaml:"retain"`
	// Properties of MQTT 5.
	Properties *Properties `yaml:"properties"`
}

// Properties are those of MQTT 5 that a message has.
type Properties struct {
	// PayloadFormat is 1 for UTF-8.
	PayloadFormat *byte `yaml:"payloadFormat"`
	// MessageExpiry in seconds; an expected message may have spent a minute of it.
	MessageExpiry *uint32 `yaml:"messageExpiry"`
	// ContentType as in HTTP.
	ContentType *string `yaml:"contentType"`
	// ResponseTopic for an answer.
	ResponseTopic *string `yaml:"responseTopic"`
	// CorrelationData for an answer.
	CorrelationData *string `yaml:"correlationData"`
	// User properties; of an expected message, those that it must have.
	User map[string]string `yaml:"user"`
}

// An Expect step waits for a message. What is not said may be anything. Messages that do
// not match are left for later steps.
type Expect struct {
	// Client that gets it.
	Client string `yaml:"client"`
	// Message that must come.
	Message *Expected `yaml:"message"`
	// Messages that must all come, in any order.
	Messages []*Expected `yaml:"messages"`
	// AnyOf clients: exactly one of them gets the message, in place of client.
	AnyOf []string `yaml:"anyOf"`
	// Within this time; default 10s.
	Within Duration `yaml:"within" above0:"true"`
}

// Expected says what a message must be like.
type Expected struct {
	// Topic of the message.
	Topic string `yaml:"topic" short:"true"`
	// Payload: a text, or keys and values: JSON that is equal.
	Payload Payload `yaml:"payload"`
	// Contains is JSON whose members the payload must have; it may have others.
	Contains Payload `yaml:"contains"`
	// Size of the payload in bytes.
	Size *int `yaml:"size"`
	// QoS that it comes with.
	QoS *byte `yaml:"qos"`
	// Retain flag that it comes with.
	Retain *bool `yaml:"retain"`
	// Properties that it must have, of MQTT 5.
	Properties *Properties `yaml:"properties"`
}

// A Silence step fails if a message has come. Everybody who is connected asks PINGREQ first,
// and the client last, so that what was published before has come by then.
type Silence struct {
	// Client that gets nothing.
	Client string `yaml:"client" short:"true"`
	// Topic or filter: only what it matches counts.
	Topic string `yaml:"topic"`
	// For this long beyond the answer to PINGREQ; default 0s: it is proven, not waited for.
	For Duration `yaml:"for"`
}

// A Close step waits until the gateway ends a connection.
type Close struct {
	// Client whose connection ends.
	Client string `yaml:"client" short:"true"`
	// Code of MQTT 5's DISCONNECT; MQTT 3.1.1 has none.
	Code *int `yaml:"code"`
	// Reason is a part of the DISCONNECT's Reason String.
	Reason string `yaml:"reason"`
	// Within this time; default 10s.
	Within Duration `yaml:"within" above0:"true"`
}

// A Disconnect step ends a connection properly.
type Disconnect struct {
	// Client that disconnects.
	Client string `yaml:"client" short:"true"`
	// Code of MQTT 5; 0x04 has the will published.
	Code byte `yaml:"code"`
	// SessionExpiry of MQTT 5, in seconds.
	SessionExpiry *uint32 `yaml:"sessionExpiry"`
}

// Named is a client.
type Named struct {
	// Client that it is about.
	Client string `yaml:"client" short:"true"`
}

// A Send step writes what no proper client would.
type Send struct {
	// Client that sends.
	Client string `yaml:"client"`
	// Bytes in hexadecimal, as in "c0 01 00".
	Bytes string `yaml:"bytes"`
}

// A Shadow step looks at a device shadow until it says what is wanted.
type Shadow struct {
	// Thing that has it.
	Thing string `yaml:"thing"`
	// Name of a named shadow.
	Name string `yaml:"name"`
	// State that it must contain: desired, reported, delta.
	State Payload `yaml:"state"`
	// Version of the document.
	Version *int `yaml:"version"`
	// Missing: there must be none.
	Missing bool `yaml:"missing"`
	// Within this time; default 10s.
	Within Duration `yaml:"within" above0:"true"`
}

// A Rule step looks at what a topic rule has made of messages.
type Rule struct {
	// Name of the rule.
	Name string `yaml:"name"`
	// Topic of the message; default: of any.
	Topic string `yaml:"topic"`
	// Outcome: executed, not true, ended or throttled; default executed. none: it saw no message.
	Outcome string `yaml:"outcome"`
	// Detail is a part of why, or of the result.
	Detail string `yaml:"detail"`
	// Action that was performed, as republish.
	Action string `yaml:"action"`
	// Error is a part of what the action failed with.
	Error string `yaml:"error"`
	// Within this time; default 10s.
	Within Duration `yaml:"within" above0:"true"`
}

// An HTTP step calls the gateway and looks at the answer.
type HTTP struct {
	// Client whose certificate the call is made with; without one it is made to the http
	// listener, with any key.
	Client string `yaml:"client"`
	// Method; default GET, with a body POST.
	Method string `yaml:"method"`
	// Path with its query, as /topics/a%2Fb?qos=1.
	Path string `yaml:"path" short:"true"`
	// Headers of the request.
	Headers map[string]string `yaml:"headers"`
	// Body: a text, or keys and values, which are sent as JSON.
	Body Payload `yaml:"body"`
	// ServerName of TLS, and Host: the call is made over TLS, without a certificate unless a client
	// is named.
	ServerName string `yaml:"serverName"`
	// Sign the call.
	Sign *Sign `yaml:"sign"`
	// Status of the answer; default 200.
	Status int `yaml:"status" above0:"true"`
	// Headers that the answer must have.
	ResponseHeaders map[string]string `yaml:"responseHeaders"`
	// Response is a text that the answer must have, or JSON whose members it must have.
	Response Payload `yaml:"response"`
	// Keep members of the answer for later steps, where {{name}} stands for one: each name with
	// the path of a member of JSON, as credentials.sessionToken, or an element of XML.
	Keep map[string]string `yaml:"keep"`
}

// A Trace step looks for a record of the trace. What is not said may be anything.
type Trace struct {
	// Client that the record is about.
	Client string `yaml:"client"`
	// Operation, as Publish-Out.
	Operation string `yaml:"operation"`
	// Outcome: ALLOWED, REFUSED, WITHHELD or NOTE.
	Outcome string `yaml:"outcome"`
	// Reason, as AUTHORIZATION_FAILURE.
	Reason string `yaml:"reason"`
	// Action of the policy, as iot:Receive.
	Action string `yaml:"action"`
	// Topic of the record.
	Topic string `yaml:"topic"`
	// Rule that the record names, as B-501.
	Rule string `yaml:"rule"`
	// Detail is a part of why.
	Detail string `yaml:"detail"`
	// Hint is a part of what to change.
	Hint string `yaml:"hint"`
	// None: there must be no such record.
	None bool `yaml:"none"`
	// Within this time; default 10s.
	Within Duration `yaml:"within" above0:"true"`
}

// An Outcome is what a packet is answered with: a word, a code, or more of it. granted: yes.
// refused: as AWS refuses what a policy does not allow, in the version and QoS at hand.
// closed: the connection ends without an answer. silent: no answer, the connection stays.
// unopened: there is no connection at all, since TLS fails.
type Outcome struct {
	// Word for the whole.
	Word string `yaml:"-"`
	// Code of the answer; of each filter, if there are several.
	Code *int `yaml:"code"`
	// Codes of a SUBACK or UNSUBACK, one for each filter.
	Codes []int `yaml:"codes"`
	// Closed: the connection ends; code is MQTT 5's DISCONNECT's or CONNACK's.
	Closed bool `yaml:"closed"`
	// Status of HTTP that the upgrade of a WebSocket is refused with.
	Status int `yaml:"status" above0:"true"`
	// Reason is a part of the Reason String, of MQTT 5, or of what comes with a status.
	Reason string `yaml:"reason"`
	// SessionPresent of a CONNACK.
	SessionPresent *bool `yaml:"sessionPresent"`
	// Assigned: a part of the client id that a CONNACK assigns.
	Assigned string `yaml:"assigned"`
	// KeepAlive that a CONNACK says, of MQTT 5.
	KeepAlive *int `yaml:"keepAlive"`
	// SessionExpiry that a CONNACK says, of MQTT 5.
	SessionExpiry *int `yaml:"sessionExpiry"`
	// V3 is what is wanted in MQTT 3.1.1.
	V3 *Outcome `yaml:"v3"`
	// V5 is what is wanted in MQTT 5.
	V5 *Outcome `yaml:"v5"`
}

// A Fault step asks for a failure, as POST /_suback/faults does; see docs/faults.md.
type Fault struct {
	// On is where it strikes: client, connect, publish, puback, ping, suback, deliver, function,
	// action, certificate or http.
	On string `yaml:"on"`
	// Do is what it does there: close, replace, cut, refuse, delay, drop, reorder, throttle, fail,
	// expire, rename or forge.
	Do string `yaml:"do"`
	// Client that it strikes; default any.
	Client string `yaml:"client"`
	// Topic or filter of the message; default any.
	Topic string `yaml:"topic"`
	// Function that fails or is late; default any.
	Function string `yaml:"function"`
	// Rule whose action fails or is late; default any.
	Rule string `yaml:"rule"`
	// Path that the HTTP call begins with; default any.
	Path string `yaml:"path"`
	// ServerName of the TLS handshakes whose certificate is not as it should be; default any.
	ServerName string `yaml:"serverName"`
	// Reason that a CONNECT is refused for; default AUTHORIZATION_FAILURE.
	Reason string `yaml:"reason"`
	// Delay by which it is late.
	Delay Duration `yaml:"delay" above0:"true"`
	// For this long a cut lasts.
	For Duration `yaml:"for" above0:"true"`
	// Times that it strikes; default once, 0 for all that come.
	Times *int `yaml:"times"`
}
