package mqtttest

import "github.com/mochi-mqtt/server/v2/packets"

// A Change makes a packet another than it would be.
type Change func(*packets.Packet)

// User gives a CONNECT a user name and a password.
func User(name, password string) Change {
	return func(pk *packets.Packet) {
		pk.Connect.UsernameFlag, pk.Connect.Username = true, []byte(name)
		pk.Connect.PasswordFlag, pk.Connect.Password = true, []byte(password)
	}
}

// Will gives a CONNECT a will.
func Will(topic, payload string, qos byte) Change {
	return func(pk *packets.Packet) {
		pk.Connect.WillFlag, pk.Connect.WillQos = true, qos
		pk.Connect.WillTopic, pk.Connect.WillPayload = topic, []byte(payload)
	}
}

// Persistent makes a CONNECT ask for the session there is, to last for seconds; MQTT 3
// cannot say how long.
func Persistent(seconds uint32) Change {
	return func(pk *packets.Packet) {
		pk.Connect.Clean = false // Clean Start, in MQTT 5
		pk.Properties.SessionExpiryInterval, pk.Properties.SessionExpiryIntervalFlag = seconds, true
	}
}

// QoS is that of a PUBLISH, and of each filter of a SUBSCRIBE. Default 1.
func QoS(qos byte) Change {
	return func(pk *packets.Packet) {
		if pk.FixedHeader.Type == packets.Publish {
			pk.FixedHeader.Qos = qos
		}
		for i := range pk.Filters {
			pk.Filters[i].Qos = qos
		}
	}
}

// Retain makes a PUBLISH leave its message.
func Retain(pk *packets.Packet) { pk.FixedHeader.Retain = true }

// Connect sends CONNECT, with a clean start and a keep alive of 60 seconds, and returns
// the CONNACK, whatever it says.
func (c *Client) Connect(version byte, id string, changes ...Change) (packets.Packet, error) {
	c.Version = version
	pk := packets.Packet{FixedHeader: packets.FixedHeader{Type: packets.Connect}, Connect: packets.ConnectParams{
		ProtocolName: []byte("MQTT"), ClientIdentifier: id, Clean: true, Keepalive: 60}}
	if version == 3 {
		pk.Connect.ProtocolName = []byte("MQIsdp")
	}
	return c.ask(pk, packets.Connack, changes)
}

// Subscribe subscribes to a filter, and returns the SUBACK: see its ReasonCodes.
func (c *Client) Subscribe(filter string, changes ...Change) (packets.Packet, error) {
	pk := packets.Packet{FixedHeader: packets.FixedHeader{Type: packets.Subscribe, Qos: 1}, PacketID: c.next(),
		Filters: packets.Subscriptions{{Filter: filter, Qos: 1}}}
	return c.ask(pk, packets.Suback, changes)
}

// Unsubscribe returns the UNSUBACK.
func (c *Client) Unsubscribe(filter string) (packets.Packet, error) {
	pk := packets.Packet{FixedHeader: packets.FixedHeader{Type: packets.Unsubscribe, Qos: 1}, PacketID: c.next(),
		Filters: packets.Subscriptions{{Filter: filter}}}
	return c.ask(pk, packets.Unsuback, nil)
}

// Publish publishes a message and returns its PUBACK; with QoS 0 there is none.
func (c *Client) Publish(topic, payload string, changes ...Change) (packets.Packet, error) {
	pk := packets.Packet{FixedHeader: packets.FixedHeader{Type: packets.Publish, Qos: 1}, PacketID: c.next(),
		TopicName: topic, Payload: []byte(payload)}
	for _, change := range changes {
		change(&pk)
	}
	if pk.FixedHeader.Qos == 0 {
		return packets.Packet{}, c.Write(pk)
	}
	return c.ask(pk, packets.Puback, nil)
}

// Acknowledge sends the PUBACK of a message.
func (c *Client) Acknowledge(message packets.Packet) error {
	puback := packets.FixedHeader{Type: packets.Puback}
	return c.Write(packets.Packet{FixedHeader: puback, PacketID: message.PacketID})
}

// Ping sends PINGREQ and waits for its answer: what the gateway sent before has come.
func (c *Client) Ping() error {
	pingreq := packets.FixedHeader{Type: packets.Pingreq}
	_, err := c.ask(packets.Packet{FixedHeader: pingreq}, packets.Pingresp, nil)
	return err
}

// Disconnect sends DISCONNECT: no will is sent. The gateway ends the connection.
func (c *Client) Disconnect(changes ...Change) error {
	pk := packets.Packet{FixedHeader: packets.FixedHeader{Type: packets.Disconnect}}
	for _, change := range changes {
		change(&pk)
	}
	return c.Write(pk)
}

// ask sends a packet and returns its answer.
func (c *Client) ask(pk packets.Packet, answer byte, changes []Change) (packets.Packet, error) {
	for _, change := range changes {
		change(&pk)
	}
	if err := c.Write(pk); err != nil {
		return packets.Packet{}, err
	}
	return c.Await(answer)
}

// next is a packet identifier, never 0.
func (c *Client) next() uint16 {
	c.id = c.id%65535 + 1
	return c.id
}
