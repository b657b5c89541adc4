package hooks

import (
	"fmt"
	"slices"

	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/suback/suback/emulator/cause"
)

// What a client gets when something is refused, by cause, packet, version and QoS
//
//   - CONNECT: MQTT 3.1.1 is closed without a CONNACK, but for an empty client id
//     that wants to be kept, 0x02; MQTT 5 gets CONNACK and is closed, but where AWS
//     is seen to close without a word [B-401, B-402, B-407, A-153, A-156, A-160,
//     B-605 guess]
//   - PUBLISH: MQTT 5 with QoS 1 gets a PUBACK and lives on [B-409], else the
//     connection ends [B-410]; what is over a rate is dropped, and the connection
//     lives on in any version [B-681, B-723, guesses]
//   - SUBSCRIBE: MQTT 5 gets a code for each filter and lives on [B-409, B-414],
//     MQTT 3.1.1 is closed without a SUBACK [section 4.1]; the subscription that is one too
//     many is 0x80 or 0x97, and the connection lives on [B-412, B-661]
//   - UNSUBSCRIBE of too many filters gets nothing [B-671]
//   - a connection that ends: MQTT 5 gets DISCONNECT with a code of AWS's table
//     [B-450], if there is one for it; MQTT 3.1.1 is closed [B-454]

// A refusal is why something is refused, and how the wire tells it.
type refusal struct {
	fault
	cause.Cause
}

// A fault is what the wire can tell of a cause: no more than AWS does.
type fault struct {
	code   byte   // reason code of MQTT 5; 0: there is no packet that tells it
	text   string // of the reason string [B-404]; "" for none
	manner manner
}

// A manner is what a fault does to the connection.
type manner byte

const (
	refuses manner = iota // it lives on where MQTT 5 has a packet to say no
	ends                  // it ends, in either version and with any QoS
	drops                 // it lives on, in either version
)

// The faults. A CONNECT that is refused ends in any manner.
var (
	unauthorized = fault{0x87, "Client is not authenticated/authorized to send the message", refuses} // [B-404]
	expelled     = fault{0x87, unauthorized.text, ends}
	unanswered   = fault{0, "", ends}

	badVersion       = fault{0x80, "Unsupported protocol version", ends} // [B-601]
	malformedConnect = fault{0x80, "Malformed packet", ends}             // [B-740]
	badClientID      = fault{0x85, "ClientId is invalid", ends}          // [B-604]
	enhancedAuth     = fault{0x80, "Enhanced authentication is not supported", ends}
	smallPackets     = fault{0x97, "Maximum packet size is too small", ends}

	malformed       = fault{0x81, "Malformed packet", ends}                     // [B-740]
	protocolError   = fault{0x82, "Protocol error", ends}                       // [B-740]
	unsupportedQoS  = fault{0x9B, "QoS is not supported", ends}                 // [B-641]
	malformedTopic  = fault{0x90, "Topic name is not valid", ends}              // [B-654, guess]
	badTopic        = fault{0x90, "Topic name is not valid", refuses}           // [B-653]
	badAlias        = fault{0x94, "Topic alias is not valid", ends}             // [B-690]
	badFilter       = fault{0x8F, "Topic filter is not valid", refuses}         // [B-657]
	tooManyFilters  = fault{0x97, "Too many filters", ends}                     // [B-660]
	subscriptionIDs = fault{0xA1, "Subscription Id is not supported now", ends} // [B-405]
	overQuota       = fault{0x97, "Quota exceeded", refuses}                    // [B-691]
	overRate        = fault{0x97, "Quota exceeded", drops}                      // [B-413, B-661, B-681]

	slow      = fault{0x97, "Quota exceeded", ends}                 // [M-3]
	idle      = fault{0x8D, "Keep alive timeout", ends}             // [B-621]
	takenOver = fault{0x8E, "", ends}                               // [B-606]
	stopping  = fault{0x8B, "Server shutting down", ends}           // [B-440]
	timeIsUp  = fault{0x98, "Connection time limit exceeded", ends} // [B-453, guess]
	deleted   = fault{0x98, "Connection deleted", ends}             // [B-452, guess]
)

