package emulator_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/mqtttest"
	"github.com/suback/suback/emulator/trace"
)

// storied may do everything on a/…, but receive on a/deaf and publish to a/closed.
func storied(context.Context, []byte) ([]byte, error) {
	const arn = "arn:aws:iot:us-east-1:000000000000:"
	return fmt.Appendf(nil, `{"isAuthenticated": true, "principalId": "p", "policyDocuments": [{"Version": "2012-10-17",
		"Statement": [
			{"Effect": "Allow", "Action": "iot:Connect", "Resource": "*"},
			{"Effect": "Allow", "Action": ["iot:Publish", "iot:RetainPublish"], "Resource": ["%[1]stopic/a/*", "%[1]stopic/$aws/rules/*"]},
			{"Effect": "Allow", "Action": "iot:Subscribe", "Resource": "*"},
			{"Effect": "Allow", "Action": "iot:Receive", "Resource": "%[1]stopic/a/*"},
			{"Effect": "Deny", "Action": "iot:Receive", "Resource": "%[1]stopic/a/deaf"},
			{"Effect": "Deny", "Action": "iot:Publish", "Resource": "%[1]stopic/a/closed"}]}]}`, arn), nil
}

// A stage has an emulator and clients.
type stage struct {
	*emulator.Emulator
	t *testing.T
}

func newStage(t *testing.T, o emulator.Options) *stage {
	o.Authorizer, o.Listeners, o.ReplayPerSecond = storied, free, -1
	return &stage{emulator.Run(t, o), t}
}

// connect connects a client of MQTT 5.
func (s *stage) connect(id string, changes ...mqtttest.Change) *mqtttest.Client {
	s.t.Helper()
	c, err := mqtttest.Dial(s.t.Context(), "mqtt://"+s.Addr(emulator.MQTT), nil)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = c.Close() })
	if ack, err := c.Connect(5, id, changes...); err != nil || ack.ReasonCode != 0 {
		s.t.Fatalf("connect %s: got %#x, %v, want 0", id, ack.ReasonCode, err)
	}
	return c
}

// subscriber connects a client with a filter.
func (s *stage) subscriber(id, filter string, changes ...mqtttest.Change) *mqtttest.Client {
	s.t.Helper()
	c := s.connect(id, changes...)
	s.subscribe(c, filter)
	return c
}

func (s *stage) subscribe(c *mqtttest.Client, filter string, changes ...mqtttest.Change) {
	s.t.Helper()
	if ack, err := c.Subscribe(filter, changes...); err != nil || ack.ReasonCodes[0] > 1 {
		s.t.Fatalf("subscribe %s: got %x, %v, want it granted", filter, ack.ReasonCodes, err)
	}
}

// publish publishes as plant.
func (s *stage) publish(topic, payload string, changes ...mqtttest.Change) *mqtttest.Client {
	s.t.Helper()
	c := s.connect("plant")
	if _, err := c.Publish(topic, payload, changes...); err != nil {
		s.t.Fatal(err)
	}
	return c
}

// gone disconnects a client, and waits for the gateway to know.
func (s *stage) gone(c *mqtttest.Client, id string) {
	s.t.Helper()
	_ = c.Disconnect()
	eventually(s.t, "the end of "+id, func() bool {
		for _, info := range s.Clients() {
			if info.ClientID == id {
				return false
			}
		}
		return true
	})
}

// latest is the story of the latest message on a topic.
func (s *stage) latest(topic string) emulator.Story {
	s.t.Helper()
	all := s.Messages(emulator.Selection{Topic: topic, Limit: 1})
	if len(all) == 0 {
		s.t.Fatalf("got no story of a message on %q", topic)
	}
	told, ok := s.Story(all[0].ID)
	if !ok {
		s.t.Fatalf("got no story of %s, which is listed", all[0].ID)
	}
	return told
}

var (
	clockText = regexp.MustCompile(`^\d\d:\d\d:\d\d\.\d\d\d `)
	afterText = regexp.MustCompile(`after [0-9.]+ ?m?s`)
	idText    = regexp.MustCompile(`id [0-9a-f-]{36}`)
)

// timeless is a story's text without what differs from one run to the next.
func timeless(s emulator.Story) string {
	text := clockText.ReplaceAllString(s.Text(), "")
	return idText.ReplaceAllString(afterText.ReplaceAllString(text, "after T"), "id I")
}

func receiveMaximum(n uint16) mqtttest.Change {
	return func(pk *packets.Packet) { pk.Properties.ReceiveMaximum = n }
}

func expiring(pk *packets.Packet) { pk.Properties.MessageExpiryInterval = 2 }

