package emulator_test

import (
	"bufio"
	"crypto/tls"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/trace"
)

// A badPacket is bytes that MQTT does not allow where they come. Empty means
// that the case does not exist in that version.
type badPacket struct {
	name   string
	v4, v5 string
	code   byte // what MQTT 5 is told; 0: nothing
}

// same is a packet that is wrong in both versions.
func same(name, packet string, code byte) badPacket {
	return badPacket{name: name, v4: packet, v5: packet, code: code}
}

// ofBoth is made of the bytes of both versions; in MQTT 5 there are properties
// between head and body, none.
func ofBoth(name string, first byte, head, body string, code byte) badPacket {
	return badPacket{name: name, v4: packet(first, head+body), v5: packet(first, head+"\x00"+body), code: code}
}

// wires are the ways to MQTT.
func wires(e *emulator.Emulator) map[string]func() (net.Conn, error) {
	all := make(map[string]func() (net.Conn, error))
	for scheme := range schemes {
		all[scheme] = func() (net.Conn, error) { return open(e.Addr(schemes[scheme]), scheme, e.ClientTLS()) }
	}
	return all
}

const utf8Zero, utf8Surrogate, utf8Bad = "a\x00b", "a\xed\xa0\x80", "a\xff"

// badConnects are what cannot be a first packet [B-601 to B-609, B-740, B-741].
func badConnects() []badPacket {
	const id = "\x00\x01d"
	connect := func(name string, flags string, v4, v5 string, code byte) badPacket {
		return badPacket{name: name, v4: packet(0x10, text("MQTT")+"\x04"+flags+v4), v5: packet(0x10, text("MQTT")+"\x05"+flags+v5), code: code}
	}
	after := func(name, flags, payload string, code byte) badPacket {
		return connect(name, flags, "\x00\x3c"+payload, "\x00\x3c\x00"+payload, code)
	}
	props := func(name, p string) badPacket {
		return badPacket{name: name, v5: connectPacket(5, "d", p, "", "", ""), code: 0x80}
	}
	all := []badPacket{
		same("no body", "\x10\x00", 0),
		same("half a name", packet(0x10, "\x00\x04MQ"), 0),
		same("no level", packet(0x10, text("MQTT")), 0),
		connect("no flags", "", "", "", 0x80),
		connect("no keep alive", "\x02", "", "", 0x80),
		connect("half a keep alive", "\x02", "\x00", "\x00", 0x80),
		connect("no client id", "\x02", "\x00\x3c", "\x00\x3c\x00", 0x80),
		connect("no properties", "\x02", "\x00\x3c", "\x00\x3c", 0x80),
		after("half a length", "\x02", "\x00", 0x80),
		after("client id cut off", "\x02", "\x00\x05dev", 0x80),
		after("client id with a zero", "\x02", text(utf8Zero), 0x80),
		after("client id with a surrogate", "\x02", text(utf8Surrogate), 0x80),
		after("client id no UTF-8", "\x02", text(utf8Bad), 0x80),
		after("client id of 129 bytes", "\x02", text(strings.Repeat("x", 129)), 0x85),
		after("client id with a $", "\x02", text("$d"), 0x85),
		after("will without topic", "\x06", id, 0x80),
		badPacket{name: "will topic cut off", v4: packet(0x10, text("MQTT")+"\x04\x06\x00\x3c"+id+"\x00\x05w"),
			v5: packet(0x10, text("MQTT")+"\x05\x06\x00\x3c\x00"+id+"\x00\x00\x05w"), code: 0x80},
		badPacket{name: "will topic with a zero", v4: packet(0x10, text("MQTT")+"\x04\x06\x00\x3c"+id+text(utf8Zero)+text("x")),
			v5: packet(0x10, text("MQTT")+"\x05\x06\x00\x3c\x00"+id+"\x00"+text(utf8Zero)+text("x")), code: 0x80},
		badPacket{name: "will without payload", v4: packet(0x10, text("MQTT")+"\x04\x06\x00\x3c"+id+text("w")),
			v5: packet(0x10, text("MQTT")+"\x05\x06\x00\x3c\x00"+id+"\x00"+text("w")), code: 0x80},
		badPacket{name: "will payload cut off", v4: packet(0x10, text("MQTT")+"\x04\x06\x00\x3c"+id+text("w")+"\x00\x09x"),
			v5: packet(0x10, text("MQTT")+"\x05\x06\x00\x3c\x00"+id+"\x00"+text("w")+"\x00\x09x"), code: 0x80},
		badPacket{name: "will with a property of CONNECT",
			v5: packet(0x10, text("MQTT")+"\x05\x06\x00\x3c\x00"+id+"\x03\x21\x00\x05"+text("w")+text("x")), code: 0x80},
		badPacket{name: "will with a wildcard", v4: connectPacket(4, "d", "", "", "", "a/#"), v5: connectPacket(5, "d", "", "", "", "a/#"),
			code: 0x90},
		badPacket{name: "will with QoS 2", v4: packet(0x10, text("MQTT")+"\x04\x16\x00\x3c"+id+text("w")+text("x")),
			v5: packet(0x10, text("MQTT")+"\x05\x16\x00\x3c\x00"+id+"\x00"+text("w")+text("x")), code: 0x9b},
		badPacket{name: "will with QoS 3", v4: packet(0x10, text("MQTT")+"\x04\x1e\x00\x3c"+id+text("w")+text("x")),
			v5: packet(0x10, text("MQTT")+"\x05\x1e\x00\x3c\x00"+id+"\x00"+text("w")+text("x")), code: 0x9b},
		after("Will QoS without will", "\x0a", id, 0x80),
		after("Will Retain without will", "\x22", id, 0x80),
		after("reserved flag", "\x03", id, 0x80),
		after("user name missing", "\x82", id, 0x80),
		after("user name cut off", "\x82", id+"\x00\x09u", 0x80),
		after("password missing", "\xc2", id+text("u"), 0x80),
		after("password cut off", "\xc2", id+text("u")+"\xff\xffp", 0x80),
		props("property of PUBLISH", "\x23\x00\x01"),
		props("property of CONNACK", "\x12\x00\x01x"),
		props("property 0", "\x00"),
		props("property 255", "\xff\x01"),
		props("property of no UTF-8", "\x15"+text(utf8Bad)),
		props("Authentication Method", "\x15"+text("SCRAM")),
		badPacket{name: "properties longer than the packet", v5: packet(0x10, text("MQTT")+"\x05\x02\x00\x3c\x7f"+id), code: 0x80},
		badPacket{name: "properties of endless length", v5: packet(0x10, text("MQTT")+"\x05\x02\x00\x3c\xff\xff\xff\xff\xff"+id), code: 0x80},
		same("MQIsdp", packet(0x10, text("MQIsdx")+"\x04\x02\x00\x3c"+id), 0),
		same("no name", packet(0x10, "\x00\x00\x04\x02\x00\x3c"+id), 0),
		same("level 0", packet(0x10, text("MQTT")+"\x00\x02\x00\x3c"+id), 0),
		same("level 6", packet(0x10, text("MQTT")+"\x06\x02\x00\x3c"+id), 0),
		same("level 6 of a bridge", packet(0x10, text("MQTT")+"\x86\x02\x00\x3c"+id), 0), // [B-602]
		badPacket{name: "name in lower case", v4: packet(0x10, text("mqtt")+"\x04\x02\x00\x3c"+id),
			v5: packet(0x10, text("mqtt")+"\x05\x02\x00\x3c\x00"+id), code: 0x80},
		badPacket{name: "reserved bits", v4: "\x11" + connectPacket(4, "d", "", "", "", "")[1:], v5: "\x1f" +
			connectPacket(5, "d", "", "", "", "")[1:], code: 0x80},
		same("length of 5 bytes", "\x10\xff\xff\xff\xff\x7f", 0),
		badPacket{name: "over 146 KB",
			v4: packet(0x10, text("MQTT")+"\x04\x82\x00\x3c"+id+text(strings.Repeat("x", 65535))+strings.Repeat("x", 90_000))[:20],
			v5: packet(0x10, text("MQTT")+"\x05"+strings.Repeat("x", 150_000))[:20]},
	}
	for kind := range byte(16) {
		if kind == 1 {
			continue
		}
		first := kind << 4
		if kind == 6 || kind == 8 || kind == 10 {
			first |= 2
		}
		all = append(all, same(fmt.Sprintf("packet of type %d first", kind), packet(first, "\x00\x01\x00"), 0))
	}
	return all
}

