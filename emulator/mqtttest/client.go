package mqtttest

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"time"

	"github.com/gorilla/websocket"
	"github.com/mochi-mqtt/server/v2/packets"
)

// A Client is one connection. One goroutine may read while another writes.
type Client struct {
	// Patience is how long a read waits at most. Default 5 seconds.
	Patience time.Duration
	// Version is the protocol level that packets are written and read by: 3, 4 or 5.
	// Connect sets it.
	Version byte

	conn  net.Conn
	r     *bufio.Reader
	id    uint16           // of the last packet that has one
	aside []packets.Packet // messages that came while Await waited for another packet
}

// Dial opens a connection, without a CONNECT. Of the URL count scheme, host, port and,
// for WebSocket, path and query: mqtt or tcp, mqtts or tls or ssl, ws, wss. config is
// for TLS, whose ALPN names it holds; nil is Go's default.
func Dial(ctx context.Context, url string, config *tls.Config) (*Client, error) {
	conn, err := dial(ctx, url, config)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", shown(url), err)
	}
	return New(conn), nil
}

// shown is a URL without what may let somebody in: its query, which may be a signature, and its password.
func shown(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return "the URL"
	}
	u.RawQuery = ""
	return u.Redacted()
}

// New speaks MQTT 3.1.1 over a connection that is open, until Connect says otherwise.
func New(conn net.Conn) *Client {
	return &Client{Patience: 5 * time.Second, Version: 4, conn: conn, r: bufio.NewReader(conn)}
}

// Conn is the connection, for deadlines and addresses.
func (c *Client) Conn() net.Conn { return c.conn }

// Close ends the connection without a DISCONNECT, so that a will is sent.
func (c *Client) Close() error { return c.conn.Close() }

// Send sends bytes as they are.
func (c *Client) Send(raw []byte) error {
	_, err := c.conn.Write(raw)
	return err
}

// Write sends a packet, encoded for the client's version.
func (c *Client) Write(pk packets.Packet) error {
	pk.ProtocolVersion = c.Version
	encode := map[byte]func(*bytes.Buffer) error{
		packets.Connect: pk.ConnectEncode, packets.Publish: pk.PublishEncode, packets.Puback: pk.PubackEncode,
		packets.Pubrec: pk.PubrecEncode, packets.Pubrel: pk.PubrelEncode, packets.Pubcomp: pk.PubcompEncode,
		packets.Subscribe: pk.SubscribeEncode, packets.Unsubscribe: pk.UnsubscribeEncode,
		packets.Pingreq: pk.PingreqEncode, packets.Disconnect: pk.DisconnectEncode, packets.Auth: pk.AuthEncode,
	}[pk.FixedHeader.Type]
	if encode == nil {
		return fmt.Errorf("packet type %d: want one that clients send", pk.FixedHeader.Type)
	}
	var b bytes.Buffer
	if err := encode(&b); err != nil {
		return err
	}
	return c.Send(b.Bytes())
}

// Read returns the next packet that comes, but for those that Await has set aside. At
// the end of the connection the error is io.EOF, with the *websocket.CloseError of a
// WebSocket; at the end of Patience it is os.ErrDeadlineExceeded.
func (c *Client) Read() (packets.Packet, error) {
	pk, err := c.read()
	if closed := new(websocket.CloseError); errors.As(err, &closed) {
		err = errors.Join(io.EOF, err)
	}
	return pk, err
}

func (c *Client) read() (pk packets.Packet, err error) {
	_ = c.conn.SetReadDeadline(time.Now().Add(c.Patience))
	pk.ProtocolVersion = c.Version
	first, err := c.r.ReadByte()
	if err != nil {
		return pk, err
	}
	if err = pk.FixedHeader.Decode(first); err != nil {
		return pk, err
	}
	if pk.FixedHeader.Remaining, _, err = packets.DecodeLength(c.r); err != nil {
		return pk, err
	}
	body := make([]byte, pk.FixedHeader.Remaining)
	if _, err = io.ReadFull(c.r, body); err != nil {
		return pk, err
	}
	decode := map[byte]func([]byte) error{
		packets.Connack: pk.ConnackDecode, packets.Publish: pk.PublishDecode, packets.Puback: pk.PubackDecode,
		packets.Pubrec: pk.PubrecDecode, packets.Pubrel: pk.PubrelDecode, packets.Pubcomp: pk.PubcompDecode,
		packets.Suback: pk.SubackDecode, packets.Unsuback: pk.UnsubackDecode,
		packets.Disconnect: pk.DisconnectDecode, packets.Auth: pk.AuthDecode,
	}[pk.FixedHeader.Type]
	if decode != nil { // PINGRESP has nothing more
		err = decode(body)
	}
	return pk, err
}

// Await returns the next packet of a type, as packets.Puback. Messages that come before
// are for Receive; any other packet is an error.
func (c *Client) Await(kind byte) (packets.Packet, error) {
	for {
		pk, err := c.Read()
		switch {
		case err != nil || pk.FixedHeader.Type == kind:
			return pk, err
		case pk.FixedHeader.Type != packets.Publish:
			return pk, fmt.Errorf("%s %#x came, want %s", name(pk.FixedHeader.Type), pk.ReasonCode, name(kind))
		}
		c.aside = append(c.aside, pk)
	}
}

// Receive returns the next message, which nobody has acknowledged.
func (c *Client) Receive() (packets.Packet, error) {
	if len(c.aside) > 0 {
		pk := c.aside[0]
		c.aside = c.aside[1:]
		return pk, nil
	}
	return c.Await(packets.Publish)
}

// name is that of a packet's type.
func name(kind byte) string { return packets.PacketNames[kind] }
