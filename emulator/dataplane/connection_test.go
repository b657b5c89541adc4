package dataplane_test

import (
	"encoding/json"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/session"
	"github.com/suback/suback/emulator/store"
	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/hooks"
)

// A connection is what GetConnection answers.
type connection struct {
	ClientID          string `json:"clientId"`
	Connected         bool   `json:"connected"`
	CleanSession      bool   `json:"cleanSession"`
	ConnectedSince    int64  `json:"connectedSince"`
	DisconnectedSince int64  `json:"disconnectedSince"`
	ThingName         string `json:"thingName"`
	SourceIP          string `json:"sourceIp"`
	SourcePort        int    `json:"sourcePort"`
	TargetIP          string `json:"targetIp"`
	TargetPort        int    `json:"targetPort"`
	KeepAliveDuration int    `json:"keepAliveDuration"`
	DisconnectReason  string `json:"disconnectReason"`
	SessionExpiry     int    `json:"sessionExpiry"`
}

func TestGetConnection(t *testing.T) {
	for _, version := range []byte{4, 5} {
		for _, expiry := range []uint32{0, 3600} {
			t.Run(fmt.Sprintf("version %d, expiry %d", version, expiry), func(t *testing.T) {
				b := newBroker(t, hooks.Options{})
				get := func(query string) connection {
					t.Helper()
					return jsonOf[connection](t, b.do(t, "GET", "/connections/d"+query, "", "all"))
				}
				since := func(what string, got, from int64) {
					if got < from || got > time.Now().UnixMilli() {
						t.Errorf("got %s %d, want milliseconds from %d on (B-814)", what, got, from)
					}
				}
				start := time.Now().UnixMilli()
				d := b.device(t, version, "d", "all", expiry, func(pk *packets.Packet) { pk.Connect.Keepalive = 10 })
				got := get("")
				since("connectedSince", got.ConnectedSince, start)
				want := connection{ClientID: "d", Connected: true, CleanSession: expiry == 0, ConnectedSince: got.ConnectedSince,
					ThingName: "thing-of-d", KeepAliveDuration: 10, SessionExpiry: int(expiry)}
				if got != want {
					t.Errorf("got %+v, want %+v (B-814)", got, want)
				}
				source, target := d.Conn().LocalAddr().(*net.TCPAddr), d.Conn().RemoteAddr().(*net.TCPAddr)
				want.SourceIP, want.SourcePort, want.TargetIP, want.TargetPort = "127.0.0.1", source.Port, "127.0.0.1", target.Port
				for _, query := range []string{"?includeSocketInformation=true", "?includeSocketInformation=TRUE"} {
					if got := get(query); got != want {
						t.Errorf("%s: got %+v, want %+v (B-814)", query, got, want)
					}
				}

				d.disconnect()
				gone(t, b, "d")
				got = get("?includeSocketInformation=true")
				since("disconnectedSince", got.DisconnectedSince, want.ConnectedSince)
				want.Connected, want.ConnectedSince, want.DisconnectedSince, want.DisconnectReason =
					false, 0, got.DisconnectedSince, "CLIENT_INITIATED_DISCONNECT"
				if got != want {
					t.Errorf("got %+v, want %+v (B-814)", got, want)
				}
				b.advance(30*time.Minute - 10*time.Second)
				if got := get("?includeSocketInformation=true"); got != want {
					t.Errorf("got %+v, want it known for 30 minutes (B-814)", got)
				}
				b.advance(10 * time.Second)
				r := b.do(t, "GET", "/connections/d", "", "all")
				if expiry == 0 {
					b.refused(t, r, 404, "ResourceNotFoundException", "The specified resource does not exist",
						trace.Event{Operation: trace.GetConnection, Cause: cause.Cause{Reason: "TARGET_CLIENT_ID_NOT_FOUND"}, Client: "d"}, "B-814")
					return
				}
				if got := jsonOf[connection](t, r); got != (connection{ClientID: "d", SessionExpiry: 3600}) {
					t.Errorf("got %+v, want that there is a session (B-814, guess)", got)
				}
			})
		}
	}
}

// gone waits until a client is not connected.
func gone(t *testing.T, b *broker, id string) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for {
		if k, err := b.hook.Connection(id); err != nil || !k.Connected {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s is still connected", id)
		}
	}
}

