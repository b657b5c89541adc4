package hooks_test

import (
	"context"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/mqtttest"
)

var anyTimestamp = regexp.MustCompile(`"timestamp":(\d{13}),`)

// event reads a lifecycle event and returns its topic and its payload with "now"
// as the timestamp, which it checks, and the session identifier, masked.
func (d *device) event() (topic, payload, sessionID string) {
	d.Helper()
	_, topic, _, payload = d.message()
	for _, m := range anyTimestamp.FindAllStringSubmatch(payload, -1) {
		if n, err := strconv.ParseInt(m[1], 10, 64); err != nil || (time.Since(time.UnixMilli(n))+d.ahead).Abs() > patience {
			d.Errorf("timestamp %s, want now by the account's clock, in milliseconds (B-823)", m[1])
		}
	}
	payload, sessionID = masked(payload)
	return topic, anyTimestamp.ReplaceAllString(payload, `"timestamp":now,`), sessionID
}

// hears wants an event of a kind, as "presence/connected", and returns its
// session identifier. Members stands for what is particular to it.
func (d *device) hears(kind, id, members, source string) (sessionID string) {
	d.Helper()
	topic, payload, sessionID := d.event()
	_, name, _ := strings.Cut(kind, "/")
	want := fmt.Sprintf(`{"clientId":%q,"timestamp":now,"eventType":%q,"sessionIdentifier":%q,"principalIdentifier":"tester",%s}`, id, name,
		uuid, members)
	if name == "disconnected" { // members are in two places
		want = fmt.Sprintf(`{"clientId":%q,"timestamp":now,"eventType":%q,`+members, id, name, uuid)
	}
	if name == "connect_failed" {
		want = fmt.Sprintf(`{"clientId":%q,"timestamp":now,"eventType":%q,"connectFailureReason":"AUTHORIZATION_FAILED","principalIdentifier":"tester","sessionIdentifier":%q,%s}`, id, name, uuid, members)
	}
	if topic != "$aws/events/"+kind+"/"+id || payload != want {
		d.Fatalf("on %s\ngot  %s\nwant %s on %s of %s (%s)", topic, payload, want, kind, id, source)
	}
	return sessionID
}

func (d *device) hearsConnected(id string, version int, source string) string {
	d.Helper()
	return d.hears("presence/connected", id, fmt.Sprintf(`"ipAddress":"127.0.0.1","versionNumber":%d`, version), source)
}

func (d *device) hearsDisconnected(id, reason string, version int, source string) string {
	d.Helper()
	initiated := reason == "CLIENT_INITIATED_DISCONNECT"
	return d.hears("presence/disconnected", id,
		fmt.Sprintf(`"clientInitiatedDisconnect":%v,"sessionIdentifier":%%q,"principalIdentifier":"tester","disconnectReason":%q,"versionNumber":%d}`,
			initiated, reason, version), source)
}

// listener is a client that has subscribed to filters and hears nothing of
// itself.
func listener(t testing.TB, e *emulator.Emulator, filters ...string) *device {
	t.Helper()
	w := online(t, e, 4, connect{id: "listener", password: "all"})
	w.subscribed(1, filters...)
	return w
}

// Every event byte by byte, in both versions, over each transport. The principal
// is the authorizer's principalId [B-828, guess].
func TestLifecycleEvents(t *testing.T) {
	for _, by := range ways() {
		for _, version := range []byte{4, 5} {
			t.Run(fmt.Sprintf("%s v%d", by.name, version), func(t *testing.T) {
				e := start(t)
				w := listener(t, e, "$aws/events/presence/#", "$aws/events/subscriptions/+/dev1")
				d := open(t, e, by, version)
				d.send(connect{id: "dev1", password: "all"}.packet(version))
				d.connack()
				id := w.hearsConnected("dev1", 0, "B-823")
				d.subscribed(1, "a/b", "$share/g/c/#")
				same := w.hears("subscriptions/subscribed", "dev1", `"topics":["a/b","$share/g/c/#"]`, "B-827")
				if same != id {
					t.Errorf("sessionIdentifier of subscribed is %s, of connected %s (B-827)", same, id)
				}
				d.send(d.unsubscribe(3, "never", "a/b"))
				d.receive()
				w.hears("subscriptions/unsubscribed", "dev1", `"topics":["a/b"]`, "B-827")
				d.send(d.unsubscribe(4, "never"))
				d.receive()
				d.send("\xe0\x00")
				d.ended()
				same = w.hearsDisconnected("dev1", "CLIENT_INITIATED_DISCONNECT", 0, "B-824, B-830")
				if same != id {
					t.Errorf("sessionIdentifier of disconnected is %s, of connected %s (B-824)", same, id)
				}
				w.lives("nothing else")
			})
		}
	}
}

