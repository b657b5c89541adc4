package emulator_test

import (
	"encoding/json"
	"fmt"
	"net"
	"slices"
	"testing"

	paho5 "github.com/eclipse/paho.golang/paho"
	paho3 "github.com/eclipse/paho.mqtt.golang"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/trace"
)

// SUBACK arrives, no message does, and no policy is to blame: B-508 to B-520 of
// section 5 of docs/behaviour/broker.md. Each is noted for the client that
// expected the message. (B-501 to B-507: policies_test.go.)

// everythingBut grants all but publishing below shut/.
const everythingBut = `{"Version": "2012-10-17", "Statement": [
  {"Effect": "Allow", "Action": "iot:*", "Resource": "*"},
  {"Effect": "Deny", "Action": "iot:Publish", "Resource": "arn:aws:iot:*:*:topic/shut/*"}]}`

func runSilences(t *testing.T) *emulator.Emulator {
	t.Helper()
	return emulator.Run(t, emulator.Options{Authorizer: granting(json.RawMessage(everythingBut))})
}

// TestSilences: mistakes that a client of either version can make. "sub" is who
// expects a message, "pub" is who publishes; both are connected.
func TestSilences(t *testing.T) {
	t.Parallel()
	tests := []struct {
		rule   string
		name   string
		do     func(t *testing.T, sub, pub device)
		detail string // part of it
		hint   string // part of it
	}{
		{"B-508", "parent level", func(t *testing.T, sub, pub device) {
			mustBe(t, "subscribe", sub.subscribe("open/sensor/#"), "ok")
			mustBe(t, "publish", pub.publish("open/sensor", 1, false, "1"), "ok")
		}, `holds "open/sensor/#"`, `subscribe to "open/sensor" too`},
		{"B-509", "leading wildcard", func(t *testing.T, sub, pub device) {
			mustBe(t, "subscribe", sub.subscribe("#"), "ok")
			mustBe(t, "publish", pub.publish("$aws/things/pump-7/shadow/update", 1, false, "{}"), "ok")
		}, `holds "#"`, "begins with $"},
		{"B-510", "retained, by a wildcard", func(t *testing.T, sub, pub device) {
			mustBe(t, "publish", pub.publish("open/config", 1, true, "1"), "ok")
			mustBe(t, "subscribe", sub.subscribe("open/#"), "ok")
		}, `1, such as that of "open/config"`, "exactly its topic"},
		{"B-510", "retained, shared", func(t *testing.T, sub, pub device) {
			mustBe(t, "publish", pub.publish("open/config", 1, true, "1"), "ok")
			mustBe(t, "subscribe", sub.subscribe("$share/group/open/config"), "ok")
		}, `"$share/group/open/config"`, "exactly its topic"},
		{"B-514", "shared with another", func(t *testing.T, sub, pub device) {
			mustBe(t, "subscribe", pub.subscribe("$share/group/open/a"), "ok") // and takes the first turn
			mustBe(t, "subscribe", sub.subscribe("$share/group/open/a"), "ok")
			mustBe(t, "publish", pub.publish("open/a", 1, false, "1"), "ok")
			mustBe(t, "receive", pub.receive(t), "open/a 1")
		}, `on "open/a" went to another member`, "a share name of their own"},
		{"B-518", "case", func(t *testing.T, sub, pub device) {
			mustBe(t, "subscribe", sub.subscribe("open/Pump/+"), "ok")
			mustBe(t, "publish", pub.publish("open/pump/7", 1, false, "1"), "ok")
		}, `holds "open/Pump/+"`, "it would match but for upper and lower case"},
		{"B-518", "leading slash", func(t *testing.T, sub, pub device) {
			mustBe(t, "subscribe", sub.subscribe("/open/pump"), "ok")
			mustBe(t, "publish", pub.publish("open/pump", 1, false, "1"), "ok")
		}, `holds "/open/pump"`, "it would match without the slash before it, as the topic has none"},
		{"B-518", "slash at the end", func(t *testing.T, sub, pub device) {
			mustBe(t, "subscribe", sub.subscribe("open/pump"), "ok")
			mustBe(t, "publish", pub.publish("open/pump/", 1, false, "1"), "ok")
		}, `on "open/pump/" went to nobody`, "it would match with a slash behind it, as the topic has one"},
		{"B-518", "blank", func(t *testing.T, sub, pub device) {
			mustBe(t, "subscribe", sub.subscribe("open/pump"), "ok")
			mustBe(t, "publish", pub.publish("open/pump ", 1, false, "1"), "ok")
		}, `on "open/pump " went to nobody`, "it would match but for blanks around a level"},
		{"B-520", "the publisher was refused", func(t *testing.T, sub, pub device) {
			mustBe(t, "subscribe", sub.subscribe("shut/#"), "ok")
			pub.publish("shut/a", 1, false, "1")
		}, `client "pub" was refused to publish to "shut/a": AUTHORIZATION_FAILURE`, "see the Publish-In record"},
	}
	for _, tt := range tests {
		for _, version := range []int{4, 5} {
			t.Run(fmt.Sprintf("%s %s %d", tt.rule, tt.name, version), func(t *testing.T) {
				t.Parallel()
				e := runSilences(t)
				sub, pub := dial(t, e, version, "tcp", "sub", "", ""), dial(t, e, version, "tcp", "pub", "", "")
				mustBe(t, "connect", sub.connect(), "ok")
				mustBe(t, "connect", pub.connect(), "ok")
				tt.do(t, sub, pub)
				noted(t, e, "sub", tt.rule, tt.detail, tt.hint)
			})
		}
	}
}

