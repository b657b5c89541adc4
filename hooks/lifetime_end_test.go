package hooks_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/authn"
	"github.com/suback/suback/emulator/mqtttest"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/emulator/transport"
	"github.com/suback/suback/hooks"
)

const limitExceeded = "Connection time limit exceeded"

// disconnectAfterInSeconds ends a connection however busy it is, with its will
// [A-127, A-148, B-453].
func TestDisconnectAfter(t *testing.T) {
	for _, by := range ways() {
		for _, version := range []byte{4, 5} {
			t.Run(fmt.Sprintf("%s v%d", by.name, version), func(t *testing.T) {
				e, _ := scripted(t, grants("all", `"disconnectAfterInSeconds": 600`, `"refreshAfterInSeconds": 86400`))
				watcher := online(t, e, 4, connect{id: "w", password: "all"})
				watcher.subscribed(0, "will")
				d := open(t, e, by, version)
				d.send(connect{id: "d", will: &will{topic: "will", payload: "gone"}}.packet(version))
				d.connack()
				e.Advance(598 * time.Second)
				d.lives("A-148")
				busy := keepBusy(d)
				e.Advance(2 * time.Second)
				endedBy(t, d, 0x98, limitExceeded, "A-148, B-453 guess")
				watcher.receives("will", "gone", "A-148")
				_ = d.conn.Close()
				<-busy
				ev := record(t, e, "d")
				checkEnd(t, ev, trace.Disconnect, "CUSTOMAUTH_TTL_EXPIRATION", version, 0x98, "A-148", "D-22")
				if !strings.Contains(ev.Hint, "600") {
					t.Errorf("hint %q, want the number of seconds (D-22)", ev.Hint)
				}
			})
		}
	}
}

// keepBusy makes a device publish until its connection ends, and says when it
// has stopped. A WebSocket takes no two writers.
func keepBusy(d *device) (stopped chan struct{}) {
	stopped = make(chan struct{})
	go func() {
		defer close(stopped)
		_, ws := d.conn.(*mqtttest.WebSocket)
		for err := error(nil); !ws && err == nil; {
			_, err = io.WriteString(d.conn, d.publish(qos0, "other", "x"))
		}
	}()
	return stopped
}

// No refresh moves the end of a connection; that one has tried to is noted once
// [A-127, D-23].
func TestRefreshDoesNotMoveTheEnd(t *testing.T) {
	e, calls := scripted(t, grants("all", `"disconnectAfterInSeconds": 900`), grants("all", `"disconnectAfterInSeconds": 86400`))
	d := online(t, e, 5, connect{id: "d"})
	for n := range 2 {
		e.Advance(interval)
		refreshed(t, e, "d", n+1)
		d.lives("A-127")
	}
	notes := awaitEvents(t, e, 1, "d", trace.Refresh, trace.Note)
	e.Advance(interval)
	endedBy(t, d, 0x98, limitExceeded, "A-127, A-148")
	if n := len(calls); n != 3 {
		t.Errorf("%d calls, want 3: none at the end", n)
	}
	ev := notes[0]
	if !strings.Contains(ev.Detail, "86400") || ev.Rules[0] != "D-23" || ev.Hint == "" {
		t.Errorf("note: %+v, want D-23", ev)
	}
	all := records(e, "d")
	if len(all) != 2 {
		t.Errorf("records: %+v, want a note and the end", all)
	}
	d = online(t, e, 5, connect{id: "d"})
	e.Advance(900 * time.Second)
	d.lives("D-23: it counts from the next CONNECT on")
}

// A jump over a refresh and the end is the end alone.
func TestAdvanceOverAll(t *testing.T) {
	for _, far := range []time.Duration{600 * time.Second, 24 * time.Hour, 99 * 365 * 24 * time.Hour} {
		e, calls := scripted(t, grants("all", `"disconnectAfterInSeconds": 600`))
		d := online(t, e, 5, connect{id: "d"})
		e.Advance(far)
		endedBy(t, d, 0x98, limitExceeded, "A-148")
		if n := len(calls); n != 1 {
			t.Errorf("%v: %d calls, want that of CONNECT", far, n)
		}
	}
}

// blocks returns a reply that waits to be released, and says when it begins and
// how it ended.
func blocks(with reply) (r reply, begun, release chan struct{}, givenUp chan bool) {
	begun, release, givenUp = make(chan struct{}, 1), make(chan struct{}), make(chan bool, 1)
	return func(ctx context.Context) ([]byte, error) {
		begun <- struct{}{}
		select {
		case <-release:
		case <-ctx.Done():
		}
		givenUp <- ctx.Err() != nil
		return with(ctx)
	}, begun, release, givenUp
}

// While a refresh is under way no other begins, whatever is advanced; the device
// works on with what it had.
func TestAdvanceDuringRefresh(t *testing.T) {
	slow, begun, release, _ := blocks(grants("Publish=topic/new"))
	e, calls := scripted(t, grants("all"), slow, grants("all"))
	d := online(t, e, 5, connect{id: "d"})
	e.Advance(interval)
	<-begun
	e.Advance(interval)
	e.Advance(interval)
	d.published("old", "x")
	if n := len(calls); n != 2 {
		t.Errorf("%d calls, want 2: one refresh at a time", n)
	}
	close(release)
	refreshed(t, e, "d", 1)
	e.RequireDenied(t, "d", policy.Publish, "old")
	e.Advance(interval)
	refreshed(t, e, "d", 2)
	e.RequireAllowed(t, "d", policy.Publish, "old")
}

