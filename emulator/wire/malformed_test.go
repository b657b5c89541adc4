package wire_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/wire"
)

// A row is a packet that MQTT does not allow from a client that is connected.
type row struct {
	what   string
	v4, v5 string // empty if there is no such thing in that version
	code   byte
	detail string // what the error says, or a part of it
	rule   string // of MQTT 5 or of 3.1.1; a section where there is no number
}

const (
	malformed = wire.Malformed
	protocol  = wire.ProtocolError

	id = "\x00\x07"
)

// both is wrong in both versions, bytes for bytes.
func both(what, sent string, code byte, detail, rule string) row {
	return row{what, sent, sent, code, detail, rule}
}

// around is wrong in both versions; MQTT 5 has no properties between head and rest.
func around(what string, first byte, head, rest string, code byte, detail, rule string) row {
	return row{what, packet(first, head, rest), packet(first, head, "\x00", rest), code, detail, rule}
}

// five is wrong in MQTT 5.
func five(what, sent string, code byte, detail, rule string) row {
	return row{what, "", sent, code, detail, rule}
}

func fixedHeaders() []row {
	const large = "\xff\xff\xff\xff"
	rows := []row{
		both("packet type 0", "\x00\x00", malformed, "packet type 0: reserved, want 1 to 15", "2.1.2"),
		{"packet type 15", "\xf0\x00", "", malformed, "AUTH: packet type 15 is reserved in MQTT 3.1.1, want 1 to 14", "3.1.1, 2.2.1"},
		both("length of 5 bytes", "\x30"+large+"\x01", malformed, "PUBLISH: remaining length of more than 4 bytes, want 1 to 4", "1.5.5"),
		both("length of 5 bytes, the last to come", "\xc0"+large, malformed, "PINGREQ: remaining length of more than 4 bytes", "1.5.5"),
		five("length of 2 bytes for 0", "\xc0\x80\x00", malformed, "PINGREQ: remaining length 0 in 2 bytes, want 1", "MQTT-1.5.5-1"),
		five("length of 4 bytes for 3", "\x30\x83\x80\x80\x00\x00\x01a",
			malformed, "PUBLISH: remaining length 3 in 4 bytes, want 1", "MQTT-1.5.5-1"),
		both("PUBLISH QoS 3", packet(0x36, text("a"), id), protocol, "PUBLISH: QoS 3, want 0 to 2", "MQTT-3.3.1-4"),
		both("PUBLISH DUP with QoS 0", packet(0x38, text("a")), protocol, "PUBLISH: DUP with QoS 0, want QoS 1 or 2 with it", "MQTT-3.3.1-2"),
		both("UNSUBSCRIBE flags 0", "\xa0\x00",
			malformed, "UNSUBSCRIBE: flags 0000 in its first byte 0xA0, want 0010 (0xA2)", "MQTT-3.10.1-1, E-7"),
		both("SUBSCRIBE flags 0", "\x80\x00", malformed, "SUBSCRIBE: flags 0000 in its first byte 0x80, want 0010 (0x82)", "MQTT-3.8.1-1, E-7"),
		both("PUBREL flags 0", "\x60\x00", malformed, "PUBREL: flags 0000 in its first byte 0x60, want 0010 (0x62)", "MQTT-3.6.1-1, E-7"),
		both("PINGREQ flags 1", "\xc1\x00", malformed, "PINGREQ: flags 0001 in its first byte 0xC1, want 0000 (0xC0)", "MQTT-2.1.3-1, E-7"),
		both("DISCONNECT flags 1", "\xe1\x00", malformed, "DISCONNECT: flags 0001 in its first byte 0xE1, want 0000 (0xE0)", "MQTT-3.14.1-1"),
		five("AUTH flags 1", "\xf1\x00", malformed, "AUTH: flags 0001 in its first byte 0xF1, want 0000 (0xF0)", "MQTT-3.15.1-1"),
	}
	for kind := range byte(16) {
		want := byte(0)
		switch kind {
		case 0, 3, 15:
			continue
		case 6, 8, 10:
			want = 2
		}
		for flags := range byte(16) {
			if flags != want {
				rows = append(rows, both(fmt.Sprintf("type %d flags %04b", kind, flags), string([]byte{kind<<4 | flags, 0}), malformed,
					fmt.Sprintf("flags %04b in its first byte 0x%02X, want %04b", flags, kind<<4|flags, want), "MQTT-2.1.3-1; MQTT-2.2.2-1"))
			}
		}
	}
	return rows
}

