package session

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"strings"
	"time"

	"github.com/mochi-mqtt/server/v2/packets"
	"go.etcd.io/bbolt"
)

// The form of the file. Who changes it changes format, so that an older file is
// not misread.
//
//	meta      "format" → format, "ahead" → nanoseconds of Advance, "sum" → of all
//	          records but these of meta, so that none can change or get lost unseen
//	sessions  client id → record as JSON
//	groups    "$share/…" → owner
//	queues    owner, position → number of the message, flags, identifier if it has one
//	messages  number → expiry, when it was retained, flags, topic, properties, payload
//	retained  topic → the same
//	numbers   client id → number, when it is forgotten, how long it lives
//
// Numbers have 8 bytes, the high one first, so that a queue is read in order.
const (
	format           = "suback sessions 4"
	formatWithoutIDs = "suback sessions 3" // is taken, and becomes a 4 with the first change
	formatWithoutSum = "suback sessions 2" // is taken, and becomes a 4
)

var (
	bucketMeta     = []byte("meta")
	bucketSessions = []byte("sessions")
	bucketGroups   = []byte("groups")
	bucketQueues   = []byte("queues")
	bucketMessages = []byte("messages")
	bucketRetained = []byte("retained")
	bucketNumbers  = []byte("numbers")

	keyFormat = []byte("format")
	keyAhead  = []byte("ahead")
	keySum    = []byte("sum")
)

var buckets = [][]byte{
	bucketMeta, bucketSessions, bucketGroups, bucketQueues, bucketMessages, bucketRetained, bucketNumbers,
}

// A record is a session in the file, but for its queue.
type record struct {
	Owner         uint64 // of the queue
	Version       byte
	Expiry        time.Duration
	Ends          int64 // Unix time in nanoseconds; 0 while a connection has it
	Subscriptions []Subscription
}

// write puts the changes into a transaction.
func (c *changes) write(tx *bbolt.Tx) error {
	meta := tx.Bucket(bucketMeta)
	sum, err := parseNumber(meta.Get(keySum))
	errs := []error{err}
	put := func(bucket, key, value []byte) {
		b := tx.Bucket(bucket)
		sum -= digest(bucket, key, b.Get(key))
		if value == nil {
			errs = append(errs, b.Delete(key))
			return
		}
		sum += digest(bucket, key, value)
		errs = append(errs, b.Put(key, value))
	}
	if c.ahead != 0 {
		errs = append(errs, meta.Put(keyAhead, number(uint64(c.ahead))))
	}
	if string(meta.Get(keyFormat)) != format {
		errs = append(errs, meta.Put(keyFormat, []byte(format)))
	}
	ahead := readAhead(tx)
	for id, r := range c.sessions {
		put(bucketSessions, []byte(id), r.encode())
	}
	for filter, owner := range c.groups {
		var value []byte
		if owner != 0 {
			value = number(owner)
		}
		put(bucketGroups, []byte(filter), value)
	}
	for n, m := range c.messages {
		put(bucketMessages, number(n), m.encode(ahead))
	}
	for at, e := range c.places {
		put(bucketQueues, at.encode(), e.encode())
	}
	for topic, m := range c.retained {
		put(bucketRetained, []byte(topic), m.encode(ahead))
	}
	for id, n := range c.numbers {
		put(bucketNumbers, []byte(id), n.encode())
	}
	errs = append(errs, meta.Put(keySum, number(sum)))
	return errors.Join(errs...)
}

// digest is what a record adds to the sum of all; one that is not there adds
// nothing.
func digest(bucket, key, value []byte) uint64 {
	if value == nil {
		return 0
	}
	h := sha256.New()
	h.Write(bucket)
	h.Write(number(uint64(len(key)))) // so that nothing moves from key to value
	h.Write(key)
	h.Write(value)
	return binary.BigEndian.Uint64(h.Sum(nil))
}

// inherit takes over what could not be written, where there is nothing newer.
func (c *changes) inherit(old *changes) {
	older(c.sessions, old.sessions)
	older(c.groups, old.groups)
	older(c.messages, old.messages)
	older(c.places, old.places)
	older(c.retained, old.retained)
	older(c.numbers, old.numbers)
	c.ahead = max(c.ahead, old.ahead)
}

func older[K comparable, V any](into, from map[K]V) {
	newer := maps.Clone(into)
	maps.Copy(into, from)
	maps.Copy(into, newer)
}

func readAhead(tx *bbolt.Tx) time.Duration {
	ahead, _ := parseNumber(tx.Bucket(bucketMeta).Get(keyAhead))
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
	if e == (entry{}) {
		return nil
	}
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
	if r == nil {
		return nil
	}
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
		if _, _, shared := Shared(sub.Filter); sub.Filter == "" || sub.QoS > 1 || sub.Retained > Always ||
			strings.HasPrefix(sub.Filter, "$share/") && !shared {
			return nil, fmt.Errorf("a subscription %+v", sub)
		}
	}
	return r, nil
}

// encode returns m as it is in the file. Who published it does not matter any
// more. Ahead is by how much the file's clock is ahead.
func (m *Message) encode(ahead time.Duration) []byte {
	if m == nil {
		return nil
	}
	var expires, retained int64
	if !m.Expires.IsZero() {
		expires = m.Expires.Add(ahead - time.Duration(m.advanced.Load())).UnixNano()
	}
	if !m.retainedAt.IsZero() {
		retained = m.retainedAt.UnixNano()
	}
	properties := m.forward()
	b := make([]byte, 0, 8+8+1+2+len(m.Topic)+binary.MaxVarintLen32+len(properties)+len(m.Payload))
	b = binary.BigEndian.AppendUint64(b, uint64(expires))
	b = binary.BigEndian.AppendUint64(b, uint64(retained))
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
	if _, err := m.Properties.Decode(packets.Publish, bytes.NewBuffer(rest[:width+int(size)])); err != nil {
		return nil, err
	}
	m.Payload = rest[width+int(size):]
	if expires != 0 {
		m.Expires = time.Unix(0, expires).Add(-ahead)
	}
	if retained != 0 {
		m.retainedAt = time.Unix(0, retained)
	}
	return m, nil
}
