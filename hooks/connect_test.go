package hooks_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/hooks"
)

// clients asks the admin API who is connected.
func clients(t testing.TB, e *emulator.Emulator) []hooks.ClientInfo {
	t.Helper()
	c := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: patience}
	r, err := c.Get("http://" + e.Addr(emulator.HTTP) + "/_suback/clients")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	var all []hooks.ClientInfo
	if err := json.NewDecoder(r.Body).Decode(&all); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestKeepAlive(t *testing.T) {
	tests := []struct {
		asked, want int
		source      string
	}{
		{0, 1200, "A-36, B-620"},
		{1, 30, "A-36, B-620"},
		{29, 30, "B-620"},
		{30, 30, "B-620"},
		{60, 60, "B-620, B-622"},
		{1200, 1200, "B-620"},
		{1201, 1200, "B-620"},
		{43691, 1200, "M-14"},
		{65535, 1200, "M-14"},
	}
	e := start(t)
	for _, tt := range tests {
		d := open(t, e, way{}, 5)
		d.send(connect{id: "d", password: "all", keepAlive: tt.asked}.packet(5))
		if _, props := d.connack(); !strings.Contains(props, "\x13"+number(tt.want)) {
			t.Errorf("keep alive %d: got properties %q, want Server Keep Alive %d (%s)", tt.asked, props, tt.want, tt.source)
		}
		d.lives(tt.source)
		if ev := lastConnect(e, "d"); ev.Connection == nil || ev.Connection.KeepAlive != tt.asked {
			t.Errorf("keep alive %d: got %+v in the log, want what the client specified (B-904)", tt.asked, ev.Connection)
		}
	}
}

// lastConnect is the record of a client's latest connection.
func lastConnect(e *emulator.Emulator, client string) (last trace.Event) {
	for _, ev := range e.Trace().Events(trace.Filter{Client: client, Outcome: trace.Allowed}) {
		if ev.Operation == trace.Connect {
			last = ev
		}
	}
	return last
}

// Every property of a CONNACK, and no other [B-630, B-631, B-633, B-635].
func TestConnackProperties(t *testing.T) {
	const fixed = "\x13\x00\x3c" + // Server Keep Alive 60
		"\x21\x00\x64" + // Receive Maximum 100
		"\x22\x00\x08" + // Topic Alias Maximum 8
		"\x24\x01" + // Maximum QoS 1
		"\x25\x01" + // Retain Available
		"\x27\x00\x02\x48\x00" + // Maximum Packet Size 149504
		"\x28\x01" + // Wildcard Subscription Available
		"\x29\x00" // no Subscription Identifiers
	tests := []struct {
		name   string
		c      connect
		want   string
		source string
	}{
		{"plain", connect{id: "d"}, "\x20\x1e\x00\x00\x1b\x11\x00\x00\x00\x00" + fixed, "B-630"},
		{"Request Response Information, Topic Alias Maximum", connect{id: "d", properties: "\x19\x01\x22\x00\x05"},
			"\x20\x1e\x00\x00\x1b\x11\x00\x00\x00\x00" + fixed, "B-635, B-636"},
		{"expiry", connect{id: "d", properties: "\x11\x00\x00\x00\x0a"}, "\x20\x1e\x00\x00\x1b\x11\x00\x00\x00\x0a" + fixed, "B-701"},
		{"expiry without end", connect{id: "d", properties: "\x11\xff\xff\xff\xff"}, "\x20\x1e\x00\x00\x1b\x11\x00\x00\x0e\x10" + fixed, "B-701"},
		{"no client id", connect{}, "\x20\x4a\x00\x00\x47\x11\x00\x00\x00\x00\x12\x00\x29$GEN/" + uuid + fixed, "B-604"},
	}
	e := start(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := open(t, e, way{}, 5)
			tt.c.password, tt.c.keepAlive = "all", 60
			d.send(tt.c.packet(5))
			d.expect(tt.want, tt.source)
		})
	}
}

