package emulator_test

import (
	"encoding/json"
	"regexp"
	"testing"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/trace"
)

// A client id that the gateway assigns is for one connection [B-604]: MQTT.js, which
// uses what it was assigned when it reconnects.
func TestAssignedClientID(t *testing.T) {
	t.Parallel()
	const uuid = `[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`
	e := emulator.Run(t, emulator.Options{Listeners: free, Authorizer: granting(json.RawMessage(outcomes))})
	environment := []string{"NODE_PATH=" + npmModules(t, "mqtt")}
	p := start(t, environment, nodejs(t), "testdata/assigned.cjs", "mqtt://"+e.Addr(emulator.MQTT))
	eventually(t, "the end of the client", func() bool { return len(e.Trace().Events(trace.Filter{Outcome: trace.Refused})) > 0 })
	p.until("connack 133 " + `CONNACK:ClientId is invalid:`)
	lines := p.seen
	for i, want := range []string{`connack 0 \$GEN/` + uuid, `connack 133 CONNACK:ClientId is invalid:` + uuid} {
		if len(lines) != 2 || !regexp.MustCompile("^"+want+"$").MatchString(lines[i]) {
			t.Fatalf("got %q, want %q as line %d (B-604)", lines, want, i)
		}
	}
	ev := explained(t, e, cause{operation: trace.Connect, outcome: trace.Allowed, detail: "the gateway made this one up"})
	explained(t, e, cause{client: ev.Client, operation: trace.Connect, reason: "CLIENT_ERROR", rules: []string{"B-604"},
		detail: "is one that a gateway made up"})
}
