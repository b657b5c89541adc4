package hooks

import (
	"fmt"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/session"
	"github.com/suback/suback/emulator/story"
	"github.com/suback/suback/emulator/trace"
)

// Quotas per second, which are off unless Options.RateLimits is set [B-1202]
//
//   - a client id connects at most once per second; MQTT 5 gets CONNACK 0x97,
//     MQTT 3.1.1 is closed [B-413, B-607]
//   - a connection publishes at most 100 messages per second, and is sent at most
//     100; what is more is discarded [B-681], but for what comes by a shared group:
//     another member gets it, or it waits [B-669]
//   - one retained message per second and topic, 500 of the account; to delete one
//     is free [B-723]
//   - DeleteConnection, GetConnection and ListSubscriptions: each one per second and
//     client id [B-813, B-814, B-815]
//   - MQTT 5 QoS 1 gets PUBACK 0x97 for a discarded message; anybody else gets
//     nothing and stays connected [B-681, B-723, guesses]
//   - 512 KB per second, connection and direction; more is late, which is the
//     transport's business [B-682]
//
// They come last, after the policy [B-416, guess].

const (
	maxPublishRate  = 100 // per second, connection and direction [B-681]
	maxRetainedRate = 500 // per second [B-723]
)

// Throughput is how many bytes per second a connection may send, and be sent
// [B-682].
const Throughput = 512 << 10

// rates are the quotas of the whole account; a nil one lets everything through.
type rates struct {
	ahead atomic.Int64 // nanoseconds that Advance has skipped

	mu       sync.Mutex
	connects spaced // by client id
	calls    spaced // of the connection APIs, by operation and client id
	topics   spaced // retained messages, by topic
	retained rate
}

func newRates() *rates {
	return &rates{connects: make(spaced), calls: make(spaced), topics: make(spaced)}
}

func (r *rates) now() time.Time { return time.Now().Add(time.Duration(r.ahead.Load())) }

func (r *rates) advance(d time.Duration) {
	if r != nil {
		r.ahead.Add(int64(d))
	}
}

// connect reports whether a client id may connect now.
func (r *rates) connect(id string) bool {
	if r == nil {
		return true
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.connects.take(id, r.now())
}

// MayCall reports whether an operation about a client id may be called now.
func (h *Hook) MayCall(operation trace.Operation, id string) bool {
	r := h.rates
	if r == nil {
		return true
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.calls.take(string(operation)+" "+id, r.now())
}

// retain returns why a message may not be retained now, or "".
func (r *rates) retain(m *session.Message) string {
	if r == nil || !m.Retain || len(m.Payload) == 0 {
		return ""
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	switch now := r.now(); {
	case !r.topics.take(m.Topic, now):
		return fmt.Sprintf("the topic %q has got a retained message less than a second ago", m.Topic)
	case !r.retained.take(maxRetainedRate, now):
		return fmt.Sprintf("the account retains %d messages per second, more are not allowed", maxRetainedRate)
	}
	return ""
}

// count reports whether one more message keeps to a connection's rate, which the
// caller guards.
func (r *rates) count(connection *rate) bool {
	return r == nil || connection.take(maxPublishRate, r.now())
}

// wait returns how long it takes until a connection, which the caller guards,
// keeps to its rate with one more message.
func (r *rates) wait(connection *rate) time.Duration {
	if r == nil {
		return 0
	}
	return connection.wait(maxPublishRate, r.now())
}

// A rate counts what happens in the second that began with the first of it.
type rate struct {
	since time.Time
	n     int
}

func (r *rate) take(limit int, now time.Time) bool {
	if now.Sub(r.since) >= time.Second {
		r.since, r.n = now, 0
	}
	if r.n >= limit {
		return false
	}
	r.n++
	return true
}

func (r *rate) wait(limit int, now time.Time) time.Duration {
	if r.n < limit {
		return 0
	}
	return max(time.Second-now.Sub(r.since), 0)
}

// spaced holds when something last happened, by name: once per second at most.
type spaced map[string]time.Time

func (s spaced) take(name string, now time.Time) bool {
	over := func(_ string, last time.Time) bool { return now.Sub(last) >= time.Second }
	last, known := s[name]
	if known && !over(name, last) {
		return false
	}
	if !known && len(s)&(len(s)+1) == 0 { // now and then, the more seldom the more there are
		maps.DeleteFunc(s, over)
	}
	s[name] = now
	return true
}

// throttled returns what a PUBLISH is discarded for, or nil.
func (h *Hook) throttled(c *client, m *session.Message) *refusal {
	if !h.rates.count(&c.published) {
		return overRate.throttles(fmt.Sprintf("the connection has published %d messages within a "+
			"second, more are discarded", maxPublishRate), "B-681")
	}
	return h.mayRetain(m)
}

// mayRetain returns why a message may not be retained now, if it asks for it, or nil.
func (h *Hook) mayRetain(m *session.Message) *refusal {
	if why := h.rates.retain(m); why != "" {
		return overRate.throttles(why, "B-723")
	}
	return h.roomToRetain(m)
}

// roomToRetain is mayRetain, but for the rates.
func (h *Hook) roomToRetain(m *session.Message) *refusal {
	if !m.Retain {
		return nil
	}
	limit, ok := h.sessions.MayRetain(m)
	if ok {
		return nil
	}
	return &refusal{overRate, cause.Cause{Reason: "THROTTLED", Rules: []string{"B-723"},
		Detail: fmt.Sprintf("there is no room for one more retained message, on %q: they have %d bytes, half of "+
			"what is kept for clients", m.Topic, limit),
		Hint: "delete retained messages that nobody needs, by an empty payload with RETAIN on their topics, or " +
			"raise --max-stored"}}
}

// discard drops a PUBLISH and tells the client as far as there is a packet for
// it. A flood makes one note per topic.
func (h *Hook) discard(c *client, pk *packets.Packet, m *session.Message, r *refusal) {
	c.settle()
	a := c.answer(packets.Publish, pk.FixedHeader.Qos, r.fault)
	if a.packet != 0 {
		defer h.puback(c, pk.PacketID, r.fault, traceIDOf(m))
	}
	m.Story.Refused(story.Refusal{Cause: r.Because("B-515"), Saw: a.saw})
	key := trace.Key{ConnectionID: c.connID, Topic: m.Topic}
	h.opts.Trace.Note(key, r.Rules[0]+r.Hint, func() trace.Event {
		return c.event(trace.PublishIn,
			trace.Event{TraceID: traceIDOf(m), Topic: m.Topic, Saw: a.saw, Cause: r.Because("B-515")})
	})
}

// overRate withholds a message from a client that is sent too many [B-681].
func (h *Hook) overRate(c *client, m *session.Message, policy uint64) {
	h.opts.Trace.Withheld(trace.Key{ConnectionID: c.connID, Topic: m.Topic, Policy: policy}, func() trace.Event {
		return c.event(trace.PublishOut,
			trace.Event{TraceID: traceIDOf(m), Topic: m.Topic, Saw: unnoticed,
				Cause: cause.Cause{Reason: "THROTTLED", Rules: []string{"B-681", "B-515"},
					Detail: fmt.Sprintf("the connection was sent %d messages within a second, more are discarded",
						maxPublishRate)}})
	})
}
