package dataplane_test

import (
	"errors"
	"io"
	"testing"
	"time"

	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/suback/suback/emulator/mqtttest"
)

// patience bounds every wait of the tests.
const patience = 5 * time.Second

// A device speaks MQTT, and acknowledges only when it is told to.
type device struct {
	testing.TB
	*mqtttest.Client
}

// device connects one with a policy; expiry above 0 makes its session last that
// many seconds, in MQTT 3.1.1 as long as the account allows.
func (b *broker) device(t testing.TB, version byte, id, policy string, expiry uint32, more ...func(*packets.Packet)) *device {
	t.Helper()
	c, err := mqtttest.Dial(t.Context(), "tcp://"+b.addr["mqtt"], nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	d := &device{t, c}
	ack, err := c.Connect(version, id, func(pk *packets.Packet) {
		pk.Connect.UsernameFlag, pk.Connect.Username = true, []byte(policy)
		pk.Connect.Clean = version == 4 && expiry == 0
		if version == 5 {
			pk.Properties.SessionExpiryInterval, pk.Properties.SessionExpiryIntervalFlag = expiry, true
		}
		for _, change := range more {
			change(pk)
		}
	})
	if err != nil || ack.ReasonCode != 0 {
		t.Fatalf("got %+v, %v, want CONNACK 0", ack, err)
	}
	return d
}

// withWill makes a CONNECT leave a will on a topic.
func withWill(topic string) func(*packets.Packet) { return mqtttest.Will(topic, "gone", 0) }

// write sends a packet of a type.
func (d *device) write(kind byte, pk packets.Packet) {
	d.Helper()
	pk.FixedHeader.Type = kind
	if err := d.Write(pk); err != nil {
		d.Fatalf("%s: %v", packets.PacketNames[kind], err)
	}
}

func (d *device) subscribe(filters ...string) *device {
	d.Helper()
	for _, filter := range filters {
		d.write(packets.Subscribe, packets.Packet{FixedHeader: packets.FixedHeader{Qos: 1}, PacketID: 9,
			Filters: packets.Subscriptions{{Filter: filter, Qos: 1}}})
		if ack := d.read(); ack.FixedHeader.Type != packets.Suback || ack.ReasonCodes[0] != 1 {
			d.Fatalf("got %+v, want SUBACK 1", ack)
		}
	}
	return d
}

func (d *device) publish(topic, payload string, retain bool, p packets.Properties) {
	d.Helper()
	d.write(packets.Publish, packets.Packet{FixedHeader: packets.FixedHeader{Qos: 1, Retain: retain},
		PacketID: 7, TopicName: topic, Payload: []byte(payload), Properties: p})
	if ack := d.read(); ack.FixedHeader.Type != packets.Puback || ack.ReasonCode != 0 {
		d.Fatalf("got %+v, want PUBACK 0", ack)
	}
}

func (d *device) acknowledge(id uint16) {
	d.Helper()
	d.write(packets.Puback, packets.Packet{PacketID: id})
}

func (d *device) disconnect() {
	d.Helper()
	d.write(packets.Disconnect, packets.Packet{})
	d.ended()
}

// ended reads to the end of the connection, and returns MQTT 5's reason code and
// reason string, if there was a DISCONNECT.
func (d *device) ended() (code byte, reason string) {
	d.Helper()
	pk, err := d.Read()
	switch {
	case errors.Is(err, io.EOF):
		return 0, ""
	case err != nil || pk.FixedHeader.Type != packets.Disconnect:
		d.Fatalf("got %+v, %v, want the end", pk, err)
	}
	if _, err := d.Read(); !errors.Is(err, io.EOF) {
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
	d.write(packets.Pingreq, packets.Packet{})
	if got := d.read(); got.FixedHeader.Type != packets.Pingresp {
		d.Errorf("got %+v, want PINGRESP (%s)", got, source)
	}
}

func (d *device) read() packets.Packet {
	d.Helper()
	pk, err := d.Read()
	if err != nil {
		d.Fatal(err)
	}
	return pk
}
