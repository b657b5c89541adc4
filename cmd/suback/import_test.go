package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	paho "github.com/eclipse/paho.mqtt.golang"
)

// TestImportRuns: what suback import makes of fixtures/templates is run, and a device connects
// through the functions of the templates as they are (issue 17).
func TestImportRuns(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		template, authorizer, user, password, wrong string
		interpreter                                 string
	}{
		{"sam-python/template.yaml", "UnsignedAuthorizer", "me", "test", "wrong", "python3"},
		{"sam-node/template.yaml", "dev-authorizer", "me", "test", "wrong", "node"},
		{"serverless/serverless.yml", "gate-dev-authorizer", "gate", "", "", "node"},
	} {
		t.Run(tt.template, func(t *testing.T) {
			t.Parallel()
			if _, err := exec.LookPath(tt.interpreter); err != nil {
				missing(t, tt.interpreter, "apt-get install nodejs python3")
			}
			folder, name := filepath.Split(tt.template)
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS("../../fixtures/templates/"+folder)); err != nil {
				t.Fatal(err)
			}
			config := filepath.Join(dir, "made.yaml")
			if got := call(t, nil, "import", "--out", config, filepath.Join(dir, name)); got.code != exitYes {
				t.Fatalf("got exit code %d, %s, want 0", got.code, got.stderr)
			}
			g := serve(t, free, "--config", config)
			as := func(user, password string) (paho.Client, error) {
				return g.connectThrough(t, tt.authorizer, user, password)
			}
			if _, err := as("other", tt.wrong); err == nil {
				t.Error("got in with another password, want refused by the function")
			}
			client, err := as(tt.user, tt.password)
			if err != nil {
				t.Fatalf("got %v, want let in by the function\n%s", err, g.stderr)
			}
			if tt.template == "sam-node/template.yaml" {
				publishes(t, client, "rooms/attic/temperature", `{"temp": 40}`)
				eventually(t, "the function of the event IoTRule", func() bool {
					return strings.Contains(g.stderr.String(), "too hot in attic: 40")
				})
			}
		})
	}
}

// connectThrough tries MQTT through an authorizer.
func (g *gateway) connectThrough(t *testing.T, authorizer, user, password string) (paho.Client, error) {
	t.Helper()
	client := paho.NewClient(paho.NewClientOptions().AddBroker("tcp://" + g.addresses()["mqtt"]).SetProtocolVersion(4).
		SetClientID("pump-7").SetUsername(user + "?x-amz-customauthorizer-name=" + authorizer).SetPassword(password).
		SetConnectTimeout(patience).SetAutoReconnect(false))
	t.Cleanup(func() { client.Disconnect(0) })
	token := client.Connect()
	if !token.WaitTimeout(patience) {
		return client, errors.New("no answer")
	}
	return client, token.Error()
}

// publishes publishes at QoS 1 and waits for the PUBACK.
func publishes(t *testing.T, client paho.Client, topic, payload string) {
	t.Helper()
	token := client.Publish(topic, 1, false, payload)
	if !token.WaitTimeout(patience) || token.Error() != nil {
		t.Fatalf("got %v for %s, want it published", token.Error(), topic)
	}
}
