package dataplane

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/suback/suback/emulator/authn"
	"github.com/suback/suback/emulator/session"
	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/emulator/transport"
	"github.com/suback/suback/hooks"
)

// POST /topics/<topic>
//
//   - the topic is percent-encoded; "/" may stand as it is [A-169, B-801]
//   - qos 0 or 1, retain, contentType, messageExpiry, responseTopic in the query;
//     user properties, payload format and correlation data in headers [B-802]
//   - 200 once the broker has the message, the same for both QoS [B-803, B-804]
//   - refused by authorizer or policy: 403 Forbidden [A-160, A-165, B-806]
//   - 400, 405, 413 for what is no publish [A-171, B-807, B-808]

const maxBody = 128 << 10 // bytes [B-808]

// Options are what a Handler needs; all are required.
type Options struct {
	// Authenticate says who a request is. A refusal is an *authn.Error.
	Authenticate func(context.Context, authn.Request) (*authn.Grant, error)

	// Caches says whether the answers of an authorizer may be kept for the
	// requests of one connection: its enableCachingForHttp.
	Caches func(authorizer string) bool

	Hook  *hooks.Hook
	Trace *trace.Recorder
}

// A Handler answers the data plane's requests. It is safe for concurrent use.
type Handler struct {
	Options
	clock clock
}

// New returns a handler.
func New(o Options) *Handler { return &Handler{Options: o} }

// ServeHTTP answers one request that a transport.Listener has accepted.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !transport.Preflight(w, r) {
		h.publish(r).ServeHTTP(w, r)
	}
}

func (h *Handler) publish(r *http.Request) *transport.Answer {
	escaped, ok := strings.CutPrefix(r.URL.EscapedPath(), "/topics/")
	switch {
	case !ok: // as whatever the gateway does not know [A-38, A-46 guess]
		return h.noPublish(r, forbidden, "the path is none of the gateway's, want /topics/<topic>; a WebSocket is opened on /mqtt, with Upgrade: websocket")
	case r.Method != http.MethodPost:
		return h.noPublish(r, notAllowed, "the method is "+r.Method+", want POST")
	}
	m, err := message(escaped, r)
	if err != nil {
		return h.noPublish(r, invalid(err), err.Error())
	}
	caller, err := h.caller(r)
	if err != nil {
		return forbidden
	}
	switch err := h.Hook.Submit(caller.policy, m, caller.event); {
	case err == nil:
		return &transport.Answer{Status: http.StatusOK, Message: "OK"}
	case errors.Is(err, hooks.ErrForbidden):
		return forbidden
	case errors.Is(err, hooks.ErrTooLarge), errors.Is(err, hooks.ErrTopic):
		return invalid(err)
	case errors.Is(err, hooks.ErrThrottled):
		return throttled
	default:
		return failed
	}
}

var (
	throttled  = &transport.Answer{Status: http.StatusTooManyRequests, Type: "ThrottlingException", Message: "Rate exceeded"} // [B-723, guess]
	failed     = &transport.Answer{Status: http.StatusInternalServerError, Type: "InternalFailureException", Message: "Internal failure"}
	forbidden  = &transport.Answer{Status: http.StatusForbidden, Type: "ForbiddenException", Message: "Forbidden"}
	notAllowed = &transport.Answer{Status: http.StatusMethodNotAllowed, Type: "MethodNotAllowedException", Message: "Method not allowed"}
)

// noPublish records a request that is refused for its form.
func (h *Handler) noPublish(r *http.Request, a *transport.Answer, detail string) *transport.Answer {
	ev := event(transport.FactsFrom(r.Context()), uuid.NewString())
	ev.Operation, ev.Outcome, ev.Reason, ev.Detail = trace.Transport, trace.Note, "CLIENT_ERROR", detail
	ev.Saw = fmt.Sprintf("%d %s", a.Status, http.StatusText(a.Status))
	h.Trace.Record(ev)
	return a
}