// Whatever ends a connection gives up its refresh, and nothing is recorded of it.
func TestEndDuringRefresh(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		end  func(*emulator.Emulator, *device)
		want int // records
	}{
		{"DISCONNECT", func(_ *emulator.Emulator, d *device) { d.disconnect() }, 0},
		{"TCP ends", func(_ *emulator.Emulator, d *device) { _ = d.conn.Close() }, 0},
		{"disconnectAfterInSeconds", func(e *emulator.Emulator, _ *device) { e.Advance(24 * time.Hour) }, 1},
		{"take-over", func(e *emulator.Emulator, d *device) { online(d.TB, e, 4, connect{id: "d", password: "all"}) }, 1},
		{"violation", func(_ *emulator.Emulator, d *device) { d.send("\xd0\x00") }, 1},
		{"Reset", func(e *emulator.Emulator, _ *device) { e.Reset() }, 0},
		{"Close", func(e *emulator.Emulator, _ *device) { _ = e.Close() }, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			slow, begun, _, givenUp := blocks(hangs)
			e, _ := scripted(t, grants("all"), slow)
			d := online(t, e, 5, connect{id: "d"})
			e.Advance(interval)
			<-begun
			asked := time.Now()
			tt.end(e, d)
			d.ended()
			if !<-givenUp || time.Since(asked) > 3*time.Second {
				t.Errorf("the refresh went on for %v, want it to be given up", time.Since(asked))
			}
			if all := records(e, "d"); len(all) != tt.want {
				t.Errorf("records: %+v, want %d", all, tt.want)
			}
		})
	}
}

// A WebSocket lives 86,400 s at most, whatever was granted; other connections do
// not know that limit [A-32, A-33, B-612].
func TestWebSocketLife(t *testing.T) {
	const name = "arn:aws:iot:us-east-1:000000000000:*"
	all, err := policy.Parse("all",
		[]byte(`{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iot:*", "Resource": "`+name+`"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	recorder := trace.New(trace.Options{})
	h := hooks.New(hooks.Options{Region: "us-east-1", Account: "000000000000", Trace: recorder,
		Authenticate: func(context.Context, authn.Request) (*authn.Grant, error) {
			return &authn.Grant{PrincipalID: "p", Documents: []*policy.Document{all}, RefreshAfter: 1000 * time.Hour,
				DisconnectAfter: 48 * time.Hour}, nil
		}})
	addr := serve(t, h, "http", "mqtt")
	tcp, ws := connected(t, addr["mqtt"], "tcp", nil), connected(t, "ws://"+addr["http"]+"/mqtt", "ws", &will{topic: "will", payload: "gone"})
	tcp.subscribed(0, "will")
	h.Advance(86398 * time.Second)
	ws.lives("A-32")
	h.Advance(2 * time.Second)
	endedBy(t, ws, 0x98, limitExceeded, "A-32, B-453 guess")
	tcp.receives("will", "gone", "A-33")
	tcp.lives("A-32")
	events := recorder.Events(trace.Filter{Client: "ws", Outcome: trace.Refused})
	if len(events) != 1 {
		t.Fatalf("records: %+v, want one", events)
	}
	checkEnd(t, events[0], trace.Disconnect, "WEBSOCKET_TTL_EXPIRATION", 5, 0x98, "A-32")
	h.Advance(24 * time.Hour)
	endedBy(t, tcp, 0x98, limitExceeded, "A-148")
}

// serve runs an engine with h, and returns the addresses of its listeners.
func serve(t *testing.T, h *hooks.Hook, names ...string) map[string]string {
	t.Helper()
	return serveBeside(t, h, nil, names...)
}

// serveBeside is serve, with what answers HTTP requests.
func serveBeside(t *testing.T, h *hooks.Hook, requests http.Handler, names ...string) map[string]string {
	t.Helper()
	server, err := h.Engine()
	if err != nil {
		t.Fatal(err)
	}
	addr := make(map[string]string)
	for _, name := range names {
		l, err := transport.New(transport.Options{Name: name, Address: "127.0.0.1:0", Handler: requests,
			Broker: func(*transport.Facts) transport.Broker {
				return h.Broker(server)
			}})
		if err != nil {
			t.Fatal(err)
		}
		if err := server.AddListener(l); err != nil {
			t.Fatal(err)
		}
		addr[name] = l.Address()
	}
	if err := server.Serve(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		h.DisconnectAll()
		_ = server.Close()
	})
	return addr
}

// connected is an MQTT 5 device at an address, by TCP unless that is a URL.
func connected(t *testing.T, addr, id string, w *will) *device {
	t.Helper()
	var d *device
	if strings.HasPrefix(addr, "ws:") {
		dialer := websocket.Dialer{Subprotocols: []string{"mqtt"}}
		ws, _, err := dialer.Dial(addr, nil)
		if err != nil {
			t.Fatal(err)
		}
		d = over(t, mqtttest.Stream(ws), 5)
	} else {
		d = dialBare(t, addr, 5)
	}
	d.send(connect{id: id, will: w}.packet(5))
	d.connack()
	return d
}
