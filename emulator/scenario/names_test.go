package scenario

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestNames: what names become in an account that others use too, and which scenarios have no
// place there. A scenario is its policy, its steps, and what else it says.
func TestNames(t *testing.T) {
	t.Parallel()
	step := func(filter string) string {
		return "steps: [{connect: a}, {subscribe: {client: a, filter: '" + filter + "'}}]"
	}
	publish := func(topic string) string {
		return "steps: [{connect: a}, {publish: {client: a, topic: '" + topic + "'}}]"
	}
	call := func(path string) string { return "steps: [{http: {client: a, path: '" + path + "', body: x}}]" }
	tests := []struct {
		what, text string
		topic      string // the first one there
		resource   string // of the policy there
		problem    string
	}{
		{"a topic", step("a/b"), "P-a/b", "*", ""},
		{"a wildcard in it", step("a/#"), "P-a/#", "*", ""},
		{"all topics", step("#"), "P/#", "*", ""},
		{"a level of any name", step("+/b"), "P/+/b", "*", ""},
		{"a shared group", step("$share/g/a"), "$share/g/P-a", "*", ""},
		{"a shared group of all", step("$share/g/#"), "$share/g/P/#", "*", ""},
		{"a shared group without a filter", step("$share/g"), "$share/g", "*", ""},
		{"a shadow", step("$aws/things/t/shadow/update"), "$aws/things/P-t/shadow/update", "*", ""},
		{"the shadows of all things", step("$aws/things/+/shadow/update"), "", "", "hears the account's other devices"},
		{"everybody's presence", step("$aws/events/presence/#"), "", "", "hears the account's other devices"},
		{"one's presence", step("$aws/events/presence/connected/a"), "$aws/events/presence/connected/P-a", "*", ""},
		{"a rule's topics", step("$aws/rules/r/#"), "", "", "hears the account's other devices"},
		{"system topics", step("$SYS/#"), "", "", "hears the account's other devices"},
		{"a shared group of all things' shadows", step("$share/g/$aws/things/+/shadow/update/accepted"), "", "",
			"hears the account's other devices"},
		{"a shared group of a group of them", step("$share/g/$share/h/$SYS/#"), "", "", "hears the account's other devices"},
		{"a shared group of one's shadow", step("$share/g/$aws/things/t/shadow/get"), "$share/g/$aws/things/P-t/shadow/get", "*", ""},
		{"a shared group of a rule's topics", step("$share/g/$aws/rules/r/#"), "", "", "hears the account's other devices"},
		{"a reserved topic", step("$other/a"), "", "", "the whole account's"},
		{"a certificate", publish("$aws/certificates/create/json"), "", "", "the whole account's"},
		{"a certificate of a request", publish("$aws/certificates/create-from-csr/json"), "", "", "the whole account's"},
		{"a fleet's provisioning", publish("$aws/provisioning-templates/fleet/provision/json"), "", "", "the whole account's"},
		{"a command", publish("$aws/commands/things/t/executions/1/response/json"), "", "", "the whole account's"},
		{"a location", publish("$aws/device_location/t/get_position_estimate"), "", "", "the whole account's"},
		{"a rule without a topic", publish("$aws/rules/r"), "", "", "the whole account's"},
		{"a rule of the test's", publish("$aws/rules/r/a"), "$aws/rules/P_r/P-a", "*", ""},
		{"a will", "clients: {a: {will: {topic: $aws/certificates/create/json}}}\nsteps: [{connect: a}]", "", "",
			"the whole account's"},
		{"an answer's topic", "versions: [5]\nsteps: [{connect: a}, {publish: {client: a, topic: a, " +
			"properties: {responseTopic: $aws/certificates/create/json}}}]", "", "", "the whole account's"},
		{"a call", call("/topics/$aws/certificates/create/json?qos=1"), "", "", "the whole account's"},
		{"a call that is escaped", call("/topics/%24aws%2Fcertificates%2Fcreate%2Fjson"), "", "", "the whole account's"},
		{"seven slashes", step("1/2/3/4/5/6/7/8"), "P-1/2/3/4/5/6/7/8", "*", ""},
		{"seven slashes with a wildcard first", step("+/2/3/4/5/6/7/8"), "", "", "no room for a level"},
		{"256 bytes", step(strings.Repeat("x", 256)), "", "", "no room for a prefix"},
		{"257 bytes", step(strings.Repeat("x", 257)), "P-" + strings.Repeat("x", 257), "*", ""},
		{"all, beside a reserved topic", "steps: [{subscribe: {client: a, filters: ['#', $aws/things/t/shadow/get]}}]", "", "", "beside topics"},
		{"a client's name", "policy: {Effect: Allow, Action: iot:*, Resource: client/a*}\n" + step("a"), "P-a", "client/P-a*", ""},
		{"any client", "policy: {Effect: Allow, Action: iot:*, Resource: client/*}\n" + step("a"), "P-a", "client/*", ""},
		{"topics", "policy: {Effect: Allow, Action: iot:*, Resource: topic/a/*}\n" + step("a"), "P-a", "topic/P-a/*", ""},
		{"any topic", "policy: {Effect: Allow, Action: iot:*, Resource: topic/*}\n" + step("a"), "P-a", "topic/*", ""},
		{"a policy for all topics, and one", "policy: {Effect: Allow, Action: iot:*, Resource: topicfilter/#}\n" + step("+/a"),
			"P/+/a", "topicfilter/P/#", ""},
		{"the client id in a topic", "policy: {Effect: Allow, Action: iot:*, Resource: 'topic/d/${iot:ClientId}/*'}\n" + step("d/a/x"),
			"P-d/P-a/x", "topic/P-d/${iot:ClientId}/*", ""},
		{"the client id first", "policy: {Effect: Allow, Action: iot:*, Resource: 'topic/${iot:ClientId}/*'}\n" + step("a/x"),
			"P-P-a/x", "topic/P-${iot:ClientId}/*", ""},
		{"the client id in a level", "policy: {Effect: Allow, Action: iot:*, Resource: 'topic/d-${iot:ClientId}'}\n" + step("d-a"),
			"", "", "the level"},
		{"the client id as a client", "policy: {Effect: Allow, Action: iot:*, Resource: 'client/${iot:ClientId}'}\n" + step("a"),
			"P-a", "client/${iot:ClientId}", ""},
		{"a thing's name in a shadow", "policy: {Effect: Allow, Action: iot:*, Resource: " +
			"'topic/$aws/things/${iot:Connection.Thing.ThingName}/shadow/*'}\n" + step("$aws/things/a/shadow/get"),
			"$aws/things/P-a/shadow/get", "topic/$aws/things/${iot:Connection.Thing.ThingName}/shadow/*", ""},
		{"what the certificate says", "policy: {Effect: Allow, Action: iot:*, Resource: 'topic/${iot:Certificate.Subject.CommonName}'}\n" +
			step("a"), "", "", "not the same there"},
		{"a client id that is a wildcard", "clients: {a: {clientId: '*'}}\n" + step("a"), "", "", "another thing"},
		{"no client id", "clients: {a: {clientId: ''}}\n" + step("a"), "P-a", "*", ""},
		{"a long client id", "clients: {a: {clientId: " + strings.Repeat("x", 128) + "}}\n" + step("a"), "", "", "no room"},
	}
	for _, tt := range tests {
		t.Run(tt.what, func(t *testing.T) {
			all, err := Parse("a.yaml", []byte("name: n\n"+tt.text))
			if err != nil && !strings.Contains(err.Error(), "never connects") {
				t.Fatal(err)
			}
			n, problem := all[0].namesOf("P")
			if tt.problem != "" || problem != "" {
				if !strings.Contains(problem, tt.problem) || tt.problem == "" {
					t.Errorf("got %q, want %q", problem, tt.problem)
				}
				return
			}
			if got := n.topic(all[0].topics()[0]); got != tt.topic {
				t.Errorf("got the topic %q, want %q", got, tt.topic)
			}
			var d struct{ Statement []struct{ Resource string } }
			_ = json.Unmarshal(n.document(owner{"aws-cn", "cn-north-1", "123456789012"}, all[0].policyOf(&Client{})[0]), &d)
			want := "arn:aws-cn:iot:cn-north-1:123456789012:" + tt.resource
			if tt.resource == "*" {
				want = "*"
			}
			if len(d.Statement) != 1 || d.Statement[0].Resource != want {
				t.Errorf("got %v, want %q", d.Statement, want)
			}
		})
	}
}

