package hooks

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/session"
)

// Connections, as they are seen and ended from outside
//
//   - a connection is known while it lasts and 30 minutes beyond, whether its
//     session was persistent or not [B-814]; of a persistent session that is older
//     only its expiry [guess]
//   - it is a clean session if it does not outlive the connection, whatever the flag
//     says [B-814, guess for MQTT 5]
//   - the subscriptions of a session are known as long as there is one, offline or
//     not [B-815]
//   - DeleteConnection ends a connection: API_INITIATED_DISCONNECT, MQTT 5
//     DISCONNECT 0x98, MQTT 3.1.1 is closed [B-440, B-452 guess, B-813]; the will is
//     sent unless that is to be prevented; the session stays unless it is to go,
//     that of an offline client too [B-813]
//   - when it returns, the client id is free

// ErrNotFound means a client id that has neither a connection nor a persistent
// session.
var ErrNotFound = errors.New("the client is not connected and has no persistent session")

// connectionKnown is how long an ended connection is known [B-814].
const connectionKnown = 30 * time.Minute

// A Connection is what is known about the latest connection of a client id. What
// is not known is zero.
type Connection struct {
	Connected         bool
	ConnectedSince    time.Time // if it is connected; by the account's clock, as the next
	DisconnectedSince time.Time // if it is not, as DisconnectReason
	Ended             time.Time // the same moment by the machine's clock, as the trace has it
	DisconnectReason  string    // one of [B-440]
	ThingName         string
	KeepAlive         time.Duration  // as the client specified [B-814]
	SessionExpiry     time.Duration  // 0: the session ends with the connection
	Source, Target    netip.AddrPort // the client's end and ours
}

// ValidClientID reports whether a client may have this id [B-603, B-813].
func (h *Hook) ValidClientID(id string) bool {
	return id != "" && len(id) <= h.quotas.clientID && !strings.HasPrefix(id, "$")
}

// Connection returns what is known about a client id. The error is ErrNotFound.
func (h *Hook) Connection(clientID string) (Connection, error) {
	if c := h.find(clientID); c != nil {
		return h.connection(c, c.attached.Load().Expiry()), nil
	}
	h.mu.Lock()
	last := h.gone[clientID]
	h.mu.Unlock()
	if time.Now().Before(last.known) {
		return last.connection, nil
	}
	if s := h.persistent(clientID); s != nil {
		return Connection{SessionExpiry: s.Expiry()}, nil
	}
	return Connection{}, ErrNotFound
}

// LastConnection is Connection without its 30 minutes: until maxVersions other client
// ids have come and gone. ok is false if this one has not been connected since the
// start.
func (h *Hook) LastConnection(clientID string) (k Connection, ok bool) {
	if c := h.find(clientID); c != nil {
		return h.connection(c, c.attached.Load().Expiry()), true
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	k = h.gone[clientID].connection
	return k, k.DisconnectReason != ""
}

// find returns who is connected under a client id, or nil. Who is about to be
// is waited for.
func (h *Hook) find(clientID string) *client {
	h.mu.Lock()
	c := h.clients[clientID]
	h.mu.Unlock()
	if c == nil {
		return nil
	}
	<-c.settled
	if c.attached.Load() == nil {
		return nil
	}
	return c
}

// connection describes a connection whose session lives on for expiry.
func (h *Hook) connection(c *client, expiry time.Duration) Connection {
	f := c.conn.Facts()
	k := Connection{ThingName: c.grant.Load().ThingName, KeepAlive: seconds(uint32(c.asked)),
		SessionExpiry: expiry,
		Source:        f.Remote, Target: f.Local}
	if e := c.reason.Load(); e != nil {
		k.DisconnectedSince, k.Ended, k.DisconnectReason = h.opts.Now(), time.Now(), e.Reason
		return k
	}
	k.Connected, k.ConnectedSince = true, c.since
	return k
}

// persistent returns the session of a client id that outlives its connection, or
// nil.
func (h *Hook) persistent(clientID string) *session.Session {
	if s := h.sessions.Find(clientID); s != nil && s.Expiry() > 0 {
		return s
	}
	return nil
}

// Subscriptions returns the granted filters of a client id, sorted. The error
// is ErrNotFound.
func (h *Hook) Subscriptions(clientID string) ([]session.Subscription, error) {
	s := h.sessions.Find(clientID)
	if s == nil {
		return nil, ErrNotFound
	}
	return s.Subscriptions(), nil
}

// A Deletion says how a connection is to be ended, and in whose name.
type Deletion struct {
	CleanSession       bool // forget subscriptions and what waits
	PreventWillMessage bool
	Principal          string // for the record
}

// Delete ends the connection of a client id and returns when that is done, or
// ctx ends. The error is ErrNotFound, or of the file that sessions are kept in.
func (h *Hook) Delete(ctx context.Context, clientID string, d Deletion) error {
	ended := h.endByRequest(ctx, clientID, d)
	if !ended && h.persistent(clientID) == nil {
		return ErrNotFound
	}
	if d.CleanSession {
		return h.sessions.Discard(clientID)
	}
	return nil
}

// endByRequest reports whether there was a connection.
func (h *Hook) endByRequest(ctx context.Context, clientID string, d Deletion) bool {
	c := h.find(clientID) // its CONNACK comes before its DISCONNECT
	if c == nil {
		return false
	}
	e := ending{refusal: refusal{deleted, cause.Cause{Reason: "API_INITIATED_DISCONNECT",
		Detail: fmt.Sprintf("DeleteConnection was called by %s", cmp.Or(d.Principal, "somebody")),
		Rules:  []string{"B-452", "B-813"}}},
		clean: d.CleanSession, noWill: d.PreventWillMessage}
	h.endOnRecord(c, e, c.ended(e))
	select {
	case <-c.conn.Done():
	case <-ctx.Done():
	}
	return true
}
