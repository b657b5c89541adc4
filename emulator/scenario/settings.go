package scenario

import (
	"cmp"

	"github.com/mochi-mqtt/server/v2/packets"
)

// What a client's settings mean for its CONNECT.

// client returns the settings of a name, the default ones if it has none.
func (s *Scenario) client(name string) *Client {
	if c := s.Clients[name]; c != nil {
		return c
	}
	return &Client{}
}

// with returns the settings with others in place of its own, and with the answer that its
// authorizer gives.
func (s *Scenario) with(name string, over *Client) *Client {
	c := *s.client(name)
	if over != nil {
		c.overlay(over)
	}
	c.answer, c.refresh = c.Answer.bytes, c.Refresh.bytes
	if !c.Answer.given {
		c.answer = answerOf(s.policyOf(&c))
	}
	return &c
}

func (c *Client) overlay(o *Client) {
	c.ClientID = cmp.Or(o.ClientID, c.ClientID)
	c.Version, c.Transport = cmp.Or(o.Version, c.Version), cmp.Or(o.Transport, c.Transport)
	c.Username, c.Password = cmp.Or(o.Username, c.Username), cmp.Or(o.Password, c.Password)
	c.CleanStart, c.SessionExpiry = cmp.Or(o.CleanStart, c.CleanStart), cmp.Or(o.SessionExpiry, c.SessionExpiry)
	c.KeepAlive, c.Will = cmp.Or(o.KeepAlive, c.KeepAlive), cmp.Or(o.Will, c.Will)
	c.ReceiveMaximum = cmp.Or(o.ReceiveMaximum, c.ReceiveMaximum)
	c.MaximumPacketSize = cmp.Or(o.MaximumPacketSize, c.MaximumPacketSize)
	c.Acknowledge = cmp.Or(o.Acknowledge, c.Acknowledge)
	c.ServerName, c.TLSVersion = cmp.Or(o.ServerName, c.ServerName), cmp.Or(o.TLSVersion, c.TLSVersion)
	c.Bytes = cmp.Or(o.Bytes, c.Bytes)
	c.Path, c.Sign = cmp.Or(o.Path, c.Path), cmp.Or(o.Sign, c.Sign)
	if o.ALPN != nil {
		c.ALPN = o.ALPN
	}
	if o.Headers != nil {
		c.Headers = o.Headers
	}
	if o.Policy.given {
		c.Policy = o.Policy
	}
	if o.Answer.given {
		c.Answer = o.Answer
	}
	if o.Refresh.given {
		c.Refresh = o.Refresh
	}
}

func (c *Client) id(name string) string {
	if c.ClientID != nil {
		return *c.ClientID
	}
	return name
}

// connect is the client's CONNECT.
func (c *Client) connect(name string, level byte) packets.Packet {
	pk := packets.Packet{FixedHeader: packets.FixedHeader{Type: packets.Connect}, Connect: packets.ConnectParams{
		ProtocolName: []byte("MQTT"), ClientIdentifier: c.id(name), Clean: c.CleanStart == nil || *c.CleanStart,
		Keepalive: 60}}
	if c.KeepAlive != nil {
		pk.Connect.Keepalive = *c.KeepAlive
	}
	if c.Username != nil {
		pk.Connect.UsernameFlag, pk.Connect.Username = true, []byte(*c.Username)
	}
	if c.Password != nil {
		pk.Connect.PasswordFlag, pk.Connect.Password = true, []byte(*c.Password)
	}
	if w := c.Will; w != nil {
		pk.Connect.WillFlag, pk.Connect.WillTopic, pk.Connect.WillPayload = true, w.Topic, w.bytes()
		pk.Connect.WillQos, pk.Connect.WillRetain = w.qos(), w.Retain
		if level == 5 {
			pk.Connect.WillProperties = w.Properties.packet()
		}
	}
	if level == 5 && c.SessionExpiry != nil {
		pk.Properties.SessionExpiryInterval, pk.Properties.SessionExpiryIntervalFlag = *c.SessionExpiry, true
	}
	pk.Properties.ReceiveMaximum, pk.Properties.MaximumPacketSize = c.ReceiveMaximum, c.MaximumPacketSize
	return pk
}