func TestBadConnects(t *testing.T) {
	t.Parallel()
	all := badConnects()
	e := emulator.Run(t, emulator.Options{Authorizer: answers(nil)})
	b := withBystander(t, e)
	dials := wires(e)
	dials["mqtts"] = func() (net.Conn, error) { return tls.Dial("tcp", e.Addr(emulator.MQTTS), e.ClientTLS()) }
	for way, dial := range dials {
		for _, tt := range all {
			for version, sent := range map[byte]string{4: tt.v4, 5: tt.v5} {
				if sent == "" || sent[0] == 0x16 && way == "tcp" {
					continue
				}
				t.Run(fmt.Sprintf("%s %s v%d", way, tt.name, version), func(t *testing.T) {
					e.Trace().Reset()
					conn := dialed(t, dial)
					_, _ = io.WriteString(conn, sent)
					got := until(t, conn)
					if version == 4 || tt.code == 0 {
						checkRefusedConnect(t, got, 4, 0, "B-740, guess")
					} else {
						checkRefusedConnect(t, got, 5, tt.code, "B-740")
					}
					checkRecord(t, causeOf(t, e, "B-740"), trace.Connect, trace.Transport)
					b.undisturbed(t, e)
				})
			}
		}
	}
	b.alone(t, e)
}