// GetConnection may be allowed without addresses.
func TestSocketInformation(t *testing.T) {
	b := newBroker(t, hooks.Options{})
	b.device(t, 4, "d", "all", 0)
	const resource = `"Action":"iot:GetConnection","Resource":"arn:aws:iot:us-east-1:000000000000:client/d"`
	without := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow",` + resource +
		`,"Condition":{"Bool":{"iot:IncludeSocketInformation":"false"}}}]}`
	denied := `{"Version":"2012-10-17","Statement":[{"Effect":"Deny",` + resource +
		`,"Condition":{"Bool":{"iot:IncludeSocketInformation":"true"}}},{"Effect":"Allow",` + resource + `}]}`
	for name, policy := range map[string]string{"by condition": without, "by deny": denied} {
		t.Run(name, func(t *testing.T) {
			for query, status := range map[string]int{"": 200, "?includeSocketInformation=false": 200, "?includeSocketInformation=true": 403} {
				if got := b.do(t, "GET", "/connections/d"+query, "", policy); got.status != status {
					t.Errorf("%s: got %d %s, want %d (B-814)", query, got.status, got.body, status)
				}
			}
		})
	}
	got := b.do(t, "GET", "/connections/d?includeSocketInformation=yes", "", "all")
	b.refused(t, got, 400, "InvalidRequestException", `includeSocketInformation is "yes", want true or false`,
		trace.Event{Operation: trace.GetConnection, Cause: cause.Cause{Reason: "CLIENT_ERROR"}, Client: "d"}, "B-814")
}

func TestClientIDs(t *testing.T) {
	b := newBroker(t, hooks.Options{})
	const malformed = "This client ID isn't valid. Client IDs must not exceed 128 characters and can't start with a dollar sign ($). Enter " +
		"a different client ID"
	operations := []struct {
		method, after string
		name          trace.Operation
		missing       string // what is said of a client that is not there
	}{
		{"GET", "", trace.GetConnection, "The specified resource does not exist"},
		{"DELETE", "", trace.DeleteConnection, "The specified resource does not exist"},
		{"GET", "/subscriptions", trace.ListSubscriptions, "The specified resource does not exist"},
		{"POST", "/messages?topic=t", trace.SendDirectMessage, "The client ID is not found. Verify that the client is connected and try again"},
	}
	for _, o := range operations {
		for id, source := range map[string]string{"$d": "B-813", "": "B-813", strings.Repeat("d", 129): "B-603, B-817"} {
			t.Run(string(o.name)+" "+id, func(t *testing.T) {
				got := b.do(t, o.method, "/connections/"+id+o.after, "", "all")
				want := trace.Event{Operation: o.name, Cause: cause.Cause{Reason: "MALFORMED_CLIENTID"}, Client: id}
				if o.name == trace.SendDirectMessage {
					want.Topic = "t"
				}
				b.refused(t, got, 400, "InvalidRequestException", malformed, want, source)
			})
		}
		t.Run(string(o.name)+" nobody", func(t *testing.T) {
			got := b.do(t, o.method, "/connections/"+strings.Repeat("d", 128)+o.after, "", "all")
			if ev := b.event(t, got); got.status != 404 || got.kind != "ResourceNotFoundException" || got.message() != o.missing ||
				ev.Reason != "TARGET_CLIENT_ID_NOT_FOUND" {
				t.Errorf("got %d %s and %+v, want 404 (B-813, B-814, B-815, B-817)", got.status, got.body, ev)
			}
		})
	}
}

func TestListSubscriptions(t *testing.T) {
	b := newBroker(t, hooks.Options{})
	type subscriptions struct {
		Subscriptions []struct {
			TopicFilter string `json:"topicFilter"`
			QoS         int    `json:"qos"`
		} `json:"subscriptions"`
		NextToken string `json:"nextToken"`
	}
	b.device(t, 4, "none", "all", 0)
	if got := b.do(t, "GET", "/connections/none/subscriptions", "", "all"); got.body != `{"subscriptions":[]}` {
		t.Errorf("got %s, want an empty list (B-815)", got.body)
	}
	d := b.device(t, 5, "d", "all", 60)
	for i := range 21 {
		d.subscribe(fmt.Sprintf("t/%02d/#", i))
	}
	d.subscribe("$share/g/t")
	check := func(source string) {
		t.Helper()
		first := jsonOf[subscriptions](t, b.do(t, "GET", "/connections/d/subscriptions", "", "all"))
		second := jsonOf[subscriptions](t, b.do(t, "GET", "/connections/d/subscriptions?maxResults=200&nextToken="+first.NextToken, "", "all"))
		if len(first.Subscriptions) != 20 || first.Subscriptions[0].TopicFilter != "$share/g/t" || first.Subscriptions[1].QoS != 1 ||
			len(second.Subscriptions) != 2 || second.Subscriptions[1].TopicFilter != "t/20/#" || second.NextToken != "" {
			t.Errorf("got %+v and %+v, want 20 and 2 filters (%s)", first, second, source)
		}
	}
	check("B-815")
	r := b.do(t, "GET", "/connections/d/subscriptions?maxResults=100", "", "all")
	if ev := b.event(t, r); ev.Call.MaxResults != 100 || ev.Client != "d" {
		t.Errorf("got %+v, want maxResults 100 (B-910)", ev)
	}
	r = b.do(t, "GET", "/connections/d/subscriptions?maxResults=201", "", "all")
	b.refused(t, r, 400, "InvalidRequestException", `maxResults is "201", want 1 to 200`,
		trace.Event{Operation: trace.ListSubscriptions, Cause: cause.Cause{Reason: "CLIENT_ERROR"}, Client: "d"}, "B-815")
	d.disconnect()
	gone(t, b, "d")
	check("B-815: offline")
	b.advance(time.Minute)
	r = b.do(t, "GET", "/connections/d/subscriptions", "", "all")
	b.refused(t, r, 404, "ResourceNotFoundException", "The specified resource does not exist",
		trace.Event{Operation: trace.ListSubscriptions, Cause: cause.Cause{Reason: "TARGET_CLIENT_ID_NOT_FOUND"}, Client: "d"}, "B-815")
}

