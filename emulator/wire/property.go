package wire

import "fmt"

// The properties of MQTT 5 (sections 2.2.2, 3.1.2.11, 3.1.3.2, 3.3.2.3, 3.4.2.2,
// 3.8.2.1, 3.10.2.1, 3.14.2.2, 3.15.2.2)
//
//   - unknown, or not of this packet: malformed (2.2.2.2)
//   - there twice: a protocol error, but for user properties; a client's SUBSCRIBE
//     may have one subscription identifier only
//   - a value that MQTT does not define: a protocol error where MQTT says so, else
//     malformed; AWS's code for alias 0 is its own [B-690]
//   - authentication data without a method: a protocol error (3.1.2.11.10)
//   - a message expiry interval of 0 is passed on as 1, which AWS takes it for [B-694]: the
//     codec behind this does not tell 0 from none

// A form is what the value of a property is.
type form byte

const (
	unknown form = iota
	oneByte
	twoBytes
	fourBytes
	variableBytes
	text
	data
	pair // of texts
)

// A property is what MQTT says about one.
type property struct {
	name        string
	form        form
	packets     uint16 // that may have it, a bit for each
	least, most uint32 // of its value; most 0 means any
	code        byte   // for another value
}

const (
	messageExpiry        = 0x02
	authenticationMethod = 0x15
	authenticationData   = 0x16
	userProperty         = 0x26
)

// Packets that have properties in common, a bit for each.
const (
	messages  = 1<<publish | 1<<will
	acks      = 1<<puback | 1<<pubrec | 1<<pubrel | 1<<pubcomp | 1<<suback | 1<<unsuback
	answers   = acks | 1<<disconnect | 1<<auth | 1<<connack
	every     = messages | answers | 1<<connect | 1<<subscribe | 1<<unsubscribe
	beginning = 1<<connect | 1<<connack
)

// properties are those of MQTT 5, by their identifiers. A client's PUBLISH has no
// subscription identifier [MQTT-3.3.4-6].
var properties = [...]property{
	0x01: {"payload format indicator", oneByte, messages, 0, 1, Malformed},
	0x02: {"message expiry interval", fourBytes, messages, 0, 0, 0},
	0x03: {"content type", text, messages, 0, 0, 0},
	0x08: {"response topic", text, messages, 0, 0, 0},
	0x09: {"correlation data", data, messages, 0, 0, 0},
	0x0b: {"subscription identifier", variableBytes, 1 << subscribe, 1, Largest, ProtocolError},
	0x11: {"session expiry interval", fourBytes, beginning | 1<<disconnect, 0, 0, 0},
	0x12: {"assigned client identifier", text, 1 << connack, 0, 0, 0},
	0x13: {"server keep alive", twoBytes, 1 << connack, 0, 0, 0},
	0x15: {"authentication method", text, beginning | 1<<auth, 0, 0, 0},
	0x16: {"authentication data", data, beginning | 1<<auth, 0, 0, 0},
	0x17: {"request problem information", oneByte, 1 << connect, 0, 1, ProtocolError},
	0x18: {"will delay interval", fourBytes, 1 << will, 0, 0, 0},
	0x19: {"request response information", oneByte, 1 << connect, 0, 1, ProtocolError},
	0x1a: {"response information", text, 1 << connack, 0, 0, 0},
	0x1c: {"server reference", text, 1<<connack | 1<<disconnect, 0, 0, 0},
	0x1f: {"reason string", text, answers, 0, 0, 0},
	0x21: {"receive maximum", twoBytes, beginning, 1, 0xffff, ProtocolError},
	0x22: {"topic alias maximum", twoBytes, beginning, 0, 0, 0},
	0x23: {"topic alias", twoBytes, 1 << publish, 1, 0xffff, AliasInvalid}, // [MQTT-3.3.2-8]
	0x24: {"maximum QoS", oneByte, 1 << connack, 0, 1, ProtocolError},
	0x25: {"retain available", oneByte, 1 << connack, 0, 1, ProtocolError},
	0x26: {"user property", pair, every, 0, 0, 0},
	0x27: {"maximum packet size", fourBytes, beginning, 1, 0xffffffff, ProtocolError},
	0x28: {"wildcard subscription available", oneByte, 1 << connack, 0, 1, ProtocolError},
	0x29: {"subscription identifier available", oneByte, 1 << connack, 0, 1, ProtocolError},
	0x2a: {"shared subscription available", oneByte, 1 << connack, 0, 1, ProtocolError},
}

// propertyName returns how an error calls a property, known or not.
func propertyName(id byte) string {
	if int(id) < len(properties) && properties[id].form != unknown {
		return fmt.Sprintf("property 0x%02X %s", id, properties[id].name)
	}
	return fmt.Sprintf("property 0x%02X", id)
}

// properties reads the properties of the packet, or of the will.
func (c *cursor) properties() {
	n := c.variable("property length")
	if n == 0 {
		return
	}
	block := cursor{kind: c.kind, rest: c.take(int(n), "properties"), block: true}
	var seen uint64 // a bit for each identifier
	for len(block.rest) > 0 {
		block.property(&seen)
	}
	if seen&(1<<authenticationData) != 0 && seen&(1<<authenticationMethod) == 0 {
		block.id = authenticationData
		block.fail(ProtocolError, "without an authentication method, want both or none")
	}
	if c.bad == nil {
		c.bad = block.bad
	}
	if c.bad != nil {
		c.rest = nil
	}
}

// property reads one property.
func (c *cursor) property(seen *uint64) {
	id := c.byte("")
	c.id = id
	if int(id) >= len(properties) || properties[id].form == unknown {
		c.fail(Malformed, "is unknown, want one of MQTT 5")
		return
	}
	p := &properties[id]
	switch {
	case p.packets&(1<<c.kind) == 0 && c.kind == publish && p.form == variableBytes:
		c.fail(ProtocolError, "from a client, which only servers send, want none") // [MQTT-3.3.4-6]
	case p.packets&(1<<c.kind) == 0:
		c.fail(Malformed, "is none that %s may have, want one of those", c.name())
	case *seen&(1<<id) != 0 && id != userProperty:
		c.fail(ProtocolError, "twice, want it once")
	}
	*seen |= 1 << id
	c.value(p)
}

func (c *cursor) value(p *property) {
	var n uint32
	switch p.form {
	case oneByte:
		n = uint32(c.byte("value"))
	case twoBytes:
		n = c.uint16("value")
	case fourBytes:
		at := c.rest
		if n = c.uint32("value"); n == 0 && c.id == messageExpiry && c.bad == nil {
			at[3] = 1
		}
	case variableBytes:
		n = c.variable("value")
	case text:
		c.text("value")
	case data:
		c.binary("value")
	case pair:
		c.text("name")
		c.text("value")
	}
	if p.most != 0 && (n < p.least || n > p.most) {
		c.fail(p.code, "is %d, want %s", n, p.wanted())
	}
}

// wanted says which values are right.
func (p *property) wanted() string {
	if p.most == 1 {
		return "0 or 1"
	}
	return fmt.Sprintf("%d or more", p.least)
}
