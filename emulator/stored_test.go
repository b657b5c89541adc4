package emulator_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/trace"
)

// absent leaves a persistent session of MQTT 3.1.1 behind, subscribed to the filters
// with QoS 1.
func absent(t *testing.T, e *emulator.Emulator, id string, filters ...string) {
	t.Helper()
	conn := lasting(t, e, id)
	for _, filter := range filters {
		_, _ = io.WriteString(conn, packet(0x82, "\x00\x01"+text(filter)+"\x01"))
		var ack [5]byte
		if _, err := io.ReadFull(conn, ack[:]); err != nil || ack[4] != 1 {
			t.Fatalf("%s: got SUBACK % x, %v, want QoS 1", id, ack, err)
		}
	}
	_, _ = io.WriteString(conn, packet(0xe0, ""))
	_, _ = io.Copy(io.Discard, conn) // until it has ended
}

// lasting connects a client of MQTT 3.1.1 with a persistent session.
func lasting(t *testing.T, e *emulator.Emulator, id string) net.Conn {
	t.Helper()
	conn := dialRaw(t, e, emulator.MQTT)
	connect := []byte(connectPacket(4, id, "", "me", "test", ""))
	i := strings.Index(string(connect), "MQTT\x04") + len("MQTT\x04")
	connect[i] &^= 2 // Clean Session
	if _, err := conn.Write(connect); err != nil {
		t.Fatal(err)
	}
	var ack [4]byte
	if _, err := io.ReadFull(conn, ack[:]); err != nil || ack[3] != 0 {
		t.Fatalf("%s: got CONNACK % x, %v, want success", id, ack, err)
	}
	return conn
}

// acknowledged publishes with QoS 1 and waits for the PUBACK.
func acknowledged(t *testing.T, conn net.Conn, topic, payload string) {
	t.Helper()
	_ = conn.SetDeadline(time.Now().Add(patience))
	_, _ = io.WriteString(conn, packet(0x32, text(topic)+"\x00\x07"+payload))
	var ack [4]byte
	if _, err := io.ReadFull(conn, ack[:]); err != nil || string(ack[:]) != "\x40\x02\x00\x07" {
		t.Fatalf("%s: got % x, %v, want a PUBACK", topic, ack, err)
	}
}

// metric is the value of one that is there.
func metric(t *testing.T, e *emulator.Emulator, name string) (value float64) {
	t.Helper()
	i := slices.IndexFunc(scrape(t, e), func(line string) bool { return strings.HasPrefix(line, name+" ") })
	if i < 0 {
		t.Fatalf("there is no metric %s", name)
	}
	_, _ = fmt.Sscan(strings.TrimPrefix(scrape(t, e)[i], name), &value)
	return value
}

const storedNow, storedHits = `suback_bound_used{bound="stored_bytes"}`, `suback_bound_hits_total{bound="stored_bytes"}`

// 200 clients that never come back have messages kept until far over the bound: memory
// stays within it, the publisher goes on getting PUBACKs, who has little waiting gets
// it, and what is dropped is told and counted.
func TestNobodyComesBack(t *testing.T) {
	const bound, messages = 8 << 20, 200 // of 128 KiB: 25 MiB
	for _, state := range []string{"", "kept"} {
		t.Run("state "+state, func(t *testing.T) {
			o := emulator.Embedded()
			o.Bounds = emulator.Bounds{StoredBytes: bound}
			n := messages
			if state != "" {
				o.StateDir, n = filepath.Join(t.TempDir(), state), messages/2
			}
			e := emulator.Run(t, o)
			for i := range 200 {
				absent(t, e, fmt.Sprint("gone-", i), "much/#")
			}
			absent(t, e, "light", "little")
			publisher := raw(t, e, "publisher")
			acknowledged(t, publisher, "little", "1")
			before, payload := heap(), strings.Repeat("x", 128<<10)
			for i := range n {
				acknowledged(t, publisher, fmt.Sprint("much/", i), payload)
				if i%20 > 0 {
					continue
				}
				if now := metric(t, e, storedNow); now > bound {
					t.Fatalf("%.0f bytes are kept, want at most %d", now, bound)
				}
			}
			if grown := int(heap() - before); grown > 3*bound {
				t.Errorf("the heap has grown by %d MiB, want about 8", grown>>20)
			}
			if hits := metric(t, e, storedHits); hits < 200 {
				t.Errorf("%.0f dropped messages are counted, want those of 200 clients", hits)
			}
			explained(t, e, cause{client: "gone-7", operation: trace.Queued, outcome: trace.Note, reason: "THROTTLED",
				detail: "much/", hint: "--max-stored", rules: []string{"B-515", "B-707"}})
			light := lasting(t, e, "light")
			want := packet(0x32, text("little")+"\x00\x01"+"1")
			got := make([]byte, len(want))
			if _, err := io.ReadFull(light, got); err != nil || string(got) != want {
				t.Errorf("light got %x, %v, want its message", got, err)
			}
			e.Reset()
			if now, hits := metric(t, e, storedNow), metric(t, e, storedHits); now != 0 || hits != 0 {
				t.Errorf("%.0f bytes and %.0f hits after a reset, want 0", now, hits)
			}
		})
	}
}

