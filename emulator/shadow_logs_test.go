package emulator_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/mqtttest"
)

// Requests to shadows are entries of CloudWatch's log, by MQTT beside the one of their
// PUBLISH, with the thing's name for a classic shadow [S-90, B-911].
func TestShadowLogs(t *testing.T) {
	t.Parallel()
	var group logGroup
	o := emulator.Embedded()
	o.CloudWatch = &group
	e := emulator.Run(t, o)
	c, err := mqtttest.Dial(t.Context(), "mqtt://"+e.Addr(emulator.MQTT), nil)
	must(t, err)
	defer c.Close()
	if connack, err := c.Connect(5, "logged", mqtttest.User("me", "test")); err != nil || connack.ReasonCode != 0 {
		t.Fatalf("got CONNACK %#x, %v, want 0", connack.ReasonCode, err)
	}
	named := shadowAt{"pump-7", "config"}
	for _, at := range []shadowAt{{thing: "pump-7"}, named} {
		for _, op := range []string{"get", "update", "delete"} {
			_, err := c.Publish(at.prefix()+op, map[string]string{"update": `{"state":{}}`}[op])
			must(t, err)
		}
	}
	const update, get, remove = "UpdateThingShadow Success MQTT ", "GetThingShadow Failure MQTT ", "DeleteThingShadow Success MQTT "
	want := []string{
		get + "pump-7 $aws/things/pump-7/shadow/get", update + "pump-7 $aws/things/pump-7/shadow/update",
		remove + "pump-7 $aws/things/pump-7/shadow/delete", get + "config " + named.prefix() + "get",
		update + "config " + named.prefix() + "update", remove + "config " + named.prefix() + "delete",
	}
	var got []string
	eventually(t, "the entries of six requests", func() bool {
		got = group.shadows()
		return len(got) >= len(want)
	})
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got\n\t%s\nwant\n\t%s (S-90)", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

// shadows returns the entries that are of requests to shadows, which do not say who asks.
func (l *logGroup) shadows() (all []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range l.entries {
		if kind, _ := e["eventType"].(string); strings.HasSuffix(kind, "ThingShadow") {
			all = append(all, fmt.Sprint(kind, " ", e["status"], " ", e["protocol"], " ", e["deviceShadowName"], " ", e["topicName"]))
		}
	}
	return all
}