func publishes() []row {
	const bad = "topic name: not UTF-8 at byte %d of %d, want UTF-8 without surrogates"
	const zero, cut = "topic name: U+0000 at byte 1 of 2, want none", "bytes are in the packet, want all"
	return []row{
		around("no UTF-8", 0x30, text("a\xff"), "x", malformed, fmt.Sprintf(bad, 1, 2), "MQTT-1.5.4-1; MQTT-1.5.3-1"),
		around("a surrogate", 0x30, text("a/\xed\xa0\x80"), "x", malformed, fmt.Sprintf(bad, 2, 5), "MQTT-1.5.4-1; MQTT-1.5.3-1"),
		around("overlong", 0x30, text("\xc0\x80"), "x", malformed, fmt.Sprintf(bad, 0, 2), "MQTT-1.5.4-1; MQTT-1.5.3-1"),
		around("beyond U+10FFFF", 0x30, text("\xf4\x90\x80\x80"), "x", malformed, fmt.Sprintf(bad, 0, 4), "MQTT-1.5.4-1"),
		around("a character cut off", 0x30, text("\xe3\x81"), "x", malformed, fmt.Sprintf(bad, 0, 2), "MQTT-1.5.4-1"),
		around("U+0000", 0x30, text("a\x00"), "x", malformed, zero, "MQTT-1.5.4-2; MQTT-1.5.3-2"),
		both("no body", "\x30\x00", malformed, "topic name: 0 of 2 "+cut, "MQTT-3.3.2-1"),
		both("half a length", packet(0x30, "\x00"), malformed, "topic name: 1 of 2 "+cut, "3.3.2"),
		both("topic cut off", packet(0x30, "\x10\x00a"), malformed, "topic name: 1 of 4096 "+cut, "3.3.2"),
		both("topic cut off, QoS 1", packet(0x32, "\x00\x03a"), malformed, "topic name: 1 of 3 "+cut, "3.3.2"),
		both("no identifier", packet(0x32, text("a")), malformed, "packet identifier: 0 of 2 "+cut, "MQTT-2.2.1-3; MQTT-2.3.1-1"),
		both("half an identifier", packet(0x32, text("a"), "\x00"), malformed, "packet identifier: 1 of 2 "+cut, "2.2.1"),
		around("identifier 0", 0x32, text("a")+"\x00\x00", "x", protocol, "packet identifier 0, want 1 to 65535", "MQTT-2.2.1-3; MQTT-2.3.1-1"),
		around("identifier 0, QoS 2", 0x34, text("a")+"\x00\x00", "", protocol, "packet identifier 0", "MQTT-2.2.1-3"),
		five("no property length", packet(0x30, text("a")), malformed, "property length: 0 of 1 "+cut, "MQTT-2.2.2-1"),
		five("half a property length", packet(0x30, text("a"), "\x80"), malformed, "property length: 1 of 2 "+cut, "2.2.2"),
		five("property length of 5 bytes", packet(0x30, text("a"), "\xff\xff\xff\xff\x01"),
			malformed, "property length of more than 4 bytes", "1.5.5"),
		five("property length 0 in 2 bytes", packet(0x30, text("a"), "\x80\x00x"),
			malformed, "property length 0 in 2 bytes, want 1", "MQTT-1.5.5-1"),
		five("properties beyond the packet", packet(0x30, text("a"), "\x7fx"), malformed, "properties: 1 of 127 "+cut, "2.2.2"),
		five("properties beyond the packet by one", packet(0x30, text("a"), "\x03\x01\x01"), malformed, "properties: 2 of 3 "+cut, "2.2.2"),
	}
}