// One event per SUBSCRIBE, of what was granted [B-827].
func TestSubscribedEvent(t *testing.T) {
	e := start(t)
	w := listener(t, e, "$aws/events/subscriptions/subscribed/dev")
	d := online(t, e, 5, connect{id: "dev", password: "Connect=* Subscribe=topicfilter/ok/*"})
	d.send(d.subscribe(1, 1, "ok/a", "secret", "ok/+", "ok/+/"+strings.Repeat("/", 8)))
	d.receive()
	w.hears("subscriptions/subscribed", "dev", `"topics":["ok/a","ok/+"]`, "B-414, B-827")
	d.send(d.subscribe(1, 1, "secret"))
	d.receive()
	w.lives("B-827: nothing was granted")
	d.subscribed(0, "ok/a")
	w.hears("subscriptions/subscribed", "dev", `"topics":["ok/a"]`, "B-827: again")

	d = online(t, e, 4, connect{id: "dev", password: "Connect=* Subscribe=topicfilter/ok/*"})
	d.send(d.subscribe(1, 1, "ok/a", "secret"))
	d.expectEnd("", "B-410")
	w.lives("B-827, guess: no SUBACK, no event")
}

// connect_failed is the policy's no, not the authorizer's, and not a limit's
// [A-182, B-825]; nobody hears of a refused CONNECT that it is disconnected
// [B-444, B-829].
func TestConnectFailed(t *testing.T) {
	connected, failed := true, true
	tests := []struct {
		name      string
		connect   connect
		failed    bool
		connected bool
		source    string
	}{
		{"iot:Connect", connect{password: "Publish=*"}, failed, !connected, "B-211, B-825"},
		{"iot:Connect denied", connect{password: "all !Connect=*"}, failed, !connected, "B-825"},
		{"will", connect{password: "Connect=*", will: &will{topic: "w"}}, failed, !connected, "B-825"},
		{"retained will", connect{password: "Connect=* Publish=*", will: &will{topic: "w", retain: true}}, failed, !connected, "B-226, guess"},
		{"no document", connect{password: "empty"}, failed, !connected, "A-126, B-119, B-825"},
		{"authorizer says no", connect{password: "wrong"}, !failed, !connected, "B-825, guess"},
		{"authorizer fails", connect{password: "fault"}, !failed, !connected, "B-825, guess"},
		{"will QoS 2", connect{password: "all", will: &will{topic: "w", qos: 2}}, !failed, !connected, "B-825"},
		{"will on a topic that is not reserved", connect{password: "all", will: &will{topic: "$SYS/x"}}, !failed, !connected, "B-825"},
		{"all is well", connect{password: "all"}, !failed, connected, "B-823"},
	}
	e := start(t)
	for i, tt := range tests {
		for _, version := range []byte{4, 5} {
			t.Run(fmt.Sprintf("%s v%d", tt.name, version), func(t *testing.T) {
				w := listener(t, e, "$aws/events/presence/#")
				tt.connect.id = fmt.Sprintf("dev-%d-%d", i, version)
				d := open(t, e, way{}, version)
				d.send(tt.connect.packet(version))
				if tt.connected {
					d.connack()
					d.disconnect()
					w.hearsConnected(tt.connect.id, 0, tt.source)
					w.hearsDisconnected(tt.connect.id, "CLIENT_INITIATED_DISCONNECT", 0, tt.source)
				} else {
					d.ended()
				}
				if tt.failed {
					w.hears("presence/connect_failed", tt.connect.id, `"ipAddress":"127.0.0.1"`, tt.source)
				}
				w.lives(tt.source + ": nothing else")
			})
		}
	}
}

