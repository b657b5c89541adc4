package dataplane

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/topic"
	"github.com/suback/suback/emulator/trace"
)

// GET /retainedMessage/<topic>, GET /retainedMessage
//
//   - iot:GetRetainedMessage on topic/<topic>, iot:ListRetainedMessages on "*"
//     [B-121]
//   - lastModifiedTime is in milliseconds; user properties are base64 of JSON
//     [B-811]; the list has sizes and no payloads [B-812]
//   - a topic without a retained message is 404 [B-811], which only those learn who
//     may ask for it [guess]

// A retainedMessage is an answer.
type retainedMessage struct {
	Topic            string `json:"topic"`
	Payload          []byte `json:"payload"` // base64
	QoS              byte   `json:"qos"`
	LastModifiedTime int64  `json:"lastModifiedTime"`
	UserProperties   []byte `json:"userProperties,omitempty"` // base64 of [{"name": "value"}, …]
}

func (h *Handler) getRetained(c *call) *answer {
	if a := h.admit(c); a != nil {
		return a
	}
	c.event.Topic = c.name
	if c.name == "" || topic.HasWildcard(c.name) {
		return h.malformed(c,
			form("ask for one topic, which has neither + nor #", "topic is %q, want a topic name", c.name))
	}
	if a := h.authorize(c, policy.GetRetainedMessage, c.name, nil); a != nil {
		return a
	}
	m := h.Sessions.Retained(c.name)
	if m == nil {
		return h.refuse(c, notFound("No retained message found for the topic"),
			cause.Cause{Reason: "RESOURCE_NOT_FOUND", Rules: []string{"B-811"},
				Detail: "the topic has no retained message",
				Hint: fmt.Sprintf("publish to %.64q with RETAIN and a payload first: topics count with their case, "+
					"and an empty payload removes the message", c.name)})
	}
	c.event.QoS, c.event.Call = m.QoS, &trace.Call{LastModified: m.RetainedAt()}
	return h.done(c, retainedMessage{m.Topic, m.Payload, m.QoS, milliseconds(m.RetainedAt()),
		encodeUser(m.Properties)})
}

// encodeUser returns user properties as JSON, in their order; nil for none.
func encodeUser(p *packets.Properties) []byte {
	if p == nil || len(p.User) == 0 {
		return nil
	}
	list := make([]map[string]string, len(p.User))
	for i, p := range p.User {
		list[i] = map[string]string{p.Key: p.Val}
	}
	text, _ := json.Marshal(list) // of texts, which cannot fail
	return text
}

// A retainedTopic is one of a list.
type retainedTopic struct {
	Topic            string `json:"topic"`
	PayloadSize      int    `json:"payloadSize"` // bytes
	QoS              byte   `json:"qos"`
	LastModifiedTime int64  `json:"lastModifiedTime"`
}

func (h *Handler) listRetained(c *call) *answer {
	if a := h.admit(c); a != nil {
		return a
	}
	p, err := newPage(c.query, sizesOfBroker)
	if err != nil {
		return h.malformed(c, err)
	}
	if a := h.authorize(c, policy.ListRetainedMessages, "", nil); a != nil {
		return a
	}
	list := struct {
		RetainedTopics []retainedTopic `json:"retainedTopics"`
		NextToken      string          `json:"nextToken,omitempty"`
	}{RetainedTopics: []retainedTopic{}}
	topics, next := of(p, h.Sessions.RetainedTopics(), func(topic string) string { return topic })
	for _, topic := range topics {
		if m := h.Sessions.Retained(topic); m != nil { // not gone meanwhile
			list.RetainedTopics = append(list.RetainedTopics,
				retainedTopic{topic, len(m.Payload), m.QoS, milliseconds(m.RetainedAt())})
		}
	}
	list.NextToken = next
	return h.done(c, list)
}

// milliseconds is how the data plane writes a moment; 0 for none.
func milliseconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}
