package hooks

import (
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/session"
	"github.com/suback/suback/emulator/story"
	"github.com/suback/suback/emulator/trace"
)

// What is written down of each message while it passes
//
//   - every PUBLISH that is taken or refused has a story, and so has every message of
//     another origin; its id is the trace id [B-901]
//   - who gets it is written by package session, what it means is found out when somebody
//     asks, in stories.go

// tell begins the story of a PUBLISH.
func (h *Hook) tell(c *client, pk *packets.Packet) story.Ref {
	if h.opts.Stories == nil {
		return story.Ref{}
	}
	if p := c.policy.Load().Policy; c.author != p {
		h.opts.Stories.Leave(c.told)
		c.author, c.told = p, h.opts.Stories.Publisher(c.publisher(story.Device))
	}
	return h.opts.Stories.Begin(&story.Opening{At: c.arrived(), Topic: pk.TopicName, Bytes: len(pk.Payload),
		QoS: pk.FixedHeader.Qos, Retain: pk.FixedHeader.Retain, By: c.told,
		Unenforced: h.Asked() != nil})
}

// publisher is who c is, as its messages' stories have it.
func (c *client) publisher(kind story.Kind) *story.Publisher {
	return &story.Publisher{Kind: kind, Client: c.id, Principal: c.grant.Load().PrincipalID,
		ConnectionID: c.connID, Protocol: c.protocol(), Policy: c.policy.Load().Policy}
}

// arrived is when what is being read came, in nanoseconds since 1970. The clock is looked
// at once for all that came together.
func (c *client) arrived() int64 {
	if reads := c.conn.Reads(); c.reads != reads || c.came.IsZero() {
		c.reads, c.came = reads, time.Now()
	}
	return c.came.UnixNano()
}

// tellOf begins the story of a message that no device publishes.
func (h *Hook) tellOf(m *session.Message, by story.Publisher) {
	if h.opts.Stories == nil {
		return
	}
	told, once := h.authors.id(h.opts.Stories, by)
	m.Story = h.opts.Stories.Begin(&story.Opening{Topic: m.Topic, ID: m.Request, Bytes: len(m.Payload),
		QoS: m.QoS, Retain: m.Retain, By: told, Unenforced: h.Asked() != nil})
	if once {
		h.opts.Stories.Leave(told)
	}
}

// maxAuthors is how many authors are known at most; each of the others is one of its own
// for each message.
const maxAuthors = 256

// authors are those who publish in no connection's name, as services and rules: each is
// known once for all its messages.
type authors struct {
	mu  sync.Mutex
	ids map[story.Publisher]story.ID
}

// id is what a publisher is known by; once means that it leaves after this message.
func (a *authors) id(book *story.Book, by story.Publisher) (id story.ID, once bool) {
	if by != (story.Publisher{Kind: by.Kind, By: by.By}) {
		kept := by // only now on the heap
		return book.Publisher(&kept), true
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	id, known := a.ids[by]
	switch {
	case known:
		return id, false
	case a.ids == nil:
		a.ids = make(map[story.Publisher]story.ID)
	}
	kept := by
	id = book.Publisher(&kept)
	if len(a.ids) >= maxAuthors {
		return id, true
	}
	a.ids[by] = id
	return id, false
}

// traceIDFor is the id of a story, or one of its own if nothing is told.
func traceIDFor(told story.Ref) string {
	if told.Kept() {
		return told.ID()
	}
	return uuid.NewString()
}

// endPublish ends the connection for a PUBLISH that breaks a limit.
func (h *Hook) endPublish(c *client, pk *packets.Packet, r *refusal) error {
	c.settle()
	told := h.tell(c, pk)
	ev := c.event(trace.PublishIn, trace.Event{TraceID: traceIDFor(told), Topic: pk.TopicName, Cause: r.Cause})
	told.Refused(story.Refusal{Cause: r.Cause})
	return h.endFor(c, ev, r.fault)
}

// tellDirect tells what became of a direct message that was not sent.
func tellDirect(m *session.Message, err error) {
	e := new(DirectError)
	if !errors.As(err, &e) || strings.HasPrefix(e.Reason, "DELIVERY_CONFIRMATION") {
		return
	}
	why := cause.Cause{Reason: e.Reason, Detail: e.Detail}
	if e.Policy != nil {
		why = e.Policy.Cause()
		why.Reason = e.Reason
	}
	switch e.Reason {
	case "RECEIVE_AUTHORIZATION_FAILURE":
		m.Story.Became(1, story.Withheld)
	case "RECEIVE_SESSION_THROTTLED":
		m.Story.Became(1, story.Throttled)
	case "PACKET_TOO_LARGE":
		m.Story.Became(1, story.TooLarge)
	default:
		m.Story.Became(1, story.NotSent)
	}
	m.Story.Refused(story.Refusal{Cause: why})
}
