package hooks_test

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/mqtttest"
	"github.com/suback/suback/emulator/trace"
)

// closeFrame ends a WebSocket as a browser does: no DISCONNECT.
func closeFrame(d *device) {
	_ = d.conn.(*mqtttest.WebSocket).WriteControl(websocket.CloseMessage, nil, time.Now().Add(patience))
}

// How a connection ends, and whether its will is sent [B-440, B-441, B-442].
func TestWill(t *testing.T) {
	sends := func(p string) func(*device) { return func(d *device) { d.send(p) } }
	lost := func(d *device) {
		if ws, ok := d.conn.(*mqtttest.WebSocket); ok {
			_ = ws.NetConn().Close()
			return
		}
		_ = d.conn.Close()
	}
	const closeFrameNote = "not sent"
	tests := []struct {
		name     string
		versions []byte
		way      int // of ways()
		end      func(*device)
		v5       string // what an MQTT 5 client is told
		want     bool
		reason   string // in the trace, if any, or closeFrameNote
		source   string
	}{
		{"DISCONNECT", []byte{4, 5}, 0, sends("\xe0\x00"), "", false, "", "B-440"},
		{"DISCONNECT over TLS", []byte{4, 5}, 1, sends("\xe0\x00"), "", false, "", "B-440"},
		{"DISCONNECT over WebSocket", []byte{4, 5}, 2, sends("\xe0\x00"), "", false, "", "B-440"},
		{"DISCONNECT 0x04", []byte{5}, 0, sends("\xe0\x02\x04\x00"), "", true, "", "B-441"},
		{"DISCONNECT 0x04 without properties", []byte{5}, 0, sends("\xe0\x01\x04"), "", true, "", "B-441, M-18"},
		{"DISCONNECT 0x00 without properties", []byte{5}, 0, sends("\xe0\x01\x00"), "", false, "", "B-440, M-18"},
		{"DISCONNECT 0x04 with a packet behind it", []byte{5}, 0, sends("\xe0\x01\x04\x30\x04\x00\x01t\x00"), "", true, "", "B-441, M-18"},
		{"DISCONNECT 0x80", []byte{5}, 0, sends("\xe0\x01\x80"), "", true, "", "B-441, guess, M-18"},
		{"DISCONNECT 0x00 with properties", []byte{5}, 0, sends("\xe0\x07\x00\x05\x11\x00\x00\x00\x00"), "", false, "", "B-440, B-701"},
		{"TCP ends", []byte{4, 5}, 0, lost, "", true, "", "B-440"},
		{"TLS ends", []byte{4, 5}, 1, lost, "", true, "", "B-440"},
		{"WebSocket ends without Close frame", []byte{4, 5}, 2, lost, "", true, "", "B-442"},
		{"Close frame", []byte{4, 5}, 2, closeFrame, "", false, closeFrameNote, "B-442"},
		{"Close frame over TLS", []byte{4, 5}, 3, closeFrame, "", false, closeFrameNote, "B-442"},
		{"second CONNECT", []byte{4}, 0, sends(connect{id: "d"}.packet(4)), "", true, "CLIENT_ERROR", "B-440, B-609"},
		{"second CONNECT", []byte{5}, 0, sends(connect{id: "d"}.packet(5)), disconnectWith(0x82, "Protocol error"), true, "CLIENT_ERROR",
			"B-440, B-609"},
		{"PUBREL", []byte{4, 5}, 0, sends("\x62\x02\x00\x01"), disconnectWith(0x82, "Protocol error"), true, "CLIENT_ERROR", "B-640"},
		{"AUTH", []byte{4, 5}, 0, sends("\xf0\x02\x00\x00"), disconnectWith(0x82, "Protocol error"), true, "CLIENT_ERROR", "B-640"},
		{"a server's packet", []byte{4, 5}, 0, sends("\xd0\x00"), disconnectWith(0x82, "Protocol error"), true, "CLIENT_ERROR", "B-740"},
		{"packet type 0", []byte{4, 5}, 0, sends("\x00\x00"), disconnectWith(0x81, "Malformed packet"), true, "CLIENT_ERROR", "B-741, guess"},
		{"reserved bits", []byte{4, 5}, 0, sends("\xc1\x00"), disconnectWith(0x81, "Malformed packet"), true, "CLIENT_ERROR", "B-741, guess"},
		{"length of 5 bytes", []byte{4, 5}, 0, sends("\x30\xff\xff\xff\xff\x7f"), disconnectWith(0x81, "Malformed packet"), true, "CLIENT_ERROR",
			"B-741, guess"},
		{"SUBSCRIBE cut off", []byte{4, 5}, 0, sends("\x82\x01\x00"), disconnectWith(0x81, "Malformed packet"), true, "CLIENT_ERROR", "B-740"},
	}
	e := start(t)
	for i, tt := range tests {
		for _, version := range tt.versions {
			t.Run(fmt.Sprintf("%s v%d", tt.name, version), func(t *testing.T) {
				id := fmt.Sprintf("d-%d-%d", i, version)
				watcher := online(t, e, 4, connect{id: "w", password: "all"})
				watcher.subscribed(1, "will")
				d := open(t, e, ways()[tt.way], version)
				d.send(connect{id: id, password: "all", will: &will{topic: "will", payload: id, qos: 1}}.packet(version))
				d.connack()
				tt.end(d)
				if got, _ := d.ended(); version == 5 {
					if got, _ := masked(got); got != tt.v5 {
						t.Errorf("got %s, want %s (%s)", show(got), show(tt.v5), tt.source)
					}
				} else if got != "" {
					t.Errorf("got %s, want nothing (B-454)", show(got))
				}
				if tt.want {
					watcher.receives("will", id, tt.source)
				}
				watcher.lives(tt.source + ": no will")
				if tt.reason == closeFrameNote {
					if ev := record(t, e, id); ev.Outcome != trace.Note || ev.Rules[0] != "B-442" ||
						!strings.Contains(ev.Detail, `the will on "will" is not sent`) {
						t.Errorf("got %+v, want a note that the will is not sent (B-442)", ev)
					}
					return
				}
				if all := records(e, id); (tt.reason == "") != (len(all) == 0) || len(all) > 0 && all[0].Reason != tt.reason {
					t.Errorf("records: %+v, want reason %q (%s)", all, tt.reason, tt.source)
				}
			})
		}
	}
}