// Retained messages have half of the bound; over it MQTT 3.1.1 gets no PUBACK, as over
// AWS's own limit [B-723], and the trace says why.
func TestNoRoomToRetain(t *testing.T) {
	o := emulator.Embedded()
	o.Bounds = emulator.Bounds{StoredBytes: 512 << 10}
	e := emulator.Run(t, o)
	publisher := raw(t, e, "publisher")
	payload := strings.Repeat("x", 100<<10)
	for i := range 4 { // three of them are more than half
		_, _ = io.WriteString(publisher, packet(0x31, text(fmt.Sprint("kept/", i))+payload))
	}
	explained(t, e, cause{client: "publisher", operation: trace.PublishIn, outcome: trace.Note, reason: "THROTTLED",
		detail: "kept/2", hint: "--max-stored", rules: []string{"B-723"}, saw: "nothing, connection kept"})
	acknowledged(t, publisher, "other", "1")
	if hits := metric(t, e, storedHits); hits != 2 {
		t.Errorf("%.0f hits, want 2", hits)
	}
	_, _ = io.WriteString(publisher, packet(0x33, text("kept/rest")+"\x00\x07"+payload[:56_465])) // leaves 90 bytes
	_, _ = io.ReadFull(publisher, make([]byte, 4))
	dying := dialRaw(t, e, emulator.MQTT)
	_, _ = io.WriteString(dying, willRetained(connectPacket(4, "dying", "", "me", "test", "kept/will")))
	_, _ = io.ReadFull(dying, make([]byte, 4))
	_ = dying.Close()
	explained(t, e, cause{client: "dying", operation: trace.PublishIn, outcome: trace.Note, reason: "THROTTLED",
		detail: "the will is not retained", hint: "--max-stored", rules: []string{"B-723"}})
	_, _ = io.WriteString(publisher, packet(0x31, text("kept/0")))
	_, _ = io.WriteString(publisher, packet(0x33, text("kept/9")+"\x00\x07"+payload))
	var ack [4]byte
	if _, err := io.ReadFull(publisher, ack[:]); err != nil {
		t.Errorf("after a delete: %v, want a PUBACK (B-723)", err)
	}
}

// What clients that others wrote see of it: mosquitto_pub a reason code, AWS's command
// line an exception; to delete needs no room [B-723].
func TestNoRoomToRetainIsTold(t *testing.T) {
	needMosquitto(t)
	t.Parallel()
	w := newWorkshop(t, emulator.Options{
		Authorizer: granting(json.RawMessage(allowAll)), Bounds: emulator.Bounds{StoredBytes: 20_000}})
	payload := strings.Repeat("x", 12_000) // more than half
	publish := func(payload ...string) string {
		args := append(mosquittoArgs(t, w.e, emulator.MQTT, "5", "pub"), "-t", "kept", "-q", "1", "-r")
		out, _ := mosquitto(t, "mosquitto_pub", append(args, payload...)...)
		return out
	}
	if out := publish("-m", payload); !strings.Contains(out, "Quota exceeded") {
		t.Errorf("got %q, want PUBACK 0x97, quota exceeded (B-723)", out)
	}
	_, problem := w.run([]string{"iot-data", "publish", "--topic", "kept", "--qos", "1", "--retain", "--payload", w.blob(payload)})
	if !strings.Contains(problem, "(ThrottlingException)") {
		t.Errorf("over HTTP: got %q, want ThrottlingException (B-723)", problem)
	}
	if out := publish("-n"); strings.Contains(out, "Quota exceeded") {
		t.Errorf("a delete: got %q, want success (B-723)", out)
	}
}

// willRetained sets Will Retain in a CONNECT of MQTT 3.1.1.
func willRetained(connect string) string {
	return strings.Replace(connect, "MQTT\x04\xc6", "MQTT\x04\xe6", 1)
}

// Of more sessions than may wait for their client the one ends that did for longest.
func TestTooManySessions(t *testing.T) {
	o := emulator.Embedded()
	o.Bounds = emulator.Bounds{Sessions: 2}
	e := emulator.Run(t, o)
	for _, id := range []string{"first", "second", "third"} {
		absent(t, e, id, "a")
	}
	explained(t, e, cause{client: "first", operation: trace.Disconnect, outcome: trace.Note, reason: "THROTTLED",
		detail: "more than 2", hint: "--max-sessions", rules: []string{"B-703"}})
	for name, want := range map[string]float64{"used": 2, "limit": 2, "hits_total": 1} {
		if got := metric(t, e, `suback_bound_`+name+`{bound="sessions"}`); got != want {
			t.Errorf("%s: got %.0f sessions, want %.0f", name, got, want)
		}
	}
}