// Why a connection ended, as far as a client or the clock can bring it about.
// TestEndingOf has the rest [A-184, B-440].
func TestDisconnectReason(t *testing.T) {
	sends := func(p string) func(*emulator.Emulator, *device) {
		return func(_ *emulator.Emulator, d *device) { d.send(p) }
	}
	publishes := func(first byte, topic, payload string) func(*emulator.Emulator, *device) {
		return func(_ *emulator.Emulator, d *device) { d.send(d.publish(first, topic, payload)) }
	}
	tests := []struct {
		reason   string
		name     string
		versions []byte
		way      int // of ways()
		end      func(*emulator.Emulator, *device)
		source   string
	}{
		{"CLIENT_INITIATED_DISCONNECT", "DISCONNECT", []byte{4, 5}, 0, sends("\xe0\x00"), "B-440"},
		{"CLIENT_INITIATED_DISCONNECT", "DISCONNECT 0x04", []byte{5}, 1, sends("\xe0\x02\x04\x00"), "B-441"},
		{"CLIENT_INITIATED_DISCONNECT", "Close frame", []byte{4, 5}, 2, func(_ *emulator.Emulator, d *device) { closeFrame(d) }, "B-442"},
		{"CLIENT_INITIATED_DISCONNECT", "Close frame over TLS", []byte{4, 5}, 3, func(_ *emulator.Emulator, d *device) { closeFrame(d) },
			"B-442"},
		{"CONNECTION_LOST", "TCP ends", []byte{4, 5}, 0, func(_ *emulator.Emulator, d *device) { _ = d.conn.Close() }, "B-440"},
		{"CONNECTION_LOST", "WebSocket without Close frame", []byte{4, 5}, 2,
			func(_ *emulator.Emulator, d *device) { _ = d.conn.(*mqtttest.WebSocket).NetConn().Close() }, "B-442"},
		{"AUTH_ERROR", "PUBLISH refused", []byte{4, 5}, 0, publishes(qos0, "secret", "x"), "B-443"},
		{"AUTH_ERROR", "SUBSCRIBE refused", []byte{4}, 0, func(_ *emulator.Emulator, d *device) { d.send(d.subscribe(1, 0, "secret")) }, "B-443"},
		{"CLIENT_ERROR", "second CONNECT", []byte{4, 5}, 0, func(_ *emulator.Emulator, d *device) { d.send(connect{id: "x"}.packet(d.version)) },
			"B-440"},
		{"CLIENT_ERROR", "payload", []byte{4, 5}, 0, publishes(qos1, "ok/t", strings.Repeat("x", 128<<10+1)), "B-440, B-680"},
		{"CLIENT_ERROR", "malformed", []byte{4, 5}, 0, sends("\x82\x01\x00"), "B-740"},
		{"CLIENT_ERROR", "unknown $ topic", []byte{4, 5}, 0, publishes(qos0, "$ok/t", "x"), "B-237, guess"},
		{"CUSTOMAUTH_TTL_EXPIRATION", "disconnectAfterInSeconds", []byte{4, 5}, 0,
			func(e *emulator.Emulator, _ *device) { e.Advance(301 * time.Second) }, "B-440"},
		{"DUPLICATE_CLIENTID", "take-over", []byte{4, 5}, 0, func(e *emulator.Emulator, d *device) {
			online(d, e, 5, connect{id: "dev", password: "all"})
		}, "B-440, B-606"},
	}
	for _, tt := range tests {
		for _, version := range tt.versions {
			t.Run(fmt.Sprintf("%s %s v%d", tt.reason, tt.name, version), func(t *testing.T) {
				e := emulator.Run(t, emulator.Options{Authorizer: shortLived})
				w := listener(t, e, "$aws/events/presence/disconnected/dev")
				d := open(t, e, ways()[tt.way], version)
				d.send(connect{id: "dev", password: "Connect=* Publish=topic/ok/*,topic/$ok/*"}.packet(version))
				d.connack()
				if tt.reason == "CUSTOMAUTH_TTL_EXPIRATION" {
					w.ahead = 301 * time.Second
				}
				tt.end(e, d)
				d.ended()
				w.hearsDisconnected("dev", tt.reason, 0, tt.source)
				w.lives("one event")
			})
		}
	}
}