// The will is an ordinary message: retained if it asks for it, judged at each
// receiver, its expiry counted from now, its delay ignored [B-230, B-695].
func TestWillAsMessage(t *testing.T) {
	e := start(t)
	watcher := online(t, e, 5, connect{id: "w", password: "all"})
	watcher.subscribed(1, "will")
	deaf := online(t, e, 5, connect{id: "deaf", password: "all !Receive=topic/will"})
	deaf.subscribed(1, "will")
	d := online(t, e, 5, connect{id: "d", password: "all", will: &will{topic: "will", payload: "gone", qos: 1, retain: true,
		properties: "\x18\x00\x00\x03\xe8\x02\x00\x00\x00\x64\x03" + text("text/plain")}})
	e.Advance(50 * time.Second)
	_ = d.conn.Close()
	first, _, props, payload := watcher.message()
	left := props[:min(5, len(props))]
	if first != qos1 || payload != "gone" || left != "\x02\x00\x00\x00\x63" && left != "\x02\x00\x00\x00\x64" || props[5:] != "\x03"+
		text("text/plain") {
		t.Errorf("got %x %q with %q, want QoS 1, 100 s left and the content type (B-695)", first, payload, props)
	}
	online(t, e, 4, connect{id: "d", password: "all"}) // its CONNACK waits for the will
	if ev := record(t, e, "d"); ev.Outcome != trace.Note || !strings.Contains(ev.Detail, "Will Delay Interval of 1000 s has no effect") {
		t.Errorf("record: %+v, want a NOTE about the delay (B-695)", ev)
	}
	deaf.lives("B-230")
	if ev := record(t, e, "deaf"); ev.Outcome != trace.Withheld {
		t.Errorf("record: %+v, want WITHHELD (B-230)", ev)
	}
	later := online(t, e, 4, connect{id: "later", password: "all"})
	later.subscribed(1, "will")
	later.receives("will", "gone", "B-226: retained")
}

