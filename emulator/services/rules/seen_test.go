package rules

import (
	"strings"
	"testing"
	"testing/synctest"
)

// TestSeen: of what a rule met 4 KiB are handed out, whether it ran or not.
func TestSeen(t *testing.T) {
	for _, tt := range []struct {
		name, where string
		bytes       int
		left        bool
	}{
		{"ran", "true", mostSeen, false},
		{"ran, large", "true", mostSeen + 1, true},
		{"not matched", "false", mostSeen, false},
		{"not matched, large", "false", mostSeen + 1, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newRig(t)
			s.rule("r", "SELECT * FROM 'in' WHERE "+tt.where, nil, republish("out"))
			payload := strings.Repeat("x", tt.bytes)
			id := s.send("in", payload)
			synctest.Wait()
			if tt.left {
				payload = ""
			}
			seen, ok := s.engine.Seen(id)
			for _, got := range []Seen{seen, s.engine.Latest()["r"].Seen} {
				if !ok || got.Left != tt.left || string(got.Payload) != payload || got.Topic != "in" {
					t.Errorf("%s: got %d bytes on %q, left out %v (%v), want %d, %v", tt.name, len(got.Payload), got.Topic, got.Left, ok,
						len(payload), tt.left)
				}
			}
			s.end()
		})
	}
}
