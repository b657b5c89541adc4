package wire_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/wire"
)

// values are a right value of each property of MQTT 5, by identifier.
var values = map[byte]string{
	0x01: "\x01", 0x02: "\x00\x00\x00\x01", 0x03: text("c"), 0x08: text("r"), 0x09: text("\xff\x00"), 0x0b: "\x01",
	0x11: "\x00\x00\x00\x01", 0x12: text("i"), 0x13: "\x00\x01", 0x15: text("m"), 0x16: text("\x00"), 0x17: "\x01",
	0x18: "\x00\x00\x00\x01", 0x19: "\x01", 0x1a: text("r"), 0x1c: text("s"), 0x1f: text("r"), 0x21: "\x00\x01",
	0x22: "\x00\x00", 0x23: "\x00\x01", 0x24: "\x01", 0x25: "\x01", 0x26: text("k") + text("v"), 0x27: "\x00\x00\x00\x01",
	0x28: "\x01", 0x29: "\x01", 0x2a: "\x01",
}

type holder struct {
	name string
	may  []byte
	with func(properties string) string
}

// holders are the packets of a client that have properties, with those that each
// may have (MQTT 5, table 2-4), but for user properties, which all have.
var holders = []holder{
	{"CONNECT", []byte{0x11, 0x15, 0x16, 0x17, 0x19, 0x21, 0x22, 0x27}, func(p string) string { return connectOf(5, 2, p, text("d")) }},
	{"will", []byte{0x01, 0x02, 0x03, 0x08, 0x09, 0x18}, func(p string) string {
		return connectOf(5, 6, "", text("d")+props(p)+text("t")+text("x"))
	}},
	{"PUBLISH", []byte{0x01, 0x02, 0x03, 0x08, 0x09, 0x23}, func(p string) string { return packet(0x32, text("t"), id, props(p), "x") }},
	{"PUBACK", []byte{0x1f}, func(p string) string { return packet(0x40, id, "\x00", props(p)) }},
	{"PUBREC", []byte{0x1f}, func(p string) string { return packet(0x50, id, "\x00", props(p)) }},
	{"PUBREL", []byte{0x1f}, func(p string) string { return packet(0x62, id, "\x00", props(p)) }},
	{"PUBCOMP", []byte{0x1f}, func(p string) string { return packet(0x70, id, "\x00", props(p)) }},
	{"SUBSCRIBE", []byte{0x0b}, func(p string) string { return packet(0x82, id, props(p), text("t"), "\x00") }},
	{"UNSUBSCRIBE", nil, func(p string) string { return packet(0xa2, id, props(p), text("t")) }},
	{"DISCONNECT", []byte{0x11, 0x1c, 0x1f}, func(p string) string { return packet(0xe0, "\x00", props(p)) }},
	{"AUTH", []byte{0x15, 0x16, 0x1f}, func(p string) string { return packet(0xf0, "\x18", props(p)) }},
}

// Each property in each packet: alone, twice, cut off at each byte, one byte
// longer than its block [B-741, H-12; MQTT 5, 2.2.2].
func TestPropertyInPacket(t *testing.T) {
	for _, h := range holders {
		for id := range byte(0x80) {
			value, known := values[id]
			allowed := known && (slices.Contains(h.may, id) || id == 0x26)
			t.Run(fmt.Sprintf("%s 0x%02X", h.name, id), func(t *testing.T) {
				before := ""
				if id == 0x16 && h.name != "will" && allowed {
					before = "\x15" + text("m") // data needs a method
				}
				p := before + string([]byte{id}) + value
				h.check(t, p, allowed, "2.2.2.2")
				if !allowed {
					return
				}
				h.check(t, p+p[len(before):], id == 0x26, "once but for user properties")
				for n := len(before) + 1; n < len(p); n++ {
					h.check(t, p[:n], false, "2.2.2: cut off")
				}
				h.check(t, p+"\x26", false, "2.2.2: another begins")
			})
		}
	}
}

