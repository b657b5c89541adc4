package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
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

// TestImportKeepsSecrets: a file with the value of a parameter that is NoEcho is its owner's alone.
func TestImportKeepsSecrets(t *testing.T) {
	t.Parallel()
	for noEcho, want := range map[string]os.FileMode{"true": 0o600, "false": 0o644} {
		dir := t.TempDir()
		template, out := filepath.Join(dir, "t.yaml"), filepath.Join(dir, "made.yaml")
		text := "Parameters: {P: {Type: String, NoEcho: " + noEcho + ", Default: hunter22}}\n" +
			"Resources: {T: {Type: AWS::IoT::Thing, Properties: {ThingName: !Ref P}}}\n"
		if err := os.WriteFile(template, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		got := call(t, nil, "import", "--out", out, template)
		if got.code != exitYes || strings.Contains(got.stderr, "hunter22") {
			t.Errorf("NoEcho %s: got exit code %d and %s, want 0 and no value", noEcho, got.code, got.stderr)
		}
		info, err := os.Stat(out)
		if err != nil {
			t.Fatal(err)
		}
		if mode := info.Mode().Perm(); mode != want && runtime.GOOS != "windows" {
			t.Errorf("NoEcho %s: got a file of mode %o, want %o", noEcho, mode, want)
		}
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