// Each kind of outcome, as a person reads it.
func TestStoryTexts(t *testing.T) {
	const published = "\n  published, allowed by LambdaPolicy[0].Statement[1], acknowledged after T"
	const head, tail = "a/b, QoS 1, 2 bytes, from client plant (MQTT 5)\n  ", "\n  id I"
	tests := []struct {
		name string
		play func(*stage)
		want string
	}{
		{"acknowledged", func(s *stage) {
			c := s.subscriber("pump", "a/+")
			s.subscribe(c, "a/#", mqtttest.QoS(0))
			s.publish("a/b", "hi")
			m, _ := c.Receive()
			_ = c.Acknowledge(m)
			_ = c.Ping()
		}, head + "The message of client plant went to 1 of 1." + published +
			"\n  pump  a/+, a/#  sent at QoS 1 after T, acknowledged after T" + tail},
		{"sent", func(s *stage) {
			s.subscriber("pump", "a/+")
			s.publish("a/b", "hi")
		}, head + "The message of client plant went to 1 of 1." + published +
			"\n  pump  a/+  sent at QoS 1 after T, not acknowledged" + tail},
		{"queued", func(s *stage) {
			s.gone(s.subscriber("pump", "a/b", mqtttest.Persistent(3600)), "pump")
			s.publish("a/b", "hi")
		}, head + "The message of client plant went to 0 of 1 (1 queued)." + published +
			"\n  pump  a/b  queued: the client is offline; it gets the message when it comes back in time and keeps its session" + tail},
		{"queued, then sent", func(s *stage) {
			s.gone(s.subscriber("pump", "a/b", mqtttest.Persistent(3600)), "pump")
			s.publish("a/b", "hi")
			c := s.connect("pump", mqtttest.Persistent(3600))
			m, _ := c.Receive()
			_ = c.Acknowledge(m)
			_ = c.Ping()
		}, head + "The message of client plant went to 1 of 1." + published +
			"\n  pump  a/b  sent at QoS 1 after T, acknowledged after T" + tail},
		{"queued, and the session replaced", func(s *stage) {
			s.gone(s.subscriber("pump", "a/b", mqtttest.Persistent(3600)), "pump")
			s.publish("a/b", "hi")
			s.connect("pump")
		}, head + "The message of client plant went to 0 of 1 (1 lost)." + published +
			"\n  pump  a/b  lost: its session ended while it waited: it expired, was replaced by a clean one, or was deleted" +
			"\n      hint: connect without Clean Session (with MQTT 5 a Session Expiry Interval), and in time (B-706)" + tail},
		{"expired", func(s *stage) {
			s.gone(s.subscriber("pump", "a/b", mqtttest.Persistent(3600)), "pump")
			s.publish("a/b", "hi", expiring)
			s.Advance(time.Minute)
			_ = s.connect("pump", mqtttest.Persistent(3600)).Ping()
		}, head + "The message of client plant went to 0 of 1 (1 expired)." + published +
			"\n  pump  a/b  expired: its Message Expiry Interval was over before it could be sent" +
			"\n      hint: the publisher set a Message Expiry Interval; a longer one, or none, lets it wait (B-694)" + tail},
		{"lost", func(s *stage) {
			s.gone(s.subscriber("pump", "a/b", mqtttest.Persistent(3600)), "pump")
			_ = s.publish("a/b", "hi", mqtttest.QoS(0)).Ping()
		}, "a/b, QoS 0, 2 bytes, from client plant (MQTT 5)\n  The message of client plant went to 0 of 1 (1 lost)." +
			"\n  published, allowed by LambdaPolicy[0].Statement[1]" +
			"\n  pump  a/b  lost: the client was offline, and QoS 0 is not kept" +
			"\n      hint: only what is published with QoS 1 for a subscription with QoS 1 waits (B-519)" + tail},
		{"window full", func(s *stage) {
			s.subscriber("pump", "a/b", receiveMaximum(1))
			s.publish("a/b", "hi")
			s.publish("a/b", "ho")
		}, head + "The message of client plant went to 0 of 1 (1 window full)." + published +
			"\n  pump  a/b  window full: as many messages are unacknowledged as may be" +
			"\n      hint: acknowledge what has come: at most 100 are sent ahead, with MQTT 5 no more than its Receive Maximum (B-684)" + tail},
		{"too large", func(s *stage) {
			s.subscriber("pump", "a/b", func(pk *packets.Packet) { pk.Properties.MaximumPacketSize = 512 })
			s.publish("a/b", strings.Repeat("x", 600))
		}, strings.Replace(head, "2 bytes", "600 bytes", 1) + "The message of client plant went to 0 of 1 (1 too large)." + published +
			"\n  pump  a/b  too large: the packet is larger than the client's Maximum Packet Size" +
			"\n      hint: raise Maximum Packet Size in the receiver's CONNECT, or send less at once (B-513)" + tail},
		{"withheld", func(s *stage) {
			s.subscriber("pump", "a/+")
			s.publish("a/deaf", "hi")
		}, strings.Replace(head, "a/b", "a/deaf", 1) + "The message of client plant went to 0 of 1 (1 withheld)." + published +
			"\n  pump  a/+  withheld: iot:Receive on topic/a/deaf: LambdaPolicy[0].Statement[4] denies it" +
			"\n      hint: LambdaPolicy[0].Statement[4] denies iot:Receive on topic/a/deaf: a Deny wins over every Allow (B-507)" + tail},
		{"another member", func(s *stage) {
			s.subscriber("g1", "$share/g/a/b")
			s.subscriber("g2", "$share/g/a/b")
			s.publish("a/b", "hi")
		}, head + "The message of client plant went to 1 of 1." + published +
			"\n  g1  a/b (group g)  sent at QoS 1 after T, not acknowledged" +
			"\n  g2  a/b (group g)  other member: another member of the shared group got it" + tail},
		{"waits in a group", func(s *stage) {
			s.gone(s.subscriber("g1", "$share/g/a/b", mqtttest.Persistent(3600)), "g1")
			s.publish("a/b", "hi")
		}, head + "The message of client plant went to 0 of 1 (1 queued)." + published +
			"\n  g1  a/b (group g)  queued: no member can take it now; the first that can gets it" +
			"\n      hint: connect a member of the group, or have one acknowledge what has come (B-669)" + tail},
		{"nobody, nearly", func(s *stage) {
			s.subscriber("upper", "A/b")
			s.subscriber("slash", "/a/b")
			s.subscriber("star", "a/*")
			s.subscriber("level", "a/+/c")
			s.subscriber("parent", "a/b/#")
			s.publish("a/b", "hi")
		}, head + "Nobody was subscribed to what client plant published." + published +
			"\n  near: client level holds \"a/+/c\": it has one level more than the topic (B-656)" +
			"\n  near: client parent holds \"a/b/#\": a filter that ends in /# gets what is below, not the level above it (B-508)" +
			"\n  near: client slash holds \"/a/b\": it would match without the slash before it, as the topic has none (B-518)" +
			"\n  near: client star holds \"a/*\": * and ? are a policy's wildcards and stand for themselves here; MQTT has # and + (B-521)" +
			"\n  near: client upper holds \"A/b\": it would match but for upper and lower case (B-518)" + tail},
		{"retained, for who comes later", func(s *stage) {
			s.publish("a/b", "hi", mqtttest.Retain)
			c := s.subscriber("late", "a/b", mqtttest.User("me", "x"))
			m, _ := c.Receive()
			_ = c.Acknowledge(m)
			_ = c.Ping()
		}, strings.Replace(head, "QoS 1", "QoS 1, RETAIN", 1) + "The message of client plant went to 1 of 1; it is retained." + published +
			"\n  retained: kept" +
			"\n  late  a/b  sent at QoS 1 after T, since it subscribed then, acknowledged after T" + tail},
		{"retained in the place of another", func(s *stage) {
			s.publish("a/b", "hi", mqtttest.Retain)
			s.publish("a/b", "ho", mqtttest.Retain)
		}, strings.Replace(head, "QoS 1", "QoS 1, RETAIN", 1) + "Nobody was subscribed to what client plant published; it is retained." +
			published + "\n  retained: replaced" + tail},
		{"retained no more", func(s *stage) {
			s.publish("a/b", "", mqtttest.Retain)
		}, "a/b, QoS 1, RETAIN, 0 bytes, from client plant (MQTT 5)" +
			"\n  Nobody was subscribed to what client plant published; it deleted what was retained." +
			published + "\n  retained: deleted" + tail},
		{"refused", func(s *stage) {
			s.subscriber("pump", "a/+")
			s.publish("a/closed", "hi")
		}, strings.Replace(head, "a/b", "a/closed", 1) + "The message of client plant was not published: AUTHORIZATION_FAILURE." +
			"\n  not published: iot:Publish on topic/a/closed: LambdaPolicy[0].Statement[5] denies it; " +
			"the client got PUBACK 0x87, connection kept (MQTT 5, QoS 1)" +
			"\n  hint: LambdaPolicy[0].Statement[5] denies iot:Publish on topic/a/closed: a Deny wins over every Allow (B-131)" + tail},
		{"refused by a limit", func(s *stage) {
			s.publish("a/1/2/3/4/5/6/7/8", "hi")
		}, strings.Replace(head, "a/b", "a/1/2/3/4/5/6/7/8", 1) + "The message of client plant was not published: CLIENT_ERROR." +
			"\n  not published: the topic \"a/1/2/3/4/5/6/7/8\" has 8 slashes, at most 7 are allowed; " +
			"the client got PUBACK 0x90, connection kept (MQTT 5, QoS 1)" + "\n  hint: H" + tail},
		{"Basic Ingest", func(s *stage) {
			s.publish("$aws/rules/store/a/b", "hi")
		}, strings.Replace(head, "a/b", "$aws/rules/store/a/b", 1) +
			"The message of client plant went to the rule store and past all subscribers." + published + tail},
		{"a will", func(s *stage) {
			c := s.connect("plant", mqtttest.Will("a/b", "hi", 1))
			_ = c.Close()
			eventually(s.t, "the will", func() bool { return len(s.Messages(emulator.Selection{Topic: "a/b"})) > 0 })
		}, "a/b, QoS 1, 2 bytes, from client plant, its will, (MQTT 5)" +
			"\n  Nobody was subscribed to what client plant, its will, published." +
			"\n  published, allowed by LambdaPolicy[0].Statement[1]" + tail},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := newStage(t, emulator.Options{})
			tt.play(s)
			newest := s.Messages(emulator.Selection{Limit: 1})
			got := timeless(s.latest(newest[0].Topic))
			if got = regexp.MustCompile(`hint: [^(]*\(B-650.*`).ReplaceAllString(got, "hint: H"); got != tt.want {
				t.Errorf("got\n%s\nwant\n%s", got, tt.want)
			}
		})
	}
}

