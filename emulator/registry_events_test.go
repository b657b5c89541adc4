package emulator_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/registry"
)

// TestRegistryEvents: what changes in the registry reaches subscribers and rules once it is
// switched on, and until then who waits for it is told.
func TestRegistryEvents(t *testing.T) {
	f := newFleet(t, emulator.Options{Authorizer: granting(json.RawMessage(
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:*","Resource":"*"}]}`))})
	_, err := f.CreateTopicRule(registry.TopicRule{RuleName: "made", SQL: "SELECT thingName, operation FROM '$aws/events/thing/+/created'",
		AwsIotSqlVersion: "2016-03-23", Actions: []registry.RuleAction{{"republish": {
			"topic": "made/${thingName}", "roleArn": "arn:aws:iam::000000000000:role/r"}}}})
	must(t, err)
	for _, version := range []int{4, 5} {
		id := fmt.Sprint("watcher", version)
		watcher := dial(t, f.Emulator, version, "tcp", id, "", "")
		mustBe(t, "connect", watcher.connect(), "ok")
		mustBe(t, "subscribe", watcher.subscribe("$aws/events/thing/+/created"), "ok")
		mustBe(t, "subscribe", watcher.subscribe("made/+"), "ok")
		noted(t, f.Emulator, id, "A-344", "while events of the type THING are off", `'{"THING": {"Enabled": true}}'`)

		_, err = f.CreateThing(registry.Thing{ThingName: "quiet"})
		must(t, err)
		must(t, f.UpdateEventConfigurations(map[string]bool{"THING": true}))
		_, err = f.CreateThing(registry.Thing{ThingName: "pump-8"})
		must(t, err)
		for range 2 {
			topic, payload, _ := strings.Cut(watcher.receive(t), " ")
			var event struct{ EventType, ThingName, Operation string }
			must(t, json.Unmarshal([]byte(payload), &event))
			want := event.EventType + " " + event.ThingName + " " + event.Operation
			switch topic {
			case "$aws/events/thing/pump-8/created":
				mustBe(t, "event", want, "THING_EVENT pump-8 CREATED")
			default:
				mustBe(t, "rule", topic+want, "made/pump-8 pump-8 CREATED")
			}
		}
		must(t, f.DeleteThing("quiet", 0))
		must(t, f.DeleteThing("pump-8", 0))
		must(t, f.UpdateEventConfigurations(map[string]bool{"THING": false}))
	}
}
