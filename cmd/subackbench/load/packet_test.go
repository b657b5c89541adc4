package load

import (
	"bytes"
	"testing"

	"github.com/mochi-mqtt/server/v2/packets"
)

func TestNext(t *testing.T) {
	long := append([]byte{typePublish, 0x80, 0x01}, make([]byte, 128)...)
	tests := []struct {
		name        string
		b           []byte
		whole, body int
	}{
		{"nothing", nil, 0, 0},
		{"head alone", []byte{typePuback}, 0, 0},
		{"length, nothing behind it", []byte{typePuback, 2}, 0, 0},
		{"a byte missing", []byte{typePuback, 2, 0}, 0, 0},
		{"whole", []byte{typePuback, 2, 0, 1}, 4, 2},
		{"whole, and the next one begun", []byte{typePuback, 2, 0, 1, typePuback}, 4, 2},
		{"empty body", []byte{0xd0, 0}, 2, 2},
		{"length of two bytes", long, 131, 3},
		{"length of two bytes, one missing", long[:130], 0, 0},
		{"length begun", []byte{typePublish, 0x80}, 0, 0},
	}
	for _, test := range tests {
		if whole, body := next(test.b); whole != test.whole || body != test.body {
			t.Errorf("%s: got %d, %d, want %d, %d", test.name, whole, body, test.whole, test.body)
		}
	}
}

// The engine's codec reads what the generator writes.
func TestPacketsAreMQTT(t *testing.T) {
	for _, version := range []int{4, 5} {
		o := &options{version: version, user: "me", pass: "secret"}
		p := decode(t, o.connectPacket("id", true), version)
		if err := p.ConnectDecode(p.Payload); err != nil {
			t.Fatalf("MQTT %d: CONNECT: %v", version, err)
		}
		if c := p.Connect; c.Clean || c.ClientIdentifier != "id" || string(c.Username) != "me" || string(c.Password) != "secret" {
			t.Errorf("MQTT %d: got CONNECT %+v, want the persistent session id of me", version, c)
		}
		p = decode(t, o.subscribePacket(7, 1, "a/b", "c"), version)
		if err := p.SubscribeDecode(p.Payload); err != nil || p.PacketID != 7 || len(p.Filters) != 2 || p.Filters[1].Filter != "c" {
			t.Errorf("MQTT %d: got SUBSCRIBE %d %v, %v, want 7 with a/b and c", version, p.PacketID, p.Filters, err)
		}
		b, id, body := o.publishPacket("a/b", 1, true, []byte("payload"))
		if string(b[body:]) != "payload" {
			t.Errorf("MQTT %d: got payload %q at %d, want payload", version, b[body:], body)
		}
		b[id+1] = 9
		p = decode(t, b, version)
		if err := p.PublishDecode(p.Payload); err != nil || p.PacketID != 9 || !p.FixedHeader.Retain || p.TopicName != "a/b" {
			t.Errorf("MQTT %d: got PUBLISH %d %s %v, want 9 to a/b, retained", version, p.PacketID, p.TopicName, err)
		}
	}
}

func decode(t *testing.T, b []byte, version int) packets.Packet {
	t.Helper()
	whole, body := next(b)
	if whole != len(b) {
		t.Fatalf("got a packet of %d bytes, want %d", whole, len(b))
	}
	p := packets.Packet{ProtocolVersion: byte(version), Payload: bytes.Clone(b[body:])}
	if err := p.FixedHeader.Decode(b[0]); err != nil {
		t.Fatal(err)
	}
	p.FixedHeader.Remaining = len(b) - body
	return p
}

func TestIdentifiersAreNeverZero(t *testing.T) {
	i := identifiers(0xfffe)
	for _, want := range []uint16{0xffff, 1, 2} {
		if got := i.next(); got != want {
			t.Errorf("got %d, want %d", got, want)
		}
	}
}
