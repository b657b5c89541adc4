package hooks_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/mqtttest"
	"github.com/suback/suback/emulator/trace"
)

// device is the password of a device that may do what its policy says, and has
// mistakes in it: no iot:RetainPublish, no iot:Receive on topic/ok/secret.
const devicePolicy = "Connect=client/* Publish=topic/ok/* Subscribe=topicfilter/ok/* Receive=topic/ok/open/*"

// A cell is one row of the table of outcomes [section 4.1 of broker.md].
type cell struct {
	name     string
	password string // devicePolicy if empty
	will     *will  // if empty, a harmless one

	// Send is what the device sends after its CONNACK; nil if CONNECT is what is
	// refused.
	send func(*device) string

	v4, v5             string // the bytes that come back
	v4Closed, v5Closed bool   // and then the end

	operation trace.Operation // of the one record; empty for none
	outcome   trace.Outcome   // Refused if empty
	reason    string
	detail    string // of one that has one to compare
	about     string // topic or filter
	sawV4     string
	sawV5     string
	rules     []string // behind the hint
	source    string
}

const (
	refused = "Client is not authenticated/authorized to send the message:"

	// Packets of MQTT 5 written out: CONNACK 0x87 and DISCONNECT 0x87 with AWS's
	// reason string [B-404].
	connack87    = "\x20\x6d\x00\x87\x6a\x1f\x00\x67CONNACK:" + refused + uuid
	disconnect87 = "\xe0\x6f\x87\x6d\x1f\x00\x6aDISCONNECT:" + refused + uuid

	closedV4    = "connection closed (MQTT 3.1.1)"
	noConnackV4 = "closed without CONNACK (MQTT 3.1.1)"
	connackV5   = "CONNACK 0x87, closed (MQTT 5)"
)

