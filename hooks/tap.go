package hooks

import (
	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/suback/suback/emulator/tap"
)

// What goes over a connection, for who reads the packets of its client
//
//   - what the client sends is told as it is read, before it is judged
//   - what it is sent is told as it is handed to the connection; a fault may hold that back

// heard tells of a packet that a client has sent.
func (h *Hook) heard(c *client, pk *packets.Packet) {
	if !h.opts.Tap.Wants(c.id) {
		return
	}
	p := c.packet(tap.Packet{Type: packetName(pk.FixedHeader.Type), From: "client", ID: pk.PacketID})
	switch pk.FixedHeader.Type {
	case packets.Connect:
		p = c.connecting(p)
	case packets.Publish:
		p.Topic, p.Retain = pk.TopicName, pk.FixedHeader.Retain
		p.QoS, p.Dup = pk.FixedHeader.Qos, pk.FixedHeader.Dup
		if p.Topic == "" {
			p.Topic = c.aliases[pk.Properties.TopicAlias]
		}
		p = p.WithPayload(pk.Payload)
	case packets.Subscribe, packets.Unsubscribe:
		for _, f := range pk.Filters {
			p.Filters = append(p.Filters, f.Filter)
		}
	case packets.Disconnect:
		p.Code = pk.ReasonCode
	}
	h.opts.Tap.Put(p)
}

// heardShort tells of a packet that has an identifier or nothing.
func (h *Hook) heardShort(c *client, kind byte, id uint16) {
	if h.opts.Tap.Wants(c.id) {
		h.opts.Tap.Put(c.packet(tap.Packet{Type: packetName(kind), From: "client", ID: id}))
	}
}

// tellSent tells of a packet that a client is sent, whole, and returns it.
func (h *Hook) tellSent(c *client, p []byte) []byte {
	if h.opts.Tap.Wants(c.id) {
		h.putSent(c, p)
	}
	return p
}

func (h *Hook) putSent(c *client, p []byte) {
	if len(p) > 0 {
		h.opts.Tap.Put(c.packet(tap.Sent(c.version, p)))
	}
}

// tellEnd tells that a connection has ended.
func (h *Hook) tellEnd(c *client) {
	if h.opts.Tap.Wants(c.id) {
		h.opts.Tap.Put(c.packet(tap.Packet{Type: "END", Reason: c.reason.Load().Reason}))
	}
}

func (c *client) packet(p tap.Packet) tap.Packet {
	p.Client, p.ConnectionID = c.id, c.connID
	return p
}

// connecting adds what a CONNECT tells, and the connection that it came by.
func (c *client) connecting(p tap.Packet) tap.Packet {
	f := c.conn.Facts()
	p.Version, p.Clean, p.KeepAlive = c.version, c.clean, c.asked
	p.Listener, p.ServerName, p.Source = f.Listener, f.ServerName, f.Remote.String()
	p.TLS, p.Flaw, p.Certificate = f.TLS, f.Flaw, len(f.PeerCertificates) > 0
	return p
}

// packetName is MQTT's name of a packet.
func packetName(kind byte) string {
	return [16]string{packets.Connect: "CONNECT", packets.Publish: "PUBLISH", packets.Puback: "PUBACK",
		packets.Pubrec: "PUBREC", packets.Pubrel: "PUBREL", packets.Pubcomp: "PUBCOMP",
		packets.Subscribe: "SUBSCRIBE", packets.Unsubscribe: "UNSUBSCRIBE", packets.Pingreq: "PINGREQ",
		packets.Disconnect: "DISCONNECT", packets.Auth: "AUTH"}[kind&15]
}