// shortLived gives who may do all a day, and others five minutes.
func shortLived(ctx context.Context, event []byte) ([]byte, error) {
	if password := passwordOf(event); password != "all" {
		return grants(password, `"disconnectAfterInSeconds": 300`, `"refreshAfterInSeconds": 3600`)(ctx)
	}
	return grants("all")(ctx)
}

// versionNumber counts a client id's connections, across versions and
// transports, until it has been gone too long [B-826].
func TestVersionNumber(t *testing.T) {
	const minute = time.Minute
	clean := connect{id: "dev", password: "all"}
	stays := connect{id: "dev", password: "all", persistent: true}
	forMinute := connect{id: "dev", password: "all", persistent: true, properties: "\x11\x00\x00\x00\x3c"}
	type step struct {
		gone    time.Duration // before it
		version byte
		connect connect
		want    int
	}
	tests := []struct {
		name   string
		steps  []step
		source string
	}{
		{"grows", []step{{0, 4, clean, 0}, {0, 5, clean, 1}, {0, 4, stays, 2}, {59 * minute, 4, clean, 3}}, "B-826"},
		{"an hour", []step{{0, 4, clean, 0}, {0, 4, clean, 1}, {61 * minute, 4, clean, 0}}, "B-826"},
		{"a session's minute", []step{{0, 5, forMinute, 0}, {minute / 2, 5, forMinute, 1}, {2 * minute, 5, forMinute, 0}}, "B-826"},
		{"a session's hour", []step{{0, 4, stays, 0}, {59 * minute, 4, stays, 1}, {61 * minute, 4, stays, 0}}, "B-826"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e, ahead := start(t), time.Duration(0)
			for _, s := range tt.steps {
				e.Advance(s.gone)
				ahead += s.gone
				w := listener(t, e, "$aws/events/presence/+/dev")
				w.ahead = ahead
				online(t, e, s.version, s.connect).disconnect()
				w.hearsConnected("dev", s.want, tt.source)
				w.hearsDisconnected("dev", "CLIENT_INITIATED_DISCONNECT", s.want, tt.source)
				w.disconnect()
			}
		})
	}
	t.Run("reset", func(t *testing.T) {
		e := start(t)
		online(t, e, 4, clean).disconnect()
		e.Reset()
		w := listener(t, e, "$aws/events/presence/+/dev")
		online(t, e, 4, clean).disconnect()
		w.hearsConnected("dev", 0, "B-826: Reset forgets")
	})
}

// At a take-over the old connection's event comes first, with the lower number
// [B-606, B-831].
func TestTakeOverEvents(t *testing.T) {
	e := start(t)
	w := listener(t, e, "$aws/events/presence/+/dev")
	var devices []*device
	for i, by := range ways() {
		d := open(t, e, by, byte(4+i%2))
		d.send(connect{id: "dev", password: "all"}.packet(d.version))
		d.connack()
		devices = append(devices, d)
	}
	var last string
	for i := range devices {
		if i > 0 {
			if id := w.hearsDisconnected("dev", "DUPLICATE_CLIENTID", i-1, "B-831"); id != last {
				t.Errorf("disconnected of %s, want of %s (B-824)", id, last)
			}
		}
		last = w.hearsConnected("dev", i, "B-831")
	}
	w.lives("B-831: nothing else")
}