func invalid(err error) *transport.Answer {
	if errors.Is(err, hooks.ErrTooLarge) {
		return &transport.Answer{Status: http.StatusRequestEntityTooLarge, Type: "RequestEntityTooLargeException", Message: "Request entity too large"}
	}
	return &transport.Answer{Status: http.StatusBadRequest, Type: "InvalidRequestException", Message: err.Error()}
}

// message reads the message that a request carries.
func message(escaped string, r *http.Request) (*session.Message, error) {
	topic, err := url.PathUnescape(escaped)
	if err != nil {
		return nil, fmt.Errorf("topic: %w", err)
	}
	payload, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		return nil, fmt.Errorf("body: %w", err)
	}
	if len(payload) > maxBody {
		return nil, hooks.ErrTooLarge
	}
	m := &session.Message{Topic: topic, Payload: payload}
	query := r.URL.Query()
	switch query.Get("qos") {
	case "", "0":
	case "1":
		m.QoS = 1
	default:
		return nil, fmt.Errorf("qos is %q, want 0 or 1", query.Get("qos"))
	}
	if m.Retain, err = flag(query, "retain"); err != nil {
		return nil, err
	}
	if m.Expires, err = expiry(query.Get("messageExpiry")); err != nil {
		return nil, err
	}
	m.Properties.ContentType = query.Get("contentType")
	m.Properties.ResponseTopic = query.Get("responseTopic")
	return m, headers(r.Header, &m.Properties)
}

func flag(query url.Values, name string) (bool, error) {
	switch v := query.Get(name); v {
	case "", "false":
		return false, nil
	case "true":
		return true, nil
	default:
		return false, fmt.Errorf("%s is %q, want true or false", name, v)
	}
}

// maxExpiry is how long a message may wait, in seconds [B-694].
const maxExpiry = 604800

func expiry(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil {
		return time.Time{}, fmt.Errorf("messageExpiry is %q, want whole seconds", text)
	}
	return time.Now().Add(time.Duration(min(max(n, 1), maxExpiry)) * time.Second), nil
}

// headers reads the MQTT 5 properties that come in headers [B-802].
func headers(in http.Header, p *packets.Properties) error {
	if v := in.Get("x-amz-mqtt5-correlation-data"); v != "" {
		data, err := base64.StdEncoding.DecodeString(v)
		if err != nil {
			return errors.New("x-amz-mqtt5-correlation-data is not base64")
		}
		p.CorrelationData = data
	}
	switch v := in.Get("x-amz-mqtt5-payload-format-indicator"); v {
	case "":
	case "UNSPECIFIED_BYTES":
		p.PayloadFormatFlag = true
	case "UTF8_DATA":
		p.PayloadFormat, p.PayloadFormatFlag = 1, true
	default:
		return fmt.Errorf("x-amz-mqtt5-payload-format-indicator is %q, want UNSPECIFIED_BYTES or UTF8_DATA", v)
	}
	return userProperties(in.Get("x-amz-mqtt5-user-properties"), p)
}

// userProperties reads base64 of a JSON array of objects with one member each.
func userProperties(text string, p *packets.Properties) error {
	if text == "" {
		return nil
	}
	var list []map[string]string
	data, err := base64.StdEncoding.DecodeString(text)
	if err == nil {
		err = json.Unmarshal(data, &list)
	}
	for _, one := range list {
		if len(one) != 1 {
			err = errors.New("object with other than one member")
		}
		for k, v := range one {
			p.User = append(p.User, packets.UserProperty{Key: k, Val: v})
		}
	}
	if err != nil {
		return errors.New(`x-amz-mqtt5-user-properties is not base64 of [{"name": "value"}, …]`)
	}
	return nil
}

// event is what every record of a request says.
func event(f *transport.Facts, id string) trace.Event {
	return trace.Event{Outcome: trace.Refused, ConnectionID: id, TraceID: uuid.NewString(), Listener: f.Listener, Protocol: "HTTP",
		Source: f.Remote.String(), ServerName: f.ServerName, Saw: "403 Forbidden"}
}
