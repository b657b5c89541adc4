package hooks_test

import (
	"fmt"
	"net"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/trace"
)

// What a client sees of its malformed packet, and what the trace says: which packet,
// what came, what was wanted, whatever carries it [B-740, B-741, H-12, E-7].
func TestMalformedPacket(t *testing.T) {
	const text81, text82 = "Malformed packet", "Protocol error"
	tests := []struct {
		name   string
		v4, v5 string // empty if there is no such thing
		code   byte   // of MQTT 5; 0: closed without a word
		reason string // for the reason string
		detail string
		rules  string
	}{
		{"UNSUBSCRIBE flags", packet(0xa0, "\x00\x01"+text("a")), packet(0xa0, "\x00\x01\x00"+text("a")), 0x81, text81,
			"UNSUBSCRIBE: flags 0000 in its first byte 0xA0, want 0010 (0xA2)", "B-740 B-741"},
		{"SUBSCRIBE flags", "\x80\x00", "\x80\x00", 0x81, text81,
			"SUBSCRIBE: flags 0000 in its first byte 0x80, want 0010 (0x82)", "B-740 B-741"},
		{"PUBREL flags", "\x60\x00", "\x60\x00", 0x81, text81, "PUBREL: flags 0000 in its first byte 0x60, want 0010 (0x62)", "B-740 B-741"},
		{"PINGREQ flags", "\xc1\x00", "\xc1\x00", 0x81, text81, "PINGREQ: flags 0001 in its first byte 0xC1, want 0000 (0xC0)", "B-740 B-741"},
		{"property twice", "", publishing(5, qos1, "t", 7, "\x01\x00\x01\x00", "x"), 0x82, text82,
			"PUBLISH: property 0x01 payload format indicator twice, want it once", "B-740 B-741"},
		{"topic alias 0", "", publishing(5, qos0, "t", 0, "\x23\x00\x00", "x"), 0x94, "Topic alias is not valid",
			"PUBLISH: property 0x23 topic alias is 0, want 1 or more", "B-690"},
		{"topic cut off", packet(0x30, "\x00\x09abc"), packet(0x30, "\x00\x09abc"), 0x81, text81,
			"PUBLISH: topic name: 3 of 9 bytes are in the packet, want all", "B-740 B-741"},
		{"too large", "\x30\xff\xff\xff\x7f", "\x30\xff\xff\xff\x7f", 0, "",
			"PUBLISH: 268435455 bytes after its fixed header, want at most 149504", "B-680"},
		{"second CONNECT", connect{id: "x"}.packet(4), connect{id: "x"}.packet(5), 0x82, text82,
			"CONNECT: the second one, want one per connection", "B-609 B-740"},
		{"PUBREC", "\x50\x02\x00\x01", "\x50\x02\x00\x01", 0x82, text82,
			"PUBREC: it belongs to QoS 2, which is not supported, want QoS 0 or 1", "B-609 B-740"},
		{"a server's", "\xd0\x00", "\xd0\x00", 0x82, text82, "PINGRESP: only servers send it, want a client's packet", "B-609 B-740"},
		{"AUTH", "", "\xf0\x02\x18\x00", 0x82, text82, "AUTH: enhanced authentication is not supported, want none", "B-609 B-740"},
	}
	e := start(t)
	other := online(t, e, 5, connect{id: "other", password: "all"})
	for _, by := range ways() {
		for _, tt := range tests {
			for version, sent := range map[byte]string{4: tt.v4, 5: tt.v5} {
				if sent == "" {
					continue
				}
				id := strings.ReplaceAll(fmt.Sprintf("%s-%s-%d", by.name, tt.name, version), " ", "-")
				t.Run(id, func(t *testing.T) {
					d := open(t, e, by, version)
					d.send(connect{id: id, password: "all"}.packet(version))
					d.connack()
					d.send(sent)
					want, saw := "", fmt.Sprintf("connection closed (MQTT %s)", map[byte]string{4: "3.1.1", 5: "5"}[version])
					if version == 5 && tt.code != 0 {
						want, saw = disconnectWith(tt.code, tt.reason), fmt.Sprintf("DISCONNECT 0x%02X, connection closed (MQTT 5)", tt.code)
					}
					d.expectEnd(want, tt.rules)
					ev := record(t, e, id)
					if ev.Detail != tt.detail || ev.Saw != saw || ev.Reason != "CLIENT_ERROR" || !slices.Equal(ev.Rules, strings.Fields(tt.rules)) {
						t.Errorf("got %s %q, saw %q, rules %v\nwant CLIENT_ERROR %q, saw %q, rules %s",
							ev.Reason, ev.Detail, ev.Saw, ev.Rules, tt.detail, saw, tt.rules)
					}
				})
			}
		}
	}
	other.lives("B-741")
}

