package emulator_test

import (
	"testing"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/mqtttest"
)

// What of a shadow is the broker's: what it lets through is a message, and what it does
// not the shadow does not answer either [S-15, S-76].
func TestShadowAndBroker(t *testing.T) {
	t.Parallel()
	s := newShadowCalls(t)
	at := shadowAt{thing: "beside"}
	const update = `{"state":{"reported":{"online":false}}}`
	device := s.device(5, "five") // takes over
	tests := []struct {
		name, rule string
		do         func() byte // the code of its PUBACK
		code       byte
		topics     []string // what of it is heard
	}{
		{"no permission", "S-76, B-409", func() byte {
			puback, _ := device.Publish("$aws/things/shut/shadow/update", update)
			return puback.ReasonCode
		}, 0x87, nil},
		{"a will", "S-15, B-231", func() byte {
			c, err := mqtttest.Dial(t.Context(), "mqtts://"+s.Addr(emulator.MQTTS), shadowTLS(t, s.Emulator))
			must(t, err)
			connack, err := c.Connect(5, "dies", mqtttest.Will(at.prefix()+"update", update, 1))
			must(t, err)
			must(t, c.Close())
			return connack.ReasonCode
		}, 0, []string{"update"}},
	}
	for _, tt := range tests {
		if code := tt.do(); code != tt.code {
			t.Errorf("%s: got %#x, want %#x (%s)", tt.name, code, tt.code, tt.rule)
		}
		for _, want := range tt.topics {
			if m := s.hear(); m.TopicName != at.prefix()+want || string(m.Payload) != update {
				t.Errorf("%s: got %q on %s, want the update (%s)", tt.name, m.Payload, m.TopicName, tt.rule)
			}
		}
		if h := s.ask("3.1.1", "get", at, ""); h.code != 404 { // and nothing was said before
			t.Errorf("%s: got %d from a get, want that no shadow was made (%s)", tt.name, h.code, tt.rule)
		}
	}
}

// A request with RETAIN is refused, and no request [S-16, B-239].
func TestShadowRetained(t *testing.T) {
	t.Parallel()
	s := newShadowCalls(t)
	at := shadowAt{thing: "retained"}
	device := s.device(5, "retains")
	puback, err := device.Publish(at.prefix()+"update", `{"state":{}}`, mqtttest.Retain)
	if err != nil || puback.ReasonCode != 0x90 {
		t.Fatalf("got PUBACK %#x, %v, want 0x90 (S-16)", puback.ReasonCode, err)
	}
	if h := s.ask("3.1.1", "get", at, ""); h.code != 404 { // and nothing was said before
		t.Errorf("got %d from a get, want that no shadow was made (S-16)", h.code)
	}
}
