package wire_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/wire"
)

// First packets that MQTT does not allow [B-740, B-741, H-12]; what they are after
// the fault does not matter.
func TestMalformedFirst(t *testing.T) {
	const cut = "bytes are in the packet, want all"
	tests := []struct {
		what   string
		sent   func(level byte) string
		levels string
		code   byte
		detail string
		rule   string
	}{
		{"PUBLISH", func(level byte) string { return publishOf(level, "a", "x") }, "345",
			protocol, "PUBLISH: it is the first packet, want CONNECT", "MQTT-3.1.0-1"},
		{"PINGREQ", func(byte) string { return "\xc0\x00" }, "345", protocol, "PINGREQ: it is the first packet, want CONNECT", "MQTT-3.1.0-1"},
		{"AUTH", func(byte) string { return "\xf0\x00" }, "345", protocol, "AUTH: it is the first packet, want CONNECT", "MQTT-3.1.0-1"},
		{"flags", func(level byte) string { return "\x11" + hello(level)[1:] }, "345",
			malformed, "CONNECT: flags 0001 in its first byte 0x11, want 0000 (0x10)", "MQTT-2.1.3-1; MQTT-2.2.2-1"},
		{"long length", func(level byte) string { return "\x10" + string([]byte{hello(level)[1] | 0x80, 0}) + hello(level)[2:] }, "5", malformed,
			"CONNECT: remaining length 14 in 2 bytes, want 1", "MQTT-1.5.5-1"},
		{"no body", func(byte) string { return "\x10\x00" }, "345", malformed, "CONNECT: protocol name: 0 of 2 " + cut, "3.1.2.1"},
		{"half a name", func(byte) string { return packet(0x10, "\x00\x04MQ") }, "345",
			malformed, "CONNECT: protocol name: 2 of 4 " + cut, "3.1.2.1"},
		{"no level", func(byte) string { return packet(0x10, text("MQTT")) }, "5",
			malformed, "CONNECT: protocol level: 0 of 1 " + cut, "3.1.2.2"},
		{"no flags", cutAt(3), "45", malformed, "CONNECT: connect flags: 0 of 1 " + cut, "3.1.2.3"},
		{"half a keep alive", cutAt(5), "45", malformed, "CONNECT: keep alive: 1 of 2 " + cut, "3.1.2.10"},
		{"no properties", cutAt(6), "5", malformed, "CONNECT: property length: 0 of 1 " + cut, "3.1.2.11"},
		{"no client id", func(level byte) string { return connectOf(level, 2, "", "") }, "345",
			malformed, "CONNECT: client id: 0 of 2 " + cut, "MQTT-3.1.3-3"},
		{"client id cut off", func(level byte) string { return connectOf(level, 2, "", "\xff\xffab") }, "345",
			malformed, "CONNECT: client id: 2 of 65535 " + cut, "3.1.3.1"},
		{"client id no UTF-8", func(level byte) string { return connectOf(level, 2, "", text("\xff\xfe")) }, "345",
			malformed, "CONNECT: client id: not UTF-8 at byte 0 of 2", "MQTT-3.1.3-4"},
		{"client id with U+0000", func(level byte) string { return connectOf(level, 2, "", text("a\x00b")) }, "345",
			malformed, "CONNECT: client id: U+0000 at byte 1 of 3, want none", "MQTT-1.5.4-2"},
		{"user name no UTF-8", func(level byte) string { return connectOf(level, 0xc2, "", text("d")+text("\xc3\x28")+text("x")) }, "345",
			malformed, "CONNECT: user name: not UTF-8 at byte 0 of 2, want UTF-8 without surrogates", "MQTT-3.1.3-12; MQTT-3.1.3-11"},
		{"no user name", func(level byte) string { return connectOf(level, 0xc2, "", text("d")) }, "345",
			malformed, "CONNECT: user name: 0 of 2 " + cut, "MQTT-3.1.2-17; MQTT-3.1.2-19"},
		{"no password", func(level byte) string { return connectOf(level, 0xc2, "", text("d")+text("u")) }, "345",
			malformed, "CONNECT: password: 0 of 2 " + cut, "MQTT-3.1.2-19; MQTT-3.1.2-21"},
		{"password cut off", func(level byte) string { return connectOf(level, 0x42, "", text("d")+"\x00\x09secret") }, "345",
			malformed, "CONNECT: password: 6 of 9 " + cut, "3.1.3.6"},
		{"bytes behind", func(level byte) string { return connectOf(level, 0xc2, "", text("d")+text("u")+text("p")+"zz") }, "345", malformed,
			"CONNECT: bytes left over at its end: 2, want none", "3.1.3"},
		{"a user name without its flag", func(level byte) string { return connectOf(level, 2, "", text("d")+text("u")) }, "345",
			malformed, "CONNECT: bytes left over at its end: 3", "MQTT-3.1.2-16; MQTT-3.1.2-18"},
		{"no will topic", withWill("", ""), "345", malformed, "CONNECT: will topic: 0 of 2 " + cut, "MQTT-3.1.2-9"},
		{"will topic no UTF-8", withWill("", text("\xed\xa0\x80")+text("x")), "345",
			malformed, "CONNECT: will topic: not UTF-8 at byte 0 of 3", "MQTT-3.1.3-11; MQTT-3.1.3-10"},
		{"no will payload", withWill("", text("t")), "345", malformed, "CONNECT: will payload: 0 of 2 " + cut, "MQTT-3.1.2-9"},
		{"will payload cut off", withWill("", text("t")+"\x00\x09x"), "345", malformed, "CONNECT: will payload: 1 of 9 " + cut, "3.1.3.4"},
		{"will payload format 2", withWill("\x01\x02", text("t")+text("x")), "5",
			malformed, "CONNECT: will property 0x01 payload format indicator is 2, want 0 or 1", "3.1.3.2.3"},
		{"will expiry twice", withWill(strings.Repeat("\x02\x00\x00\x00\x01", 2), text("t")+text("x")), "5",
			protocol, "CONNECT: will property 0x02 message expiry interval twice", "3.1.3.2.4"},
		{"will property of CONNECT", withWill("\x21\x00\x05", text("t")+text("x")), "5",
			malformed, "CONNECT: will property 0x21 receive maximum is none that a will may have", "2.2.2.2"},
		{"will property into the topic", withWill("\x03\x00\x03", text("t")+text("x")), "5",
			malformed, "CONNECT: will property 0x03 content type value: 0 of 3 bytes are in the properties", "2.2.2"},
		{"receive maximum 0", withProps("\x21\x00\x00"), "5",
			protocol, "CONNECT: property 0x21 receive maximum is 0, want 1 or more", "3.1.2.11.3"},
		{"maximum packet size 0", withProps("\x27\x00\x00\x00\x00"), "5",
			protocol, "CONNECT: property 0x27 maximum packet size is 0, want 1 or more", "3.1.2.11.4"},
		{"session expiry twice", withProps(strings.Repeat("\x11\x00\x00\x00\x01", 2)), "5",
			protocol, "CONNECT: property 0x11 session expiry interval twice, want it once", "3.1.2.11.2"},
		{"request problem information 2", withProps("\x17\x02"), "5",
			protocol, "CONNECT: property 0x17 request problem information is 2, want 0 or 1", "3.1.2.11.7"},
		{"request response information 2", withProps("\x19\x02"), "5",
			protocol, "CONNECT: property 0x19 request response information is 2, want 0 or 1", "3.1.2.11.6"},
		{"authentication data without method", withProps("\x16\x00\x01a"), "5",
			protocol, "CONNECT: property 0x16 authentication data without an authentication method, want both or none", "3.1.2.11.10"},
		{"property into the client id", withProps("\x15\x00\x03"), "5",
			malformed, "CONNECT: property 0x15 authentication method value: 0 of 3 bytes are in the properties, want all", "2.2.2"},
	}
	for _, tt := range tests {
		for _, level := range []byte(tt.levels) {
			t.Run(fmt.Sprintf("%s v%c", tt.what, level), func(t *testing.T) {
				passed, bad := readEveryWay(t, tt.sent(level-'0')+"\xc0\x00", 0)
				checkMalformed(t, bad, tt.code, tt.detail, tt.rule)
				if passed != "" {
					t.Errorf("passed on %q, want nothing (%s)", passed, tt.rule)
				}
				if bad != nil && strings.Contains(bad.Detail, "secret") {
					t.Errorf("%q tells a secret", bad.Detail)
				}
			})
		}
	}
}