func cells() []cell {
	publish := func(first byte, topic string) func(*device) string {
		return func(d *device) string { return d.publish(first, topic, "x") }
	}
	subscribe := func(filters ...string) func(*device) string {
		return func(d *device) string { return d.subscribe(1, 1, filters...) }
	}
	puback87 := "\x40\x6d\x00\x07\x87\x69\x1f\x00\x66PUBACK:" + refused + uuid
	return []cell{
		{name: "CONNECT, authorizer says no", password: "wrong", v5: connack87, v4Closed: true, v5Closed: true,
			operation: trace.AuthNError, reason: "NOT_AUTHENTICATED", sawV4: noConnackV4, sawV5: connackV5,
			rules: []string{"A-121"}, source: "B-401, B-402, B-404, B-407, B-408"},
		{name: "CONNECT, authorizer fails", password: "fault", v5: connack87, v4Closed: true, v5Closed: true,
			operation: trace.AuthNError, reason: "CUSTOM_AUTHORIZER_LAMBDA_EXECUTION_ERROR", sawV4: noConnackV4, sawV5: connackV5,
			rules: []string{"A-140"}, source: "B-407"},
		{name: "CONNECT, authorizer answers garbage", password: "garbage", v5: connack87, v4Closed: true, v5Closed: true,
			operation: trace.AuthNError, reason: "CUSTOM_AUTHORIZER_LAMBDA_EXECUTION_ERROR", sawV4: noConnackV4, sawV5: connackV5,
			rules: []string{"A-140"}, source: "B-120, B-407"},
		{name: "CONNECT, no document", password: "empty", v5: connack87, v4Closed: true, v5Closed: true,
			operation: trace.Connect, reason: "AUTHORIZATION_FAILURE", sawV4: noConnackV4, sawV5: connackV5,
			rules: []string{"D-9"}, source: "B-119, B-407"},
		{name: "CONNECT, other client id", password: "Connect=client/other Publish=topic/*", v5: connack87, v4Closed: true, v5Closed: true,
			operation: trace.Connect, reason: "AUTHORIZATION_FAILURE", sawV4: noConnackV4, sawV5: connackV5,
			rules: []string{"D-9"}, source: "B-210, B-401, B-407"},
		{name: "CONNECT, denied", password: "all !Connect=client/*", v5: connack87, v4Closed: true, v5Closed: true,
			operation: trace.Connect, reason: "AUTHORIZATION_FAILURE", sawV4: noConnackV4, sawV5: connackV5,
			rules: []string{"B-131"}, source: "B-407"},
		{name: "will, no Publish", will: &will{topic: "secret", payload: "x"}, v5: connack87, v4Closed: true, v5Closed: true,
			detail:    `the client may connect, but not with a will for "secret"`,
			operation: trace.Connect, reason: "AUTHORIZATION_FAILURE", about: "secret", sawV4: noConnackV4, sawV5: connackV5,
			rules: []string{"D-11"}, source: "B-226, B-228"},
		{name: "will retained, no RetainPublish", will: &will{topic: "ok/will", payload: "x", retain: true}, v5: connack87, v4Closed: true,
			v5Closed:  true,
			operation: trace.Connect, reason: "AUTHORIZATION_FAILURE", about: "ok/will", sawV4: noConnackV4, sawV5: connackV5,
			rules: []string{"B-213"}, source: "B-226"},
		{name: "will QoS 2", will: &will{topic: "secret", payload: "x", qos: 2}, v4Closed: true, v5Closed: true,
			v5:        "\x20\x47\x00\x9b\x44\x1f\x00\x41CONNACK:QoS is not supported:" + uuid,
			operation: trace.Connect, reason: "CLIENT_ERROR", sawV4: noConnackV4, sawV5: "CONNACK 0x9B, closed (MQTT 5)",
			rules: []string{"B-640", "B-641"}, source: "B-228, B-416, B-641"},
		{name: "will topic with a wildcard", will: &will{topic: "secret/#", payload: "x"}, v4Closed: true, v5Closed: true,
			v5:        "\x20\x4a\x00\x90\x47\x1f\x00\x44CONNACK:Topic name is not valid:" + uuid,
			operation: trace.Connect, reason: "CLIENT_ERROR", sawV4: noConnackV4, sawV5: "CONNACK 0x90, closed (MQTT 5)",
			rules: []string{"B-654", "B-228"}, source: "B-228, B-416"},

		{name: "SUBSCRIBE refused", send: subscribe("a/b"), v4Closed: true,
			v5:        "\x90\x6d\x00\x01\x69\x1f\x00\x66SUBACK:" + refused + uuid + "\x87",
			operation: trace.Subscribe, reason: "AUTHORIZATION_FAILURE", about: "a/b", sawV4: closedV4,
			sawV5: "SUBACK 0x87, connection kept (MQTT 5)",
			rules: []string{"D-11"}, source: "B-220, B-409, B-410"},
		{name: "SUBSCRIBE partly refused", send: subscribe("ok/a", "a/b", "ok/b"), v4Closed: true,
			v5:        "\x90\x6f\x00\x01\x69\x1f\x00\x66SUBACK:" + refused + uuid + "\x01\x87\x01",
			operation: trace.Subscribe, reason: "AUTHORIZATION_FAILURE", about: "a/b", sawV4: closedV4,
			sawV5: "SUBACK 0x87, connection kept (MQTT 5)",
			rules: []string{"D-11"}, source: "B-410, B-414"},
		{name: "PUBLISH QoS 0 refused", send: publish(qos0, "a/b"), v4Closed: true, v5: disconnect87, v5Closed: true,
			operation: trace.PublishIn, reason: "AUTHORIZATION_FAILURE", about: "a/b", sawV4: closedV4,
			sawV5: "DISCONNECT 0x87, connection closed (MQTT 5)",
			rules: []string{"D-11"}, source: "B-404, B-410, B-443"},
		{name: "PUBLISH QoS 1 refused", send: publish(qos1, "a/b"), v4Closed: true, v5: puback87,
			operation: trace.PublishIn, reason: "AUTHORIZATION_FAILURE", about: "a/b", sawV4: closedV4,
			sawV5: "PUBACK 0x87, connection kept (MQTT 5, QoS 1)",
			rules: []string{"D-11"}, source: "B-409, B-410"},
		{name: "RETAIN QoS 0 without RetainPublish", send: publish(qos0|retain, "ok/open/a"), v4Closed: true, v5: disconnect87, v5Closed: true,
			operation: trace.PublishIn, reason: "AUTHORIZATION_FAILURE", about: "ok/open/a", sawV4: closedV4,
			sawV5: "DISCONNECT 0x87, connection closed (MQTT 5)",
			rules: []string{"B-213"}, source: "B-213"},
		{name: "RETAIN QoS 1 without RetainPublish", send: publish(qos1|retain, "ok/open/a"), v4Closed: true, v5: puback87,
			operation: trace.PublishIn, reason: "AUTHORIZATION_FAILURE", about: "ok/open/a", sawV4: closedV4,
			sawV5: "PUBACK 0x87, connection kept (MQTT 5, QoS 1)",
			rules: []string{"B-213"}, source: "B-213"},
		{name: "delivery refused", v4: "\x90\x03\x00\x01\x01\x40\x02\x00\x07", v5: "\x90\x04\x00\x01\x00\x01\x40\x02\x00\x07",
			send: func(d *device) string {
				return d.subscribe(1, 1, "ok/#") + d.publish(qos1, "ok/secret", "x")
			},
			operation: trace.PublishOut, outcome: trace.Withheld, reason: "AUTHORIZATION_FAILURE", about: "ok/secret",
			sawV4: "nothing, connection kept", sawV5: "nothing, connection kept", rules: []string{"D-12"}, source: "B-217, B-430"},
		{name: "UNSUBSCRIBE of anything", v4: "\xb0\x02\x00\x01", v5: "\xb0\x05\x00\x01\x00\x00\x00",
			send:   func(d *device) string { return d.unsubscribe(1, "a/b", "ok/never") },
			source: "B-122, B-667"},
	}
}

