package emulator_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/suback/suback/emulator"
)

// A trace id is a request's: a Publish-In, its Publish-Outs and what a rule makes of
// it share one, everything else has its own [B-901].
func TestTraceIDs(t *testing.T) {
	for _, version := range []int{4, 5} {
		t.Run(fmt.Sprint(version), func(t *testing.T) {
			var group logGroup
			o := emulator.Embedded()
			o.CloudWatch = &group
			e := emulator.Run(t, o)
			devices := make(map[string]device)
			for id, password := range map[string]string{"one": "test", "two": "test", "deaf": "no-receive", "pub": "test"} {
				devices[id] = dial(t, e, version, "tcp", id, "me", password)
				mustBe(t, "connect", devices[id].connect(), "ok")
			}
			for _, id := range []string{"one", "two", "deaf"} {
				mustBe(t, "subscribe", devices[id].subscribe("a"), "ok")
			}
			for range 2 {
				mustBe(t, "publish", devices["pub"].publish("a", 1, false, "x"), "ok")
				for _, id := range []string{"one", "two"} {
					mustBe(t, "message", devices[id].receive(t), "a x")
				}
			}
			mustBe(t, "publish", devices["pub"].publish("$aws/rules/r/a", 1, false, "x"), "ok")
			for _, id := range []string{"one", "two", "deaf", "pub"} {
				devices[id].disconnect()
				eventually(t, "the end of "+id, func() bool { return slices.Contains(group.of(id, "eventType"), "Disconnect") })
			}

			shared := make(map[string][]string) // by trace id
			for _, id := range []string{"deaf", "one", "pub", "two"} {
				for _, entry := range group.of(id, "traceId", "eventType", "topicName") {
					traceID, what, _ := strings.Cut(entry, " ")
					shared[traceID] = append(shared[traceID], id+" "+what)
				}
			}
			var got []string
			for _, entries := range shared {
				got = append(got, strings.Join(entries, ", "))
			}
			slices.Sort(got)
			want := []string{
				"deaf Connect", "deaf Disconnect",
				"deaf Publish-Out a, one Publish-Out a, pub Publish-In a, two Publish-Out a",
				"deaf Publish-Out a, one Publish-Out a, pub Publish-In a, two Publish-Out a",
				"deaf Subscribe a",
				"one Connect", "one Disconnect",
				"one Subscribe a",
				"pub Connect", "pub Disconnect",
				"pub Publish-In $aws/rules/r/a, pub RuleNotFound $aws/rules/r/a",
				"two Connect", "two Disconnect", "two Subscribe a",
			}
			if !slices.Equal(got, want) {
				t.Errorf("got\n\t%s\nwant\n\t%s\n(B-901)", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
			}
		})
	}
}
