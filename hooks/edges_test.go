package hooks_test

import (
	"context"
	"testing"

	"github.com/suback/suback/emulator"
)

// What AWS leaves open, and what is done about it here.

// A client that does not wait for its CONNACK is served in order [B-608, guess].
func TestClientThatDoesNotWait(t *testing.T) {
	for _, version := range []byte{4, 5} {
		d := open(t, start(t), way{}, version)
		d.send(connect{id: "hasty", password: "all"}.packet(version) + d.subscribe(2, 1, "a") + d.publish(qos1, "a", "x"))
		d.connack()
		d.expect(packet(0x90, number(2)+properties(version, "")+"\x01"), "B-608")
		d.receives("a", "x", "B-608")
		d.expect("\x40\x02\x00\x07", "B-608")
	}
}

// A subscription is ready when its SUBACK comes, although AWS does not promise
// it [B-666].
func TestSubackMeansReady(t *testing.T) {
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