func TestConnectLimits(t *testing.T) {
	long := strings.Repeat("x", 128)
	anyone := "Connect=client/*"
	badID := connackWith(0x85, "ClientId is invalid")
	malformed := connackWith(0x80, "Malformed packet")
	mqtt31 := packet(0x10, strings.Replace(bodyOf(connect{id: "d", password: anyone}.packet(3)), text("MQTT"), text("MQIsdp"), 1))
	bridged := func(version byte, c connect) string {
		return strings.Replace(c.packet(version), text("MQTT")+string([]byte{version}), text("MQTT")+string([]byte{version | 0x80}), 1)
	}
	large := func(version byte, size int) string { // with a user name and a will
		none := strings.Repeat("\x00", int(version-4)) // properties
		head := text("MQTT") + string([]byte{version, 0xc6, 0, 60}) + none + text("d") + none + text("w") + text(strings.Repeat("x", 65535))
		tail := text("all")
		return packet(0x10, head+text(strings.Repeat("u", size-len(head)-len(tail)-2))+tail)
	}
	tests := []struct {
		name    string
		version byte
		packet  string
		want    string // and the end; if empty in MQTT 5, a connection
		source  string
	}{
		{"128 bytes", 4, connect{id: long, password: anyone}.packet(4), "\x20\x02\x00\x00", "A-36, B-603"},
		{"129 bytes", 4, connect{id: long + "x", password: anyone}.packet(4), "", "B-603, guess"},
		{"129 bytes", 5, connect{id: long + "x", password: anyone}.packet(5), badID, "B-603"},
		{"64 characters of 3 bytes", 5, connect{id: strings.Repeat("あ", 43), password: anyone}.packet(5), badID, "B-603"},
		{"begins with $", 4, connect{id: "$d", password: anyone}.packet(4), "", "B-603, guess"},
		{"begins with $", 5, connect{id: "$d", password: anyone}.packet(5), badID, "B-603"},
		{"one that was assigned", 4, connect{id: "$GEN/" + uuid, password: anyone}.packet(4), "", "B-603, guess"},
		{"one that was assigned", 5, connect{id: "$GEN/3f2504e0-4f89-11d3-9a0c-0305e82c3301", password: anyone}.packet(5), badID, "B-604"},
		{"no id, the resource begins with $GEN", 5, connect{password: "Connect=client/????????-*"}.packet(5), connack87, "B-210"},
		{"limits come before the authorizer", 5, connect{id: "$d", password: "wrong"}.packet(5), badID, "B-416, guess"},
		{"no id", 4, connect{password: anyone}.packet(4), "\x20\x02\x00\x00", "B-605, guess"},
		{"no id, not allowed", 4, connect{password: "Connect=client/d"}.packet(4), "", "B-605, guess"},
		{"no id, not allowed", 5, connect{password: "Connect=client/d"}.packet(5), connack87, "B-210, guess"},
		{"no id, persistent", 4, connect{password: anyone, persistent: true}.packet(4), "\x20\x02\x00\x02", "B-605, guess"},
		{"level 3", 4, mqtt31, "\x20\x02\x00\x00", "B-602"},
		{"level 3, a bridge", 4, strings.Replace(mqtt31, "\x03", "\x83", 1), "\x20\x02\x00\x00", "B-602"},
		{"a bridge", 4, bridged(4, connect{id: "d", password: anyone}), "\x20\x02\x00\x00", "B-602"},
		{"a bridge, refused", 5, bridged(5, connect{id: "d", password: "Connect=client/x"}), connack87, "B-602"},
		{"a bridge, cut off", 5, "\x10\x0b\x00\x04MQTT\x85\x02\x00\x00\x00", malformed, "B-602, B-740"},
		{"level 3 with the other name", 3, "\x10\x0d\x00\x04MQTT\x03\x02\x00\x00\x00\x01d", "", "B-602, guess"},
		{"level 6", 6, "\x10\x0d\x00\x04MQTT\x06\x02\x00\x00\x00\x01d", "", "B-601"},
		{"level 6 with properties", 6, "\x10\x11\x00\x04MQTT\x06\x02\x00\x3c\x03\x21\x00\x05\x00\x01d", "", "B-601"},
		{"another name", 4, "\x10\x0d\x00\x04MQTX\x04\x02\x00\x00\x00\x01d", "", "B-601"},
		{"reserved flag", 4, "\x10\x0d\x00\x04MQTT\x04\x03\x00\x00\x00\x01d", "", "B-740"},
		{"reserved flag", 5, "\x10\x0e\x00\x04MQTT\x05\x03\x00\x00\x00\x00\x01d", malformed, "B-740"},
		{"will QoS without will", 5, "\x10\x0e\x00\x04MQTT\x05\x0a\x00\x00\x00\x00\x01d", malformed, "B-740"},
		{"password without user name", 4, "\x10\x10\x00\x04MQTT\x04\x42\x00\x00\x00\x01d\x00\x01p", "", "B-740"},
		{"enhanced authentication", 5, connect{id: "d", password: anyone, properties: "\x15\x00\x01x"}.packet(5),
			connackWith(0x80, "Enhanced authentication is not supported"), "B-634, guess"},
		{"Maximum Packet Size 511", 5, connect{id: "d", password: anyone, properties: "\x27\x00\x00\x01\xff"}.packet(5),
			connackWith(0x97, "Maximum packet size is too small"), "B-632, guess"},
		{"128 KiB", 4, large(4, 128<<10), "\x20\x02\x00\x00", "B-680"},
		{"128 KiB and one", 4, large(4, 128<<10+1), "", "B-680"},
		{"128 KiB and one", 5, large(5, 128<<10+1), "", "B-680"},
		{"no CONNECT", 4, "\xc0\x00", "", "B-609"},
		{"cut off", 4, "\x10\x0a\x00\x04MQTT\x04\x02\x00\x00", "", "B-740, guess"},
		{"cut off", 5, "\x10\x0b\x00\x04MQTT\x05\x02\x00\x00\x00", malformed, "B-740"},
		{"cut off before the level", 5, "\x10\x06\x00\x04MQTT", "", "B-740, guess"},
		{"a property of PUBLISH", 5, connect{id: "d", password: anyone, properties: "\x23\x00\x01"}.packet(5), malformed, "B-740"},
		{"client id no UTF-8", 5, connect{id: "\xff", password: anyone}.packet(5), malformed, "B-740, B-741"},
	}
	e := start(t)
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%s v%d", tt.name, tt.version), func(t *testing.T) {
			before := e.Trace().Counts().Refused
			d := open(t, e, way{}, tt.version)
			d.send(tt.packet)
			if tt.want == "\x20\x02\x00\x00" {
				d.expect(tt.want, tt.source)
				d.lives(tt.source)
				return
			}
			d.expectEnd(tt.want, tt.source)
			if n := e.Trace().Counts().Refused - before; n != 1 {
				t.Errorf("%d records, want 1 (%s)", n, tt.source)
			}
		})
	}
}