// breaks is a packet that breaks a rule of the protocol.
func (f fault) breaks(detail string, rules ...string) *refusal {
	return &refusal{f, cause.Cause{Reason: "CLIENT_ERROR", Detail: detail, Rules: rules}}
}

// throttles is a packet over a limit that counts in time or for the whole connection.
func (f fault) throttles(detail string, rules ...string) *refusal {
	return &refusal{f, cause.Cause{Reason: "THROTTLED", Detail: detail, Rules: rules}}
}

// unread is a fault in a CONNECT that could not be read [B-740].
func (f fault) unread() fault { return fault{malformedConnect.code, f.text, ends} }

// faultOf is what the wire tells of a failed authentication [B-407, A-160, A-226, A-241].
func faultOf(why cause.Cause) fault {
	closing := []string{"DEVICE_CERTIFICATE_NOT_REGISTERED", "DEVICE_CERTIFICATE_INACTIVE",
		"DEVICE_CERTIFICATE_REVOKED", "SNI_MISUSED"}
	if slices.Contains(closing, why.Reason) {
		return unanswered
	}
	return unauthorized
}

// An answer is what the client gets.
type answer struct {
	packet byte // its type; 0: none
	code   byte // in it; if there is none, what it would have been
	ends   bool // the connection
	saw    string
}

const unnoticed = "nothing, connection kept" // by a client that something is kept from [B-217, B-513, B-681]

// answer says what the client gets for a packet of that type and QoS. Disconnect stands
// for whatever ends a connection.
func (c *client) answer(to, qos byte, f fault) answer {
	switch {
	case to == packets.Connect:
		return c.answerConnect(f)
	case to == packets.Publish && qos == 1 && c.version == 5 && f.manner != ends:
		return answer{packets.Puback, f.code, false, saw("PUBACK", f.code) + ", connection kept (MQTT 5, QoS 1)"}
	case to == packets.Subscribe && c.version == 5 && f.manner != ends:
		return answer{packets.Suback, f.code, false, saw("SUBACK", f.code) + ", connection kept (MQTT 5)"}
	case to == packets.Subscribe && f.manner == drops:
		return answer{packets.Suback, 0x80, false, saw("SUBACK", 0x80) + ", connection kept (MQTT " +
			c.versionName() + ")"}
	case to == packets.Unsubscribe && f.manner == drops:
		return answer{saw: "no UNSUBACK, connection kept"}
	case f.manner == drops:
		return answer{saw: unnoticed}
	case c.version == 5 && f.code != 0:
		return answer{packets.Disconnect, f.code, true, saw("DISCONNECT", f.code) + ", connection closed (MQTT 5)"}
	}
	return answer{0, f.code, true, "connection closed (MQTT " + c.versionName() + ")"}
}

func (c *client) answerConnect(f fault) answer {
	switch {
	case c.version == 4 && c.id == "" && f == badClientID:
		return answer{packets.Connack, 2, true, "CONNACK 0x02, closed (MQTT 3.1.1)"}
	case c.version == 5 && f.code != 0:
		return answer{packets.Connack, f.code, true, saw("CONNACK", f.code) + ", closed (MQTT 5)"}
	case c.version == 5:
		return answer{0, 0, true, "closed without CONNACK (MQTT 5)"}
	}
	return answer{0, f.code, true, "closed without CONNACK (MQTT 3.1.1)"}
}

// saw is what the client got, for the trace.
func saw(packet string, code byte) string { return fmt.Sprintf("%s 0x%02X", packet, code) }

// bytes is the packet of an answer with a text of f, nil if there is none. A SUBACK is
// made of several answers, see subscribe.go.
func (c *client) bytes(a answer, f fault, traceID string) []byte {
	if a.packet == 0 {
		return nil
	}
	return encode(c.version, c.reply(a.packet, a.code, f.text, traceID))
}

// disconnectReason is why a connection ended, in AWS's words, if a packet was refused
// for that [B-443].
func disconnectReason(why cause.Cause) string {
	if why.Reason == "AUTHORIZATION_FAILURE" {
		return "AUTH_ERROR"
	}
	return why.Reason
}
