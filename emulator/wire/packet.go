package wire

// bridge is the bit of a protocol level by which a Mosquitto bridge says what it is;
// it is one by default (try_private).
const bridge = 0x80

// connect judges a CONNECT and returns its protocol level, of which it takes the
// bridge's bit, so that nobody behind it sees that [B-602]. One of another protocol
// is not read beyond that, and has 0 [MQTT-3.1.2-1, MQTT-3.1.2-2].
func (c *cursor) connect() (level byte) {
	name := string(c.binary("protocol name"))
	at := c.take(1, "protocol level")
	if at == nil {
		return 0
	}
	level = at[0] &^ bridge
	if known := name == "MQTT" && (level == 4 || level == 5) || name == "MQIsdp" && level == 3; !known {
		return 0
	}
	at[0] = level
	flags := c.byte("connect flags")
	c.take(2, "keep alive")
	if level == 5 {
		c.properties()
	}
	c.text("client id") // [MQTT-3.1.3-4]
	if flags&0x04 != 0 {
		c.will(level)
	}
	if flags&0x80 != 0 {
		c.text("user name") // [MQTT-3.1.3-12; 3.1.1: MQTT-3.1.3-11]
	}
	if flags&0x40 != 0 {
		c.binary("password")
	}
	c.end()
	return level
}

func (c *cursor) will(level byte) {
	c.kind = will
	if level == 5 {
		c.properties()
	}
	c.text("topic") // [MQTT-3.1.3-11; 3.1.1: MQTT-3.1.3-10]
	c.binary("payload")
	c.kind = connect
}

// packet judges every other packet, those included that only servers send: the
// hooks refuse these, whatever they hold.
func (c *cursor) packet(version, first byte) {
	switch c.kind {
	case publish:
		c.publish(version, first>>1&3)
		return // its payload may be anything
	case puback, pubrec, pubrel, pubcomp:
		c.packetID()
		c.reason(version)
	case subscribe:
		c.subscribe(version)
	case unsubscribe:
		c.unsubscribe(version)
	case disconnect:
		c.reason(version)
	case auth:
		if len(c.rest) > 0 { // its reason code may be left out with its properties alone
			c.byte("reason code")
			c.properties()
		}
	case connack:
		c.take(2, "flags and return code")
		c.propertiesIn(version)
	case suback, unsuback:
		c.packetID()
		c.propertiesIn(version)
		c.codes(version)
	}
	c.end()
}

func (c *cursor) publish(version, qos byte) {
	c.text("topic name") // [MQTT-3.3.2-1]
	if qos > 0 {
		c.packetID()
	}
	c.propertiesIn(version)
}

// packetID reads a packet identifier [MQTT-2.2.1-3; 3.1.1: MQTT-2.3.1-1].
func (c *cursor) packetID() {
	if c.uint16("packet identifier") == 0 {
		c.fail(ProtocolError, "packet identifier 0, want 1 to 65535")
	}
}

func (c *cursor) propertiesIn(version byte) {
	if version == 5 {
		c.properties()
	}
}

// reason reads a reason code with properties, each of which may be left out if
// there is nothing to say; MQTT 3.1.1 has neither.
func (c *cursor) reason(version byte) {
	if version < 5 || len(c.rest) == 0 {
		return
	}
	c.byte("reason code")
	if len(c.rest) > 0 {
		c.properties()
	}
}

// codes are one or more bytes; MQTT 3.1.1's UNSUBACK has none.
func (c *cursor) codes(version byte) {
	if version == 5 || c.kind == suback {
		c.take(max(len(c.rest), 1), "codes")
	}
}

func (c *cursor) subscribe(version byte) {
	c.packetID()
	c.propertiesIn(version)
	c.filters(func() { c.options(version) })
}

func (c *cursor) unsubscribe(version byte) {
	c.packetID()
	c.propertiesIn(version)
	c.filters(func() {})
}

// filters reads topic filters, at least one [MQTT-3.8.3-2, MQTT-3.10.3-2; 3.1.1:
// MQTT-3.8.3-3, MQTT-3.10.3-2], and what follows each.
func (c *cursor) filters(then func()) {
	if c.bad == nil && len(c.rest) == 0 {
		c.fail(ProtocolError, "no topic filter, want one or more")
	}
	for len(c.rest) > 0 {
		c.item++
		c.text("topic filter") // [MQTT-3.8.3-1, MQTT-3.10.3-1]
		then()
	}
	c.item = 0
}

// options reads the options of a subscription. QoS 3 and Retain Handling 3 are
// protocol errors, reserved bits are malformed [MQTT-3.8.3-5; 3.1.1: MQTT-3-8.3-4].
func (c *cursor) options(version byte) {
	options := c.byte("subscription options")
	reserved := byte(0xc0)
	if version < 5 {
		reserved = 0xfc
	}
	switch {
	case options&3 == 3:
		c.fail(ProtocolError, "QoS 3, want 0 to 2")
	case options&reserved != 0:
		c.fail(Malformed, "subscription options 0x%02X, want no bit of 0x%02X set", options, reserved)
	case options>>4&3 == 3:
		c.fail(ProtocolError, "Retain Handling 3, want 0 to 2")
	}
}
