package wire_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	paho5 "github.com/eclipse/paho.golang/packets"
	paho3 "github.com/eclipse/paho.mqtt.golang/packets"

	"github.com/suback/suback/emulator/wire"
)

// What paho's encoder for MQTT 5 makes is passed on, but for its AUTH, which has
// flags of 1 [MQTT-3.15.1-1].
func TestRoundTripPaho5(t *testing.T) {
	d := dice{rand.New(rand.NewPCG(3, 4))}
	for range 60 {
		var sent bytes.Buffer
		for _, kind := range []byte{paho5.CONNECT, paho5.PUBLISH, paho5.PUBACK, paho5.PUBREC, paho5.PUBREL, paho5.PUBCOMP,
			paho5.SUBSCRIBE, paho5.UNSUBSCRIBE, paho5.PINGREQ, paho5.DISCONNECT} {
			if _, err := d.pahoPacket(kind).WriteTo(&sent); err != nil {
				t.Fatal(err)
			}
		}
		if passed, bad := readEveryWay(t, sent.String(), 0); bad != nil || passed != sent.String() {
			t.Fatalf("got %v after %d bytes of %d, want all passed on", bad, len(passed), sent.Len())
		}
	}
}

func (d dice) pahoPacket(kind byte) *paho5.ControlPacket {
	pk := paho5.NewControlPacket(kind)
	switch c := pk.Content.(type) {
	case *paho5.Connect:
		c.ClientID, c.KeepAlive, c.CleanStart = d.text(), uint16(d.Uint32()), d.coin()
		c.UsernameFlag, c.Username, c.PasswordFlag, c.Password = true, d.text(), d.coin(), d.bytes()
		c.Properties = &paho5.Properties{SessionExpiryInterval: new(d.Uint32()), ReceiveMaximum: new(uint16(1)),
			MaximumPacketSize: new(uint32(512)), TopicAliasMaximum: new(uint16(0)), RequestProblemInfo: new(byte(0)),
			RequestResponseInfo: new(byte(1)), AuthMethod: "m", AuthData: d.bytes(), User: d.pahoUser()}
		if c.WillFlag = d.coin(); c.WillFlag {
			c.WillTopic, c.WillMessage, c.WillQOS, c.WillRetain = d.text(), d.bytes(), 1, d.coin()
			c.WillProperties = d.pahoMessage()
			c.WillProperties.WillDelayInterval = new(d.Uint32())
		}
	case *paho5.Publish:
		c.Topic, c.Payload, c.QoS, c.PacketID, c.Properties = d.text(), d.bytes(), byte(d.IntN(3)), 7, d.pahoMessage()
		c.Properties.TopicAlias = new(uint16(1))
	case *paho5.Puback:
		c.PacketID, c.ReasonCode, c.Properties = 7, byte(d.IntN(256)), &paho5.Properties{ReasonString: d.text(), User: d.pahoUser()}
	case *paho5.Pubrec:
		c.PacketID, c.ReasonCode, c.Properties = 7, byte(d.IntN(256)), &paho5.Properties{ReasonString: d.text(), User: d.pahoUser()}
	case *paho5.Pubrel:
		c.PacketID, c.ReasonCode, c.Properties = 7, byte(d.IntN(256)), &paho5.Properties{ReasonString: d.text(), User: d.pahoUser()}
	case *paho5.Pubcomp:
		c.PacketID, c.ReasonCode, c.Properties = 7, byte(d.IntN(256)), &paho5.Properties{ReasonString: d.text(), User: d.pahoUser()}
	case *paho5.Subscribe:
		c.PacketID, c.Properties = 7, &paho5.Properties{SubscriptionIdentifier: new(1 + d.IntN(wire.Largest)), User: d.pahoUser()}
		c.Subscriptions = []paho5.SubOptions{{Topic: d.text(), QoS: byte(d.IntN(3)), NoLocal: d.coin(), RetainAsPublished: d.coin(),
			RetainHandling: byte(d.IntN(3))}, {Topic: d.text()}}
	case *paho5.Unsubscribe:
		c.PacketID, c.Topics, c.Properties = 7, []string{d.text(), d.text()}, &paho5.Properties{User: d.pahoUser()}
	case *paho5.Disconnect:
		c.ReasonCode, c.Properties = 4, &paho5.Properties{SessionExpiryInterval: new(d.Uint32()), ReasonString: d.text(), User: d.pahoUser()}
	}
	return pk
}

func (d dice) pahoMessage() *paho5.Properties {
	return &paho5.Properties{PayloadFormat: new(byte(d.IntN(2))), MessageExpiry: new(d.Uint32()), ContentType: d.text(),
		ResponseTopic: d.text(), CorrelationData: d.bytes(), User: d.pahoUser()}
}

func (d dice) pahoUser() (all []paho5.User) {
	for range d.IntN(4) {
		all = append(all, paho5.User{Key: d.text(), Value: d.text()})
	}
	return all
}

// What paho's encoder for MQTT 3.1 and 3.1.1 makes is passed on.
func TestRoundTripPaho3(t *testing.T) {
	d := dice{rand.New(rand.NewPCG(5, 6))}
	for i := range 60 {
		c := paho3.NewControlPacket(paho3.Connect).(*paho3.ConnectPacket)
		c.ProtocolName, c.ProtocolVersion = []string{"MQIsdp", "MQTT"}[i%2], byte(3+i%2)
		c.ClientIdentifier, c.CleanSession, c.Keepalive = d.text(), d.coin(), uint16(d.Uint32())
		c.UsernameFlag, c.Username, c.PasswordFlag, c.Password = true, d.text(), true, d.bytes()
		c.WillFlag, c.WillTopic, c.WillMessage, c.WillQos, c.WillRetain = true, d.text(), d.bytes(), 1, d.coin()
		p := paho3.NewControlPacket(paho3.Publish).(*paho3.PublishPacket)
		p.TopicName, p.Payload, p.Qos, p.MessageID, p.Retain = d.text(), d.bytes(), byte(d.IntN(3)), 7, d.coin()
		s := paho3.NewControlPacket(paho3.Subscribe).(*paho3.SubscribePacket)
		s.MessageID, s.Topics, s.Qoss = 7, []string{d.text(), d.text()}, []byte{0, 2}
		u := paho3.NewControlPacket(paho3.Unsubscribe).(*paho3.UnsubscribePacket)
		u.MessageID, u.Topics = 7, []string{d.text(), d.text()}
		all := []paho3.ControlPacket{c, p, s, u, paho3.NewControlPacket(paho3.Pingreq)}
		for _, kind := range []byte{paho3.Puback, paho3.Pubrec, paho3.Pubrel, paho3.Pubcomp} {
			ack := paho3.NewControlPacket(kind)
			switch a := ack.(type) {
			case *paho3.PubackPacket:
				a.MessageID = 7
			case *paho3.PubrecPacket:
				a.MessageID = 7
			case *paho3.PubrelPacket:
				a.MessageID = 7
			case *paho3.PubcompPacket:
				a.MessageID = 7
			}
			all = append(all, ack)
		}
		var sent bytes.Buffer
		for _, pk := range append(all, paho3.NewControlPacket(paho3.Disconnect)) {
			if err := pk.Write(&sent); err != nil {
				t.Fatal(err)
			}
		}
		if passed, bad := readEveryWay(t, sent.String(), 0); bad != nil || passed != sent.String() {
			t.Fatalf("%s: got %v after %d bytes of %d, want all passed on", fmt.Sprint(c), bad, len(passed), sent.Len())
		}
	}
}
