package emulator_test

import (
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	paho3 "github.com/eclipse/paho.mqtt.golang"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/trace"
)

// A real Mosquitto broker as a bridge, configured as AWS's article has it
// (fixtures/clients/bridge.conf): protocol level 0x84 or 0x85 [B-602].

// bridge runs a Mosquitto broker beside e. It returns the URL of its own listener.
func bridge(t *testing.T, f fleet, changes ...string) string {
	t.Helper()
	mosquitto, err := exec.LookPath("mosquitto")
	if err != nil {
		mosquitto = "/usr/sbin/mosquitto" // Debian has it there
	}
	if _, err := os.Stat(mosquitto); err != nil {
		missing(t, "mosquitto", "apt-get install mosquitto")
	}
	config, err := os.ReadFile("../fixtures/clients/bridge.conf")
	must(t, err)
	device := newIssuer(t).device(t, "acme")
	r, err := f.RegisterCertificateWithoutCA(pemText(device), registry.Active)
	must(t, err)
	_, err = f.CreatePolicy("bridge", `{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iot:*", "Resource": "*"}}`)
	must(t, err)
	must(t, f.AttachPolicy("bridge", r.CertificateArn))
	key, err := x509.MarshalPKCS8PrivateKey(device.PrivateKey)
	must(t, err)

	folder, err := os.MkdirTemp("", "bridge") // of a short name, for the socket
	must(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	socket := filepath.Join(folder, "s")
	changes = append(changes, "localhost:8883", "localhost:"+portOf(t, f.Emulator, emulator.MQTTS),
		"_cafile ca.pem", "_cafile "+caFile(t, f.Emulator), " certificate.pem", " "+folder+"/certificate.pem", " key.pem", " "+folder+"/key.pem")
	text := strings.NewReplacer(changes...).Replace(string(config))
	text = "listener 0 " + socket + "\nallow_anonymous true\nuser root\nlog_dest stdout\nlog_type all\n" + text + "restart_timeout 1\n"
	must(t, os.WriteFile(folder+"/certificate.pem", []byte(pemText(device)), 0o600))
	must(t, os.WriteFile(folder+"/key.pem", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}), 0o600))
	must(t, os.WriteFile(folder+"/mosquitto.conf", []byte(text), 0o600))
	start(t, nil, mosquitto, "-c", folder+"/mosquitto.conf")
	eventually(t, "Mosquitto's listener", func() bool { // its file is there before it listens
		conn, err := net.Dial("unix", socket)
		if err == nil {
			_ = conn.Close()
		}
		return err == nil
	})
	return "unix://" + socket
}

func TestMosquittoBridge(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"mqttv311", "mqttv50", "mqttv31"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			f := newFleet(t, emulator.Options{Authorizer: granting(json.RawMessage(everythingBut))})
			local := dial3At(t, bridge(t, f, "mqttv311", version), nil, "local", "", "")
			mustBe(t, "connect", local.connect(), "ok")
			for _, topic := range []string{"awsiot_to_localgateway", "both_directions"} {
				mustBe(t, "subscribe", local.subscribe(topic), "ok")
			}
			cloud := dial(t, f.Emulator, 4, "tcp", "cloud", "", "")
			mustBe(t, "connect", cloud.connect(), "ok")
			mustBe(t, "subscribe", cloud.subscribe("localgateway_to_awsiot"), "ok")
			eventually(t, "the bridge's subscriptions (B-602)", func() bool {
				for _, c := range f.Clients() {
					if c.ClientID == "bridgeawsiot" && len(c.Subscriptions) == 2 {
						return true
					}
				}
				return false
			})
			mustBe(t, "publish", local.publish("localgateway_to_awsiot", 1, false, "up"), "ok")
			mustBe(t, "to AWS", cloud.receive(t), "localgateway_to_awsiot up")
			for _, topic := range []string{"awsiot_to_localgateway", "both_directions"} {
				mustBe(t, "publish", cloud.publish(topic, 1, false, "down"), "ok")
				mustBe(t, "from AWS", local.receive(t), topic+" down")
			}
			for _, ev := range f.Trace().Events(trace.Filter{}) {
				noLocal := ev.Outcome == trace.Note && ev.Rules[0] == "B-665" && version == "mqttv50" // it asks for No Local
				if ev.Outcome != trace.Allowed && !noLocal {
					t.Errorf("got a record, want none:\n%s", ev.Text())
				}
			}
		})
	}
}

// With notifications the bridge has a will on $SYS, which AWS does not have.
func TestMosquittoBridgeNotifies(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"mqttv311", "mqttv50"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			f := newFleet(t, emulator.Options{})
			bridge(t, f, "mqttv311", version, "notifications false", "notifications true")
			explained(t, f.Emulator, cause{client: "bridgeawsiot", operation: trace.Connect, reason: "CLIENT_ERROR",
				rules:  []string{"B-238", "B-228"},
				detail: "there is no $SYS", hint: "write `notifications false` in the bridge's connection"})
		})
	}
}

// TestMQTT31: mosquitto_pub -V mqttv31 [B-602].
func TestMQTT31(t *testing.T) {
	needMosquitto(t)
	e := emulator.Run(t, emulator.Options{Listeners: free, Authorizer: granting(json.RawMessage(outcomes))})
	got := make(chan string, 1)
	sub := paho3.NewClient(paho3.NewClientOptions().AddBroker("tcp://" + e.Addr(emulator.MQTT)).SetClientID("sub").SetProtocolVersion(3).
		SetDefaultPublishHandler(func(_ paho3.Client, m paho3.Message) { got <- string(m.Payload()) }))
	mustBe(t, "connect", outcome3(sub.Connect()), "ok")
	defer sub.Disconnect(5000)
	mustBe(t, "subscribe", outcome3(sub.Subscribe("open/#", 1, nil)), "ok")
	if out, code := mosquitto(t, "mosquitto_pub",
		append(mosquittoArgs(t, e, emulator.MQTT, "31", "pub"), "-q", "1", "-t", "open/1", "-m", "old")...); code != 0 {
		t.Fatalf("got exit code %d, want 0 (B-602)\n%s", code, out)
	}
	mustBe(t, "message", <-got, "old")
	for _, id := range []string{"sub", "pub"} {
		if ev := explained(t, e, cause{client: id, operation: trace.Connect, outcome: trace.Allowed}); ev.Protocol != "MQTT 3.1" {
			t.Errorf("%s: got protocol %q, want MQTT 3.1 (B-602)", id, ev.Protocol)
		}
	}
	out, code := mosquitto(t, "mosquitto_pub", append(mosquittoArgs(t, e, emulator.MQTT, "31", "banned-pub"), "-t", "open/1", "-m", "x")...)
	if code != mosquittoLost {
		t.Errorf("refused: got exit code %d, want %d, as under 3.1.1 (B-401)\n%s", code, mosquittoLost, out)
	}
	explained(t, e, cause{client: "banned-pub", operation: trace.Connect, saw: "closed without CONNACK"})
}
