package emulator_test

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"testing"
	"time"

	paho5 "github.com/eclipse/paho.golang/paho"
	paho3 "github.com/eclipse/paho.mqtt.golang"

	"github.com/suback/suback/emulator"
)

// Nothing is noted of what is right: no hint fires on the fixtures and on what
// clients ordinarily do. (The cured policies: TestPolicyMistakes, over all
// transports: TestPahoGo.)

// TestHealthyFixtures: each authorizer of fixtures/suback.yaml lets in whom it is
// for, over each transport, and what they do is theirs to do.
func TestHealthyFixtures(t *testing.T) {
	t.Parallel()
	e := runFile(t, fixture, emulator.Options{})
	tests := []struct {
		authorizer, id, username, password string
		publishes, subscribes              string
	}{
		{"password", "myClientName", "me", "test", "telemetry/myClientName", ""},
		{"chat", "page", "alice", "wonderland", "chat/room", "chat/+"},
		{"open", "anything", "", "", "a/b", "a/#"},
		{"dumps", "pump-7", "me", "test", "telemetry/pump-7/a", "telemetry/pump-7/+"},
		{"compiled", "pump-7", "", "token-of-plant", "plant/a", "plant/#"},
		{"open", "token", "me", "name=open&authorizer", "a/b", "a/#"},
	}
	for _, tt := range tests {
		for _, scheme := range []string{"tcp", "tls", "ws", "wss"} {
			for _, version := range []int{4, 5} {
				t.Run(fmt.Sprintf("%s %s %d", tt.authorizer, scheme, version), func(t *testing.T) {
					d := dial(t, e, version, scheme, tt.id, tt.username+"?x-amz-customauthorizer-name="+tt.authorizer, tt.password)
					mustBe(t, "connect", d.connect(), "ok")
					if tt.subscribes != "" {
						mustBe(t, "subscribe", d.subscribe(tt.subscribes), "ok")
					}
					mustBe(t, "publish", d.publish(tt.publishes, 1, false, "1"), "ok")
					if tt.subscribes != "" {
						mustBe(t, "receive", d.receive(t), tt.publishes+" 1")
					}
					d.disconnect()
					gone(t, e, tt.id)
				})
			}
		}
	}
	unexplained(t, e)
}

// TestHealthyDefault: who names no authorizer gets the default one, and nothing of
// what it sends is taken for a name that slipped [D-7]; nor does a client without
// SNI get a word that accepts the certificate.
func TestHealthyDefault(t *testing.T) {
	t.Parallel()
	e := runFile(t, fixture, emulator.Options{})
	for _, username := range []string{"me", "me?SDK=JavaV2&Version=1.2", "?SDK=NodeJSv2&token=x",
		"me?x-amz-customauthorizer-signature=x&token=y", "authorizer", "name@example.test"} {
		for _, scheme := range []string{"tcp", "ws"} {
			d := dial(t, e, 4, scheme, "myClientName", username, "test")
			mustBe(t, "connect "+username, d.connect(), "ok")
			d.disconnect()
			gone(t, e, "myClientName")
			e.Advance(time.Second) // [B-413]
		}
	}
	config := verifying(e, "localhost")
	config.NextProtos = []string{"mqtt"}
	conn, err := tls.Dial("tcp", e.Addr(emulator.HTTPS), config)
	must(t, err)
	_, err = conn.Write([]byte(connectPacket(4, "myClientName", "", "me", "test", "")))
	must(t, err)
	if _, err := io.ReadFull(conn, make([]byte, 4)); err != nil {
		t.Errorf("got %v, want a CONNACK", err)
	}
	_, err = conn.Write([]byte("\xe0\x00"))
	must(t, err)
	gone(t, e, "myClientName")
	unexplained(t, e)
}

// gone waits until a client id is offline.
func gone(t *testing.T, e *emulator.Emulator, id string) {
	t.Helper()
	eventually(t, id+" offline", func() bool {
		for _, c := range e.Clients() {
			if c.ClientID == id {
				return false
			}
		}
		return true
	})
}

