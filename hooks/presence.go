package hooks

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"time"

	"github.com/suback/suback/emulator/session"
	"github.com/suback/suback/emulator/topic"
)

// Lifecycle events
//
//   - $aws/events/presence/connected|disconnected|connect_failed/<client id> and
//     $aws/events/subscriptions/subscribed|unsubscribed/<client id>, always on, to
//     whoever may receive them [B-820]; QoS 1 at most [B-822]
//   - none for client ids with "#" or "+" [B-821, A-185], nor for those so long that
//     MQTT has no topic for them [B-1202, guess]; none for HTTPS publishes [B-809]
//   - thingName is in all of them if the connection is a thing that its principal is
//     attached to exclusively [B-823]
//   - connect_failed means that the policy refused iot:Connect or the will, not that
//     the authorizer did [A-182, B-825]; a refused CONNECT is never disconnected
//     [B-444, B-829]
//   - connected and its disconnected share sessionIdentifier and versionNumber
//     [B-824]; the former is the trace id of its CONNECT [guess]
//   - clientInitiatedDisconnect is true with CLIENT_INITIATED_DISCONNECT alone
//     [B-830], a WebSocket Close frame included [B-442]
//   - at a take-over the old connection's disconnected comes first [B-831]
//   - one event per SUBSCRIBE with the filters granted, per UNSUBSCRIBE with those
//     that were held, none if there are none [B-827, guess]; an MQTT 3.1.1
//     SUBSCRIBE that ends the connection makes none [guess]
//   - what is connected to an emulator that shuts down makes none any more
//
// An event is made only if a rule wants it, or somebody has subscribed to it.

// announce publishes an event of a kind, as "presence/connected", if anybody
// wants it.
func (h *Hook) announce(c *client, kind string, event func(about) any) {
	name := "$aws/events/" + kind + "/" + c.id
	if topic.HasWildcard(c.id) || len(name) > math.MaxUint16 || h.ctx.Err() != nil {
		return
	}
	if !h.sessions.Wanted(name) && (h.rules == nil || !h.rules.Wants(name)) {
		return
	}
	var payload bytes.Buffer
	encoder := json.NewEncoder(&payload)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(event(c.about(kind, h.opts.Now()))) // of texts and numbers, which cannot fail
	h.Announce(name, bytes.TrimSuffix(payload.Bytes(), []byte("\n")))
}

// about is what events begin with. Members are in the order of AWS's samples, but where another was measured.
type about struct {
	ClientID          string `json:"clientId"`
	ThingName         string `json:"thingName,omitempty"` // if the thing is attached exclusively [B-823]
	Timestamp         int64  `json:"timestamp"`           // milliseconds since 1970
	EventType         string `json:"eventType"`
	SessionIdentifier string `json:"sessionIdentifier"`
	// that of a custom authorizer: its principalId [A-183, B-828, guess]
	PrincipalIdentifier string `json:"principalIdentifier"`
}

func (c *client) about(kind string, now time.Time) about {
	_, event, _ := strings.Cut(kind, "/")
	g := c.grant.Load()
	a := about{ClientID: c.id, Timestamp: now.UnixMilli(), EventType: event, SessionIdentifier: c.connID,
		PrincipalIdentifier: g.PrincipalID}
	if g.Exclusive {
		a.ThingName = g.ThingName
	}
	return a
}

func (c *client) ipAddress() string { return c.conn.Facts().Remote.Addr().String() }

type connectedEvent struct { // [B-823]
	about
	IPAddress     string `json:"ipAddress"`
	VersionNumber uint64 `json:"versionNumber"`
}

func (h *Hook) announceConnected(c *client) {
	h.announce(c, "presence/connected", func(a about) any {
		return connectedEvent{a, c.ipAddress(), c.number}
	})
}

type disconnectedEvent struct { // [B-824], in the order that was measured
	ClientID                  string `json:"clientId"`
	ThingName                 string `json:"thingName,omitempty"`
	Timestamp                 int64  `json:"timestamp"`
	EventType                 string `json:"eventType"`
	ClientInitiatedDisconnect bool   `json:"clientInitiatedDisconnect"`
	SessionIdentifier         string `json:"sessionIdentifier"`
	PrincipalIdentifier       string `json:"principalIdentifier"`
	DisconnectReason          string `json:"disconnectReason"` // [A-184, B-440]
	VersionNumber             uint64 `json:"versionNumber"`
}

func (h *Hook) announceDisconnected(c *client) {
	h.announce(c, "presence/disconnected", func(a about) any {
		reason := c.reason.Load().Reason
		return disconnectedEvent{a.ClientID, a.ThingName, a.Timestamp, a.EventType,
			reason == "CLIENT_INITIATED_DISCONNECT",
			a.SessionIdentifier, a.PrincipalIdentifier, reason, c.number}
	})
}

type connectFailedEvent struct { // [B-825]
	ClientID             string `json:"clientId"`
	ThingName            string `json:"thingName,omitempty"`
	Timestamp            int64  `json:"timestamp"`
	EventType            string `json:"eventType"`
	ConnectFailureReason string `json:"connectFailureReason"`
	PrincipalIdentifier  string `json:"principalIdentifier"` // before sessionIdentifier, unlike the others
	SessionIdentifier    string `json:"sessionIdentifier"`
	IPAddress            string `json:"ipAddress"`
}

func (h *Hook) announceConnectFailed(c *client) {
	h.announce(c, "presence/connect_failed", func(a about) any {
		return connectFailedEvent{a.ClientID, a.ThingName, a.Timestamp, a.EventType, "AUTHORIZATION_FAILED",
			a.PrincipalIdentifier, a.SessionIdentifier, c.ipAddress()}
	})
}

type subscriptionsEvent struct { // [B-827]
	about
	Topics []string `json:"topics"`
}

func (h *Hook) announceSubscribed(c *client, granted []session.Subscription) {
	if len(granted) == 0 {
		return
	}
	h.announce(c, "subscriptions/subscribed", func(a about) any {
		event := subscriptionsEvent{about: a}
		for _, sub := range granted {
			event.Topics = append(event.Topics, sub.Filter)
		}
		return event
	})
}

func (h *Hook) announceUnsubscribed(c *client, held []string) {
	if len(held) > 0 {
		h.announce(c, "subscriptions/unsubscribed", func(a about) any { return subscriptionsEvent{a, held} })
	}
}