// A policy is asked with what the connection is: client id, attributes, will.
func TestConnectPolicy(t *testing.T) {
	persistentOnly := `{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iot:Connect", "Resource": "*",
		"Condition": {"ForAnyValue:StringEquals": {"iot:ConnectAttributes": ["PersistentConnect"]}}}}`
	onTopic := `{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": ["iot:Connect", "iot:Publish"], "Resource": "*",
		"Condition": {"ArnEquals": {"iot:LastWillTopic": "arn:aws:iot:us-east-1:000000000000:topic/gone"}}}}`
	publishAnywhere := `{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iot:Publish", "Resource": "*"}}`
	e := emulator.Run(t, emulator.Options{Authorizer: functionOf(map[string][]string{
		"persistent": {persistentOnly},
		"will":       {onTopic, publishAnywhere},
		"own":        {`{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iot:Connect", "Resource": "arn:aws:iot:*:*:client/${iot:ClientId}"}}`},
	})})
	tests := []struct {
		name    string
		version byte
		c       connect
		want    bool
		source  string
	}{
		{"clean", 4, connect{id: "d", password: "persistent"}, false, "B-227, B-310, B-312"},
		{"persistent", 4, connect{id: "d", password: "persistent", persistent: true}, true, "B-310, B-312"},
		{"no expiry", 5, connect{id: "d", password: "persistent", persistent: true}, false, "B-310, guess"},
		{"expiry", 5, connect{id: "d", password: "persistent", properties: "\x11\x00\x00\x00\x01"}, true, "B-310, guess"},
		{"no will", 4, connect{id: "d", password: "will"}, false, "B-315"},
		{"that will", 4, connect{id: "d", password: "will", will: &will{topic: "gone", payload: "x"}}, true, "B-315"},
		{"another will", 5, connect{id: "d", password: "will", will: &will{topic: "other", payload: "x"}}, false, "B-227, B-315"},
		{"client id variable", 5, connect{id: "any one", password: "own"}, true, "A-135, B-320"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := open(t, e, way{}, tt.version)
			d.send(tt.c.packet(tt.version))
			if tt.want {
				d.connack()
			} else if got, _ := d.ended(); strings.HasPrefix(got, "\x20\x02\x00\x00") {
				t.Errorf("got a connection, want none (%s)", tt.source)
			}
		})
	}
}