// noted waits for the NOTE of a client and a rule.
func noted(t *testing.T, e *emulator.Emulator, client, rule, detail, hint string) trace.Event {
	t.Helper()
	ev := recorded(t, e, func(ev trace.Event) bool {
		return ev.Outcome == trace.Note && ev.Client == client && slices.Contains(ev.Rules, rule)
	})
	want := cause{detail: detail, hint: hint, rules: []string{rule}}
	for _, problem := range want.differ(ev) {
		t.Errorf("trace: %s\n%s", problem, ev.Text())
	}
	return ev
}

// TestBasicIngest: a message on $aws/rules/… is accepted and acknowledged, goes
// past every subscriber and is not retained; there are no rules to take it.
func TestBasicIngest(t *testing.T) {
	for _, version := range []int{4, 5} {
		t.Run(fmt.Sprint(version), func(t *testing.T) {
			e := runSilences(t)
			d := dial(t, e, version, "tcp", "d", "", "")
			mustBe(t, "connect", d.connect(), "ok")
			for _, filter := range []string{"open/a", "open/b"} {
				mustBe(t, "subscribe", d.subscribe(filter), "ok")
			}
			for range 3 {
				mustBe(t, "publish", d.publish("$aws/rules/store/open/a", 1, false, "1"), "ok")
			}
			mustBe(t, "publish", d.publish("open/b", 1, false, "2"), "ok")
			mustBe(t, "receive", d.receive(t), "open/b 2") // and nothing before it (B-1101)

			ev := recorded(t, e, func(ev trace.Event) bool { return ev.Operation == trace.RuleNotFound })
			want := cause{reason: "RuleNotFound", detail: "Rule store not found", rules: []string{"B-511", "B-1103"}}
			for _, problem := range want.differ(ev) {
				t.Errorf("trace: %s\n%s", problem, ev.Text())
			}
			if ev.Count != 3 {
				t.Errorf("got %d messages counted, want 3", ev.Count)
			}
		})
	}
}