// cutAt cuts a CONNECT off n bytes behind its protocol name, or one before that for
// its length.
func cutAt(n int) func(level byte) string {
	return func(level byte) string { return packet(0x10, hello(level)[2:][:4+n]) }
}

func withProps(p string) func(level byte) string {
	return func(level byte) string { return connectOf(level, 2, p, text("d")) }
}

func withWill(properties, rest string) func(level byte) string {
	return func(level byte) string {
		if level == 5 {
			rest = props(properties) + rest
		}
		return connectOf(level, 6, "", text("d")+rest)
	}
}

// What the hooks judge is passed on: other protocols, flags that contradict each
// other, and what AWS alone forbids.
func TestPassedOn(t *testing.T) {
	tests := []struct{ what, sent, why string }{
		{"level 6", packet(0x10, text("MQTT"), "\x06\x02\x00\x3c\xff"), "B-601"},
		{"level 0", packet(0x10, text("MQTT"), "\x00"), "B-601"},
		{"another name", packet(0x10, text("MQTX"), "\x04\xff"), "B-601"},
		{"name in lower case", packet(0x10, text("mqtt"), "\x05\xff"), "B-601"},
		{"reserved flag", connectOf(5, 3, "", text("d")), "B-740"},
		{"will QoS 3", connectOf(4, 0x1e, "", text("d")+text("t")+text("x")), "B-641"},
		{"will QoS without will", connectOf(4, 0x0a, "", text("d")), "B-740"},
		{"password without user name", connectOf(4, 0x42, "", text("d")+text("p")), "B-740"},
		{"no client id", connectOf(4, 0, "", text("")), "B-605"},
		{"a length of 4 bytes", "\x10\x8d\x80\x80\x00" + hello(4)[2:], "3.1.1, 2.2.3: no rule against it"},
		{"QoS 2", hello(4) + packet(0x34, text("a"), id, "x"), "B-641"},
		{"no topic", hello(5) + packet(0x30, text(""), "\x00", "x"), "B-654"},
		{"wildcards", hello(5) + packet(0x30, text("a/#"), props("\x08"+text("+")), "x"), "B-654, B-692"},
		{"topic alias 65535", hello(5) + packet(0x30, text(""), props("\x23\xff\xff")), "B-690"},
		{"subscription identifier", hello(5) + packet(0x82, id, props("\x0b\xff\xff\xff\x7f"), text("a"), "\x2c"), "B-664"},
		{"a filter that is none", hello(5) + packet(0x82, id, "\x00", text(""), "\x00", text("a#"), "\x02"), "B-657"},
		{"a second CONNECT", hello(5) + hello(4), "B-609"},
		{"what servers send", hello(5) + packet(0xd0) + packet(0x90, id, "\x00\x87") + packet(0x20, "\x00\x00\x00") +
			packet(0xb0, id, "\x00\x00"), "B-740"},
		{"what servers send", hello(4) + packet(0xd0) + packet(0x90, id, "\x80") + packet(0x20, "\x00\x00") + packet(0xb0, id), "B-740"},
		{"AUTH without body", hello(5) + packet(0xf0), "B-640"},
		{"short forms", hello(5) + packet(0x40, id) + packet(0x40, id, "\x10") + packet(0x40, id, "\x10\x00") +
			packet(0xe0, "\x04"), "MQTT 5, 3.4.2.1, 3.14.2.1"},
		{"any payload", hello(4) + packet(0x31, text("a"), "\x00\xff\xed\xa0\x80"), "B-693"},
		{"U+FFFF and controls", hello(4) + packet(0x30, text("\uffff\x01\u0085")), "MQTT-1.5.4-3 and 1.5.4: may be taken"},
	}
	for _, tt := range tests {
		t.Run(tt.what, func(t *testing.T) {
			if passed, bad := readEveryWay(t, tt.sent, 0); bad != nil || passed != tt.sent {
				t.Errorf("got %q and %v, want %q passed on (%s)", passed, bad, tt.sent, tt.why)
			}
		})
	}
}

