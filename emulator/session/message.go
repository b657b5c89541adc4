package session

import (
	"encoding/binary"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/suback/suback/emulator/story"
)

// A Message is one application message on its way to any number of
// subscribers. It is shared between them and must not be changed once published.
type Message struct {
	Topic    string
	Payload  []byte
	QoS      byte  // 0 or 1, as published
	Retain   bool  // as published
	retained bool  // kept as, or in the place of, a retained message; guarded by keeper.mu
	places   int32 // in kept queues; guarded by keeper.mu

	// Origin is the publishing client id; empty if none.
	Origin string

	// Request is the trace id of the request that brought it; empty: it is given one
	// when somebody asks. See TraceID.
	Request string

	// Story is where it is written what becomes of it; the zero Ref is nowhere.
	Story story.Ref

	// Properties are forwarded to MQTT 5 subscribers unchanged [B-691]; nil: none. Only
	// those that belong to a forwarded PUBLISH are looked at.
	Properties *packets.Properties

	// Expires is when the message vanishes, whatever version its receiver
	// speaks; zero means never [B-694].
	Expires time.Time

	retainedAt int64        // when it became a retained message, nanoseconds since 1970; 0: never
	advanced   atomic.Int64 // nanoseconds by which Advance has brought Expires nearer
	number     uint64       // in the store, while places is not 0; guarded by keeper.mu

	confirmed chan bool // of a direct message with QoS 1, which is kept nowhere else

	held   atomic.Int32 // places that hold it, see held.go
	traced sync.Once    // guards Request once it is published

	forwarded atomic.Pointer[[]byte] // Properties as bytes, made for the first MQTT 5 receiver
}

// TraceID is what all records about this message share [B-901]: Request, its story's
// id, or what another makes, once.
func (m *Message) TraceID(another func() string) string {
	m.traced.Do(func() {
		switch {
		case m.Request != "":
		case m.Story.Kept():
			m.Request = m.Story.ID()
		default:
			m.Request = another()
		}
	})
	return m.Request
}

// left is what remains of the life of a message that expires.
func (m *Message) left() time.Duration {
	return time.Until(m.Expires) - time.Duration(m.advanced.Load())
}

func (m *Message) expired() bool { return !m.Expires.IsZero() && m.left() <= 0 }

// Flags are how one receiver gets a message: QoS and RETAIN as in the first byte of its
// PUBLISH.
type flags byte

const withRetain flags = 1

func atQoS(qos byte) flags { return flags(qos) << 1 }

func (f flags) qos() byte { return byte(f >> 1) }

// or is the higher QoS of two, with RETAIN if one has it.
func (f flags) or(other flags) flags {
	return max(f&^withRetain, other&^withRetain) | (f|other)&withRetain
}

// appendPublish appends the PUBLISH packet of m to dst. The engine's encoder is
// not used: it allocates, cannot write an expiry interval of 0, and drops the
// response topic unless it is talked into it.
func (m *Message) appendPublish(dst []byte, version byte, how flags, id uint16) []byte {
	var room [10]byte
	var head, properties []byte
	if version == 5 {
		head, properties = m.properties(room[:0])
	}
	size := 2 + len(m.Topic) + 2*int(how.qos()) + len(head) + len(properties) + len(m.Payload)
	dst = append(dst, packets.Publish<<4|byte(how))
	dst = binary.AppendUvarint(dst, uint64(size)) // MQTT's form of a length too
	dst = appendText(dst, m.Topic)
	if how.qos() > 0 {
		dst = binary.BigEndian.AppendUint16(dst, id)
	}
	dst = append(dst, head...)
	dst = append(dst, properties...)
	return append(dst, m.Payload...)
}

// properties returns the properties of an outbound PUBLISH in two parts: what
// differs from one receiver to the next, appended to head, and the rest. Topic
// aliases are never used outbound [B-636, guess].
func (m *Message) properties(head []byte) (first, rest []byte) {
	rest = m.forward()
	if m.Expires.IsZero() {
		return binary.AppendUvarint(head, uint64(len(rest))), rest
	}
	head = binary.AppendUvarint(head, uint64(1+4+len(rest)))
	head = append(head, packets.PropMessageExpiryInterval)
	seconds := max(m.left()/time.Second, 0) // under one second is sent as 0 [B-694]
	return binary.BigEndian.AppendUint32(head, uint32(seconds)), rest
}

// forward returns the properties that are the publisher's, as bytes.
func (m *Message) forward() []byte {
	if m.Properties == nil {
		return nil
	}
	made := m.forwarded.Load()
	if made == nil {
		bytes := appendForwarded(nil, m.Properties)
		made = &bytes
		m.forwarded.Store(made) // another may have made the same
	}
	return *made
}

// appendForwarded appends the properties that are the publisher's [B-691].
func appendForwarded(dst []byte, p *packets.Properties) []byte {
	if p.PayloadFormatFlag && p.PayloadFormat <= 1 { // an older file may have another one [B-741]
		dst = append(dst, packets.PropPayloadFormat, p.PayloadFormat)
	}
	if p.ContentType != "" {
		dst = appendText(append(dst, packets.PropContentType), p.ContentType)
	}
	if p.ResponseTopic != "" {
		dst = appendText(append(dst, packets.PropResponseTopic), p.ResponseTopic)
	}
	if len(p.CorrelationData) > 0 {
		dst = appendText(append(dst, packets.PropCorrelationData), p.CorrelationData)
	}
	for _, u := range p.User { // in the publisher's order
		dst = appendText(append(dst, packets.PropUser), u.Key)
		dst = appendText(dst, u.Val)
	}
	return dst
}

// appendText appends an MQTT string or binary datum.
func appendText[T string | []byte](dst []byte, text T) []byte {
	dst = binary.BigEndian.AppendUint16(dst, uint16(len(text)))
	return append(dst, text...)
}
