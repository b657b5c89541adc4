package emulator_test

import (
	"testing"

	"github.com/suback/suback/emulator/mqtttest"
)

// Members are in AWS's order, without white space, as those print them who show bytes:
// clients of little memory look for a member from where they are [S-45, S-53, S-71].
func TestShadowBytes(t *testing.T) {
	t.Parallel()
	s := newShadowCalls(t)
	at := shadowAt{thing: "bytes"}
	requests := []struct {
		op, body, source string
		want             []string // as they come, all timestamps 0
	}{
		{"get", "", "JL", []string{`{"code":404,"message":"No shadow exists with name: 'bytes'"}`}},
		{"update", `{"state":{"desired":{"windowOpen":false}}}`, "GH:aws/aws-iot-device-sdk-embedded-C#32", []string{
			`{"state":{"desired":{"windowOpen":false}},"metadata":{"desired":{"windowOpen":{"timestamp":0}}},"version":1,"timestamp":0}`,
			`{"version":1,"timestamp":0,"state":{"windowOpen":false},"metadata":{"windowOpen":{"timestamp":0}}}`, ""}},
		{"update", `{"state":{"desired":{"cleaningMode":{"mode":"pickup"}}}}`, "GH:sh00t2kill/dolphin-robot#256", []string{
			`{"state":{"desired":{"cleaningMode":{"mode":"pickup"}}},"metadata":{"desired":{"cleaningMode":{"mode":{"timestamp":0}}}},` +
				`"version":2,"timestamp":0}`, "", ""}},
		{"update", `{"clientToken":"t","version":1,"state":{}}`, "HA", []string{`{"code":409,"message":"Version conflict","clientToken":"t"}`}},
		{"update", `{"clientToken":"empty"}`, "GH:aws/aws-iot-device-sdk-cpp#110",
			[]string{`{"code":400,"message":"Missing required node: state","clientToken":"empty"}`}},
	}
	for _, r := range requests {
		_, err := s.devices["3.1.1"].Publish(at.prefix()+r.op, r.body, mqtttest.QoS(1))
		must(t, err)
		s.hear() // the request
		for _, want := range r.want {
			m := s.hear()
			if got := shadowStamps.ReplaceAllString(string(m.Payload), `"timestamp":0`); want != "" && got != want {
				t.Errorf("%s %s: got on %s\n%s\nwant\n%s (%s)", r.op, r.body, m.TopicName, got, want, r.source)
			}
		}
	}
}
