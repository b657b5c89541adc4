package hooks_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/trace"
)

// What AWS leaves open, and what is done about it here.

// A client that does not wait for its CONNACK is ended at its SUBSCRIBE; what it has
// published before is noted [B-608].
func TestClientThatDoesNotWait(t *testing.T) {
	tests := []struct {
		name    string
		version byte
		ends    string // after CONNACK and what came of the PUBLISH
	}{
		{"3.1.1", 4, ""},
		{"5", 5, disconnectWith(0x82, "Protocol error")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := start(t)
			d := open(t, e, way{}, tt.version)
			d.send(connect{id: "hasty", password: "all"}.packet(tt.version) + d.publish(qos1, "a", "x") + d.publish(qos1, "b", "x") + d.subscribe(2,
				1, "a"))
			d.connack()
			d.expect("\x40\x02\x00\x07", "B-608")
			d.expect("\x40\x02\x00\x07", "B-608")
			d.expectEnd(tt.ends, "B-608, guess for MQTT 5")
			got := records(e, "hasty")
			if len(got) != 2 || got[0].Outcome != trace.Note || got[0].Operation != trace.PublishIn || got[0].Topic != "a" ||
				got[1].Outcome != trace.Refused || got[1].Operation != trace.Subscribe || got[1].Filter != "a" {
				t.Fatalf("got %+v, want a note about the PUBLISH and the refusal of the SUBSCRIBE (B-608)", got)
			}
			for _, ev := range got {
				if !strings.Contains(ev.Detail, "before the CONNACK") || !strings.Contains(ev.Hint, "wait for the CONNACK") || ev.Rules[0] != "B-608" {
					t.Errorf("got %s, want it to say what came too early (B-608)", ev.Text())
				}
			}

			waits := online(t, e, tt.version, connect{id: "waits", password: "all"})
			waits.send(waits.subscribe(2, 1, "a") + waits.publish(qos1, "b", "x"))
			waits.receive()
			waits.receive()
			waits.lives("B-608")
			if got := records(e, "waits"); len(got) != 0 {
				t.Errorf("got %+v, want nothing about a client that waits", got)
			}
		})
	}
}

// Also early is what comes in a packet, a record or a frame of its own while the
// CONNECT is still being judged; who answers the CONNACK at once waited [B-608].
func TestClientThatDoesNotWaitForItsAuthorizer(t *testing.T) {
	asked, sent := make(chan bool), make(chan bool)
	e := emulator.Run(t, emulator.Options{Authorizer: func(ctx context.Context, event []byte) ([]byte, error) {
		if passwordOf(event) == "all" {
			asked <- true
			<-sent
		}
		return answer(policyOf("all")), nil
	}})
	for _, by := range ways() {
		for _, version := range []byte{4, 5} {
			t.Run(fmt.Sprint(by.name, " ", version), func(t *testing.T) {
				id := fmt.Sprint("hasty-", by.name, version)
				d := open(t, e, by, version)
				d.send(connect{id: id, password: "all"}.packet(version))
				<-asked
				d.send(d.publish(qos1, "a", "x"), "\xc0\x00", d.subscribe(2, 1, "a"))
				sent <- true
				d.connack()
				d.expect("\x40\x02\x00\x07", "B-608")
				d.expect("\xd0\x00", "B-608")
				d.expectEnd(map[byte]string{5: disconnectWith(0x82, "Protocol error")}[version], "B-608, guess for MQTT 5")
				if got := records(e, id); len(got) != 2 || got[0].Outcome != trace.Note || got[0].Operation != trace.PublishIn ||
					got[1].Outcome != trace.Refused || got[1].Operation != trace.Subscribe {
					t.Fatalf("got %+v, want a note about the PUBLISH and the refusal of the SUBSCRIBE (B-608)", got)
				}

				id = fmt.Sprint("quick-", by.name, version)
				d = open(t, e, by, version)
				d.send(connect{id: id, password: "all"}.packet(version))
				<-asked
				sent <- true
				d.connack()
				d.send(d.subscribe(2, 1, "a")+d.publish(qos1, "b", "x"), d.publish(qos1, "b", "x"))
				for range 3 {
					d.receive()
				}
				d.lives("B-608")
				if got := records(e, id); len(got) != 0 {
					t.Errorf("got %+v, want nothing about a client that waits", got)
				}
			})
		}
	}
}

// A halving connection sends the first half of what is written while half is set, and
// the rest with what follows.
type halving struct {
	net.Conn
	half bool
	rest []byte
}