// A malformed CONNECT: MQTT 3.1.1 is closed, MQTT 5 gets CONNACK 0x80, the
// authorizer is not asked, and the trace says what it was [B-740, B-741, H-12].
func TestMalformedConnect(t *testing.T) {
	five := func(properties string) func(byte) string {
		return func(version byte) string {
			return connect{id: "d", password: "wrong", properties: properties}.packet(version)
		}
	}
	tests := []struct {
		name   string
		levels string
		sent   func(version byte) string
		reason string
		detail string
	}{
		{"receive maximum 0", "5", five("\x21\x00\x00"), "Protocol error", "CONNECT: property 0x21 receive maximum is 0, want 1 or more"},
		{"maximum packet size 0", "5", five("\x27\x00\x00\x00\x00"), "Protocol error",
			"CONNECT: property 0x27 maximum packet size is 0, want 1 or more"},
		{"request problem information 2", "5", five("\x17\x02"), "Protocol error",
			"CONNECT: property 0x17 request problem information is 2, want 0 or 1"},
		{"data without method", "5", five("\x16\x00\x01a"), "Protocol error",
			"CONNECT: property 0x16 authentication data without an authentication method, want both or none"},
		{"property into the client id", "5", five("\x15\x00\x03"), "Malformed packet",
			"CONNECT: property 0x15 authentication method value: 0 of 3 bytes are in the properties, want all"},
		{"bytes behind", "45", func(version byte) string {
			p := connect{id: "d", password: "wrong"}.packet(version)
			return packet(p[0], bodyOf(p)+"zz")
		}, "Malformed packet", "CONNECT: bytes left over at its end: 2, want none"},
		{"user name no UTF-8", "45", func(version byte) string {
			return packet(0x10, text("MQTT")+string([]byte{version, 0xc2, 0, 0})+properties(version, "")+text("d")+text("\xc3\x28")+text("wrong"))
		}, "Malformed packet", "CONNECT: user name: not UTF-8 at byte 0 of 2, want UTF-8 without surrogates"},
		{"will's payload format 2", "5", func(version byte) string {
			return connect{id: "d", password: "wrong", will: &will{topic: "t", payload: "x", properties: "\x01\x02"}}.packet(version)
		}, "Malformed packet", "CONNECT: will property 0x01 payload format indicator is 2, want 0 or 1"},
	}
	e := start(t)
	for _, by := range ways() {
		for _, tt := range tests {
			for _, level := range tt.levels {
				version := byte(level - '0')
				t.Run(fmt.Sprintf("%s %s v%d", by.name, tt.name, version), func(t *testing.T) {
					e.Trace().Reset()
					d := open(t, e, by, version)
					d.send(tt.sent(version))
					want, saw := "", "connection closed"
					if version == 5 {
						want, saw = connackWith(0x80, tt.reason), "CONNACK 0x80, closed (MQTT 5)"
					}
					d.expectEnd(want, "B-740, B-741")
					all := e.Trace().Events(trace.Filter{})
					if len(all) != 1 || all[0].Operation != trace.Connect || all[0].Detail != tt.detail || all[0].Reason != "CLIENT_ERROR" ||
						!strings.Contains(all[0].Saw, saw) {
						t.Errorf("got %+v, want one CLIENT_ERROR with %q, saw %q (B-741)", all, tt.detail, saw)
					}
				})
			}
		}
	}
}

// [M-19] A property that runs past its block is read on into the payload, and handed
// to subscribers. Here it ends its publisher.
func TestPropertyBeyondItsBlock(t *testing.T) {
	bad := packet(qos0, text("t")+"\x01\x01\x7fpayload")
	t.Run("the bare engine", func(t *testing.T) {
		addr := bareEngine(t)
		sub := bareDevice(t, addr, 5, connect{id: "sub"})
		sub.subscribed(0, "t")
		bareDevice(t, addr, 5, connect{id: "pub"}).send(bad)
		if _, _, props, payload := sub.message(); !strings.HasPrefix(props, "\x01\x7f") || payload != "\x7fpayload" {
			t.Errorf("got properties %q and payload %q, want payload format 127 (M-19)", props, payload)
		}
	})
	e := start(t)
	sub := online(t, e, 5, connect{id: "sub", password: "all"})
	sub.subscribed(0, "t")
	pub := online(t, e, 5, connect{id: "pub", password: "all"})
	pub.send(bad)
	pub.expectEnd(disconnectWith(0x81, "Malformed packet"), "B-741, M-19")
	sub.lives("M-19")
}

// [M-20] A length alone makes the engine allocate, if there is no limit to packets.
// Here there is none either, and it does not.
func TestAnnouncedLength(t *testing.T) {
	const announced, bytes = "\x30\xff\xff\xff\x7f\x00\x01t", 268_435_455
	allocates := func(d *device) uint64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		d.send(announced)
		_ = d.conn.(*net.TCPConn).CloseWrite()
		d.ended()
		runtime.ReadMemStats(&after)
		return after.TotalAlloc - before.TotalAlloc
	}
	t.Run("the bare engine", func(t *testing.T) {
		if n := allocates(bareDevice(t, bareEngine(t), 4, connect{id: "d"})); n < bytes {
			t.Errorf("%d bytes allocated, want at least %d (M-20)", n, bytes)
		}
	})
	e := limited(t, emulator.Limits{Protocol: "off"})
	if n := allocates(online(t, e, 4, connect{id: "d", password: "all"})); n > bytes/100 {
		t.Errorf("%d bytes allocated for an announcement of %d (M-20, H-12)", n, bytes)
	}
	large := strings.Repeat("x", 2<<20)
	sub := online(t, e, 5, connect{id: "sub", password: "all"})
	sub.subscribed(0, "t")
	online(t, e, 5, connect{id: "pub", password: "all"}).send(publishing(5, qos0, "t", 0, "", large))
	sub.receives("t", large, "B-1202")
}
