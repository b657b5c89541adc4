package hooks

import (
	"slices"
	"strings"
	"time"

	"github.com/suback/suback/emulator/policy"
)

// What is known of clients, for those who look from outside.

// The states of a client.
const (
	Connected = "connected"
	Offline   = "offline"
)

// ClientInfo is what is known about a connected client, or of one whose session waits for
// it: then what belongs to a connection is left out.
type ClientInfo struct {
	ClientID    string `json:"clientId"`
	PrincipalID string `json:"principalId"`
	Authorizer  string `json:"authorizer,omitempty"`

	// AuthenticationType is AWS_X509, AWS_SIGV4, CUSTOM_AUTH or CUSTOM_AUTH_X509.
	AuthenticationType string `json:"authenticationType"`

	// ThingName is the thing that the connection is.
	ThingName string `json:"thingName,omitempty"`

	Protocol    string    `json:"protocol"` // "MQTT 3.1.1" or "MQTT 5"
	Listener    string    `json:"listener"`
	Source      string    `json:"source"`               // ip:port
	ServerName  string    `json:"serverName,omitempty"` // by which it was asked for with TLS (SNI)
	ConnectedAt time.Time `json:"connectedAt"`

	// Subscriptions are the granted filters, sorted.
	Subscriptions []string `json:"subscriptions"`

	State        string `json:"state"`                  // "connected" or "offline"
	ConnectionID string `json:"connectionId,omitempty"` // uuid
	KeepAlive    int    `json:"keepAlive,omitempty"`    // seconds, as the client asked for; 0: none

	// SessionExpiry is for how many seconds the session outlives the connection.
	SessionExpiry int `json:"sessionExpiry,omitempty"`

	// DisconnectAt is when the connection ends, however busy it is, RefreshAt when its
	// authorizer is asked again; zero means never.
	DisconnectAt time.Time `json:"disconnectAt,omitzero"`
	RefreshAt    time.Time `json:"refreshAt,omitzero"`

	SessionEndsAt time.Time `json:"sessionEndsAt,omitzero"` // of an offline client
	Waiting       int       `json:"waiting,omitempty"`      // messages for an offline client
}

// Clients returns who is connected, sorted by client id.
func (h *Hook) Clients() []ClientInfo {
	all := h.connected()
	infos := make([]ClientInfo, 0, len(all))
	for _, c := range all {
		f, g := c.conn.Facts(), c.grant.Load()
		info := ClientInfo{ClientID: c.id, PrincipalID: g.PrincipalID, Authorizer: g.Authorizer,
			AuthenticationType: g.AuthenticationType, ThingName: g.ThingName,
			Protocol: "MQTT " + c.versionName(), Listener: f.Listener, Source: f.Remote.String(),
			ServerName: f.ServerName, ConnectedAt: f.ConnectedAt,
			Subscriptions: []string{},
			State:         Connected, ConnectionID: c.connID, KeepAlive: int(c.asked)}
		info.DisconnectAt, info.RefreshAt = c.life.deadlines()
		if s := c.attached.Load(); s != nil {
			info.SessionExpiry = int(s.Expiry() / time.Second)
			for _, sub := range s.Subscriptions() {
				info.Subscriptions = append(info.Subscriptions, sub.Filter)
			}
		}
		infos = append(infos, info)
	}
	slices.SortFunc(infos, func(a, b ClientInfo) int { return strings.Compare(a.ClientID, b.ClientID) })
	return infos
}

// Away returns at most n clients that are offline and have a session that waits for
// them, those whose session ends last first.
func (h *Hook) Away(n int) []ClientInfo {
	all := h.sessions.Away(n)
	infos := make([]ClientInfo, 0, len(all))
	for _, s := range all {
		info := ClientInfo{ClientID: s.ClientID, State: Offline, Subscriptions: append([]string{}, s.Filters...),
			SessionEndsAt: s.Ends, Waiting: s.Waiting}
		if last, ok := h.LastConnection(s.ClientID); ok {
			info.ThingName, info.SessionExpiry = last.ThingName, int(last.SessionExpiry/time.Second)
		}
		infos = append(infos, info)
	}
	return infos
}

// Documents returns the policies of a client that is connected, in the order in which
// they are judged, those that must allow as well last. ok is false if it is not.
func (h *Hook) Documents(clientID string) (all []*policy.Document, ok bool) {
	c := h.find(clientID)
	if c == nil {
		return nil, false
	}
	g := c.grant.Load()
	all = append(all, g.Documents...)
	for _, bound := range g.Bounds {
		all = append(all, bound...)
	}
	return all, true
}
