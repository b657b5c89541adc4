package wire_test

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/mochi-mqtt/server/v2/packets"
)

// encode is a packet as the engine writes it.
func encode(pk packets.Packet) (string, error) {
	var buf bytes.Buffer
	pk.Mods.AllowResponseInfo = true
	err := map[byte]func(*bytes.Buffer) error{
		packets.Connect: pk.ConnectEncode, packets.Publish: pk.PublishEncode, packets.Puback: pk.PubackEncode,
		packets.Pubrec: pk.PubrecEncode, packets.Pubrel: pk.PubrelEncode, packets.Pubcomp: pk.PubcompEncode,
		packets.Subscribe: pk.SubscribeEncode, packets.Unsubscribe: pk.UnsubscribeEncode, packets.Pingreq: pk.PingreqEncode,
		packets.Disconnect: pk.DisconnectEncode, packets.Auth: pk.AuthEncode,
	}[pk.FixedHeader.Type](&buf)
	return buf.String(), err
}

// decode reads a whole packet as the engine does.
func decode(version byte, sent string) (pk packets.Packet, err error) {
	pk.ProtocolVersion = version
	if err := pk.FixedHeader.Decode(sent[0]); err != nil {
		return pk, err
	}
	n, width, err := packets.DecodeLength(strings.NewReader(sent[1:]))
	if err != nil {
		return pk, err
	}
	pk.FixedHeader.Remaining = n
	read := map[byte]func([]byte) error{
		packets.Connect: pk.ConnectDecode, packets.Connack: pk.ConnackDecode, packets.Publish: pk.PublishDecode,
		packets.Puback: pk.PubackDecode, packets.Pubrec: pk.PubrecDecode, packets.Pubrel: pk.PubrelDecode, packets.Pubcomp: pk.PubcompDecode,
		packets.Subscribe: pk.SubscribeDecode, packets.Suback: pk.SubackDecode,
		packets.Unsubscribe: pk.UnsubscribeDecode, packets.Unsuback: pk.UnsubackDecode,
		packets.Pingreq: pk.PingreqDecode, packets.Pingresp: pk.PingrespDecode,
		packets.Disconnect: pk.DisconnectDecode, packets.Auth: pk.AuthDecode,
	}[pk.FixedHeader.Type]
	err = read([]byte(sent)[1+width:])
	return pk, err
}

// The engine's own examples: those it calls right are passed on.
func TestEnginesExamples(t *testing.T) {
	n := 0
	for kind, cases := range packets.TPacketData {
		switch kind {
		case packets.Connack, packets.Suback, packets.Unsuback, packets.Pingresp: // a server's
			continue
		}
		for _, tt := range cases {
			if tt.Expect != nil || tt.FailFirst != nil || tt.Group != "" && tt.Group != "decode" || tt.Packet == nil || len(tt.RawBytes) == 0 {
				continue
			}
			n++
			sent := string(tt.RawBytes)
			if kind != packets.Connect {
				sent = hello(max(tt.Packet.ProtocolVersion, 4)) + sent
			}
			name, servers := packets.PacketNames[kind]+" "+tt.Desc, kind == packets.Publish && len(tt.Packet.Properties.SubscriptionIdentifier) > 0
			wrong := servers || name == "Publish dup" // [MQTT-3.3.4-6]; [MQTT-3.3.1-2], which the engine's own decoder does not take
			if passed, bad := readEveryWay(t, sent, 0); (bad == nil && passed == sent) == wrong {
				t.Errorf("%s: %q: got %v, want it passed on: %v", name, tt.RawBytes, bad, !wrong)
			}
		}
	}
	if n < 30 {
		t.Errorf("%d examples, want more: has the engine moved them?", n)
	}
}

// Whatever the engine's encoder makes of a packet that is right is passed on
// unchanged, and decoded to the same again.
func TestRoundTripEngine(t *testing.T) {
	d := dice{rand.New(rand.NewPCG(1, 2))}
	for i := range 120 {
		version := byte(3 + i%3)
		var sent []string
		for j := range 6 {
			pk := d.packet(version)
			if j == 0 {
				pk = d.connect(version)
			}
			one, err := encode(pk)
			if err != nil {
				t.Fatal(err)
			}
			sent = append(sent, one)
		}
		passed, bad := readEveryWay(t, strings.Join(sent, ""), 0)
		if bad != nil || passed != strings.Join(sent, "") {
			t.Fatalf("version %d: got %v, want passed on: %.300q", version, bad, sent)
		}
		for _, one := range sent {
			pk, err := decode(version, one)
			again, err2 := encode(pk)
			if err != nil || err2 != nil || again != one {
				t.Fatalf("got %.300q, %v, %v, want %.300q", again, err, err2, one)
			}
		}
	}
}