// TestNamesComeBack: what goes out comes back as it was, in payloads too.
func TestNamesComeBack(t *testing.T) {
	t.Parallel()
	for _, level := range []bool{false, true} {
		n := &names{prefix: "suback-test-k3j9x2ab-1", level: level, words: []string{"pump-7"}}
		for _, s := range []string{"a", "a/b", "/a", "pump-7/a/pump-7", "$share/g/a", "$aws/things/t/shadow/get", "$aws/rules/r/a",
			"$aws/events/presence/connected/pump-7", "$SYS/a", ""} {
			there := n.topic(s)
			if got := string(n.without([]byte(`{"topic":"` + there + `","id":"` + n.id("pump-7") + `"}`))); got !=
				`{"topic":"`+s+`","id":"pump-7"}` {
				t.Errorf("%q is %q there, and comes back as %s", s, there, got)
			}
		}
	}
}

// TestHarmless: bytes that name something are not sent in an account that others use.
func TestHarmless(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"c0 00": true, "c0 01 00": true, "e0 00": true, "c0 00 c0 00": true, "f0 02 00 00": true, "40 02 00 01": true,
		"10 00": false, "30 03 00 01 61": false, "c0 00 30 03 00 01 61": false, "82 00": false, "a2 00": false,
		"c0 05 30 03 00 01 61": true,
		"c0":                   false, "c0 80": false, "c0 01": false, "c0 00 30": false, "c0 00 e0": false,
		"c0 80 80 80 80 00": false, "c0 ff ff ff ff ff ff ff ff ff 7f": false,
	} {
		raw := must((&Send{Bytes: text}).raw())
		if got := harmless(raw); got != want {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
}