// However connections of one client id follow each other, their events alternate
// and count [B-826, B-831].
func TestTakeOverStormEvents(t *testing.T) {
	const rivals, rounds = 8, 20
	e := start(t)
	w := listener(t, e, "$aws/events/presence/+/dev")
	var storm sync.WaitGroup
	for i := range rivals {
		storm.Go(func() {
			for range rounds {
				conn, err := dialTCP(e)
				if err != nil {
					t.Error(err)
					return
				}
				_, _ = io.WriteString(conn, connect{id: "dev", password: "all"}.packet(byte(4+i%2)))
				_, _ = conn.Read(make([]byte, 1)) // its CONNACK
				_ = conn.Close()
			}
		})
	}
	for n := range rivals * rounds {
		id := w.hearsConnected("dev", n, "B-826")
		topic, payload, same := w.event()
		if want := fmt.Sprintf(`"versionNumber":%d}`, n); topic != "$aws/events/presence/disconnected/dev" || !strings.HasSuffix(payload, want) ||
			same != id {
			t.Fatalf("on %s: %s of session %s, want disconnected %s of %s (B-824, B-831)", topic, payload, same, want, id)
		}
	}
	storm.Wait()
	w.lives("nothing else")
}

// Client ids with + or # make no events at all, those with a slash are a level
// further down [B-821].
func TestEventsOfOddClientIDs(t *testing.T) {
	e := start(t)
	w := listener(t, e, "$aws/events/presence/#", "$aws/events/subscriptions/#")
	w.event() // the listener's own subscribed
	for _, id := range []string{"a+b", "#", "a/+"} {
		d := online(t, e, 5, connect{id: id, password: "all"})
		d.subscribed(0, "t")
		d.disconnect()
		d = open(t, e, way{}, 5)
		d.send(connect{id: id, password: "Publish=*"}.packet(5))
		d.ended()
	}
	w.lives("A-185, B-821")
	d := online(t, e, 5, connect{id: `a/b<">é`, password: "all"})
	topic, payload, _ := w.event()
	if topic != `$aws/events/presence/connected/a/b<">é` || !strings.HasPrefix(payload, `{"clientId":"a/b<\">é",`) {
		t.Errorf("on %s: %s", topic, payload)
	}
	d.disconnect()
}

// An event is a message: each receiver's policy and QoS count, an offline
// session keeps it, nothing is retained [B-820, B-822].
func TestEventsAreMessages(t *testing.T) {
	e := start(t)
	const topic = "$aws/events/presence/connected/dev"
	subscriber := func(id, password string, options byte) *device {
		w := online(t, e, 5, connect{id: id, password: password, persistent: true, properties: "\x11\x00\x00\x00\x3c"})
		w.subscribed(options, topic)
		return w
	}
	atMostOnce := subscriber("qos0", "all", 0)
	deaf := subscriber("deaf", "all !Receive=topic/$aws/events/*", 1)
	asleep := subscriber("asleep", "all", 1)
	all := subscriber("wildcard", "all", 1)
	all.subscribed(1, "#", "+/events/#", "$aws/+/presence/connected/dev")
	asleep.disconnect()
	online(t, e, 4, connect{id: "dev", password: "all"}).disconnect()
	if first, got, _, _ := atMostOnce.message(); first != qos0 || got != topic {
		t.Errorf("got %x on %s, want QoS 0 (B-822)", first, got)
	}
	if first, got, _, _ := all.message(); first != qos1 || got != topic {
		t.Errorf("got %x on %s, want QoS 1 (B-822)", first, got)
	}
	all.lives("B-234, B-658: once")
	deaf.lives("B-820: iot:Receive counts")
	record(t, e, "deaf")
	asleep = online(t, e, 5, connect{id: "asleep", password: "all", persistent: true, properties: "\x11\x00\x00\x00\x3c"})
	asleep.hearsConnected("dev", 0, "B-705")
	late := online(t, e, 4, connect{id: "late", password: "all"})
	late.subscribed(1, topic)
	late.lives("B-239: none is retained")
}

// Closing with many who listen to each other's end.
func TestCloseWithListeners(t *testing.T) {
	t.Parallel()
	e := start(t)
	for i := range 50 {
		d := online(t, e, byte(4+i%2), connect{id: fmt.Sprint("d-", i), password: "all"})
		d.send(d.subscribe(1, byte(i/2%2), "$aws/events/#"))
	}
	if err := e.Close(); err != nil {
		t.Error(err)
	}
}
