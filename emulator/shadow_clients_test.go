package emulator_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/mqtttest"
	"github.com/suback/suback/emulator/registry"
)

// AWS's own walkthrough of a shadow, as its SDKs print it (SDK-SHADOW), by clients of
// others: get on nothing, update, delta, documents, delete, get. Each sees what it
// asks for, field by field.

// shadowPolicy is the sample policy of that walkthrough, with documents and delta, for
// a thing of any name.
const shadowPolicy = `{"Version": "2012-10-17", "Statement": [
  {"Effect": "Allow", "Action": ["iot:Publish"], "Resource": [
    "arn:aws:iot:us-east-1:000000000000:topic/$aws/things/thing-*/shadow/get",
    "arn:aws:iot:us-east-1:000000000000:topic/$aws/things/thing-*/shadow/delete",
    "arn:aws:iot:us-east-1:000000000000:topic/$aws/things/thing-*/shadow/update"]},
  {"Effect": "Allow", "Action": ["iot:Receive"], "Resource": [
    "arn:aws:iot:us-east-1:000000000000:topic/$aws/things/thing-*/shadow/get/*",
    "arn:aws:iot:us-east-1:000000000000:topic/$aws/things/thing-*/shadow/delete/*",
    "arn:aws:iot:us-east-1:000000000000:topic/$aws/things/thing-*/shadow/update/*"]},
  {"Effect": "Allow", "Action": ["iot:Subscribe"], "Resource": [
    "arn:aws:iot:us-east-1:000000000000:topicfilter/$aws/things/thing-*/shadow/get/*",
    "arn:aws:iot:us-east-1:000000000000:topicfilter/$aws/things/thing-*/shadow/delete/*",
    "arn:aws:iot:us-east-1:000000000000:topicfilter/$aws/things/thing-*/shadow/update/*"]},
  {"Effect": "Allow", "Action": "iot:Connect", "Resource": "arn:aws:iot:us-east-1:000000000000:client/test-*"}]}`

// TestShadowClients walks with AWS's SDKs for JavaScript: the v2's requests and streams,
// over MQTT 5 and 3.1.1, and the v1's thingShadow [S-1…S-14, S-20, S-45…S-62, S-70, S-71].
func TestShadowClients(t *testing.T) {
	t.Parallel()
	e := emulator.Run(t, emulator.Options{Listeners: free})
	r := emulator.RegistryOf(e)
	_, err := r.CreatePolicy("shadow", shadowPolicy)
	must(t, err)
	text, err := os.ReadFile(shadowCertificate)
	must(t, err)
	registered, err := r.RegisterCertificateWithoutCA(string(text), registry.Active)
	must(t, err)
	must(t, r.AttachPolicy("shadow", registered.CertificateArn))
	ca, steps := caFile(t, e), shadowSteps()

	for _, how := range []struct{ name, module string }{
		{"5", "aws-iot-device-sdk-v2"}, {"3", "aws-iot-device-sdk-v2"}, {"v1", "aws-iot-device-sdk"},
	} {
		t.Run("SDK "+how.name, func(t *testing.T) {
			t.Parallel()
			thing := "thing-" + how.name
			p := sdkDevices.start(t, how.module, deviceCommand{File: "./shadow.cjs",
				Args: []string{how.name, thing, portOf(t, e, emulator.MQTTS), ca, shadowCertificate, shadowKey, steps}})
			walked(t, p, thing, "delta", "documents")
		})
	}
}

// shadowSteps is the walk for a client that is told what to do.
func shadowSteps() string {
	var steps []map[string]any
	for _, step := range sdkWalk() {
		var body map[string]any
		if err := json.Unmarshal([]byte(step.body), &body); err != nil {
			panic(err)
		}
		steps = append(steps, map[string]any{"op": step.op, "state": body["state"], "body": step.body,
			"topics": len(step.said)})
	}
	return canonical(steps)
}

// walked reads a line of each step, {"<end of topic>": <document>}, and compares it with
// AWS's: the answer, and of notifications those that the client hears.
func walked(t *testing.T, p *program, thing string, hears ...string) {
	t.Helper()
	p.until("walked")
	var lines []string
	for _, line := range p.seen {
		if strings.HasPrefix(line, "{") {
			lines = append(lines, line)
		}
	}
	steps := sdkWalk()
	if len(lines) != len(steps) {
		t.Fatalf("%s printed %d steps, want %d", p.name, len(lines), len(steps))
	}
	for i, step := range steps {
		compareStep(t, fmt.Sprintf("step %d, %s %s", i+1, step.op, step.body), lines[i], step.said, thing, hears)
	}
}

// shadowTokens are in canonical JSON, where they stand first.
var shadowTokens = regexp.MustCompile(`"clientToken":"[^"]*",`)

// compareStep compares documents but for clientTokens, which are of the client, and
// which those that hear an update's documents do not show.
func compareStep(t *testing.T, where, line string, said []string, thing string, hears []string) {
	t.Helper()
	var got map[string]any
	if v, err := decodeNumbers([]byte(line)); err != nil {
		t.Fatalf("%s: got %q: %v", where, line, err)
	} else {
		got, _ = v.(map[string]any)
	}
	plain := func(v any) string { return shadowTokens.ReplaceAllString(undated(v), "") }
	want := map[string]bool{}
	for _, text := range said {
		topic, body, _ := strings.Cut(text, " ")
		kind := topic[strings.LastIndex(topic, "/")+1:]
		if kind != "accepted" && kind != "rejected" && !slices.Contains(hears, kind) {
			continue
		}
		want[topic] = true
		if body == "" {
			continue
		}
		document, err := decodeNumbers([]byte(strings.ReplaceAll(body, "'T'", "'"+thing+"'")))
		must(t, err)
		if plain(got[topic]) != plain(document) {
			t.Errorf("%s: got on %s\n%s\nwant\n%s (SDK-SHADOW)", where, topic, plain(got[topic]), plain(document))
		}
	}
	if heard := slices.Sorted(maps.Keys(got)); !slices.Equal(heard, slices.Sorted(maps.Keys(want))) {
		t.Errorf("%s: got %q, want %v (SDK-SHADOW)", where, heard, want)
	}
}