func (h *holder) check(t *testing.T, properties string, allowed bool, rule string) {
	t.Helper()
	sent := h.with(properties)
	if sent[0] != 0x10 {
		sent = hello(5) + sent
	}
	passed, bad := readEveryWay(t, sent, 0)
	switch {
	case allowed && (bad != nil || passed != sent):
		t.Errorf("%q: got %v, want it passed on (%s)", properties, bad, rule)
	case !allowed && (bad == nil || !strings.Contains(bad.Detail, "propert")):
		t.Errorf("%q: got %v, want an error about properties (%s)", properties, bad, rule)
	}
}

// propertyRows are what the table of TestPropertyInPacket does not reach: values,
// and what each error says.
func propertyRows() []row {
	publish := func(what, p string, code byte, detail, rule string) row {
		return five("PUBLISH "+what, packet(0x30, text("a"), props(p), "payload"), code, "PUBLISH: property "+detail, rule)
	}
	return []row{
		publish("unknown", "\x7f\x00", malformed, "0x7F is unknown, want one of MQTT 5", "2.2.2.2"),
		publish("0", "\x00", malformed, "0x00 is unknown", "2.2.2.2"),
		publish("0x81 0x00", "\x81\x00", malformed, "0x81 is unknown", "2.2.2.2"),
		publish("of CONNECT", "\x11\x00\x00\x00\x01",
			malformed, "0x11 session expiry interval is none that PUBLISH may have, want one of those", "2.2.2.2"),
		publish("payload format twice", "\x01\x00\x01\x00", protocol, "0x01 payload format indicator twice, want it once", "3.3.2.3.2"),
		publish("payload format 2", "\x01\x02", malformed, "0x01 payload format indicator is 2, want 0 or 1", "3.3.2.3.2"),
		publish("expiry twice", "\x02\x00\x00\x00\x01\x02\x00\x00\x00\x01", protocol, "0x02 message expiry interval twice", "3.3.2.3.3"),
		publish("correlation data twice", "\x09\x00\x01a\x09\x00\x01b", protocol, "0x09 correlation data twice", "3.3.2.3.6"),
		publish("alias 0", "\x23\x00\x00", wire.AliasInvalid, "0x23 topic alias is 0, want 1 or more", "MQTT-3.3.2-8"),
		publish("subscription identifier", "\x0b\x01",
			protocol, "0x0B subscription identifier from a client, which only servers send, want none", "MQTT-3.3.4-6"),
		publish("content type no UTF-8", "\x03"+text("\xff"), malformed, "0x03 content type value: not UTF-8 at byte 0 of 1", "MQTT-3.3.2-19"),
		publish("response topic with U+0000", "\x08"+text("a\x00"),
			malformed, "0x08 response topic value: U+0000 at byte 1 of 2", "MQTT-3.3.2-13"),
		publish("user property, name no UTF-8", "\x26"+text("\xff")+text("v"), malformed, "0x26 user property name: not UTF-8", "1.5.7"),
		publish("user property, value no UTF-8", "\x26"+text("k")+text("\xed\xa0\x80"),
			malformed, "0x26 user property value: not UTF-8", "MQTT-1.5.7-1"),
		publish("content type into the payload", "\x03\x00\x07con",
			malformed, "0x03 content type value: 3 of 7 bytes are in the properties, want all", "2.2.2"),
		publish("expiry into the payload", "\x02\x00\x00",
			malformed, "0x02 message expiry interval value: 2 of 4 bytes are in the properties, want all", "2.2.2"),
		publish("user property into the payload", "\x26\x00\x01a",
			malformed, "0x26 user property value: 0 of 2 bytes are in the properties", "2.2.2"),
	}
}

// TestExpiryOfZero: the one value that is not passed on as it came, however it comes.
func TestExpiryOfZero(t *testing.T) {
	const one, zero = "\x02\x00\x00\x00\x01", "\x02\x00\x00\x00\x00"
	sent := func(expiry string) string {
		return connectOf(5, 0x06, "", text("d")+props("\x18\x00\x00\x00\x00"+expiry)+text("w")+text("gone")) +
			packet(0x30, text("a"), props(expiry), "payload"+zero)
	}
	if passed, bad := readEveryWay(t, sent(zero), 0); bad != nil || passed != sent(one) {
		t.Errorf("got %q, %v, want %q (B-694)", passed, bad, sent(one))
	}
}