func TestDeleteConnection(t *testing.T) {
	tests := []struct {
		name, query string
		online      bool
		will        bool // is sent
		session     bool // stays
		source      string
	}{
		{"connected", "", true, true, true, "B-440, B-813"},
		{"false", "?cleanSession=false&preventWillMessage=FALSE", true, true, true, "B-813"},
		{"session too", "?cleanSession=TRUE", true, true, false, "B-813"},
		{"without will", "?preventWillMessage=true", true, false, true, "B-440, B-813"},
		{"both", "?cleanSession=true&preventWillMessage=true", true, false, false, "B-813"},
		{"offline", "", false, false, true, "B-813"},
		{"offline, session too", "?cleanSession=true", false, false, false, "B-813"},
	}
	for _, version := range []byte{4, 5} {
		for _, tt := range tests {
			t.Run(fmt.Sprintf("version %d %s", version, tt.name), func(t *testing.T) {
				b := newBroker(t, hooks.Options{})
				d := b.device(t, version, "d", "all", 60, withWill("will")).subscribe("t")
				if !tt.online {
					d.disconnect()
					gone(t, b, "d")
				}
				watcher := b.device(t, 4, "watcher", "all", 0).subscribe("will", "$aws/events/presence/disconnected/d")
				got := b.do(t, "DELETE", "/connections/d"+tt.query, "", "all")
				if got.status != 200 || got.body != "" || got.kind != "" {
					t.Errorf("got %d %s %q, want 200 and nothing (%s)", got.status, got.kind, got.body, tt.source)
				}
				if ev := b.event(t, got); ev.Operation != trace.DeleteConnection || ev.Client != "d" || ev.Outcome != trace.Allowed {
					t.Errorf("got %+v, want DeleteConnection (B-910)", ev)
				}
				if tt.online {
					deleted(t, d, watcher)
				}
				if tt.will {
					watcher.receives("will", "gone", tt.source)
				}
				watcher.lives(tt.source + ": nothing more")
				want := 200
				if !tt.session {
					want = 404
				}
				if got := b.do(t, "GET", "/connections/d/subscriptions", "", "all"); got.status != want {
					t.Errorf("got %d %s for its subscriptions, want %d (%s)", got.status, got.body, want, tt.source)
				}
				if got := b.do(t, "DELETE", "/connections/d", "", "all"); got.status != want {
					t.Errorf("got %d %s the second time, want %d (B-813)", got.status, got.body, want)
				}
				b.device(t, version, "d", "all", 60).lives("B-813: it may come back")
			})
		}
	}
}

// deleted wants the end that a deleted connection has, and the event of it.
func deleted(t *testing.T, d, watcher *device) {
	t.Helper()
	code, reason := d.ended()
	if d.Version == 5 && (code != 0x98 || !strings.HasPrefix(reason, "DISCONNECT:Connection deleted:")) || d.Version == 4 && code != 0 {
		t.Errorf("got code %#x, %q, want DISCONNECT 0x98 for MQTT 5, nothing for 3.1.1 (B-452, code guess; B-454)", code, reason)
	}
	var event struct {
		Reason string `json:"disconnectReason"`
		Self   bool   `json:"clientInitiatedDisconnect"`
	}
	pk := watcher.receives("$aws/events/presence/disconnected/d", "", "B-440")
	if err := json.Unmarshal(pk.Payload, &event); err != nil || event.Reason != "API_INITIATED_DISCONNECT" || event.Self {
		t.Errorf("got %s, want API_INITIATED_DISCONNECT, not by the client (B-440, B-813, B-830)", pk.Payload)
	}
}