func acknowledgements() (rows []row) {
	const cut = "bytes are in the packet, want all"
	for _, p := range []struct {
		first byte
		name  string
	}{{0x40, "PUBACK"}, {0x50, "PUBREC"}, {0x62, "PUBREL"}, {0x70, "PUBCOMP"}} {
		rows = append(rows,
			both(p.name+" without body", packet(p.first), malformed, p.name+": packet identifier: 0 of 2 "+cut, "2.2.1"),
			both(p.name+", half an identifier", packet(p.first, "\x00"), malformed, p.name+": packet identifier: 1 of 2 "+cut, "2.2.1"),
			both(p.name+", identifier 0", packet(p.first, "\x00\x00"), protocol, p.name+": packet identifier 0", "MQTT-2.2.1-5"),
			row{p.name + " with more", packet(p.first, id, "\x00"), "",
				malformed, p.name + ": bytes left over at its end: 1, want none", "3.1.1, 3.4"},
			five(p.name+", bytes after properties", packet(p.first, id, "\x00\x00\x00"),
				malformed, p.name+": bytes left over at its end: 1", "3.4.2.2"),
			five(p.name+", properties cut off", packet(p.first, id, "\x00\x7f"), malformed, p.name+": properties: 0 of 127 "+cut, "3.4.2.2"),
			five(p.name+", a reason string twice", packet(p.first, id, "\x00", props("\x1f\x00\x01a\x1f\x00\x01b")),
				protocol, p.name+": property 0x1F reason string twice", "3.4.2.2.2"),
			five(p.name+", a property of PUBLISH", packet(p.first, id, "\x00", props("\x23\x00\x01")),
				malformed, p.name+": property 0x23 topic alias is none that "+p.name+" may have", "2.2.2.2"),
		)
	}
	return rows
}

