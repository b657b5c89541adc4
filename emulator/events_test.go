package emulator_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/suback/suback/emulator"
)

// A backend that watches devices come and go, as the paho clients for Go see it
// [B-820, B-823, B-824, B-825, B-826, B-827, B-235].
func TestPahoLifecycleEvents(t *testing.T) {
	t.Parallel()
	const policies = `{
	  "Version": "2012-10-17",
	  "Statement": [
	    {"Effect": "Allow", "Action": "iot:*", "Resource": "*"},
	    {"Effect": "Deny", "Action": "iot:Connect", "Resource": "arn:aws:iot:*:*:client/banned-*"}
	  ]
	}`
	for _, version := range []int{4, 5} {
		for scheme := range schemes {
			t.Run(fmt.Sprintf("MQTT %d %s", version, scheme), func(t *testing.T) {
				t.Parallel()
				e := emulator.Run(t, emulator.Options{Authorizer: granting(json.RawMessage(policies))})
				backend := dial(t, e, version, scheme, "backend", "", "")
				mustBe(t, "connect", backend.connect(), "ok")
				mustBe(t, "subscribe", backend.subscribe("$aws/events/presence/#"), "ok")
				mustBe(t, "subscribe", backend.subscribe("$aws/events/subscriptions/subscribed/pump"), "ok")

				banned := dial(t, e, version, scheme, "banned-pump", "", "")
				if got := banned.connect(); got == "ok" {
					t.Error("banned-pump is connected")
				}
				mustBe(t, "event", event(t, backend), "presence/connect_failed/banned-pump AUTHORIZATION_FAILED")
				for n := range 2 {
					pump := dial(t, e, version, scheme, "pump", "", "")
					mustBe(t, "connect", pump.connect(), "ok")
					mustBe(t, "event", event(t, backend), fmt.Sprintf("presence/connected/pump %d", n))
					mustBe(t, "subscribe", pump.subscribe("$aws/things/pump/shadow/update/delta"), "ok")
					mustBe(t, "event", event(t, backend), "subscriptions/subscribed/pump [$aws/things/pump/shadow/update/delta]")
					pump.disconnect()
					mustBe(t, "event", event(t, backend), fmt.Sprintf("presence/disconnected/pump %d CLIENT_INITIATED_DISCONNECT", n))
				}
			})
		}
	}
}

// event receives a lifecycle event and returns its topic and what is particular
// to it.
func event(t *testing.T, d device) string {
	t.Helper()
	topic, payload, _ := strings.Cut(d.receive(t), " ")
	var in struct {
		ClientID, EventType, PrincipalIdentifier, DisconnectReason, ConnectFailureReason string
		VersionNumber                                                                    *int
		Topics                                                                           []string
	}
	if err := json.Unmarshal([]byte(payload), &in); err != nil {
		t.Fatalf("%s: %v", payload, err)
	}
	if !strings.HasSuffix(topic, "/"+in.EventType+"/"+in.ClientID) || in.PrincipalIdentifier != "device" {
		t.Errorf("on %s: %s", topic, payload)
	}
	words := []string{strings.TrimPrefix(topic, "$aws/events/")}
	if in.VersionNumber != nil {
		words = append(words, fmt.Sprint(*in.VersionNumber))
	}
	if in.Topics != nil {
		words = append(words, fmt.Sprint(in.Topics))
	}
	return strings.TrimSpace(strings.Join(append(words, in.DisconnectReason+in.ConnectFailureReason), " "))
}