// After a DISCONNECT nothing is passed on, good or bad [MQTT-3.14.4-1], nor after a
// CONNECT of another protocol.
func TestNothingBehind(t *testing.T) {
	for _, want := range []string{hello(4) + packet(0xe0), hello(5) + packet(0xe0), hello(5) + packet(0xe0, "\x04"),
		packet(0x10, text("MQTT"), "\x06\x02")} {
		for _, behind := range []string{"\xc0\x00", "\xff\xff", publishOf(4, "a", "x"), hello(5)} {
			if passed, bad := readEveryWay(t, want+behind, 0); passed != want || bad != nil {
				t.Errorf("%q behind: got %q and %v, want %q alone", behind, passed, bad, want)
			}
		}
	}
}

// A packet that is too large is refused for its length, whatever of it is there.
func TestTooLarge(t *testing.T) {
	const most = 200
	fits := packet(0x30, text("a"), strings.Repeat("x", most-3))
	over := packet(0x30, text("a"), strings.Repeat("x", most-2))
	if passed, bad := readEveryWay(t, hello(4)+fits, most); bad != nil || passed != hello(4)+fits {
		t.Errorf("%d bytes: got %v, want them passed on (B-680)", most, bad)
	}
	for _, sent := range []string{over, over[:3], "\x30\xff\xff\xff\x7f"} {
		passed, bad := readEveryWay(t, hello(4)+sent, most)
		checkMalformed(t, bad, wire.TooLarge, "bytes after its fixed header, want at most 200", "B-680")
		if passed != hello(4) {
			t.Errorf("passed on %q, want the CONNECT alone", passed)
		}
	}
}

// A CONNECT has a bound of its own.
func TestConnectTooLarge(t *testing.T) {
	fits, over := hello(4), packet(0x10, text("MQTT"), "\x04\x02\x00\x3c", text(strings.Repeat("c", 200)))
	for _, tt := range []struct {
		name, sent string
		refused    bool
	}{{"a CONNECT", over, true}, {"a PUBLISH of as many bytes", fits + publishOf(4, "a", strings.Repeat("x", 205)), false}} {
		passed, err := io.ReadAll(new(wire.Buffers).NewReader(strings.NewReader(tt.sent), 100, 300))
		bad := new(wire.Error)
		switch {
		case errors.As(err, &bad) != tt.refused || !tt.refused && string(passed) != tt.sent:
			t.Errorf("%s: got %d bytes and %v, want refused: %v (B-680)", tt.name, len(passed), err, tt.refused)
		case tt.refused:
			checkMalformed(t, bad, wire.TooLarge, "bytes after its fixed header, want at most 100", "B-680")
		}
	}
}
