package control

import (
	"context"
	"net/netip"
	"slices"
	"time"

	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/hooks"
)

// GetThingConnectivityData
//
//   - it tells of the client that has the thing's name as its client id, whoever that is
//   - it needs thingConnectivityIndexingMode STATUS; without it the index is not ready
//     [guess]
//   - disconnectReason is NONE while it is connected, UNKNOWN if it never was
//   - addresses and ports only where the request asks for them and the indexing
//     configuration lets it

func (s *service) connectivityOperations() operations {
	return operations{"GetThingConnectivityData": register(s.getThingConnectivityData)}
}

type connectivityInput struct {
	ThingName                string `json:"thingName"`
	IncludeSocketInformation bool   `json:"includeSocketInformation"`
}

type connectivityOutput struct {
	ThingName         string `json:"thingName"`
	Connected         bool   `json:"connected"`
	Timestamp         date   `json:"timestamp"` // 0 if it was never connected
	DisconnectReason  string `json:"disconnectReason"`
	ClientID          string `json:"clientId,omitempty"`
	CleanSession      *bool  `json:"cleanSession,omitempty"`
	KeepAliveDuration *int   `json:"keepAliveDuration,omitempty"` // seconds
	SessionExpiry     *int64 `json:"sessionExpiry,omitempty"`     // seconds
	SourceIP          string `json:"sourceIp,omitempty"`
	SourcePort        int    `json:"sourcePort,omitempty"`
	TargetIP          string `json:"targetIp,omitempty"`
	TargetPort        int    `json:"targetPort,omitempty"`
}

func (s *service) getThingConnectivityData(
	_ context.Context, in connectivityInput,
) (connectivityOutput, error) {
	of := s.registry.Indexing().Thing
	if of.ThingConnectivityIndexingMode != registry.IndexConnectivity {
		return connectivityOutput{}, refuse("IndexNotReadyException",
			"thingConnectivityIndexingMode is OFF, want STATUS: aws iot update-indexing-configuration sets it")
	}
	if _, err := s.thing(in.ThingName); err != nil {
		return connectivityOutput{}, err
	}
	out := connectivityOutput{ThingName: in.ThingName, Timestamp: date{time.Unix(0, 0)},
		DisconnectReason: "UNKNOWN"}
	if s.Connection == nil {
		return out, nil
	}
	k, ok := s.Connection(in.ThingName)
	if !ok {
		return out, nil
	}
	out.tell(in.ThingName, k)
	if in.IncludeSocketInformation &&
		slices.Contains(of.Filter.Connectivity.IncludeSocketInformation, registry.SocketsOfConnectivity) {
		out.SourceIP, out.SourcePort = ends(k.Source)
		out.TargetIP, out.TargetPort = ends(k.Target)
	}
	return out, nil
}

// tell fills in what is known of a connection.
func (out *connectivityOutput) tell(clientID string, k hooks.Connection) {
	clean, keepAlive, expiry :=
		k.SessionExpiry == 0, int(k.KeepAlive/time.Second), int64(k.SessionExpiry/time.Second)
	out.ClientID, out.CleanSession, out.KeepAliveDuration, out.SessionExpiry =
		clientID, &clean, &keepAlive, &expiry
	out.Connected, out.Timestamp, out.DisconnectReason =
		k.Connected, date{k.DisconnectedSince}, k.DisconnectReason
	if k.Connected {
		out.Timestamp, out.DisconnectReason = date{k.ConnectedSince}, "NONE"
	}
}

func ends(a netip.AddrPort) (ip string, port int) { return a.Addr().Unmap().String(), int(a.Port()) }
