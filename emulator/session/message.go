package session

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"sync"
	"time"

	"github.com/mochi-mqtt/server/v2/packets"
)

// A Message is one application message on its way to any number of
// subscribers. It is shared between them and must not be changed once published.
type Message struct {
	Topic   string
	Payload []byte
	QoS     byte // 0 or 1, as published
	Retain  bool // as published

	// Origin is the publishing client id, for No Local; empty if none.
	Origin string

	// Properties are forwarded to MQTT 5 subscribers unchanged [B-691]. Only
	// those that belong to a forwarded PUBLISH are looked at.
	Properties packets.Properties

	// Expires is when the message vanishes, whatever version its receiver
	// speaks; zero means never [B-694].
	Expires time.Time

	encodings [8]encoding // by version, QoS and RETAIN
}

// An encoding is a PUBLISH packet as bytes, made once for all receivers.
type encoding struct {
	once  sync.Once
	bytes []byte
	id    int // offset of the packet identifier; 0 for QoS 0
	err   error
}

func (m *Message) expired(now time.Time) bool {
	return !m.Expires.IsZero() && !now.Before(m.Expires)
}

// packet appends the PUBLISH of m to dst.
func (m *Message) packet(dst []byte, version, qos byte, retain bool, id uint16) ([]byte, error) {
	if version == 5 && !m.Expires.IsZero() {
		e := m.encode(version, qos, retain) // the remaining life differs each time
		return e.with(dst, id)
	}
	i := qos
	if retain {
		i |= 2
	}
	if version == 5 {
		i |= 4
	}
	e := &m.encodings[i]
	e.once.Do(func() {
		made := m.encode(version, qos, retain)
		e.bytes, e.id, e.err = made.bytes, made.id, made.err
	})
	return e.with(dst, id)
}

func (e *encoding) with(dst []byte, id uint16) ([]byte, error) {
	if e.err != nil {
		return dst, e.err
	}
	start := len(dst)
	dst = append(dst, e.bytes...)
	if e.id > 0 {
		binary.BigEndian.PutUint16(dst[start+e.id:], id)
	}
	return dst, nil
}

func (m *Message) encode(version, qos byte, retain bool) *encoding {
	pk := packets.Packet{
		ProtocolVersion: version,
		FixedHeader:     packets.FixedHeader{Type: packets.Publish, Qos: qos, Retain: retain},
		TopicName:       m.Topic,
		Payload:         m.Payload,
		Mods:            packets.Mods{AllowResponseInfo: true}, // else the encoder drops the response topic
	}
	if qos > 0 {
		pk.PacketID = 1 // the encoder refuses 0; with puts the real one
	}
	if version == 5 {
		pk.Properties = m.forwarded()
	}
	var buf bytes.Buffer
	if err := pk.PublishEncode(&buf); err != nil {
		return &encoding{err: fmt.Errorf("publish %q: %w", m.Topic, err)}
	}
	e := &encoding{bytes: buf.Bytes()}
	if qos > 0 {
		_, n := binary.Uvarint(e.bytes[1:]) // remaining length has the same form
		e.id = 1 + n + 2 + len(m.Topic)
	}
	return e
}

// forwarded returns the properties of an outbound PUBLISH [B-691]. Topic
// aliases are never used outbound [B-636, guess].
func (m *Message) forwarded() packets.Properties {
	p := packets.Properties{
		PayloadFormat:     m.Properties.PayloadFormat,
		PayloadFormatFlag: m.Properties.PayloadFormatFlag,
		ContentType:       m.Properties.ContentType,
		ResponseTopic:     m.Properties.ResponseTopic,
		CorrelationData:   m.Properties.CorrelationData,
		User:              m.Properties.User,
	}
	if !m.Expires.IsZero() {
		// What is left, in whole seconds; under one second is sent as 0,
		// which the encoder cannot write, so 1 stands for it [B-694].
		left := int64(time.Until(m.Expires) / time.Second)
		p.MessageExpiryInterval = uint32(max(left, 1))
	}
	return p
}
