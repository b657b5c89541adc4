package emulator_test

import (
	"encoding/json"
	"testing"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/trace"
)

// More than 8 filters in one packet, as MQTT.js sends them [B-660, B-671].
func TestBatchesOfFilters(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"4", "5"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			e := emulator.Run(t, emulator.Options{Listeners: free, Authorizer: granting(json.RawMessage(outcomes))})
			p := start(t, []string{"NODE_PATH=" + npmModules(t, "mqtt")}, nodejs(t), "testdata/batches.cjs", "mqtt://"+e.Addr(emulator.MQTT),
				version)
			for _, line := range []string{"subscribed", "unsubscribed 8", "message open/0", "closed"} {
				p.until(line)
			}
			for _, line := range p.seen {
				if line == "unsubscribed" {
					t.Error("an UNSUBSCRIBE of 9 filters has an UNSUBACK, want none (B-671)")
				}
			}
			if version == "5" && !p.saw("disconnect 151") {
				t.Errorf("got %q, want DISCONNECT 0x97 (B-660, guess)", p.seen)
			}
			explained(t, e, cause{client: "batches", operation: trace.Unsubscribe, outcome: trace.Note, rules: []string{"B-671"},
				hint: "batches of 8"})
			explained(t, e, cause{client: "batches", operation: trace.Subscribe, rules: []string{"B-660"},
				detail: "12 filters in one SUBSCRIBE, at most 8 are allowed: subscribe in batches of 8"})
		})
	}
}
