package emulator_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/trace"
)

// MQTT.js over WebSocket: what the browser page of seed 000 does, and the
// one of seed 002, which has no credentials at all.

// A node is an MQTT.js client, fixtures/clients/device.js.
type node struct {
	*program
}

// startNode starts one; with an environment, in a process of its own.
func startNode(t *testing.T, e *emulator.Emulator, environment []string, url string, args ...string) node {
	t.Helper()
	args = append([]string{"--url", url}, args...)
	if environment == nil {
		return node{sdkDevices.start(t, "mqtt", deviceCommand{File: "../../fixtures/clients/device.js", Args: args, CA: caFile(t, e)})}
	}
	environment = append(environment, "NODE_PATH="+npmModules(t, "mqtt"), "NODE_EXTRA_CA_CERTS="+caFile(t, e))
	return node{start(t, environment, nodejs(t), append([]string{"../fixtures/clients/device.js"}, args...)...)}
}

func nodejs(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("node")
	if err != nil {
		missing(t, "Node.js", "apt-get install nodejs npm")
	}
	return path
}

// npmModules returns the folder that has an npm module, and those of the other
// clients of the tests.
func npmModules(t *testing.T, module string) string {
	t.Helper()
	modules, err := filepath.Abs("../.ci/node_modules")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(modules, module)); err != nil {
		missing(t, "npm's "+module, "npm ci --prefix .ci")
	}
	return modules
}

func TestMQTTjs(t *testing.T) {
	t.Parallel()
	const query = "?x-amz-customauthorizer-name=chat"
	e := runFile(t, fixture, emulator.Options{})
	https, http := "wss://localhost:"+portOf(t, e, emulator.HTTPS), "ws://localhost:"+portOf(t, e, emulator.HTTP)
	tests := []struct {
		name, url, source string
	}{
		{"path mqtt", https + "/mqtt" + query, "A-37, A-317"},
		{"no path", https + query, "A-38, A-315, seed 000"},
		{"plain", http + "/mqtt" + query, "docs/design.md"},
	}
	for _, tt := range tests {
		for _, protocol := range []string{"4", "5"} {
			t.Run(tt.name+" "+protocol, func(t *testing.T) {
				t.Parallel()
				id := filepath.Base(t.Name())
				args := func(id, user, password string) []string {
					return []string{"--protocol", protocol, "--client-id", id, "--username", user, "--password", password, "--topic", "chat/" + id}
				}
				room := "chat/alice-" + id
				alice := startNode(t, e, nil, tt.url, args("alice-"+id, "alice", "wonderland")...)
				alice.until("subscribed " + room + " 1")
				alice.until("message " + room + " hello from alice-" + id) // its own

				deaf := startNode(t, e, nil, tt.url, args("deaf-"+id, "deaf", "wonderland")...)
				deaf.until("subscribed chat/deaf-" + id + " 1")
				deaf.until("published")
				explained(t, e, cause{
					client: "deaf-" + id, operation: trace.PublishOut, outcome: trace.Withheld, reason: "AUTHORIZATION_FAILURE",
					action: policy.Receive, resource: "arn:aws:iot:us-east-1:123456789012:topic/chat/deaf-" + id,
					rules: []string{"D-12", "B-501"}, hint: "no statement allows iot:Receive", saw: "nothing, connection kept",
				})
				deaf.end()
				for _, line := range []string{"message", "closed"} {
					if deaf.saw(line) {
						t.Errorf("got %q, want SUBACK and silence (B-217, B-501)", line)
					}
				}

				mallory := startNode(t, e, nil, tt.url, args("mallory-"+id, "alice", "looking-glass")...)
				if protocol == "5" {
					mallory.until("error 135")
				} else {
					mallory.until("closed")
				}
				if mallory.saw("connected") {
					t.Errorf("got connected, want a close after the CONNECT (%s, A-157)", tt.source)
				}
				explained(t, e, cause{client: "mallory-" + id, operation: trace.AuthNError, reason: "NOT_AUTHENTICATED", hint: "base64",
					rules: []string{"D-17"}})
			})
		}
	}
}

// TestDomainConfiguration connects to wss://iot.example.test/mqtt, that name and
// no port, without user name, password or query: the domain's authorizer, a
// Python function, lets everybody in.
func TestDomainConfiguration(t *testing.T) {
	t.Parallel()
	for _, protocol := range []string{"4", "5"} {
		t.Run(protocol, func(t *testing.T) {
			t.Parallel()
			e := runFile(t, fixture, emulator.Options{})
			redirect, err := filepath.Abs("testdata/redirect.cjs")
			if err != nil {
				t.Fatal(err)
			}
			environment := []string{
				"NODE_OPTIONS=--require " + redirect, "REDIRECT_HOSTS=iot.example.test", "REDIRECT_PORT=" + portOf(t, e, emulator.HTTPS),
			}
			device := startNode(t, e, environment, "wss://iot.example.test/mqtt", "--protocol", protocol, "--topic", "testtopic/1")
			device.until("message testtopic/1 hello")
			ev := recorded(t, e, func(ev trace.Event) bool { return ev.Operation == trace.Connect && ev.Outcome == trace.Allowed })
			if ev.ServerName != "iot.example.test" || ev.Authorizer != "open" || ev.Principal != "anonymous" {
				t.Errorf("got server name %q, authorizer %q, principal %q, want iot.example.test, open, anonymous (A-77)", ev.ServerName, ev.Authorizer,
					ev.Principal)
			}
			unexplained(t, e)
		})
	}
}