// TestTooFewWait: what is lost to a client that is offline.
func TestTooFewWait(t *testing.T) {
	for _, version := range []int{4, 5} {
		t.Run(fmt.Sprint(version), func(t *testing.T) {
			e := runSilences(t)
			pub := dial(t, e, version, "tcp", "pub", "", "")
			mustBe(t, "connect", pub.connect(), "ok")
			leaveBehind(t, e, version, "sub", "open/#")
			for range 3 {
				mustBe(t, "publish", pub.publish("open/a", 0, false, "1"), "ok")
			}
			mustBe(t, "publish", pub.publish("open/b", 1, false, "2"), "ok")
			ev := noted(t, e, "sub", "B-519", `"open/a" came while the client was offline`, "QoS 1 for a subscription with QoS 1")
			if ev.Count != 3 {
				t.Errorf("got %d messages counted, want 3 (B-519)", ev.Count)
			}
		})
	}
}

// leaveBehind leaves a persistent session with a filter, QoS 1.
func leaveBehind(t *testing.T, e *emulator.Emulator, version int, id, filter string) {
	t.Helper()
	if version == 4 {
		c := paho3.NewClient(paho3.NewClientOptions().AddBroker("tcp://" + e.Addr(emulator.MQTT)).SetClientID(id).SetCleanSession(false))
		mustBe(t, "connect", outcome3(c.Connect()), "ok")
		mustBe(t, "subscribe", outcome3(c.Subscribe(filter, 1, nil)), "ok")
		c.Disconnect(0)
	} else {
		c := connect5(t, e, &paho5.Connect{ClientID: id, KeepAlive: 60,
			Properties: &paho5.ConnectProperties{SessionExpiryInterval: ptr(uint32(600))}})
		if _, err := c.Subscribe(t.Context(), &paho5.Subscribe{Subscriptions: []paho5.SubscribeOptions{{Topic: filter, QoS: 1}}}); err != nil {
			t.Fatal(err)
		}
		_ = c.Disconnect(&paho5.Disconnect{})
		<-c.Done()
	}
	gone(t, e, id)
}

func ptr[T any](v T) *T { return &v }

// connect5 connects paho for MQTT 5 with what a device5 has no word for. It
// acknowledges nothing by itself.
func connect5(t *testing.T, e *emulator.Emulator, connect *paho5.Connect, on ...func(paho5.PublishReceived) (bool, error)) *paho5.Client {
	t.Helper()
	conn, err := net.Dial("tcp", e.Addr(emulator.MQTT))
	if err != nil {
		t.Fatal(err)
	}
	c := paho5.NewClient(paho5.ClientConfig{Conn: conn, PacketTimeout: patience, EnableManualAcknowledgment: true, OnPublishReceived: on})
	if ack, err := c.Connect(t.Context(), connect); err != nil {
		t.Fatalf("connect: %v, %+v", err, ack)
	}
	t.Cleanup(func() { _ = conn.Close(); <-c.Done() })
	return c
}

// TestExpired: a message that expired while its subscriber was away.
func TestExpired(t *testing.T) {
	e := runSilences(t)
	leaveBehind(t, e, 4, "sub", "open/#")
	pub := connect5(t, e, &paho5.Connect{ClientID: "pub", KeepAlive: 60, CleanStart: true})
	_, err := pub.Publish(t.Context(),
		&paho5.Publish{Topic: "open/a", QoS: 1, Properties: &paho5.PublishProperties{MessageExpiry: ptr(uint32(60))}})
	if err != nil {
		t.Fatal(err)
	}
	e.Advance(60e9)
	c := paho3.NewClient(paho3.NewClientOptions().AddBroker("tcp://" + e.Addr(emulator.MQTT)).SetClientID("sub").SetCleanSession(false))
	mustBe(t, "connect", outcome3(c.Connect()), "ok")
	defer c.Disconnect(0)
	noted(t, e, "sub", "B-513", `"open/a" expired while it waited`, "Message Expiry Interval")
}

