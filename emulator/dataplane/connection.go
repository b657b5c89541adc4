package dataplane

import (
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/session"
	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/hooks"
)

// GET and DELETE /connections/<client id>, GET /connections/<client id>/subscriptions
//
//   - the actions are named as the operations, on client/<client id> [B-121];
//     GetConnection may depend on iot:IncludeSocketInformation, which is true or
//     false [B-814]
//   - client ids that nobody can have are 400 [B-813]
//   - GetConnection tells addresses only if it is asked to [B-814]
//   - ListSubscriptions comes in pages [B-815]
//   - DeleteConnection answers without a body [B-813]
//   - each is 429 if it was called less than a second ago for this client id, where rates
//     count [B-1202]
//   - "TRUE" is true, as in AWS's examples [B-813]

// admitClient admits a request about a client id, for a caller who may do that.
func (h *Handler) admitClient(c *call, a policy.Action, extra policy.Values) *answer {
	if refusal := h.admit(c); refusal != nil {
		return refusal
	}
	c.event.Client = c.name
	if !h.Hook.ValidClientID(c.name) {
		return h.refuse(c, malformedID,
			cause.Cause{Reason: "MALFORMED_CLIENTID", Detail: malformedID.Message, Rules: []string{"B-603", "B-813"},
				Hint: "ask for the id that the client connects with: one to 128 bytes that do not begin with $"})
	}
	if refusal := h.authorize(c, a, c.name, extra); refusal != nil {
		return refusal
	}
	if !h.Hook.MayCall(c.operation.name, c.name) {
		return h.refuse(c, throttled, cause.Cause{Reason: "THROTTLED", Rules: []string{"B-1202"},
			Detail: fmt.Sprintf("%s was called for this client less than a second ago", c.operation.name),
			Hint:   fmt.Sprintf("ask about %.64q once a second at most", c.name)})
	}
	return nil
}

// malformedID has AWS's text [B-910].
var malformedID = reply(http.StatusBadRequest, "InvalidRequestException",
	"This client ID isn't valid. Client IDs must not exceed 128 characters and can't start with a dollar sign "+
		"($). Enter a different client ID")

// noSuchClient refuses a request about a client id that is not known.
func (h *Handler) noSuchClient(c *call, err error) *answer {
	if !errors.Is(err, hooks.ErrNotFound) {
		return h.refuse(c, failed, cause.Cause{Reason: "SERVER_ERROR", Detail: "the state cannot be kept: " +
			err.Error()})
	}
	return h.refuse(c, notFound("The specified resource does not exist"),
		cause.Cause{Reason: "TARGET_CLIENT_ID_NOT_FOUND", Detail: err.Error(),
			Rules: []string{"B-813", "B-814", "B-815"},
			Hint: fmt.Sprintf("ask while client %.64q is connected, or let it keep a session: GET /_suback/clients "+
				"lists who is there", c.name)})
}

// A connection is an answer.
type connection struct {
	ClientID          string `json:"clientId"`
	Connected         bool   `json:"connected"`
	CleanSession      bool   `json:"cleanSession"`
	ConnectedSince    int64  `json:"connectedSince,omitempty"`    // milliseconds since 1970
	DisconnectedSince int64  `json:"disconnectedSince,omitempty"` // the same
	ThingName         string `json:"thingName,omitempty"`
	SourceIP          string `json:"sourceIp,omitempty"`
	SourcePort        uint16 `json:"sourcePort,omitempty"`
	TargetIP          string `json:"targetIp,omitempty"`
	TargetPort        uint16 `json:"targetPort,omitempty"`
	KeepAliveDuration int64  `json:"keepAliveDuration,omitempty"` // seconds
	DisconnectReason  string `json:"disconnectReason,omitempty"`
	SessionExpiry     int64  `json:"sessionExpiry"` // seconds
}

func (h *Handler) getConnection(c *call) *answer {
	sockets, err := loose(c.query, "includeSocketInformation")
	if a := h.admitClient(c, policy.GetConnection,
		policy.Values{"iot:IncludeSocketInformation": {strconv.FormatBool(sockets)}}); a != nil {
		return a
	}
	if err != nil {
		return h.malformed(c, err)
	}
	k, err := h.Hook.Connection(c.name)
	if err != nil {
		return h.noSuchClient(c, err)
	}
	out := connection{ClientID: c.name, Connected: k.Connected, CleanSession: k.SessionExpiry == 0,
		ConnectedSince: milliseconds(k.ConnectedSince), DisconnectedSince: milliseconds(k.DisconnectedSince),
		ThingName:         k.ThingName,
		KeepAliveDuration: int64(k.KeepAlive / time.Second), DisconnectReason: k.DisconnectReason,
		SessionExpiry: int64(k.SessionExpiry / time.Second)}
	if sockets && k.Source != (netip.AddrPort{}) {
		out.SourceIP, out.SourcePort = k.Source.Addr().Unmap().String(), k.Source.Port()
		out.TargetIP, out.TargetPort = k.Target.Addr().Unmap().String(), k.Target.Port()
	}
	return h.done(c, out)
}

func (h *Handler) deleteConnection(c *call) *answer {
	clean, err := loose(c.query, "cleanSession")
	silent, err2 := loose(c.query, "preventWillMessage")
	if a := h.admitClient(c, policy.DeleteConnection, nil); a != nil {
		return a
	}
	if err = errors.Join(err, err2); err != nil {
		return h.malformed(c, err)
	}
	err = h.Hook.Delete(c.Context(), c.name,
		hooks.Deletion{CleanSession: clean, PreventWillMessage: silent, Principal: c.event.Principal})
	if err != nil {
		return h.noSuchClient(c, err)
	}
	return h.done(c, nil)
}

// A subscription is one of a list.
type subscription struct {
	TopicFilter string `json:"topicFilter"`
	QoS         byte   `json:"qos"`
}

func (h *Handler) listSubscriptions(c *call) *answer {
	p, err := newPage(c.query, sizesOfBroker)
	c.event.Call = &trace.Call{MaxResults: p.size}
	if a := h.admitClient(c, policy.ListSubscriptions, nil); a != nil {
		return a
	}
	if err != nil {
		return h.malformed(c, err)
	}
	all, err := h.Hook.Subscriptions(c.name)
	if err != nil {
		return h.noSuchClient(c, err)
	}
	list := struct {
		Subscriptions []subscription `json:"subscriptions"`
		NextToken     string         `json:"nextToken,omitempty"`
	}{Subscriptions: []subscription{}}
	part, next := of(p, all, func(s session.Subscription) string { return s.Filter })
	for _, s := range part {
		list.Subscriptions = append(list.Subscriptions, subscription{s.Filter, s.QoS})
	}
	list.NextToken = next
	return h.done(c, list)
}

// loose is flag for parameters that AWS's examples write in capitals.
func loose(query url.Values, name string) (bool, error) {
	return flag(url.Values{name: {strings.ToLower(query.Get(name))}}, name)
}
