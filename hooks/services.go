package hooks

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"time"

	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/session"
	"github.com/suback/suback/emulator/topic"
	"github.com/suback/suback/emulator/trace"
)

// Services that answer on topics, as the Device Shadow service does
//
//   - a request is a message like any other: its publisher needs iot:Publish on its topic,
//     and whoever has subscribed to that gets it [B-1002, B-1003]
//   - an answer is one too: who has subscribed and has iot:Receive gets it [B-1002]
//   - a will is no request [B-231]
//   - each client's requests are answered one after the other, apart from everybody
//     else's [guess]
//
// Which topics clients may use is decided in reserved.go: a service changes nothing there.

// A Service answers what is published on its topics.
type Service struct {
	Name string // as in "the Device Shadow service"

	// Filters are the topics of its requests, as "$aws/things/+/shadow/get".
	Filters []string

	// Serve does what a request asks for. It is called for one request of a client
	// after the other, and for different clients at a time. It should end when its
	// context does, which is the next request's after it; a panic is recorded, and the
	// next request served.
	Serve func(context.Context, *Request)

	// MostWaiting is how many requests of one client may wait. As many again come
	// with Busy set. Default 64.
	MostWaiting int

	// Subject, if set, is what a topic is about, as the thing of a shadow. Of the requests of
	// one client those come with Busy set, too, before which MostOfOne of the same subject
	// wait.
	Subject   func(topic string) string
	MostOfOne int
}

// A Request is a message on a service's topic.
type Request struct {
	Message *session.Message // shared: it must not be changed
	From    Origin

	// Busy means that so many requests of this client wait that the service is to
	// do no more than say so.
	Busy bool

	service *Service
	hook    *Hook
	subject string // for the lane
}

// Event fills in what a record about a request says of its topic and of who sent it.
func (r *Request) Event(operation trace.Operation, ev trace.Event) trace.Event {
	return r.From.event(r.Message, operation, ev)
}

// Answer publishes on a topic, with QoS 1, as the service. The error is that of
// [Hook.Route].
func (r *Request) Answer(name string, payload []byte) error {
	m := &session.Message{Topic: name, Payload: payload, QoS: 1, Request: traceIDOf(r.Message)} // [B-901]
	return r.hook.Route(m, Origin{Kind: FromService, By: r.service.Name, Depth: r.From.Depth + 1})
}

// serviceTime is how long a service may take for one request: it is told to end
// then, and what it did not answer is noted.
const serviceTime = 10 * time.Second

// Register adds a service. It must be called before the first message comes. The error
// is about a filter that no request can match.
func (h *Hook) Register(s Service) error {
	for _, filter := range s.Filters {
		wrong := topic.Misplaced(filter)
		switch {
		case wrong != "":
		case !topic.IsReserved(filter), topic.IsIngest(filter):
			wrong = "is no service's, want one as $aws/things/+/shadow/get"
		case topic.ClientsMay(filter)&topic.Publish == 0:
			wrong = "matches no topic that clients may publish to"
		}
		if wrong != "" {
			return fmt.Errorf("service %s: the filter %q %s", s.Name, filter, wrong)
		}
	}
	if s.MostWaiting == 0 {
		s.MostWaiting = 64
	}
	h.services = append(h.services, &s)
	return nil
}

// serviceOf returns the service that answers on a topic, or nil.
func (h *Hook) serviceOf(name string) *Service {
	for _, s := range h.services {
		for _, filter := range s.Filters {
			if topic.Matches(filter, name) {
				return s
			}
		}
	}
	return nil
}

// request is what a message asks of the service that answers on its topic, nil if none
// does.
func (h *Hook) request(m *session.Message, from *Origin) *Request {
	s := h.serviceOf(m.Topic)
	if s == nil {
		return nil
	}
	r := &Request{Message: m, From: *from, service: s, hook: h}
	if s.Subject != nil {
		r.subject = s.Subject(m.Topic)
	}
	return r
}

// handOver gives a request to its service, once its publisher knows that it was taken.
func (h *Hook) handOver(w way) {
	if w.request == nil {
		return
	}
	if err := h.lanes.enter(w.request); err != nil {
		h.unserved(w.request, err.Error(),
			"wait for each answer before the next request; AWS answers 429 or nothing when too many are on their way")
	}
}

const faultHint = "this is a fault of the gateway's own: please report it with this record and the request"

// unserved notes why a service does not answer. It was published nevertheless.
func (h *Hook) unserved(r *Request, what, hint string) {
	key := trace.Key{ConnectionID: r.From.ConnectionID, Topic: r.Message.Topic}
	h.opts.Trace.Note(key, r.service.Name+" "+what, func() trace.Event {
		return r.From.event(r.Message, trace.PublishIn, trace.Event{Cause: cause.Cause{
			Hint:   hint,
			Detail: fmt.Sprintf("the %s service %s; subscribers have got the message", r.service.Name, what)}})
	})
}

// panicked says what a panic was, and where. A text of the service's own may hold what
// its client sent, so it is left out.
func panicked(v any) string {
	what := fmt.Sprintf("a panic with a %T", v)
	if e, ok := v.(runtime.Error); ok {
		what = e.Error()
	}
	callers := make([]uintptr, 32)
	frames := runtime.CallersFrames(callers[:runtime.Callers(3, callers)])
	for {
		frame, more := frames.Next()
		if !strings.HasPrefix(frame.Function, "runtime.") {
			return fmt.Sprintf("%s, in %s, line %d", what, frame.Function, frame.Line)
		}
		if !more {
			return what
		}
	}
}

// noteUnansweredWill tells of a will on a service's topic.
func (h *Hook) noteUnansweredWill(m *session.Message, from Origin) {
	s := h.serviceOf(m.Topic)
	if s == nil {
		return
	}
	h.opts.Trace.Note(trace.Key{ConnectionID: from.ConnectionID, Topic: m.Topic}, "B-231", func() trace.Event {
		return from.event(m, trace.Disconnect, trace.Event{Cause: cause.Cause{
			Rules:  []string{"B-231"},
			Detail: fmt.Sprintf("the will went to subscribers and rules, and the %s service takes no wills", s.Name),
			Hint:   "have the will sent to a topic of your own, and a rule republish it from there to $" + m.Topic}})
	})
}