// A trace id that the trace shows leads to the story, over HTTP too.
func TestStoryOfATraceID(t *testing.T) {
	s := newStage(t, emulator.Options{})
	s.subscriber("pump", "a/+")
	s.publish("a/deaf", "hi")
	s.publish("a/closed", "hi")
	get := func(path string) (int, string) {
		resp, err := http.Get("http://" + s.Addr(emulator.HTTP) + path)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, _ := io.ReadAll(resp.Body)
		return resp.StatusCode, string(body)
	}
	found := 0
	for _, ev := range s.Trace().Events(trace.Filter{}) {
		if ev.Operation != trace.PublishIn && ev.Operation != trace.PublishOut || ev.Outcome == trace.Note {
			continue
		}
		found++
		status, body := get("/_suback/messages/" + ev.TraceID)
		if status != http.StatusOK || !strings.Contains(body, fmt.Sprintf(`"event":%d`, ev.Seq)) {
			t.Errorf("got %d %s, want the story with event %d of\n%s", status, body, ev.Seq, ev.Text())
		}
	}
	if found != 2 {
		t.Errorf("got %d records of messages, want the two", found)
	}
	for _, tt := range []struct {
		path string
		code int
		want string // in it
		n    int    // lines
	}{
		{"/_suback/messages", 200, `"topic":"a/closed"`, 2},
		{"/_suback/messages?client=pump", 200, `"topic":"a/deaf"`, 1},
		{"/_suback/messages?client=plant&limit=1", 200, `"topic":"a/closed"`, 1},
		{"/_suback/messages?topic=a/%2B&client=nobody", 200, "", 0},
		{"/_suback/messages?topic=b/%23", 200, "", 0},
		{"/_suback/messages?topic=a/%23/b", 400, "which has # before its last level", 1},
		{"/_suback/messages?limit=0", 400, "1 to 10000", 1},
		{"/_suback/messages/x", 404, "traceId", 1},
		{"/_suback/messages/" + s.latest("a/deaf").ID + "?format=text", 200, "1 withheld", 6},
	} {
		status, body := get(tt.path)
		if status != tt.code || !strings.Contains(body, tt.want) || strings.Count(body, "\n") != tt.n {
			t.Errorf("%s: got %d, %d lines\n%s\nwant %d, %d lines, %s", tt.path, status, strings.Count(body, "\n"), body, tt.code, tt.n,
				tt.want)
		}
	}
	s.Reset()
	if got := s.Messages(emulator.Selection{}); len(got) != 0 {
		t.Errorf("got %d messages after a reset, want none", len(got))
	}
}

// Without stories messages go as ever, and who asks is told why there is none.
func TestStoriesOff(t *testing.T) {
	s := newStage(t, emulator.Options{Stories: -1})
	c := s.subscriber("pump", "a/+")
	s.publish("a/b", "hi")
	if m, err := c.Receive(); err != nil || string(m.Payload) != "hi" {
		t.Errorf("got %q, %v, want hi", m.Payload, err)
	}
	resp, err := http.Get("http://" + s.Addr(emulator.HTTP) + "/_suback/messages")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, _ := io.ReadAll(resp.Body); resp.StatusCode != 404 || !strings.Contains(string(body), "--stories") {
		t.Errorf("got %d %s, want 404 and how to have stories", resp.StatusCode, body)
	}
}
