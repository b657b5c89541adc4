package emulator_test

import (
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/suback/suback/emulator"
)

// A logGroup keeps what CloudWatch would.
type logGroup struct {
	mu      sync.Mutex
	entries []map[string]any
}

func (l *logGroup) Write(line []byte) (int, error) {
	var entry map[string]any
	err := json.Unmarshal(line, &entry)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = append(l.entries, entry)
	return len(line), err
}

// of returns the entries of a client, each as the named members of it that it has.
func (l *logGroup) of(client string, members ...string) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var all []string
	for _, entry := range l.entries {
		if entry["clientId"] != client {
			continue
		}
		var words []string
		for _, m := range members {
			if v, ok := entry[m].(string); ok {
				words = append(words, v)
			}
		}
		all = append(all, strings.Join(words, " "))
	}
	return all
}

// Every operation is an entry, in both versions of MQTT; the trace keeps what it
// kept before [A-175 to A-180, B-902 to B-909, B-432].
func TestCloudWatch(t *testing.T) {
	for _, version := range []int{4, 5} {
		var group logGroup
		o := emulator.Embedded()
		o.CloudWatch = &group
		e := emulator.Run(t, o)
		members := []string{"eventType", "status", "topicName", "reason", "details", "disconnectReason"}
		check := func(client string, want ...string) {
			t.Helper()
			eventually(t, "the last entry of "+client, func() bool { return len(group.of(client)) >= len(want) })
			if got := group.of(client, members...); !slices.Equal(got, want) {
				t.Errorf("MQTT version %d, %s: got\n\t%s\nwant\n\t%s", version, client, strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
			}
		}
		play := func(id, password string) {
			d := dial(t, e, version, "tcp", id, "me", password)
			if d.connect() != "ok" {
				return
			}
			d.subscribe("a/" + id)
			d.publish("a/"+id, 1, false, "x")
			if password == "test" {
				d.receive(t)
			}
			d.disconnect()
		}

		play("pump", "test")
		check("pump", "Connect Success", "Subscribe Success a/pump", "Publish-In Success a/pump", "Publish-Out Success a/pump",
			"Disconnect Success CLIENT_INITIATED_DISCONNECT")
		play("deaf", "no-receive")
		check("deaf", "Connect Success", "Subscribe Success a/deaf", "Publish-In Success a/deaf",
			"Publish-Out Failure a/deaf AUTHORIZATION_FAILURE Authorization Failure", "Disconnect Success CLIENT_INITIATED_DISCONNECT")
		d := dial(t, e, version, "tcp", "ruler", "me", "test")
		if got := d.connect(); got != "ok" {
			t.Fatalf("got %s, want ok", got)
		}
		if got := d.publish("$aws/rules/r/a", 1, false, "x"); got != "ok" {
			t.Errorf("Basic Ingest to no rule: got %s, want ok (B-913, B-1103)", got)
		}
		d.disconnect()
		check("ruler", "Connect Success", "Publish-In Success $aws/rules/r/a",
			"RuleNotFound Failure $aws/rules/r/a RuleNotFound Rule r not found",
			"Disconnect Success CLIENT_INITIATED_DISCONNECT")
		play("stranger", "wrong") // has no Connect
		check("stranger", "Connection.AuthNError Failure NOT_AUTHENTICATED The credentials provided could not be authenticated")
		if all := e.Trace().Counts(); all.Withheld != 1 || all.Refused != 1 {
			t.Errorf("the trace has %+v, want 1 withheld and 1 refused", all)
		}
	}
}