// The client's record says who ended its connection.
func TestDeleteConnectionIsRecorded(t *testing.T) {
	b := newBroker(t, hooks.Options{})
	b.device(t, 5, "d", "all", 0)
	b.do(t, "DELETE", "/connections/d", "", "all")
	events := b.trace.Events(trace.Filter{Client: "d", Outcome: trace.Refused})
	if len(events) != 1 || events[0].Operation != trace.Disconnect || events[0].Detail != "DeleteConnection was called by tester" ||
		events[0].Saw != "DISCONNECT 0x98, connection closed (MQTT 5)" {
		t.Errorf("got %+v, want the end and who asked for it (B-452)", events)
	}
	k := jsonOf[connection](t, b.do(t, "GET", "/connections/d", "", "all"))
	if k.DisconnectReason != "API_INITIATED_DISCONNECT" || k.Connected {
		t.Errorf("got %+v, want API_INITIATED_DISCONNECT (B-440, B-814)", k)
	}
	for query, message := range map[string]string{
		"cleanSession=1":       `cleanSession is "1", want true or false`,
		"preventWillMessage=x": `preventWillMessage is "x", want true or false`,
	} {
		got := b.do(t, "DELETE", "/connections/d?"+query, "", "all")
		b.refused(t, got, 400, "InvalidRequestException", message,
			trace.Event{Operation: trace.DeleteConnection, Cause: cause.Cause{Reason: "CLIENT_ERROR"}, Client: "d"}, "B-813")
	}
}

// What cannot be kept is said so, and no request hides it: 500.
func TestStateFails(t *testing.T) {
	file, err := store.Open(store.Options{File: filepath.Join(t.TempDir(), "state.db")})
	if err != nil {
		t.Fatal(err)
	}
	sessions, err := session.Open(session.Options{Kept: file.Part("")})
	if err != nil {
		t.Fatal(err)
	}
	b := newBroker(t, hooks.Options{Sessions: sessions})
	d := b.device(t, 4, "d", "all", 60)
	d.disconnect()
	gone(t, b, "d")
	if err := file.Close(); err != nil { // from now on it keeps nothing
		t.Fatal(err)
	}
	tests := []struct {
		method, target, message string
		operation               trace.Operation
		source                  string
	}{
		{"POST", "/topics/t?retain=true", "Internal failure", trace.PublishIn, "A-171, B-807"},
		{"DELETE", "/connections/d?cleanSession=true", "Internal failure", trace.DeleteConnection, "B-807, B-813"},
	}
	for _, tt := range tests {
		t.Run(tt.target, func(t *testing.T) {
			got := b.do(t, tt.method, tt.target, "x", "all")
			ev := b.event(t, got) // and none that says it went well
			if got.status != 500 || got.kind != "InternalFailureException" || got.message() != tt.message ||
				ev.Operation != tt.operation || ev.Reason != "SERVER_ERROR" || !strings.HasPrefix(ev.Detail, "the state cannot be kept: ") ||
				ev.Saw != "500 Internal Server Error" {
				t.Errorf("got %d %s and %+v, want 500 InternalFailureException (%s)", got.status, got.body, ev, tt.source)
			}
		})
	}
}

// Each of the connection APIs is for once per second and client id, where rates count.
func TestConnectionRates(t *testing.T) {
	b := newBroker(t, hooks.Options{RateLimits: true})
	for _, id := range []string{"d", "other"} {
		b.device(t, 4, id, "all", 0)
	}
	for _, op := range []struct {
		method, path string
		operation    trace.Operation
	}{
		{"GET", "", trace.GetConnection}, {"GET", "/subscriptions", trace.ListSubscriptions}, {"DELETE", "", trace.DeleteConnection},
	} {
		if got := b.do(t, op.method, "/connections/d"+op.path, "", "all"); got.status != 200 {
			t.Errorf("%s: got %d %s, want 200 (B-1202)", op.operation, got.status, got.body)
		}
		got := b.do(t, op.method, "/connections/d"+op.path, "", "all")
		b.refused(t, got, 429, "ThrottlingException", "Rate exceeded", trace.Event{Operation: op.operation,
			Cause: cause.Cause{Reason: "THROTTLED"}, Client: "d"}, "B-1202, B-813, B-814, B-815")
		if got := b.do(t, op.method, "/connections/other"+op.path, "", "all"); got.status != 200 {
			t.Errorf("%s of another client: got %d %s, want 200 (B-813, B-814, B-815)", op.operation, got.status, got.body)
		}
	}
	b.advance(time.Second)
	if got := b.do(t, "GET", "/connections/d", "", "all"); got.status != 200 {
		t.Errorf("a second later: got %d %s, want 200 (B-814)", got.status, got.body)
	}
}
