package dataplane_test

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"testing"
	"time"

	"github.com/mochi-mqtt/server/v2/packets"
)

// patience bounds every wait of the tests.
const patience = 5 * time.Second

// A device speaks MQTT, and acknowledges only when it is told to.
type device struct {
	testing.TB
	conn    net.Conn
	r       *bufio.Reader
	version byte
}

// device connects one with a policy; expiry above 0 makes its session last that
// many seconds, in MQTT 3.1.1 as long as the account allows.
func (b *broker) device(t testing.TB, version byte, id, policy string, expiry uint32, more ...func(*packets.Packet)) *device {
	t.Helper()
	conn, err := net.Dial("tcp", b.addr["mqtt"])
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	d := &device{TB: t, conn: conn, r: bufio.NewReader(conn), version: version}
	pk := packets.Packet{FixedHeader: packets.FixedHeader{Type: packets.Connect}, ProtocolVersion: version,
		Connect: packets.ConnectParams{ProtocolName: []byte("MQTT"), ClientIdentifier: id, Clean: version == 4 && expiry == 0, Keepalive: 60,
			UsernameFlag: true, Username: []byte(policy)}}
	if version == 5 {
		pk.Properties.SessionExpiryInterval, pk.Properties.SessionExpiryIntervalFlag = expiry, true
	}
	for _, change := range more {
		change(&pk)
	}
	d.write(pk, pk.ConnectEncode)
	if ack := d.read(); ack.FixedHeader.Type != packets.Connack || ack.ReasonCode != 0 {
		t.Fatalf("got %+v, want CONNACK 0", ack)
	}
	return d
}

// withWill makes a CONNECT leave a will on a topic.
func withWill(topic string) func(*packets.Packet) {
	return func(pk *packets.Packet) {
		pk.Connect.WillFlag, pk.Connect.WillTopic, pk.Connect.WillPayload = true, topic, []byte("gone")
	}
}

func (d *device) write(pk packets.Packet, encode func(*bytes.Buffer) error) {
	d.Helper()
	var buf bytes.Buffer
	err := encode(&buf)
	if err == nil {
		_, err = d.conn.Write(buf.Bytes())
	}
	if err != nil {
		d.Fatalf("%s: %v", packets.PacketNames[pk.FixedHeader.Type], err)
	}
}

func (d *device) subscribe(filters ...string) *device {
	d.Helper()
	for _, filter := range filters {
		pk := packets.Packet{FixedHeader: packets.FixedHeader{Type: packets.Subscribe, Qos: 1}, ProtocolVersion: d.version, PacketID: 9,
			Filters: packets.Subscriptions{{Filter: filter, Qos: 1}}}
		d.write(pk, pk.SubscribeEncode)
		if ack := d.read(); ack.FixedHeader.Type != packets.Suback || ack.ReasonCodes[0] != 1 {
			d.Fatalf("got %+v, want SUBACK 1", ack)
		}
	}
	return d
}

func (d *device) publish(topic, payload string, retain bool, p packets.Properties) {
	d.Helper()
	pk := packets.Packet{FixedHeader: packets.FixedHeader{Type: packets.Publish, Qos: 1, Retain: retain}, ProtocolVersion: d.version,
		PacketID: 7, TopicName: topic, Payload: []byte(payload), Properties: p}
	d.write(pk, pk.PublishEncode)
	if ack := d.read(); ack.FixedHeader.Type != packets.Puback || ack.ReasonCode != 0 {
		d.Fatalf("got %+v, want PUBACK 0", ack)
	}
}

func (d *device) acknowledge(id uint16) {
	d.Helper()
	pk := packets.Packet{FixedHeader: packets.FixedHeader{Type: packets.Puback}, ProtocolVersion: d.version, PacketID: id}
	d.write(pk, pk.PubackEncode)
}

func (d *device) disconnect() {
	d.Helper()
	pk := packets.Packet{FixedHeader: packets.FixedHeader{Type: packets.Disconnect}, ProtocolVersion: d.version}
	d.write(pk, pk.DisconnectEncode)
	d.ended()
}

// ended reads to the end of the connection, and returns MQTT 5's reason code and
// reason string, if there was a DISCONNECT.
func (d *device) ended() (code byte, reason string) {
	d.Helper()
	pk, err := d.next()
	switch {
	case errors.Is(err, io.EOF):
		return 0, ""
	case err != nil || pk.FixedHeader.Type != packets.Disconnect:
		d.Fatalf("got %+v, %v, want the end", pk, err)
	}
	if _, err := d.next(); !errors.Is(err, io.EOF) {
		d.Fatalf("got %v after DISCONNECT, want the end", err)
	}
	return pk.ReasonCode, pk.Properties.ReasonString
}

// receives wants a message.
func (d *device) receives(topic, payload, source string) packets.Packet {
	d.Helper()
	pk := d.read()
	if pk.FixedHeader.Type != packets.Publish || pk.TopicName != topic || payload != "" && string(pk.Payload) != payload {
		d.Fatalf("got %+v, want %q on %s (%s)", pk, payload, topic, source)
	}
	return pk
}

// lives wants nothing but the answer to a PINGREQ.
func (d *device) lives(source string) {
	d.Helper()
	pk := packets.Packet{FixedHeader: packets.FixedHeader{Type: packets.Pingreq}, ProtocolVersion: d.version}
	d.write(pk, pk.PingreqEncode)
	if got := d.read(); got.FixedHeader.Type != packets.Pingresp {
		d.Errorf("got %+v, want PINGRESP (%s)", got, source)
	}
}

func (d *device) read() packets.Packet {
	d.Helper()
	pk, err := d.next()
	if err != nil {
		d.Fatal(err)
	}
	return pk
}

func (d *device) next() (pk packets.Packet, err error) {
	_ = d.conn.SetReadDeadline(time.Now().Add(patience))
	pk.ProtocolVersion = d.version
	first, err := d.r.ReadByte()
	if err != nil {
		return pk, err
	}
	if err = pk.FixedHeader.Decode(first); err != nil {
		return pk, err
	}
	n, _, err := packets.DecodeLength(d.r)
	if err != nil {
		return pk, err
	}
	pk.FixedHeader.Remaining = n
	body := make([]byte, n)
	if _, err = io.ReadFull(d.r, body); err != nil {
		return pk, err
	}
	decode := map[byte]func([]byte) error{packets.Connack: pk.ConnackDecode, packets.Puback: pk.PubackDecode, packets.Suback: pk.SubackDecode,
		packets.Publish: pk.PublishDecode, packets.Disconnect: pk.DisconnectDecode}[pk.FixedHeader.Type]
	if decode != nil {
		err = decode(body)
	}
	return pk, err
}