func subscriptions() []row {
	const cut = "bytes are in the packet, want all"
	rows := []row{
		{"v4 QoS 3", packet(0x82, id, text("a"), "\x03"), "", protocol, "SUBSCRIBE: filter 1: QoS 3, want 0 to 2", "MQTT-3-8.3-4"},
		{"v4 options of MQTT 5", packet(0x82, id, text("a"), "\x04"), "",
			malformed, "SUBSCRIBE: filter 1: subscription options 0x04, want no bit of 0xFC set", "MQTT-3-8.3-4"},
		five("QoS 3", packet(0x82, id, "\x00", text("a"), "\x00", text("b"), "\x03"),
			protocol, "SUBSCRIBE: filter 2: QoS 3, want 0 to 2", "3.8.3.1"),
		five("reserved bit 6", packet(0x82, id, "\x00", text("a"), "\x41"),
			malformed, "filter 1: subscription options 0x41, want no bit of 0xC0 set", "MQTT-3.8.3-5"),
		five("reserved bit 7", packet(0x82, id, "\x00", text("a"), "\x81"),
			malformed, "filter 1: subscription options 0x81, want no bit of 0xC0 set", "MQTT-3.8.3-5"),
		five("Retain Handling 3", packet(0x82, id, "\x00", text("a"), "\x31"), protocol, "filter 1: Retain Handling 3, want 0 to 2", "3.8.3.1"),
		around("no options", 0x82, id, text("a"), malformed, "SUBSCRIBE: filter 1: subscription options: 0 of 1 "+cut, "MQTT-3.8.3-1"),
		around("the second without options", 0x82, id, text("a")+"\x00"+text("b"),
			malformed, "filter 2: subscription options: 0 of 1 "+cut, "MQTT-3.8.3-1"),
		around("no UTF-8 in the second", 0x82, id, text("a")+"\x00"+text("\xff")+"\x00",
			malformed, "filter 2: topic filter: not UTF-8 at byte 0 of 1", "MQTT-3.8.3-1"),
		five("subscription identifier 0", packet(0x82, id, props("\x0b\x00"), text("a"), "\x00"),
			protocol, "SUBSCRIBE: property 0x0B subscription identifier is 0, want 1 or more", "3.8.2.1.2"),
		five("subscription identifier twice", packet(0x82, id, props("\x0b\x01\x0b\x02"), text("a"), "\x00"),
			protocol, "property 0x0B subscription identifier twice, want it once", "3.8.2.1.2"),
		five("subscription identifier of 5 bytes", packet(0x82, id, props("\x0b\xff\xff\xff\xff\x01"), text("a"), "\x00"),
			malformed, "subscription identifier value of more than 4 bytes", "1.5.5"),
		five("subscription identifier 1 in 2 bytes", packet(0x82, id, props("\x0b\x81\x00"), text("a"), "\x00"),
			malformed, "subscription identifier value 1 in 2 bytes, want 1", "MQTT-1.5.5-1"),
		five("subscription identifier cut off", packet(0x82, id, props("\x0b\x81"), text("a"), "\x00"),
			malformed, "subscription identifier value: 1 of 2 bytes are in the properties", "2.2.2"),
	}
	for _, p := range []struct {
		first        byte
		name, option string
		none         string // the rule about no filter
	}{{0x82, "SUBSCRIBE", "\x00", "MQTT-3.8.3-2; MQTT-3.8.3-3"}, {0xa2, "UNSUBSCRIBE", "", "MQTT-3.10.3-2"}} {
		rows = append(rows,
			both(p.name+" without body", packet(p.first), malformed, p.name+": packet identifier: 0 of 2 "+cut, "2.2.1"),
			both(p.name+", half an identifier", packet(p.first, "\x00"), malformed, p.name+": packet identifier: 1 of 2 "+cut, "2.2.1"),
			around(p.name+", identifier 0", p.first, "\x00\x00", text("a")+p.option,
				protocol, p.name+": packet identifier 0, want 1 to 65535", "MQTT-2.2.1-3; MQTT-2.3.1-1"),
			around(p.name+", no filter", p.first, id, "", protocol, p.name+": no topic filter, want one or more", p.none),
			around(p.name+", half a length", p.first, id, "\x00", malformed, p.name+": filter 1: topic filter: 1 of 2 "+cut, "3.8.3"),
			around(p.name+", filter cut off", p.first, id, "\x00\x09a", malformed, p.name+": filter 1: topic filter: 1 of 9 "+cut, "3.8.3"),
			around(p.name+", U+0000", p.first, id, text("a\x00")+p.option,
				malformed, p.name+": filter 1: topic filter: U+0000 at byte 1 of 2, want none", "MQTT-1.5.4-2, MQTT-4.7.3-2"),
			around(p.name+", a surrogate", p.first, id, text("\xed\xbf\xbf")+p.option,
				malformed, p.name+": filter 1: topic filter: not UTF-8 at byte 0 of 3", "MQTT-1.5.4-1, MQTT-4.7.3-1"),
			five(p.name+", no properties", packet(p.first, id), malformed, p.name+": property length: 0 of 1 "+cut, "2.2.2"),
			five(p.name+", properties into the filter", packet(p.first, id, "\x06\x26\x00\x01a\x00\x01", text("a"), p.option),
				malformed, p.name+": property 0x26 user property value: 0 of 1 bytes are in the properties, want all", "2.2.2"),
			five(p.name+", a property of CONNECT", packet(p.first, id, props("\x21\x00\x01"), text("a"), p.option),
				malformed, p.name+": property 0x21 receive maximum is none that "+p.name+" may have", "2.2.2.2"),
		)
	}
	return rows
}