// DISCONNECT may change how long the session lives, unless that was 0 [B-701].
func TestDisconnectChangesExpiry(t *testing.T) {
	expiry := func(seconds int) string { return "\x11\x00\x00" + number(seconds) }
	tests := []struct {
		name       string
		connect    string // properties
		disconnect string
		want       string // in return
		survives   time.Duration
		source     string
	}{
		{"kept", expiry(60), "\xe0\x00", "", time.Minute, "B-701"},
		{"shortened", expiry(60), "\xe0\x07\x00\x05" + expiry(10), "", 10 * time.Second, "B-701"},
		{"lengthened", expiry(10), "\xe0\x07\x00\x05" + expiry(60), "", time.Minute, "B-701"},
		{"ended", expiry(60), "\xe0\x07\x00\x05" + expiry(0), "", 0, "B-701"},
		{"from 0", "", "\xe0\x07\x00\x05" + expiry(60), disconnectWith(0x82, "Protocol error"), 0, "B-701"},
		{"0 to 0", "", "\xe0\x07\x00\x05" + expiry(0), "", 0, "B-701"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := start(t)
			c := connect{id: "d", password: "all", persistent: true, properties: tt.connect}
			present := func() bool {
				d := open(t, e, way{}, 5)
				d.send(c.packet(5))
				was, _ := d.connack()
				d.send(tt.disconnect)
				d.expectEnd(tt.want, tt.source)
				return was
			}
			present()
			if got := present(); got != (tt.survives > 0) {
				t.Fatalf("session present %v at once, want %v (%s)", got, tt.survives > 0, tt.source)
			}
			e.Advance(tt.survives - 2*time.Second)
			if got := present(); got != (tt.survives > 0) {
				t.Errorf("session present %v shortly before its end, want %v (%s)", got, tt.survives > 0, tt.source)
			}
			e.Advance(tt.survives + time.Second)
			if present() {
				t.Errorf("the session outlives its expiry (%s)", tt.source)
			}
		})
	}
}

// Close tells MQTT 5 why, closes the others, and sends the wills [B-440, B-450,
// B-454].
func TestClose(t *testing.T) {
	t.Parallel()
	e := start(t)
	var devices []*device
	for i, by := range ways() {
		for _, version := range []byte{4, 5} {
			d := open(t, e, by, version)
			d.send(connect{id: fmt.Sprintf("d-%d-%d", i, version), password: "all"}.packet(version))
			d.connack()
			devices = append(devices, d)
		}
	}
	idle, err := net.Dial("tcp", e.Addr(emulator.MQTT)) // sends nothing
	if err != nil {
		t.Fatal(err)
	}
	defer idle.Close()
	var ends sync.WaitGroup
	for _, d := range devices {
		ends.Go(func() {
			want := ""
			if d.version == 5 {
				want = disconnectWith(0x8b, "Server shutting down")
			}
			got, _ := d.ended()
			if got, _ := masked(got); got != want {
				t.Errorf("v%d: got %s, want %s (B-450, B-454)", d.version, show(got), show(want))
			}
		})
	}
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	ends.Wait()
}

// Close does not wait for an authorizer that hangs.
func TestCloseWhileAuthorizerHangs(t *testing.T) {
	asked := make(chan struct{})
	e := emulator.Run(t, emulator.Options{Authorizer: func(ctx context.Context, _ []byte) ([]byte, error) {
		close(asked)
		<-ctx.Done()
		return nil, ctx.Err()
	}})
	d := open(t, e, way{}, 5)
	d.send(connect{id: "d", password: "x"}.packet(5))
	<-asked
	begin := time.Now()
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	if took := time.Since(begin); took > 2*time.Second {
		t.Errorf("Close took %v", took)
	}
	d.ended() // with a CONNACK or without, whichever is quicker
	if ev := record(t, e, "d"); !strings.Contains(ev.Detail, "shutting down") {
		t.Errorf("record: %+v", ev)
	}
}

// While one client's authorizer hangs, others come and go.
func TestHangingAuthorizerDelaysNobody(t *testing.T) {
	e := start(t)
	stuck := open(t, e, way{}, 4)
	stuck.send(connect{id: "stuck", password: "hang"}.packet(4))
	for i := range 50 {
		online(t, e, 4, connect{id: fmt.Sprint(i), password: "all"}).disconnect()
	}
}