// TestHealthyTraffic: wildcards, retained messages, workers of a shared group,
// sessions that outlive their connection, messages that nobody wants, a refresh.
func TestHealthyTraffic(t *testing.T) {
	t.Parallel()
	for _, version := range []int{4, 5} {
		t.Run(fmt.Sprint(version), func(t *testing.T) {
			t.Parallel()
			e := emulator.Run(t, emulator.Options{Authorizer: granting(json.RawMessage(everythingBut))})
			connect := func(id string, filters ...string) device {
				d := dial(t, e, version, "tcp", id, "", "")
				mustBe(t, "connect", d.connect(), "ok")
				for _, filter := range filters {
					mustBe(t, "subscribe", d.subscribe(filter), "ok")
				}
				return d
			}
			all := connect("all", "#", "open/#", "open/+/state")
			pump := connect("pump", "open/pump/command", "$aws/things/pump/shadow/update/#")
			expect := func(topic string, qos byte, retain bool) {
				mustBe(t, "publish", pump.publish(topic, qos, retain, "1"), "ok")
				mustBe(t, "receive", all.receive(t), topic+" 1")
			}
			for _, qos := range []byte{0, 1} {
				expect("open/pump/state", qos, false)
				expect("open/pump/config", qos, true)
			}
			late := connect("late", "open/pump/config", "open/pump/config")
			mustBe(t, "retained", late.receive(t), "open/pump/config 1")

			workers := []device{connect("worker-1", "$share/workers/jobs/+"), connect("worker-2", "$share/workers/jobs/+")}
			for i := range 4 {
				expect("jobs/a", 1, false)
				mustBe(t, "its turn", workers[i%2].receive(t), "jobs/a 1")
			}

			leaveBehind(t, e, version, "keeper", "open/keeper")
			expect("open/keeper", 1, false)
			comeBack(t, e, version, "keeper", "open/keeper 1")

			all.disconnect()
			gone(t, e, "all")
			for i := range 10 { // to nobody
				mustBe(t, "publish", pump.publish(fmt.Sprint("metrics/", i), 1, false, "1"), "ok")
			}
			e.Advance(300e9) // refresh
			mustBe(t, "publish", pump.publish("open/pump/state", 1, false, "1"), "ok")
			for _, d := range []device{pump, late, workers[0], workers[1]} {
				d.disconnect()
			}
			unexplained(t, e)
		})
	}
}

// comeBack continues a session that was left behind, and gets what waited.
func comeBack(t *testing.T, e *emulator.Emulator, version int, id, want string) {
	t.Helper()
	got := make(chan string, 10)
	if version == 4 {
		c := paho3.NewClient(paho3.NewClientOptions().AddBroker("tcp://" + e.Addr(emulator.MQTT)).SetClientID(id).SetCleanSession(false).
			SetDefaultPublishHandler(func(_ paho3.Client, m paho3.Message) { got <- m.Topic() + " " + string(m.Payload()) }))
		mustBe(t, "connect", outcome3(c.Connect()), "ok")
		mustBe(t, "what waited", <-got, want)
		c.Disconnect(5000)
	} else {
		c := connect5(t, e, &paho5.Connect{ClientID: id, KeepAlive: 60}, func(m paho5.PublishReceived) (bool, error) {
			got <- m.Packet.Topic + " " + string(m.Packet.Payload)
			return true, m.Client.Ack(m.Packet)
		})
		mustBe(t, "what waited", <-got, want)
		_ = c.Disconnect(&paho5.Disconnect{})
	}
	gone(t, e, id)
}

// TestHealthyPackets: what stands beside a mistake that is noted: 8 filters at a time,
// a will that a DISCONNECT keeps back, a made-up client id, PUBACKs before the clock
// moves, a refresh that grants the same.
func TestHealthyPackets(t *testing.T) {
	t.Parallel()
	for _, scheme := range []string{"tcp", "ws"} {
		t.Run(scheme, func(t *testing.T) {
			t.Parallel()
			e := emulator.Run(t, emulator.Options{Listeners: free, Authorizer: granting(json.RawMessage(everythingBut))})
			conn, err := open(e.Addr(schemes[scheme]), scheme, nil)
			must(t, err)
			got := make(chan string, 10)
			c := paho5.NewClient(paho5.ClientConfig{Conn: conn, PacketTimeout: patience,
				OnPublishReceived: []func(paho5.PublishReceived) (bool, error){func(m paho5.PublishReceived) (bool, error) {
					got <- m.Packet.Topic
					return true, nil
				}}})
			_, err = c.Connect(t.Context(),
				&paho5.Connect{CleanStart: true, KeepAlive: 60, WillMessage: &paho5.WillMessage{Topic: "open/gone", QoS: 1}})
			must(t, err)
			var filters []string
			asked := new(paho5.Subscribe)
			for i := range 8 {
				filters = append(filters, fmt.Sprintf("open/what*is?this/%d/+", i))
				asked.Subscriptions = append(asked.Subscriptions, paho5.SubscribeOptions{Topic: filters[i], QoS: 1, RetainAsPublished: true})
			}
			_, err = c.Subscribe(t.Context(), asked)
			must(t, err)
			_, err = c.Publish(t.Context(), &paho5.Publish{Topic: "open/what*is?this/1/a", QoS: 1})
			must(t, err)
			mustBe(t, "message", <-got, "open/what*is?this/1/a")
			_, err = c.Unsubscribe(t.Context(), &paho5.Unsubscribe{Topics: filters})
			must(t, err)
			e.Advance(300e9) // refresh
			_, err = c.Publish(t.Context(), &paho5.Publish{Topic: "open/a", QoS: 1})
			must(t, err)
			_ = c.Disconnect(&paho5.Disconnect{})
			<-c.Done()
			eventually(t, "the end", func() bool { return len(e.Clients()) == 0 })
			unexplained(t, e)
		})
	}
}
