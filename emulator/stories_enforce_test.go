package emulator_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/mqtttest"
	"github.com/suback/suback/emulator/why"
)

// Where enforce is log, a story says of what went through for that alone that AWS would have
// refused or withheld it; of the rest nothing [issue 14, part 5].
func TestStoriesWhereNothingIsEnforced(t *testing.T) {
	const published, tail = "\n  published, allowed by LambdaPolicy[0].Statement[1]", "\n  id I"
	head := func(topic string) string { return topic + ", QoS 1, 2 bytes, from client plant (MQTT 5)\n  " }
	tests := []struct {
		name, topic string
		play        func(*stage)
		want        string
	}{
		{"allowed", "a/b", func(s *stage) { s.publish("a/b", "hi") },
			head("a/b") + "The message of client plant went to 1 of 1." + published + ", acknowledged after T" +
				"\n  pump  #  sent at QoS 1 after T, not acknowledged" + tail},
		{"AWS withholds it", "a/deaf", func(s *stage) { s.publish("a/deaf", "hi") },
			head("a/deaf") + "The message of client plant went to 1 of 1. Since enforce is log: AWS would have withheld it from 1 of them." +
				published + ", acknowledged after T" +
				"\n  pump  #  sent at QoS 1 after T, not acknowledged, since enforce is log; on AWS withheld: " +
				"iot:Receive on topic/a/deaf: LambdaPolicy[0].Statement[4] denies it" +
				"\n      hint: LambdaPolicy[0].Statement[4] denies iot:Receive on topic/a/deaf: a Deny wins over every Allow (B-507)" + tail},
		{"AWS refuses it", "a/closed", func(s *stage) { s.publish("a/closed", "hi") },
			head("a/closed") + "The message of client plant went to 1 of 1. Since enforce is log: AWS would have refused it." +
				"\n  published, since enforce is log; on AWS refused, the client gets PUBACK 0x87, connection kept (MQTT 5, QoS 1): " +
				"iot:Publish on topic/a/closed: LambdaPolicy[0].Statement[5] denies it, acknowledged after T" +
				"\n  hint: LambdaPolicy[0].Statement[5] denies iot:Publish on topic/a/closed: a Deny wins over every Allow (B-131)" +
				"\n  pump  #  sent at QoS 1 after T, not acknowledged" + tail},
		{"AWS refuses the will's CONNECT", "a/closed", func(s *stage) {
			_ = s.connect("plant", mqtttest.Will("a/closed", "hi", 1)).Close()
			eventually(t, "the will", func() bool { return len(s.Messages(emulator.Selection{Topic: "a/closed"})) > 0 })
		}, "a/closed, QoS 1, 2 bytes, from client plant, its will, (MQTT 5)" +
			"\n  The message of client plant, its will, went to 1 of 1. Since enforce is log: AWS would have refused it." +
			"\n  published, since enforce is log; on AWS refused, and the CONNECT with it: " +
			"iot:Publish on topic/a/closed: LambdaPolicy[0].Statement[5] denies it" +
			"\n  hint: LambdaPolicy[0].Statement[5] denies iot:Publish on topic/a/closed: a Deny wins over every Allow (B-131)" +
			"\n  pump  #  sent at QoS 1 after T, not acknowledged" + tail},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newStage(t, emulator.Options{Config: &emulator.Config{Enforce: "log"}})
			s.subscriber("pump", "#")
			tt.play(s)
			if got := timeless(s.latest(tt.topic)); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

// The same as JSON, with the record of the trace that says it; and suback why --client says
// that the messages come for that reason alone.
func TestNothingIsEnforcedAsJSON(t *testing.T) {
	s := newStage(t, emulator.Options{Config: &emulator.Config{Enforce: "log"}})
	s.subscriber("pump", "a/deaf")
	s.publish("a/deaf", "hi")
	get := func(path string, into any) {
		resp, err := http.Get("http://" + s.Addr(emulator.HTTP) + path)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		text, _ := io.ReadAll(resp.Body)
		if err := json.Unmarshal(text, into); err != nil {
			t.Fatalf("%s: %v: %s", path, err, text)
		}
	}
	var told struct {
		Verdict    struct{ OnAWS string }
		Deliveries []struct {
			OnAWS string
			Event uint64
			Rules []string
		}
	}
	get("/_suback/messages/"+s.latest("a/deaf").ID, &told)
	if d := told.Deliveries[0]; told.Verdict.OnAWS != "" || d.OnAWS != "withheld" || d.Event == 0 || d.Rules[0] != "B-507" {
		t.Errorf("got %+v, want a delivery that AWS withholds, and its record", told)
	}
	var f why.Finding
	get("/_suback/why?client=pump", &f)
	if f.Found != why.Arrives || !strings.Contains(f.Answer, "since enforce is log; on AWS it is otherwise: Messages on \"a/deaf\" are withheld") ||
		f.Rules[0] != "B-507" {
		t.Errorf("got %+v, want that they arrive here alone", f)
	}
}