// TestNoLocal: the client gets its own message, which it asked not to get [B-665].
func TestNoLocal(t *testing.T) {
	e := runSilences(t)
	d := dial5(t, e, "tcp", "d", "", "")
	mustBe(t, "connect", d.connect(), "ok")
	for range 2 {
		_, err := d.client.Subscribe(t.Context(),
			&paho5.Subscribe{Subscriptions: []paho5.SubscribeOptions{{Topic: "open/a", QoS: 1, NoLocal: true}}})
		must(t, err)
	}
	mustBe(t, "publish", d.publish("open/a", 1, false, "own"), "ok")
	mustBe(t, "its own message (B-665)", d.receive(t), "open/a own")
	noted(t, e, "d", "B-665", `No Local is set for "open/a" and has no effect`, "AWS does not support No Local")
}

// TestUnacknowledged: a client that acknowledges nothing gets its Receive Maximum
// and no more.
func TestUnacknowledged(t *testing.T) {
	t.Parallel()
	e := runSilences(t)
	sub := connect5(t, e, &paho5.Connect{ClientID: "sub", KeepAlive: 60, CleanStart: true,
		Properties: &paho5.ConnectProperties{ReceiveMaximum: ptr(uint16(2))}})
	if _, err := sub.Subscribe(t.Context(), &paho5.Subscribe{Subscriptions: []paho5.SubscribeOptions{{Topic: "open/a", QoS: 1}}}); err != nil {
		t.Fatal(err)
	}
	pub := dial(t, e, 4, "tcp", "pub", "", "")
	mustBe(t, "connect", pub.connect(), "ok")
	for range 3 {
		mustBe(t, "publish", pub.publish("open/a", 1, false, "1"), "ok")
	}
	noted(t, e, "sub", "B-515", `such as one on "open/a"`, "acknowledge what has come")
}

// TestTooFast: what is over a rate is discarded, where rates are switched on.
func TestTooFast(t *testing.T) {
	e := emulator.Run(t, emulator.Options{Config: &emulator.Config{Limits: emulator.Limits{Rate: "aws"}},
		Authorizer: granting(json.RawMessage(everythingBut))})
	sub, first, second := dial(t, e, 4, "tcp", "sub", "", ""), dial(t, e, 4, "tcp", "first", "", ""), dial(t, e, 4, "tcp", "second", "", "")
	for _, d := range []device{sub, first, second} {
		mustBe(t, "connect", d.connect(), "ok")
	}
	mustBe(t, "subscribe", sub.subscribe("open/#"), "ok")
	eventually(t, "a note on the publisher and a message withheld from the subscriber", func() bool {
		for range 101 {
			mustBe(t, "publish", first.publish("open/a", 0, false, "1"), "ok")
			mustBe(t, "publish", second.publish("open/b", 0, false, "1"), "ok")
		}
		return e.Trace().Counts().Notes > 0 && e.Trace().Counts().Withheld > 0
	})
	explained(t, e, cause{client: "sub", operation: trace.PublishOut, outcome: trace.Withheld, reason: "THROTTLED",
		rules: []string{"B-515", "B-681"}})
	ev := recorded(t, e, func(ev trace.Event) bool { return ev.Outcome == trace.Note })
	if ev.Reason != "THROTTLED" || !slices.Contains(ev.Rules, "B-515") {
		t.Errorf("got %s, want THROTTLED by B-515", ev.Text())
	}
}

// TestRivals: two devices with one client id, both of which come back at once.
func TestRivals(t *testing.T) {
	e := runSilences(t)
	for i := range 3 {
		d := dial(t, e, 4+i%2, "tcp", "twin", "", "")
		mustBe(t, "connect", d.connect(), "ok")
	}
	ev := noted(t, e, "twin", "B-517", `take the client id "twin" from each other`, "a client id of its own")
	if !slices.Contains(ev.Rules, "D-37") {
		t.Errorf("got rules %v, want D-37 too", ev.Rules)
	}
}