func others() []row {
	const cut = "bytes are in the packet, want all"
	return []row{
		both("PINGREQ with a body", packet(0xc0, "x"), malformed, "PINGREQ: bytes left over at its end: 1, want none", "3.12.1"),
		{"DISCONNECT with a body", packet(0xe0, "\x00"), "",
			malformed, "DISCONNECT: bytes left over at its end: 1, want none", "3.1.1, 3.14.1"},
		five("DISCONNECT, properties cut off", packet(0xe0, "\x00\x7f\x1f"), malformed, "DISCONNECT: properties: 1 of 127 "+cut, "3.14.2.2"),
		five("DISCONNECT, bytes behind", packet(0xe0, "\x00\x00\x00"),
			malformed, "DISCONNECT: bytes left over at its end: 1, want none", "3.14.2.2"),
		five("DISCONNECT, a property of PUBLISH", packet(0xe0, "\x00", props("\x23\x00\x01")),
			malformed, "DISCONNECT: property 0x23 topic alias is none that DISCONNECT may have", "2.2.2.2"),
		five("DISCONNECT, expiry twice", packet(0xe0, "\x00", props("\x11\x00\x00\x00\x01\x11\x00\x00\x00\x01")),
			protocol, "DISCONNECT: property 0x11 session expiry interval twice, want it once", "3.14.2.2.2"),
		five("AUTH, properties missing", packet(0xf0, "\x18"), malformed, "AUTH: property length: 0 of 1 "+cut, "3.15.2.2"),
		five("AUTH, data without method", packet(0xf0, "\x18", props("\x16\x00\x01x")),
			protocol, "AUTH: property 0x16 authentication data without an authentication method, want both or none", "3.15.2.2.3"),
		five("AUTH, a property of CONNECT", packet(0xf0, "\x18", props("\x21\x00\x01")),
			malformed, "AUTH: property 0x21 receive maximum is none that AUTH may have", "2.2.2.2"),
		both("a second CONNECT cut off", packet(0x10, text("MQTT")), malformed, "CONNECT: protocol level: 0 of 1 "+cut, "3.1.2.2"),
		both("CONNACK cut off", packet(0x20, "\x00"), malformed, "CONNACK: flags and return code: 1 of 2 "+cut, "3.2.2"),
		both("SUBACK without codes", "\x90\x00", malformed, "SUBACK: packet identifier: 0 of 2 "+cut, "2.2.1"),
		both("PINGRESP with a body", packet(0xd0, "x"), malformed, "PINGRESP: bytes left over", "3.13.1"),
	}
}

// What a client must not send goes no further, whatever came before it and in
// whatever pieces it comes; the error says which packet, what, and what was
// wanted [B-740, B-741, H-12].
func TestMalformed(t *testing.T) {
	for name, rows := range map[string][]row{
		"fixed header": fixedHeaders(), "PUBLISH": publishes(), "acknowledgement": acknowledgements(),
		"subscription": subscriptions(), "other": others(), "property": propertyRows(),
	} {
		for _, tt := range rows {
			for level, sent := range map[byte]string{3: tt.v4, 4: tt.v4, 5: tt.v5} {
				if sent == "" {
					continue
				}
				t.Run(fmt.Sprintf("%s %s v%d", name, tt.what, level), func(t *testing.T) {
					before := hello(level) + publishOf(level, "before", "x")
					passed, bad := readEveryWay(t, before+sent+"\xc0\x00", 0)
					checkMalformed(t, bad, tt.code, tt.detail, tt.rule)
					if passed != before {
						t.Errorf("passed on %q, want %q (%s)", passed, before, tt.rule)
					}
				})
			}
		}
	}
}

func checkMalformed(t *testing.T, bad *wire.Error, code byte, detail, rule string) {
	t.Helper()
	if bad == nil || bad.Code != code || !strings.Contains(bad.Detail, detail) {
		t.Errorf("got %+v, want 0x%02X %s (%s)", bad, code, detail, rule)
	}
}

// publishOf is a well-formed PUBLISH with QoS 0.
func publishOf(level byte, topic, payload string) string {
	if level == 5 {
		return packet(0x30, text(topic), "\x00", payload)
	}
	return packet(0x30, text(topic), payload)
}