// TestOutcomes is the whole of the table of outcomes: 3.1.1 and 5, over TCP, TLS
// with ALPN, WebSocket and WebSocket with TLS [B-401, B-407, B-409, B-410]. No
// refusal is a CONNACK with a return code of MQTT 3.1.1 [B-402], none is 0x86
// [B-408]; reason strings are AWS's, with the trace id [B-404].
func TestOutcomes(t *testing.T) {
	t.Parallel()
	e := start(t)
	n := 0
	for _, by := range ways() {
		for _, version := range []byte{4, 5} {
			for _, c := range cells() {
				n++
				id := fmt.Sprintf("device-%d", n)
				t.Run(fmt.Sprintf("%s v%d %s", by.name, version, c.name), func(t *testing.T) { c.check(t, e, by, version, id) })
			}
		}
	}
}

func (c cell) check(t *testing.T, e *emulator.Emulator, by way, version byte, id string) {
	watcher := online(t, e, 4, connect{id: "watch-" + id, password: "all"})
	watcher.subscribed(0, "ok/will/"+id, "secret", "ok/will")
	if c.will == nil {
		c.will = &will{topic: "ok/will/" + id, payload: "gone"}
	}
	if c.password == "" {
		c.password = devicePolicy
	}
	d := open(t, e, by, version)
	d.send(connect{id: id, password: c.password, will: c.will}.packet(version))
	if c.send != nil {
		d.connack()
		d.send(c.send(d))
	}
	want, closed, saw := c.v4, c.v4Closed, c.sawV4
	if version == 5 {
		want, closed, saw = c.v5, c.v5Closed, c.sawV5
	}
	traceID := c.answer(d, want, closed)
	if closed && c.send != nil {
		watcher.receives("ok/will/"+id, "gone", "B-410, B-440")
	}
	watcher.lives("B-440: no will")
	c.checkRecord(t, e, by, id, saw, traceID)
}

