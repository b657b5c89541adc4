package hooks

import (
	"cmp"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/suback/suback/emulator/session"
	"github.com/suback/suback/emulator/topic"
)

// The properties of a message of MQTT 5
//
//   - sizes are limited: Content Type, Correlation Data, all User Properties
//     together [B-691]; more is refused with 0x97 [guess]
//   - a Response Topic is a topic name, so without wildcards [B-692]; else the
//     message is malformed, as with such a topic [B-654, guess]
//   - Payload Format Indicator 1 is not held against the payload [B-693, guess]
//   - a Message Expiry Interval of 0 counts as 1 [B-694]: package wire makes it that

// checkMessage returns the limit that the topic of a message breaks that came by
// HTTPS, and the one that its properties break; nil for none.
func (q *quotas) checkMessage(m *session.Message) (topic, properties *refusal) {
	p := m.Properties
	if p == nil {
		p = &packets.Properties{}
	}
	texts := []string{p.ContentType, p.ResponseTopic}
	for _, u := range p.User {
		texts = append(texts, u.Key, u.Val)
	}
	return cmp.Or(checkTexts(m.Topic), q.checkTopic(m.Topic)),
		cmp.Or(checkTexts(texts...), checkResponseTopic(p), q.checkProperties(p))
}

// checkTexts finds a text that no MQTT packet can carry. What came in one has been
// looked at by package wire.
func checkTexts(texts ...string) *refusal {
	for _, text := range texts {
		if len(text) > math.MaxUint16 || !utf8.ValidString(text) || strings.Contains(text, "\x00") {
			return malformed.breaks(
				fmt.Sprintf("%.40q is no text of MQTT: it is not UTF-8, holds U+0000, or has more than %d bytes", text,
					math.MaxUint16), "B-741")
		}
	}
	return nil
}

// checkResponseTopic finds what makes the properties malformed.
func checkResponseTopic(p *packets.Properties) *refusal {
	if !topic.HasWildcard(p.ResponseTopic) {
		return nil
	}
	return malformedTopic.breaks(fmt.Sprintf("the response topic %q holds a wildcard", p.ResponseTopic), "B-692")
}

// checkProperties returns the limit that the properties of a message break, or
// nil.
func (q *quotas) checkProperties(p *packets.Properties) *refusal {
	user := 0
	for _, u := range p.User {
		user += len(u.Key) + len(u.Val)
	}
	for _, size := range []struct {
		what      string
		got, most int
	}{
		{"the content type has", len(p.ContentType), q.contentType},
		{"the correlation data has", len(p.CorrelationData), min(q.correlationData, math.MaxUint16)},
		{"the user properties have", user, q.userProperties},
	} {
		if size.got > size.most {
			return overQuota.breaks(
				fmt.Sprintf("%s %d bytes, at most %d are allowed", size.what, size.got, size.most), "B-691")
		}
	}
	return nil
}
