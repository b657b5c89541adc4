package wire_test

import (
	"math/rand/v2"
	"strings"

	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/suback/suback/emulator/wire"
)

// dice makes packets.
type dice struct{ *rand.Rand }

func (d dice) coin() bool { return d.IntN(2) == 0 }

// text is any text that MQTT allows, mostly short.
func (d dice) text() string {
	all := []rune("aé中\U0001f600\uffff\x01/+#$ ")
	var b strings.Builder
	for range []int{5, 0, 1, 127, 128, 16_383}[max(d.IntN(60)-54, 0)] {
		b.WriteRune(all[d.IntN(len(all))])
	}
	return b.String()
}

func (d dice) bytes() []byte {
	b := make([]byte, []int{2, 1, 100, 130, 17_000}[max(d.IntN(40)-35, 0)])
	for i := range b {
		b[i] = byte(d.Uint32())
	}
	return b
}

// properties are any of those that a packet may have, and none that it may not:
// the engine leaves those out.
func (d dice) properties() packets.Properties {
	p := packets.Properties{
		CorrelationData: d.bytes(), ContentType: d.text(), ReasonString: d.text(), ServerReference: d.text(),
		ResponseTopic:         strings.NewReplacer("+", "", "#", "").Replace(d.text()),
		MessageExpiryInterval: d.Uint32N(3), SessionExpiryInterval: d.Uint32(), WillDelayInterval: d.Uint32N(2),
		MaximumPacketSize: d.Uint32N(2) * d.Uint32(),
		ReceiveMaximum:    uint16(d.Uint32N(3)), TopicAliasMaximum: uint16(d.Uint32()), TopicAlias: uint16(d.Uint32N(3)),
		PayloadFormat: byte(d.IntN(2)), RequestProblemInfo: byte(d.IntN(2)), RequestResponseInfo: byte(d.IntN(2)),
		PayloadFormatFlag: d.coin(), SessionExpiryIntervalFlag: d.coin(), RequestProblemInfoFlag: d.coin(), TopicAliasFlag: d.coin(),
	}
	for range d.IntN(4) {
		p.User = append(p.User, packets.UserProperty{Key: d.text(), Val: d.text()})
	}
	if d.coin() {
		p.AuthenticationMethod, p.AuthenticationData = "m", d.bytes()
	}
	return p
}

// packet is any well-formed packet of a client but CONNECT.
func (d dice) packet(version byte) packets.Packet {
	kinds := []byte{packets.Publish, packets.Puback, packets.Pubrec, packets.Pubrel, packets.Pubcomp,
		packets.Subscribe, packets.Unsubscribe, packets.Pingreq}
	if version == 5 {
		kinds = append(kinds, packets.Auth)
	}
	pk := packets.Packet{ProtocolVersion: version, PacketID: uint16(1 + d.IntN(65535)),
		ReasonCode: byte(d.IntN(256)), Properties: d.properties()}
	pk.FixedHeader.Type = kinds[d.IntN(len(kinds))]
	switch pk.FixedHeader.Type {
	case packets.Publish:
		pk.FixedHeader.Qos, pk.FixedHeader.Retain = byte(d.IntN(3)), d.coin()
		pk.FixedHeader.Dup = pk.FixedHeader.Qos > 0 && d.coin()
		pk.TopicName, pk.Payload = d.text(), d.bytes()
	case packets.Pubrel, packets.Subscribe, packets.Unsubscribe:
		pk.FixedHeader.Qos = 1
	}
	if pk.FixedHeader.Type == packets.Subscribe && d.coin() {
		pk.Properties.SubscriptionIdentifier = []int{1 + d.IntN(wire.Largest)}
	}
	for range 1 + d.IntN(9) {
		f := packets.Subscription{Filter: d.text(), Qos: byte(d.IntN(3))}
		if version == 5 {
			f.NoLocal, f.RetainAsPublished, f.RetainHandling = d.coin(), d.coin(), byte(d.IntN(3))
		}
		pk.Filters = append(pk.Filters, f)
	}
	return pk
}

func (d dice) connect(version byte) packets.Packet {
	c := packets.ConnectParams{ProtocolName: []byte("MQTT"), ClientIdentifier: d.text(), Keepalive: uint16(d.Uint32()),
		Clean: d.coin(), WillFlag: d.coin(), UsernameFlag: d.coin()}
	if version == 3 {
		c.ProtocolName = []byte("MQIsdp")
	}
	if c.WillFlag {
		c.WillTopic, c.WillPayload, c.WillProperties = d.text(), d.bytes(), d.properties()
		c.WillQos, c.WillRetain = byte(d.IntN(3)), d.coin()
	}
	if c.UsernameFlag {
		c.Username, c.PasswordFlag = []byte(d.text()), d.coin()
	}
	if c.PasswordFlag {
		c.Password = d.bytes()
	}
	return packets.Packet{FixedHeader: packets.FixedHeader{Type: packets.Connect}, ProtocolVersion: version,
		Connect: c, Properties: d.properties()}
}
