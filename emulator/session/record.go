package session

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/suback/suback/emulator/store"
	"github.com/suback/suback/emulator/topic"
)

// The form of the file. Who changes it changes that of package store too, so that an
// older program does not misread it.
//
//	sessions  client id → record as JSON
//	groups    "$share/…" → owner
//	queues    owner, position → number of the message, flags, identifier if it has one
//	messages  number → expiry, when it was retained, flags, topic, properties, payload
//	retained  topic → the same
//	numbers   client id → number, when it is forgotten, how long it lives
//	clock     "ahead" → nanoseconds of Advance
//
// Numbers have 8 bytes, the high one first, so that a queue is read in order.
const (
	bucketSessions = "sessions"
	bucketGroups   = "groups"
	bucketQueues   = "queues"
	bucketMessages = "messages"
	bucketRetained = "retained"
	bucketNumbers  = "numbers"
	bucketClock    = "clock"
)

var keyAhead = []byte("ahead")

// A record is a session in the file, but for its queue.
type record struct {
	Owner         uint64 // of the queue
	Version       byte
	Expiry        time.Duration
	Ends          int64 // Unix time in nanoseconds; 0 while a connection has it
	Subscriptions []Subscription
}

func readAhead(r store.Reader) time.Duration {
	ahead, _ := parseNumber(r.Get(bucketClock, string(keyAhead)))
	return time.Duration(ahead)
}

func number(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

func parseNumber(b []byte) (uint64, error) {
	if len(b) != 8 {
		return 0, fmt.Errorf("a number of %d bytes, want 8", len(b))
	}
	return binary.BigEndian.Uint64(b), nil
}

func (at place) encode() []byte {
	return binary.BigEndian.AppendUint64(number(at.owner), at.position)
}

func parsePlace(b []byte) (at place, err error) {
	if len(b) != 16 {
		return at, fmt.Errorf("a place of %d bytes, want 16", len(b))
	}
	return place{binary.BigEndian.Uint64(b), binary.BigEndian.Uint64(b[8:])}, nil
}

func (e entry) encode() []byte {
	b := append(number(e.message), flag(e.retain))
	if e.id == 0 {
		return b
	}
	return binary.BigEndian.AppendUint16(b, e.id)
}

func parseEntry(b []byte) (e entry, err error) {
	if len(b) != 9 && len(b) != 11 || b[8] > 1 {
		return e, fmt.Errorf("an entry of %d bytes, want a number, a flag and maybe an identifier", len(b))
	}
	e = entry{message: binary.BigEndian.Uint64(b), retain: b[8] == 1}
	if len(b) == 11 {
		if e.id = binary.BigEndian.Uint16(b[9:]); e.id == 0 {
			return e, errors.New("an entry with the identifier 0")
		}
	}
	return e, nil
}

func flag(on bool) byte {
	if on {
		return 1
	}
	return 0
}

func (r *record) encode() []byte {
	text, err := json.Marshal(r)
	if err != nil {
		panic(err) // there is nothing in it that JSON has no form for
	}
	return text
}

func parseRecord(text []byte) (*record, error) {
	r := new(record)
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(r); err != nil {
		return nil, err
	}
	if r.Owner == 0 || r.Version != 4 && r.Version != 5 {
		return nil, fmt.Errorf("a session of MQTT version %d with the number %d", r.Version, r.Owner)
	}
	for _, sub := range r.Subscriptions {
		if _, _, shared := topic.Shared(sub.Filter); sub.Filter == "" || sub.QoS > 1 || sub.Retained > Always ||
			strings.HasPrefix(sub.Filter, "$share/") && !shared {
			return nil, fmt.Errorf("a subscription %+v", sub)
		}
	}
	return r, nil
}

// encoder returns what encodes m when it is written. Ahead is by how much the
// file's clock is ahead now: from then on the end of m does not move by that.
func (m *Message) encoder(ahead time.Duration) func() []byte {
	ends := m.Expires.Add(ahead - time.Duration(m.advanced.Load()))
	if m.Expires.IsZero() {
		ends = time.Time{}
	}
	return func() []byte { return m.encode(ends) }
}

// encode returns m as it is in the file, with the end of its life by the file's
// clock. Who published it does not matter any more.
func (m *Message) encode(ends time.Time) []byte {
	var expires int64
	if !ends.IsZero() {
		expires = ends.UnixNano()
	}
	properties := m.forward()
	b := make([]byte, 0, 8+8+1+2+len(m.Topic)+binary.MaxVarintLen32+len(properties)+len(m.Payload))
	b = binary.BigEndian.AppendUint64(b, uint64(expires))
	b = binary.BigEndian.AppendUint64(b, uint64(m.retainedAt))
	b = append(b, m.QoS<<1|flag(m.Retain))
	b = appendText(b, m.Topic)
	b = binary.AppendUvarint(b, uint64(len(properties)))
	b = append(b, properties...)
	return append(b, m.Payload...)
}

var errMessage = errors.New("a message that cannot be read")

func parseMessage(b []byte, ahead time.Duration) (*Message, error) {
	const head = 8 + 8 + 1 + 2
	if len(b) < head || b[16] > 3 {
		return nil, errMessage
	}
	expires, retained, flags := int64(binary.BigEndian.Uint64(b)), int64(binary.BigEndian.Uint64(b[8:])), b[16]
	rest := bytes.Clone(b[head:]) // the message refers to it
	n := int(binary.BigEndian.Uint16(b[head-2:]))
	if n > len(rest) {
		return nil, errMessage
	}
	m := &Message{Topic: string(rest[:n]), QoS: flags >> 1, Retain: flags&1 == 1}
	rest = rest[n:]
	size, width := binary.Uvarint(rest)
	if width <= 0 || size > math.MaxInt32 || int(size) > len(rest)-width {
		return nil, errMessage
	}
	if size > 0 {
		m.Properties = new(packets.Properties)
		if _, err := m.Properties.Decode(packets.Publish, bytes.NewBuffer(rest[:width+int(size)])); err != nil {
			return nil, err
		}
	}
	m.Payload = rest[width+int(size):]
	if expires != 0 {
		m.Expires = time.Unix(0, expires).Add(-ahead)
	}
	m.retainedAt = retained
	return m, nil
}