func dialed(t *testing.T, dial func() (net.Conn, error)) net.Conn {
	t.Helper()
	conn, err := dial()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// checkRecord wants a client's error, and no panic of the engine.
func checkRecord(t *testing.T, ev trace.Event, operations ...trace.Operation) {
	t.Helper()
	if hasRules(ev, "M-1") {
		t.Errorf("a panic of the engine: %q, want none (M-1)", ev.Detail)
	}
	for _, o := range operations {
		if ev.Operation == o {
			return
		}
	}
	t.Errorf("record: got %s %s %q, want %s", ev.Operation, ev.Reason, ev.Detail, operations)
}

// badPackets are what ends a session [B-640 to B-664, B-680, B-690, B-740, B-741].
func badPackets() []badPacket {
	const malformed, protocol = 0x81, 0x82
	v5 := func(name, packet string, code byte) badPacket { return badPacket{name: name, v5: packet, code: code} }
	all := []badPacket{
		same("type 0", "\x00\x00", malformed),
		same("length of 5 bytes", "\x30\xff\xff\xff\xff\x7f", malformed),
		same("over 146 KB", "\x30\xff\xff\x7f", 0),
		same("256 MB", "\x30\xff\xff\xff\x7f", 0),

		same("PUBLISH without body", "\x30\x00", malformed),
		same("PUBLISH, half a length", packet(0x30, "\x00"), malformed),
		same("PUBLISH, topic cut off", packet(0x30, "\x00\x09abc"), malformed),
		ofBoth("PUBLISH, topic with a zero", 0x30, text(utf8Zero), "x", malformed),
		ofBoth("PUBLISH, topic with a surrogate", 0x30, text(utf8Surrogate), "x", malformed),
		ofBoth("PUBLISH, topic no UTF-8", 0x30, text(utf8Bad), "x", malformed),
		ofBoth("PUBLISH, no topic", 0x30, text(""), "x", 0x90),
		ofBoth("PUBLISH, +", 0x30, text("a/+"), "x", 0x90),
		ofBoth("PUBLISH, #", 0x30, text("#"), "x", 0x90),
		ofBoth("PUBLISH, QoS 2", 0x34, text("a")+"\x00\x01", "x", 0x9b),
		ofBoth("PUBLISH, QoS 3", 0x36, text("a")+"\x00\x01", "x", protocol),
		ofBoth("PUBLISH, DUP with QoS 0", 0x38, text("a"), "x", protocol),
		ofBoth("PUBLISH, identifier 0", 0x32, text("a")+"\x00\x00", "x", protocol),
		same("PUBLISH, no identifier", packet(0x32, text("a")), malformed),
		same("PUBLISH, half an identifier", packet(0x32, text("a")+"\x00"), malformed),
		ofBoth("PUBLISH, payload over 128 KB", 0x30, text("a"), strings.Repeat("x", 128<<10+1), 0),
		v5("PUBLISH, no properties", packet(0x30, text("a")), malformed),
		v5("PUBLISH, property 0", packet(0x30, text("a")+"\x01\x00"), malformed),
		v5("PUBLISH, property of CONNECT", packet(0x30, text("a")+"\x03\x21\x00\x01"), malformed),
		v5("PUBLISH, property cut off", packet(0x30, text("a")+"\x02\x02\x00"), malformed),
		v5("PUBLISH, properties too long", packet(0x30, text("a")+"\x7fx"), malformed),
		v5("PUBLISH, user property no UTF-8", packet(0x30, text("a")+"\x08\x26"+text(utf8Bad)+text("v")), malformed),
		v5("PUBLISH, alias 0", packet(0x30, text("a")+"\x03\x23\x00\x00"), 0x94),
		v5("PUBLISH, alias 9", packet(0x30, text("a")+"\x03\x23\x00\x09"), 0x94),
		v5("PUBLISH, unknown alias", packet(0x30, text("")+"\x03\x23\x00\x01"), protocol),
		v5("PUBLISH, subscription identifier", packet(0x30, text("a")+"\x02\x0b\x01"), protocol),

		same("PUBACK without body", "\x40\x00", malformed),
		same("PUBACK, half an identifier", "\x40\x01\x00", malformed),
		same("PUBACK, reserved bits", "\x42\x02\x00\x01", malformed),
		v5("PUBACK, property of PUBLISH", packet(0x40, "\x00\x01\x00\x03\x23\x00\x01"), malformed),
		v5("PUBACK, properties cut off", packet(0x40, "\x00\x01\x00\x7f"), malformed),
		same("PUBREC", "\x50\x02\x00\x01", protocol),
		same("PUBREL", "\x62\x02\x00\x01", protocol),
		same("PUBREL, reserved bits", "\x60\x02\x00\x01", malformed),
		same("PUBREL without body", "\x62\x00", malformed),
		same("PUBCOMP", "\x70\x02\x00\x01", protocol),

		ofBoth("SUBSCRIBE, reserved bits", 0x80, "\x00\x01", text("a")+"\x00", malformed),
		same("SUBSCRIBE without body", "\x82\x00", malformed),
		same("SUBSCRIBE, half an identifier", "\x82\x01\x00", malformed),
		ofBoth("SUBSCRIBE, identifier 0", 0x82, "\x00\x00", text("a")+"\x00", protocol),
		ofBoth("SUBSCRIBE, no filter", 0x82, "\x00\x01", "", protocol),
		ofBoth("SUBSCRIBE, filter cut off", 0x82, "\x00\x01", "\x00\x09a", malformed),
		ofBoth("SUBSCRIBE, filter with a zero", 0x82, "\x00\x01", text(utf8Zero)+"\x00", malformed),
		ofBoth("SUBSCRIBE, filter no UTF-8", 0x82, "\x00\x01", text(utf8Bad)+"\x00", malformed),
		ofBoth("SUBSCRIBE, QoS 2", 0x82, "\x00\x01", text("a")+"\x02", 0x9b),
		ofBoth("SUBSCRIBE, QoS 3", 0x82, "\x00\x01", text("a")+"\x03", protocol),
		ofBoth("SUBSCRIBE, nine filters", 0x82, "\x00\x01", strings.Repeat(text("a")+"\x00", 9), 0x97),
		{name: "SUBSCRIBE without options", v4: packet(0x82, "\x00\x01"+text("a")), code: malformed},
		{name: "SUBSCRIBE without options", v5: packet(0x82, "\x00\x01\x00"+text("a")), code: malformed},
		{name: "SUBSCRIBE, the second without options", v5: packet(0x82, "\x00\x01\x00"+text("a")+"\x00"+text("b")), code: malformed},
		{name: "SUBSCRIBE, options of MQTT 5", v4: packet(0x82, "\x00\x01"+text("a")+"\x04")},
		v5("SUBSCRIBE, no properties", packet(0x82, "\x00\x01"), malformed),
		v5("SUBSCRIBE, Retain Handling 3", packet(0x82, "\x00\x01\x00"+text("a")+"\x30"), protocol),
		v5("SUBSCRIBE, No Local when shared", packet(0x82, "\x00\x01\x00"+text("$share/g/a")+"\x04"), protocol),
		v5("SUBSCRIBE, subscription identifier", packet(0x82, "\x00\x01\x02\x0b\x01"+text("a")+"\x00"), 0xa1),
		v5("SUBSCRIBE, property of PUBLISH", packet(0x82, "\x00\x01\x03\x23\x00\x01"+text("a")+"\x00"), malformed),

		ofBoth("UNSUBSCRIBE, reserved bits", 0xa0, "\x00\x01", text("a"), malformed),
		same("UNSUBSCRIBE without body", "\xa2\x00", malformed),
		ofBoth("UNSUBSCRIBE, identifier 0", 0xa2, "\x00\x00", text("a"), protocol),
		ofBoth("UNSUBSCRIBE, no filter", 0xa2, "\x00\x01", "", protocol),
		ofBoth("UNSUBSCRIBE, filter cut off", 0xa2, "\x00\x01", "\x00\x09a", malformed),
		ofBoth("UNSUBSCRIBE, filter no UTF-8", 0xa2, "\x00\x01", text(utf8Bad), malformed),

		same("PINGREQ, reserved bits", "\xc1\x00", malformed),
		same("PINGREQ with a body", "\xc0\x01x", malformed),
		same("DISCONNECT, reserved bits", "\xe1\x00", malformed),
		v5("DISCONNECT, property of PUBLISH", packet(0xe0, "\x00\x03\x23\x00\x01"), malformed),
		v5("DISCONNECT, properties cut off", packet(0xe0, "\x00\x7f\x1f"), malformed),
		v5("DISCONNECT, expiry from 0", packet(0xe0, "\x00\x05\x11\x00\x00\x00\x01"), protocol),
		same("CONNACK", "\x20\x02\x00\x00", malformed),
		same("CONNACK without body", "\x20\x00", malformed),
		same("SUBACK", packet(0x90, "\x00\x01\x00\x00"), protocol),
		same("UNSUBACK", packet(0xb0, "\x00\x01\x00\x00"), protocol),
		same("PINGRESP", "\xd0\x00", protocol),
		same("AUTH", packet(0xf0, "\x00\x00"), protocol),
		same("AUTH without body", "\xf0\x00", malformed),
		same("HTTP", "GET / HTTP/1.1\r\n\r\n", malformed),
	}
	for _, version := range []byte{4, 5} {
		all = append(all, same(fmt.Sprintf("CONNECT again, v%d", version), connectPacket(version, "d", "", "", "", ""), protocol))
	}
	return append(all, same("CONNECT again, cut off", packet(0x10, text("MQTT")), malformed))
}

func TestBadPackets(t *testing.T) {
	t.Parallel()
	e := emulator.Run(t, emulator.Options{Authorizer: answers(nil)})
	b := withBystander(t, e)
	for way, dial := range wires(e) {
		for _, tt := range badPackets() {
			for version, sent := range map[byte]string{4: tt.v4, 5: tt.v5} {
				if sent == "" {
					continue
				}
				t.Run(fmt.Sprintf("%s %s v%d", way, tt.name, version), func(t *testing.T) {
					conn := dialed(t, dial)
					r := bufio.NewReader(conn)
					_, _ = io.WriteString(conn, connectPacket(version, "d", "", "me", "x", ""))
					connack(t, r)
					e.Trace().Reset()
					_, _ = io.WriteString(conn, sent)
					got := until(t, &buffered{conn, r})
					switch {
					case version == 4 || tt.code == 0:
						if got != "" {
							t.Errorf("got %q, want the end alone (B-454)", got)
						}
					case len(got) < 3 || got[0] != 0xe0 || got[2] != tt.code:
						t.Errorf("got %q, want DISCONNECT 0x%02X (B-740)", got, tt.code)
					}
					ev := causeOf(t, e, "B-740")
					checkRecord(t, ev, trace.Disconnect, trace.PublishIn, trace.Subscribe)
					if ev.Reason != "CLIENT_ERROR" {
						t.Errorf("record: got %s %q, want CLIENT_ERROR (B-440)", ev.Reason, ev.Detail)
					}
					b.undisturbed(t, e)
				})
			}
		}
	}
	b.alone(t, e)
}

// connack reads a CONNACK with code 0.
func connack(t *testing.T, r *bufio.Reader) {
	t.Helper()
	first, err := r.ReadByte()
	n, err2 := binary.ReadUvarint(r)
	body := make([]byte, n)
	_, err3 := io.ReadFull(r, body)
	if err != nil || err2 != nil || err3 != nil || first != 0x20 || body[1] != 0 {
		t.Fatalf("got %02x % x, %v, %v, %v, want CONNACK 0", first, body, err, err2, err3)
	}
}

// buffered is a connection of which a part has been read ahead.
type buffered struct {
	net.Conn
	r io.Reader
}

func (b *buffered) Read(p []byte) (int, error) { return b.r.Read(p) }
