package emulator_test

import (
	"crypto/tls"
	"fmt"
	"slices"
	"testing"
	"time"

	packets3 "github.com/eclipse/paho.mqtt.golang/packets"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/hooks"
)

// The client of TestCoreMQTT: MQTT 3.1.1 packet by packet, over TLS with a
// certificate.

const coreTopic, coreLWT = "coremqtt/iot/integration/test", "coremqtt/iot/integration/test/lwt"

// A coreMQTT is a client as the group makes them: keep alive 5 s, always with a
// will, identifiers that go on after a reconnect.
type coreMQTT struct {
	t       *testing.T
	f       fleet
	config  *tls.Config
	id      string
	conn    *tls.Conn
	last    uint16 // packet identifier
	session bool   // the last CONNACK had Session Present
}

// corePolicy is what the group's device may do.
const corePolicy = `{
  "Version": "2012-10-17",
  "Statement": {"Effect": "Allow", "Action": "iot:*", "Resource": "*"}
}`

func newCoreMQTT(t *testing.T) *coreMQTT {
	t.Helper()
	f := newFleet(t, emulator.Options{})
	device := newIssuer(t).device(t, "acme")
	registered, err := f.RegisterCertificateWithoutCA(pemText(device), registry.Active)
	must(t, err)
	_, err = f.CreatePolicy("core", corePolicy)
	must(t, err)
	must(t, f.AttachPolicy("core", registered.CertificateArn))
	return &coreMQTT{t: t, f: f, config: f.mutual(emulator.MQTTS, device), id: "7coremqtt"}
}

func (c *coreMQTT) connect(clean bool) {
	c.t.Helper()
	conn, err := tls.Dial("tcp", c.f.Addr(emulator.MQTTS), c.config)
	must(c.t, err)
	c.t.Cleanup(func() { _ = conn.Close() })
	must(c.t, conn.SetDeadline(time.Now().Add(patience)))
	c.conn = conn
	p := packets3.NewControlPacket(packets3.Connect).(*packets3.ConnectPacket)
	p.ProtocolName, p.ProtocolVersion, p.Keepalive = "MQTT", 4, 5
	p.ClientIdentifier, p.CleanSession = c.id, clean
	p.WillFlag, p.WillTopic, p.WillMessage = true, coreLWT, []byte("Hello World!")
	c.send(p)
	ack, ok := c.read().(*packets3.ConnackPacket)
	if !ok || ack.ReturnCode != 0 {
		c.t.Fatalf("%s: got %v, want CONNACK 0", c.id, ack)
	}
	c.session = ack.SessionPresent
}

// cut is what ends the network below the client: its test group calls it abrupt. The
// gateway has seen it then, so that what connects next takes nothing over.
func (c *coreMQTT) cut() {
	_ = c.conn.Close()
	eventually(c.t, c.id+" is gone", func() bool {
		return !slices.ContainsFunc(c.f.Clients(), func(one hooks.ClientInfo) bool { return one.ClientID == c.id })
	})
}

func (c *coreMQTT) send(p packets3.ControlPacket) {
	c.t.Helper()
	must(c.t, p.Write(c.conn))
}

func (c *coreMQTT) read() packets3.ControlPacket {
	c.t.Helper()
	p, err := packets3.ReadPacket(c.conn)
	must(c.t, err)
	return p
}

func (c *coreMQTT) next() uint16 { c.last++; return c.last }

// subscribe asks for QoS 0 and 1 in turn, from the first one.
func (c *coreMQTT) subscribe(first byte, filters ...string) {
	c.t.Helper()
	p := packets3.NewControlPacket(packets3.Subscribe).(*packets3.SubscribePacket)
	p.MessageID, p.Topics = c.next(), filters
	for i := range filters {
		p.Qoss = append(p.Qoss, (first+byte(i))%2)
	}
	c.send(p)
}

func (c *coreMQTT) unsubscribe(filters ...string) {
	c.t.Helper()
	p := packets3.NewControlPacket(packets3.Unsubscribe).(*packets3.UnsubscribePacket)
	p.MessageID, p.Topics = c.next(), filters
	c.send(p)
}

func (c *coreMQTT) message(topic string, qos byte, id uint16) *packets3.PublishPacket {
	p := packets3.NewControlPacket(packets3.Publish).(*packets3.PublishPacket)
	p.TopicName, p.Qos, p.Payload, p.MessageID = topic, qos, []byte("Hello World!"), id
	return p
}

func (c *coreMQTT) puback(id uint16) {
	c.t.Helper()
	p := packets3.NewControlPacket(packets3.Puback).(*packets3.PubackPacket)
	p.MessageID = id
	c.send(p)
}

// expect reads as many packets as are wanted, in any order, and returns the
// identifier of the last PUBLISH with QoS 1, which it does not acknowledge.
func (c *coreMQTT) expect(want ...string) (held uint16) {
	c.t.Helper()
	var got []string
	for range want {
		p := c.read()
		if m, ok := p.(*packets3.PublishPacket); ok && m.Qos == 1 {
			held = m.MessageID
		}
		got = append(got, coreText(p))
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		c.t.Fatalf("%s: got %q, want %q", c.id, got, want)
	}
	return held
}

// coreText has of a packet what the group looks at. The identifiers of what the
// gateway sends are its own.
func coreText(p packets3.ControlPacket) string {
	switch p := p.(type) {
	case *packets3.SubackPacket:
		return fmt.Sprint("SUBACK ", p.MessageID, " ", p.ReturnCodes)
	case *packets3.UnsubackPacket:
		return fmt.Sprint("UNSUBACK ", p.MessageID)
	case *packets3.PubackPacket:
		return fmt.Sprint("PUBACK ", p.MessageID)
	case *packets3.PublishPacket:
		retained := map[bool]string{true: " retained"}[p.Retain]
		return fmt.Sprint(p.TopicName, " QoS ", p.Qos, retained, " ", string(p.Payload))
	default:
		return p.String()
	}
}

// idle fails if anything is still on its way to the client.
func (c *coreMQTT) idle() {
	c.t.Helper()
	c.send(packets3.NewControlPacket(packets3.Pingreq))
	p := c.read()
	if _, ok := p.(*packets3.PingrespPacket); !ok {
		c.t.Errorf("%s: got %s, want nothing before the PINGRESP", c.id, p)
	}
}

func (c *coreMQTT) sessionPresent(want bool) {
	c.t.Helper()
	if c.session != want {
		c.t.Fatalf("got Session Present %v, want %v", c.session, want)
	}
}