func TestSessionIsContinued(t *testing.T) {
	const expiry = "\x11\x00\x00\x00\x3c"
	tests := []struct {
		name                string
		before, after       byte // version
		c                   connect
		clean               bool // the second time
		want                bool
		beforeProps, source string
	}{
		{"3.1.1", 4, 4, connect{persistent: true}, false, true, "", "B-700, B-702"},
		{"3.1.1, clean before", 4, 4, connect{}, false, false, "", "B-702"},
		{"3.1.1, clean after", 4, 4, connect{persistent: true}, true, false, "", "B-706"},
		{"5", 5, 5, connect{persistent: true, properties: expiry}, false, true, "", "B-701, B-702"},
		{"5, Clean Start with expiry", 5, 5, connect{properties: expiry}, false, true, "", "B-701"},
		{"5, no expiry", 5, 5, connect{persistent: true}, false, false, "", "B-701"},
		{"5, clean after", 5, 5, connect{persistent: true, properties: expiry}, true, false, "", "B-706"},
		{"3.1.1 to 5", 4, 5, connect{persistent: true, properties: expiry}, false, false, "", "B-704"},
		{"5 to 3.1.1", 5, 4, connect{persistent: true, properties: expiry}, false, false, "", "B-704"},
	}
	e := start(t)
	pub := online(t, e, 4, connect{id: "pub", password: "all"})
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.c.id, tt.c.password = fmt.Sprintf("d%d", i), "all"
			d := online(t, e, tt.before, tt.c)
			d.subscribed(1, "t")
			d.disconnect()
			pub.published("t", "queued")
			tt.c.persistent = !tt.clean
			d = open(t, e, way{}, tt.after)
			d.send(tt.c.packet(tt.after))
			if present, _ := d.connack(); present != tt.want {
				t.Errorf("session present %v, want %v (%s)", present, tt.want, tt.source)
			}
			if tt.want {
				d.receives("t", "queued", tt.source)
			}
			d.lives(tt.source)
		})
	}
}

// What waits is judged when it goes out, under the policy of the connection that
// is there then [B-216, B-433, B-705].
func TestQueueIsJudgedAtDelivery(t *testing.T) {
	t.Parallel()
	for _, version := range []byte{4, 5} {
		t.Run(fmt.Sprint("v", version), func(t *testing.T) {
			e := start(t)
			c := connect{id: "d", password: "all", persistent: true, properties: "\x11\x00\x00\x00\x3c"}
			d := online(t, e, version, c)
			d.subscribed(1, "a/#")
			d.subscribed(0, "b")
			d.disconnect()
			pub := online(t, e, version, connect{id: "pub", password: "all"})
			for _, topic := range []string{"a/1", "a/secret", "b", "a/2", "a/secret", "a/3"} {
				pub.published(topic, topic)
			}
			pub.send(pub.publish(qos0, "a/4", "QoS 0"))
			pub.lives("B-409")

			c.password = "all !Receive=topic/a/secret"
			d = open(t, e, way{}, version)
			d.send(c.packet(version))
			d.connack()
			for _, topic := range []string{"a/1", "a/2", "a/3"} {
				d.receives(topic, topic, "B-705, B-708")
			}
			d.lives("B-216, B-519")
			var got []string
			for _, ev := range records(e, "d") {
				got = append(got, fmt.Sprintf("%s %s %d %s", ev.Outcome, ev.Topic, ev.Count, ev.Rules))
			}
			if want := []string{"NOTE b 1 [B-519]", "NOTE a/4 1 [B-519]", "WITHHELD a/secret 2 [B-507]"}; !slices.Equal(got, want) {
				t.Errorf("records: got %q, want %q (B-216, B-519)", got, want)
			}
			d.disconnect()

			c.password = "all" // now it might, but they are gone
			d = open(t, e, way{}, version)
			d.send(c.packet(version))
			d.connack()
			d.lives("B-433, guess")
		})
	}
}
