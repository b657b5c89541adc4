package hooks_test

import (
	"strings"
	"testing"

	"github.com/suback/suback/emulator/trace"
)

// TestOtherProtocol: a CONNECT of another protocol is told as one, whatever comes behind its level, where MQTT 5
// has properties and MQTT 3.1.1 a client id.
func TestOtherProtocol(t *testing.T) {
	const level = `, want 4 (MQTT 3.1.1) or 5 of "MQTT"`
	tests := []struct{ name, protocol, want string }{
		{"level 6", "\x00\x04MQTT\x06", `protocol level 6 of "MQTT"` + level},
		{"level 0", "\x00\x04MQTT\x00", `protocol level 0 of "MQTT"` + level},
		{"level 3 with MQTT's name", "\x00\x04MQTT\x03", `protocol level 3 of "MQTT"` + level},
		{"level 4 with MQTT 3.1's name", "\x00\x06MQIsdp\x04", `protocol level 4 of "MQIsdp"` + level},
		{"another name", "\x00\x04MQTX\x04", `protocol name "MQTX", want "MQTT"`},
		{"another name, level 5", "\x00\x04mqtt\x05", `protocol name "mqtt", want "MQTT"`},
	}
	e := start(t)
	for _, tt := range tests {
		for body, behind := range map[string]string{"MQTT 3.1.1": "\x02\x00\x3c\x00\x01d", "MQTT 5": "\x02\x00\x3c\x03\x21\x00\x05\x00\x01d"} {
			seq := e.Trace().Seq()
			d := open(t, e, way{}, 4)
			packet := tt.protocol + behind
			d.send("\x10" + string(rune(len(packet))) + packet)
			end := "" // as whatever is refused before MQTT 5
			if strings.HasSuffix(tt.protocol, "\x05") {
				end = connackWith(0x80, "Unsupported protocol version")
			}
			d.expectEnd(end, "B-602, guess")
			ev := e.Trace().Events(trace.Filter{Since: seq, Outcome: trace.Refused})[0]
			if ev.Detail != tt.want || !strings.Contains(ev.Hint, "level 4 or 5") || ev.Reason != "CLIENT_ERROR" || len(ev.Rules) != 2 {
				t.Errorf("%s, then as %s: got %+v, want %s (B-601, B-602)", tt.name, body, ev, tt.want)
			}
		}
	}
}
