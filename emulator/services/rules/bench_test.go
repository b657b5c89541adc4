package rules

import (
	"fmt"
	"testing"

	"github.com/suback/suback/emulator/session"
	"github.com/suback/suback/hooks"
)

// BenchmarkRoute is what rules cost a message: that there are 100 whose FROM does not
// match, beside none; and one that matches, with WHERE and a republish action.
func BenchmarkRoute(b *testing.B) {
	for _, bench := range []struct {
		name  string
		rules func(*rig)
	}{
		{"none", func(*rig) {}},
		{"100 that do not match", func(s *rig) {
			for i := range 100 {
				s.rule(fmt.Sprint("r", i), fmt.Sprintf("SELECT * FROM 'room/%d/+'", i), nil)
			}
		}},
		{"one, WHERE not true", func(s *rig) { s.rule("r", "SELECT temp FROM 'room/+/temp' WHERE temp > 30", nil, republish("b")) }},
		{"one, republished", func(s *rig) {
			s.rule("r", "SELECT temp FROM 'room/+/temp' WHERE temp > 20", nil, republish("hot/${topic(2)}"))
		}},
	} {
		b.Run(bench.name, func(b *testing.B) {
			s := newRig(b)
			s.engine.Publish = s.hook.Route
			bench.rules(s)
			b.ReportAllocs()
			for b.Loop() {
				m := &session.Message{Topic: "room/x/temp", Payload: []byte(`{"temp":21,"hum":40}`)}
				if err := s.hook.Route(m, hooks.Origin{Kind: hooks.FromDevice, ClientID: "dev", ConnectionID: "c"}); err != nil {
					b.Fatal(err)
				}
				for s.engine.lanes.full() { // what is measured is all of the work
				}
			}
			if err := s.engine.Close(); err != nil {
				b.Error(err)
			}
		})
	}
}

// full reports whether a lane has nearly no room.
func (l *lanes) full() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, waiting := range l.waiting {
		if len(waiting) > mostInLane/2 {
			return true
		}
	}
	return false
}