func (h *halving) Write(p []byte) (int, error) {
	out := append(h.rest, p...)
	h.rest = nil
	if h.half {
		out, h.rest = out[:len(out)/2], bytes.Clone(out[len(out)/2:])
	}
	_, err := h.Conn.Write(out)
	return len(p), err
}

// TestPartOfARecordIsEarly: the CONNACK does not wait for the rest of a TLS record that
// has begun to come, and nothing of the record is lost [B-608].
func TestPartOfARecordIsEarly(t *testing.T) {
	asked, sent := make(chan bool), make(chan bool)
	e := emulator.Run(t, emulator.Options{Authorizer: func(context.Context, []byte) ([]byte, error) {
		asked <- true
		<-sent
		return answer(policyOf("all")), nil
	}})
	tcp, err := net.Dial("tcp", e.Addr(emulator.HTTPS))
	if err != nil {
		t.Fatal(err)
	}
	parts, config := &halving{Conn: tcp}, e.ClientTLS()
	config.NextProtos = []string{"mqtt"}
	d := over(t, tls.Client(parts, config), 4)
	d.send(connect{id: "d", password: "all"}.packet(4))
	<-asked
	parts.half = true
	d.send(d.publish(qos1, "a", "x"))
	sent <- true
	d.connack()
	parts.half = false
	d.send("\xc0\x00")
	d.expect("\x40\x02\x00\x07", "B-608")
	d.expect("\xd0\x00", "B-608")
	d.lives("B-608")
}

// TestQuickAnswersAreNotEarly: who answers as fast as it can is not taken for one who
// did not wait [B-608].
func TestQuickAnswersAreNotEarly(t *testing.T) {
	t.Parallel()
	e := start(t)
	for i := range 200 {
		d := open(t, e, ways()[i%4], 4)
		d.send(connect{id: "quick", password: "all"}.packet(4))
		d.connack()
		d.send(d.subscribe(2, 1, "a"))
		if p := d.receive(); p[0] != 0x90 {
			t.Fatalf("got %s, want the SUBACK of a client that waited (B-608)", show(p))
		}
		d.disconnect()
	}
	if got := records(e, "quick"); len(got) != 0 {
		t.Errorf("got %+v, want nothing about a client that waits", got)
	}
}

// A subscription is ready when its SUBACK comes, although AWS does not promise
// it [B-666].
func TestSubackMeansReady(t *testing.T) {
	t.Parallel()
	e := start(t)
	p := online(t, e, 4, connect{id: "publisher", password: "all"})
	for range 50 {
		d := online(t, e, 5, connect{id: "subscriber", password: "all"})
		d.subscribed(0, "a/+")
		p.published("a/b", "x")
		d.receives("a/b", "x", "B-666")
		d.disconnect()
	}
}

// Payload Format Indicator 1 goes with whatever payload it came with [B-693, guess].
func TestPayloadFormatIsNotChecked(t *testing.T) {
	d := online(t, start(t), 5, connect{id: "d", password: "all"})
	d.subscribed(0, "a")
	d.send(publishing(5, qos0, "a", 0, "\x01\x01", "\xff"))
	if _, _, props, payload := d.message(); props != "\x01\x01" || payload != "\xff" {
		t.Errorf("got %q with properties % x, want \"\\xff\" with 01 01 (B-693, guess)", payload, props)
	}
}

// A session is the client id's: another principal that may use that id continues
// it [B-709, guess].
func TestAnotherPrincipalContinues(t *testing.T) {
	e := emulator.Run(t, emulator.Options{Authorizer: func(_ context.Context, event []byte) ([]byte, error) {
		return []byte(`{"isAuthenticated": true, "principalId": "` + passwordOf(event) + `", "policyDocuments": [` + policyOf("all") + `]}`), nil
	}})
	for _, version := range []byte{4, 5} {
		props := "\x11\x00\x00\x00\x3c" // Session Expiry Interval 60
		c := connect{id: "shared", password: "alice", persistent: true, properties: props}
		d := online(t, e, version, c)
		d.subscribed(1, "a")
		d.disconnect()
		online(t, e, 4, connect{id: "publisher", password: "carol"}).published("a", "x")

		d = open(t, e, way{}, version)
		c.password = "bob"
		d.send(c.packet(version))
		if present, _ := d.connack(); !present {
			t.Errorf("MQTT version %d: the session is not present, want it continued (B-709, guess)", version)
		}
		d.receives("a", "x", "B-709, guess")
		for _, c := range e.Clients() {
			if c.ClientID == "shared" && c.PrincipalID != "bob" {
				t.Errorf("connected as %s, want bob", c.PrincipalID)
			}
		}
		d.disconnect()
	}
}
