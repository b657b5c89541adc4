package dataplane

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/suback/suback/emulator/session"
	"github.com/suback/suback/hooks"
)

// POST /topics/<topic>
//
//   - qos 0 or 1, retain, contentType, messageExpiry, responseTopic in the query;
//     user properties, payload format and correlation data in headers [B-802]
//   - 200 once the broker has the message, the same for both QoS [B-803, B-804]
//   - 400, 413 for what is no publish [A-171, B-807, B-808], before anybody is asked
//     who sends it [guess]
//   - 429 for what is retained too often [B-723], 500 if the broker cannot keep it
//     [B-807]

func (h *Handler) publish(c *call) *answer {
	m, err := message(c)
	if err != nil {
		return h.unreadable(c, unpublished(err), err)
	}
	if a := h.authenticate(c); a != nil {
		return a
	}
	if err := h.Hook.Submit(c.policy, m, c.event, c.why); err != nil {
		return unpublished(err)
	}
	return reply(http.StatusOK, "", "OK")
}

// unpublished is the answer to a message that is not published.
func unpublished(err error) *answer {
	switch {
	case errors.Is(err, hooks.ErrForbidden):
		return forbidden
	case errors.Is(err, hooks.ErrTooLarge):
		return reply(http.StatusRequestEntityTooLarge, "RequestEntityTooLargeException", "Request entity too large")
	case errors.Is(err, hooks.ErrTopic), errors.Is(err, hooks.ErrProperties), errors.Is(err, hooks.ErrLoop),
		errors.As(err, &formError{}):
		return invalid(err)
	case errors.Is(err, hooks.ErrThrottled):
		return throttled
	}
	return failed
}

// A formError is what is wrong with a request itself, and what to do about it.
type formError struct{ detail, hint string }

func (e formError) Error() string { return e.detail }

func form(hint, format string, args ...any) error {
	return formError{fmt.Sprintf(format, args...), hint}
}

// message reads the message that a request publishes.
func message(c *call) (*session.Message, error) {
	m, err := content(c.name, c)
	if err != nil {
		return nil, err
	}
	switch c.query.Get("qos") {
	case "", "0":
	case "1":
		m.QoS = 1
	default:
		return nil, form("set qos to 0 or 1, or leave it out for 0: AWS has no QoS 2", "qos is %q, want 0 or 1",
			c.query.Get("qos"))
	}
	if m.Retain, err = flag(c.query, "retain"); err != nil {
		return nil, err
	}
	m.Expires, err = expiry(c.query.Get("messageExpiry"))
	return m, err
}

// content reads what every message has.
func content(topic string, c *call) (*session.Message, error) {
	p := &packets.Properties{ContentType: c.query.Get("contentType"),
		ResponseTopic: c.query.Get("responseTopic")}
	return &session.Message{Topic: topic, Payload: c.body, Properties: p}, headers(c.Header, p)
}

func flag(query url.Values, name string) (bool, error) {
	switch v := query.Get(name); v {
	case "", "false":
		return false, nil
	case "true":
		return true, nil
	default:
		return false, form(fmt.Sprintf("set %s to true or false, or leave it out for false", name),
			"%s is %q, want true or false", name, v)
	}
}

func expiry(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	n, err := strconv.ParseInt(text, 10, 64) // MODEL's long
	if err != nil || n < 0 {
		return time.Time{}, form("set messageExpiry to whole seconds, 604800 at most, or leave it out for ever",
			"messageExpiry is %q, want whole seconds", text)
	}
	return hooks.ExpiresIn(n), nil
}

// headers reads the MQTT 5 properties that come in headers [B-802].
func headers(in http.Header, p *packets.Properties) error {
	if v := in.Get("x-amz-mqtt5-correlation-data"); v != "" {
		data, err := base64.StdEncoding.DecodeString(v)
		if err != nil {
			return form("encode the data with base64, with the = at its end",
				"x-amz-mqtt5-correlation-data is not base64")
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
		return form("set it to one of these, in capitals, or leave it out",
			"x-amz-mqtt5-payload-format-indicator is %q, want UNSPECIFIED_BYTES or UTF8_DATA", v)
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
		return form("write a JSON array of objects with one text each, and encode that with base64",
			`x-amz-mqtt5-user-properties is not base64 of [{"name": "value"}, …]`)
	}
	return nil
}
