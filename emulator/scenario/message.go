package scenario

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/suback/suback/emulator/topic"
)

// Messages: what is published, and whether one that comes is the one that is wanted.

// maxPayload is what fits into a packet of MQTT.
const maxPayload = 268_435_455

func (m *Message) problem() string {
	if m != nil && (m.Size < 0 || m.Size > maxPayload) {
		return fmt.Sprintf("the size is %d, want 0 to %d, which MQTT has at most", m.Size, maxPayload)
	}
	return ""
}

func (m *Message) bytes() []byte {
	if m.Size > 0 {
		return bytes.Repeat([]byte("x"), m.Size)
	}
	return m.Payload.bytes
}

func (m *Message) qos() byte {
	if m.QoS != nil {
		return *m.QoS
	}
	return 1
}

// packet are the properties of a PUBLISH or a will.
func (p *Properties) packet() (all packets.Properties) {
	if p == nil {
		return all
	}
	if p.PayloadFormat != nil {
		all.PayloadFormat, all.PayloadFormatFlag = *p.PayloadFormat, true
	}
	if p.MessageExpiry != nil {
		all.MessageExpiryInterval = *p.MessageExpiry
	}
	if p.ContentType != nil {
		all.ContentType = *p.ContentType
	}
	if p.ResponseTopic != nil {
		all.ResponseTopic = *p.ResponseTopic
	}
	if p.CorrelationData != nil {
		all.CorrelationData = []byte(*p.CorrelationData)
	}
	for _, key := range slices.Sorted(maps.Keys(p.User)) {
		all.User = append(all.User, packets.UserProperty{Key: key, Val: p.User[key]})
	}
	return all
}

// misses says in what a message is another, "" if it is the one wanted.
func (w *Expected) misses(pk *packets.Packet) string {
	h := &pk.FixedHeader
	switch {
	case w.Topic != "" && w.Topic != pk.TopicName && !topic.Matches(w.Topic, pk.TopicName):
		return fmt.Sprintf("its topic is %q, want %q", pk.TopicName, w.Topic)
	case w.QoS != nil && *w.QoS != h.Qos:
		return fmt.Sprintf("its QoS is %d, want %d", h.Qos, *w.QoS)
	case w.Retain != nil && *w.Retain != h.Retain:
		return fmt.Sprintf("its RETAIN is %v, want %v", h.Retain, *w.Retain)
	case w.Size != nil && *w.Size != len(pk.Payload):
		return fmt.Sprintf("it has %d bytes, want %d", len(pk.Payload), *w.Size)
	case w.Payload.given && !w.Payload.equals(pk.Payload):
		return fmt.Sprintf("its payload is %s, want %s", shown(pk.Payload), shown(w.Payload.bytes))
	case w.Contains.given:
		if problem := w.Contains.lacking(pk.Payload); problem != "" {
			return "its payload " + problem
		}
	}
	return w.Properties.misses(&pk.Properties)
}

// spent is how much of its expiry a message may have lost, in seconds.
const spent = 60

func (p *Properties) misses(got *packets.Properties) string {
	if p == nil {
		return ""
	}
	switch {
	case p.PayloadFormat != nil && *p.PayloadFormat != got.PayloadFormat:
		return fmt.Sprintf("its payload format is %d, want %d", got.PayloadFormat, *p.PayloadFormat)
	case p.MessageExpiry != nil && *p.MessageExpiry-got.MessageExpiryInterval > spent:
		return fmt.Sprintf("its message expiry is %d, want %d", got.MessageExpiryInterval, *p.MessageExpiry)
	case p.ContentType != nil && *p.ContentType != got.ContentType:
		return fmt.Sprintf("its content type is %q, want %q", got.ContentType, *p.ContentType)
	case p.ResponseTopic != nil && *p.ResponseTopic != got.ResponseTopic:
		return fmt.Sprintf("its response topic is %q, want %q", got.ResponseTopic, *p.ResponseTopic)
	case p.CorrelationData != nil && *p.CorrelationData != string(got.CorrelationData):
		return fmt.Sprintf("its correlation data is %q, want %q", got.CorrelationData, *p.CorrelationData)
	}
	for _, key := range slices.Sorted(maps.Keys(p.User)) {
		if !slices.Contains(got.User, packets.UserProperty{Key: key, Val: p.User[key]}) {
			return fmt.Sprintf("its user properties are %v, want %s: %s", got.User, key, p.User[key])
		}
	}
	return ""
}

// equals compares as JSON what was written so.
func (p *Payload) equals(got []byte) bool {
	if !p.isJSON {
		return bytes.Equal(p.bytes, got)
	}
	a, ok := decoded(got)
	b, _ := decoded(p.bytes)
	return ok && reflect.DeepEqual(a, b)
}

// lacking says what JSON lacks, or a text of another, "" for nothing.
func (p *Payload) lacking(got []byte) string {
	if !p.isJSON {
		if bytes.Contains(got, p.bytes) {
			return ""
		}
		return fmt.Sprintf("is %s, want %s in it", shownTo(maxError, got), shown(p.bytes))
	}
	have, ok := decoded(got)
	want, _ := decoded(p.bytes)
	if !ok {
		return fmt.Sprintf("is %s, want JSON", shown(got))
	}
	return lacks("", have, want)
}

func decoded(text []byte) (v any, ok bool) {
	err := json.Unmarshal(text, &v)
	return v, err == nil
}

// lacks says where have is not what want says, "" for nowhere.
func lacks(path string, have, want any) string {
	wanted, isObject := want.(map[string]any)
	object, ok := have.(map[string]any)
	if isObject && ok {
		for _, name := range slices.Sorted(maps.Keys(wanted)) {
			inner, there := object[name]
			if !there {
				return fmt.Sprintf("has no %s%s, want %s", path, name, encoded(wanted[name]))
			}
			if what := lacks(path+name+".", inner, wanted[name]); what != "" {
				return what
			}
		}
		return ""
	}
	if !reflect.DeepEqual(have, want) {
		if path == "" {
			return fmt.Sprintf("is %s, want %s", encoded(have), encoded(want))
		}
		return fmt.Sprintf("has %s: %s, want %s", path[:len(path)-1], encoded(have), encoded(want))
	}
	return ""
}

func encoded(v any) string {
	text, _ := json.Marshal(v) // of what was decoded
	return string(text)
}