// answer checks the bytes that come back, how the connection ends, if it does,
// and returns the uuid among the bytes.
func (c cell) answer(d *device, want string, closed bool) (traceID string) {
	d.Helper()
	var got string
	if closed {
		var closeFrame bool
		got, closeFrame = d.ended()
		if _, ok := d.conn.(*mqtttest.WebSocket); ok && c.send == nil && closeFrame != (d.version == 4) {
			d.Errorf("Close frame: %v, want one for MQTT 3.1.1 alone (A-158, B-403)", closeFrame)
		}
	} else {
		for n := len(want); len(got) < n; {
			got += d.receive()
		}
		d.lives(c.source)
	}
	got, traceID = masked(got)
	if got != want {
		d.Errorf("got  %s\nwant %s (%s)", show(got), show(want), c.source)
	}
	return traceID
}

func (c cell) checkRecord(t *testing.T, e *emulator.Emulator, by way, id, saw, traceID string) {
	t.Helper()
	if c.operation == "" {
		if all := records(e, id); len(all) > 0 {
			t.Errorf("got records %+v, want none (%s)", all, c.source)
		}
		return
	}
	ev := record(t, e, id)
	outcome := trace.Refused
	if c.outcome != "" {
		outcome = c.outcome
	}
	if ev.Operation != c.operation || ev.Outcome != outcome || ev.Reason != c.reason {
		t.Errorf("record: got %s %s %s, want %s %s %s (%s)", ev.Operation, ev.Outcome, ev.Reason, c.operation, outcome, c.reason, c.source)
	}
	if got := ev.Topic + ev.Filter; got != c.about {
		t.Errorf("record: got topic or filter %q, want %q (%s)", got, c.about, c.source)
	}
	if ev.Operation == trace.AuthNError || ev.Operation == trace.Connect {
		if by.name == "ws" || by.name == "wss" {
			saw = "101 Switching Protocols, " + saw
		}
	}
	if c.detail != "" && ev.Detail != c.detail {
		t.Errorf("record: detail %q, want %q (%s)", ev.Detail, c.detail, c.source)
	}
	if ev.Saw != saw {
		t.Errorf("record: saw %q, want %q (%s)", ev.Saw, saw, c.source)
	}
	if !slices.Equal(ev.Rules, c.rules) && !(len(c.rules) > 0 && slices.Contains(ev.Rules, c.rules[0])) {
		t.Errorf("record: rules %q, want %q (%s)", ev.Rules, c.rules, c.source)
	}
	if ev.Listener != by.listener || ev.Authorizer != "authorizer" && c.reason != "CLIENT_ERROR" || ev.Source == "" {
		t.Errorf("record: listener %q, authorizer %q, source %q", ev.Listener, ev.Authorizer, ev.Source)
	}
	if traceID != "" && ev.TraceID != traceID {
		t.Errorf("record: trace id %q, the client was told %q (B-404)", ev.TraceID, traceID)
	}
	if strings.Contains(ev.Text(), "hint") != (ev.Hint != "" || len(ev.Rules) > 0) {
		t.Errorf("record without its hint: %s", ev.Text())
	}
}

// Request Problem Information 0 takes the reason string from acknowledgements,
// and leaves it in CONNACK and DISCONNECT [B-406].
func TestNoProblemInformation(t *testing.T) {
	e := start(t)
	none := "\x17\x00"
	d := online(t, e, 5, connect{id: "d", password: devicePolicy, properties: none})
	d.send(d.publish(qos1, "a", "x"))
	d.expect("\x40\x03\x00\x07\x87", "B-406")
	d.send(d.subscribe(1, 0, "a"))
	d.expect("\x90\x04\x00\x01\x00\x87", "B-406")
	d.send(d.publish(qos0, "a", "x"))
	d.expectEnd(disconnect87, "B-406")

	d = open(t, e, way{}, 5)
	d.send(connect{id: "d", password: "wrong", properties: none}.packet(5))
	d.expectEnd(connack87, "B-406")
}