// TestShadowMosquitto walks with mosquitto_pub, and one mosquitto_sub of each version
// that prints what it hears [S-2, S-13, S-14].
func TestShadowMosquitto(t *testing.T) {
	t.Parallel()
	needMosquitto(t)
	e := emulator.Run(t, emulator.Options{Listeners: free, Authorizer: granting(json.RawMessage(shadowPolicy))})
	for _, version := range []string{"311", "5"} {
		thing := "thing-" + version
		at := shadowAt{thing: thing}
		args := mosquittoArgs(t, e, emulator.MQTT, version, "test-sub-"+version)
		for _, end := range []string{"get/accepted", "get/rejected", "update/accepted", "update/rejected", "update/delta",
			"update/documents", "delete/accepted", "delete/rejected"} {
			args = append(args, "-t", at.prefix()+end)
		}
		sub := start(t, nil, "mosquitto_sub", append(args, "-q", "1", "-W", "60", "-F", "%t %p")...)
		subscribed(t, e, "test-sub-"+version)
		for i, step := range sdkWalk() {
			pub := mosquittoArgs(t, e, emulator.MQTT, version, "test-pub-"+version)
			if out, code := mosquitto(t, "mosquitto_pub", append(pub, "-q", "1", "-t", at.prefix()+step.op, "-m", step.body)...); code != 0 {
				t.Fatalf("mosquitto_pub: %d %s", code, out)
			}
			line := heardBy(t, sub, at, len(step.said))
			compareStep(t, fmt.Sprintf("%s, step %d, %s %s", version, i+1, step.op, step.body), line, step.said, thing,
				[]string{"delta", "documents"})
		}
	}
}

// heardBy is what a mosquitto_sub prints, so many lines, as one object by topic.
func heardBy(t *testing.T, sub *program, at shadowAt, lines int) string {
	t.Helper()
	all := map[string]json.RawMessage{}
	for range lines {
		sub.until(at.prefix())
		topic, body, _ := strings.Cut(strings.TrimPrefix(sub.seen[len(sub.seen)-1], at.prefix()), " ")
		all[topic] = json.RawMessage(body)
	}
	text, err := json.Marshal(all)
	must(t, err)
	return string(text)
}

// TestShadowPythonSDK walks as AWSIoTPythonSDK's AWSIoTMQTTShadowClient does: for each
// request it subscribes to accepted and rejected with QoS 0, one after the other, asks
// with QoS 0 and a token of its own, and unsubscribes; delta it listens to all the
// time [S-8, S-13].
func TestShadowPythonSDK(t *testing.T) {
	t.Parallel()
	e := emulator.Run(t, emulator.Options{Listeners: free, Authorizer: granting(json.RawMessage(shadowPolicy))})
	c, err := mqtttest.Dial(t.Context(), "mqtt://"+e.Addr(emulator.MQTT), nil)
	must(t, err)
	defer c.Close()
	c.Patience = patience
	if connack, err := c.Connect(4, "test-python", mqtttest.User("?SDK=Python&Version=1.5.4", "")); err != nil || connack.ReasonCode != 0 {
		t.Fatalf("got CONNACK %v, %v, want 0", connack.ReasonCode, err)
	}
	at := shadowAt{thing: "thing-python"}
	subscribe := func(end string) {
		if suback, err := c.Subscribe(at.prefix()+end, mqtttest.QoS(0)); err != nil || suback.ReasonCodes[0] != 0 {
			t.Fatalf("%s: got SUBACK %v, %v, want 0", end, suback.ReasonCodes, err)
		}
	}
	subscribe("update/delta")
	for i, step := range sdkWalk() {
		subscribe(step.op + "/accepted")
		subscribe(step.op + "/rejected")
		_, err := c.Publish(at.prefix()+step.op, step.body, mqtttest.QoS(0))
		must(t, err)
		all := map[string]json.RawMessage{}
		for _, said := range step.said {
			if strings.HasPrefix(said, "update/documents") {
				continue
			}
			m, err := c.Receive()
			must(t, err)
			if m.FixedHeader.Qos != 0 || !strings.Contains(string(m.Payload), `"clientToken":"t"`) {
				t.Errorf("step %d: got QoS %d %s, want QoS 0 and the token (S-13, S-45, S-53)", i+1, m.FixedHeader.Qos, m.Payload)
			}
			all[strings.TrimPrefix(m.TopicName, at.prefix())] = m.Payload
		}
		line, err := json.Marshal(all)
		must(t, err)
		compareStep(t, fmt.Sprintf("step %d, %s %s", i+1, step.op, step.body), string(line), step.said, at.thing, []string{"delta"})
		for _, end := range []string{"/accepted", "/rejected"} {
			_, err := c.Unsubscribe(at.prefix() + step.op + end)
			must(t, err)
		}
	}
}
