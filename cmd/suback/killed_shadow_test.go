package main

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/mochi-mqtt/server/v2/packets"
)

// A shadowed is a device whose shadow counts, through all kills: one goroutine at a time
// has it.
type shadowed struct {
	sent            int // the newest number that was sent
	number, version int // of what was accepted last
}

// The documents that the device is told, and that the gateway keeps.
type shadowState struct {
	State   struct{ Reported struct{ N int } }
	Version int
}

const counter = "$aws/things/counter/shadow/update"

// update sends one number after the other until nobody answers.
func (s *shadowed) update(t *testing.T, addr string) {
	w, _, err := dialWire(addr, "counter", true)
	if err != nil {
		return
	}
	defer w.Close()
	if w.subscribe(counter+"/accepted") != nil {
		return
	}
	for {
		s.sent++
		said := fmt.Sprintf(`{"state":{"reported":{"n":%d}}}`, s.sent)
		if w.Write(packets.Packet{TopicName: counter, Payload: []byte(said),
			FixedHeader: packets.FixedHeader{Type: packets.Publish}}) != nil {
			return
		}
		answer, err := w.Receive()
		if err != nil {
			return
		}
		var accepted shadowState
		if err := json.Unmarshal(answer.Payload, &accepted); err != nil || accepted.State.Reported.N != s.sent {
			t.Errorf("got %s, %v, want that %d is accepted", answer.Payload, err, s.sent)
		}
		if accepted.Version <= s.version {
			t.Errorf("got version %d after %d, want them to grow (S-37)", accepted.Version, s.version)
		}
		s.number, s.version = s.sent, accepted.Version
		if w.Acknowledge(answer) != nil {
			return
		}
	}
}

// kept wants what was accepted, or what was sent after it and never answered.
func (s *shadowed) kept(t *testing.T, g *gateway) {
	t.Helper()
	if s.version == 0 {
		return
	}
	var is shadowState
	text := g.get(t, "/_suback/shadows/counter")
	if err := json.Unmarshal([]byte(text), &is); err != nil {
		t.Fatalf("got %s, want the shadow that was accepted: %v (S-91)", text, err)
	}
	n := is.State.Reported.N
	if is.Version < s.version || n < s.number || n > s.sent || n == s.number && is.Version != s.version {
		t.Errorf("got number %d of version %d, want at least %d of %d, which were accepted, and at most %d (S-91)",
			n, is.Version, s.number, s.version, s.sent)
	}
}
