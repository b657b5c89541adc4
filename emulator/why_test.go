package emulator_test

import (
	"context"
	"encoding/json"
	"errors"
	"os/exec"
	"strings"
	"testing"
	"time"

	paho5 "github.com/eclipse/paho.golang/paho"
	paho3 "github.com/eclipse/paho.mqtt.golang"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/emulator/why"
)

// Public mistakes, made by clients in use, and what `suback why --client …` says of each, as
// somebody asks who has read nothing. (docs/behaviour: D- and section 5.)

// A mistake is made by make; then the client is asked about.
type mistake struct {
	name   string
	source string
	policy string   // statements of everybody's; "" is everything
	make   mistaken // what is done
	client string   // default "sub"
	args   []string // beside --client
	found  why.Found
	says   string // a part of the first sentence
	hint   string // a part of it
	repair string // a part of the patch; "" is not looked at
}

type mistaken func(t *testing.T, e *emulator.Emulator)

// asks runs suback why until it finds what is wanted: some of it takes a moment.
func asks(t *testing.T, e *emulator.Emulator, m mistake) why.Finding {
	t.Helper()
	var f why.Finding
	program, deadline := suback(t), time.Now().Add(patience)
	for {
		args := append([]string{"why", "--client", m.client, "--http", e.Addr(emulator.HTTP), "--json"}, m.args...)
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		out, err := exec.CommandContext(ctx, program, args...).Output()
		cancel()
		if exit := new(exec.ExitError); err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 1) {
			t.Fatalf("%v: %s", err, out)
		}
		f = why.Finding{}
		if err := json.Unmarshal(out, &f); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		if f.Found == m.found || time.Now().After(deadline) {
			return f
		}
		time.Sleep(100 * time.Millisecond) // the clients go on meanwhile
	}
}

func (m mistake) check(t *testing.T, f why.Finding) {
	t.Helper()
	first, _, _ := strings.Cut(f.Answer, ". ")
	if f.Found != m.found || !strings.Contains(strings.ToLower(first), strings.ToLower(m.says)) || !strings.Contains(f.Hint, m.hint) {
		t.Errorf("got %s: %s\nhint: %s\nwant %s: … %s …\nhint: … %s … (%s)", f.Found, f.Answer, f.Hint, m.found, m.says, m.hint, m.source)
	}
	if repair, err := json.Marshal(f.Repair); err != nil || !strings.Contains(string(repair), m.repair) {
		t.Errorf("got repair %s, %v, want one with %s (%s)", repair, err, m.repair, m.source)
	}
	if m.found != why.Arrives && f.Hint == "" {
		t.Errorf("no hint: %s", f.Answer)
	}
	t.Logf("%s\n    %s\n    hint: %s", m.name, f.Answer, f.Hint)
}

// listens is mosquitto_sub; it tries again by itself.
func listens(version, id, filter string, more ...string) mistaken {
	return func(t *testing.T, e *emulator.Emulator) {
		t.Helper()
		needMosquitto(t)
		args := append(mosquittoArgs(t, e, emulator.MQTT, version, id), "-t", filter, "-q", "1")
		start(t, nil, "mosquitto_sub", append(args, more...)...)
		if more == nil {
			subscribed(t, e, id)
		}
	}
}

// says is mosquitto_pub.
func says(topic string, more ...string) mistaken {
	return func(t *testing.T, e *emulator.Emulator) {
		t.Helper()
		needMosquitto(t)
		_, _ = mosquitto(t, "mosquitto_pub", append(append(mosquittoArgs(t, e, emulator.MQTT, "5", "pub"), "-q", "1", "-t", topic, "-m", "1"),
			more...)...)
	}
}

func all(steps ...mistaken) mistaken {
	return func(t *testing.T, e *emulator.Emulator) {
		t.Helper()
		for _, step := range steps {
			step(t, e)
		}
	}
}

// connects is a paho client that does nothing else, whatever comes of it.
func connects(version int, id string) mistaken {
	return func(t *testing.T, e *emulator.Emulator) {
		t.Helper()
		dial(t, e, version, "tcp", id, "me", "secret").connect()
	}
}

const (
	everything = `{"Effect": "Allow", "Action": "iot:*", "Resource": "*"}`
	butReceive = `{"Effect": "Allow", "Action": ["iot:Connect", "iot:Subscribe", "iot:Publish", "iot:RetainPublish"], "Resource": "*"}`
)

func receives(resource string) string {
	return butReceive + `, {"Effect": "Allow", "Action": "iot:Receive", "Resource": "` + resource + `"}`
}

// TestWhy: each cause is named in the first sentence.
func TestWhy(t *testing.T) {
	t.Parallel()
	tests := append(whyPolicies(), append(whyTopics(), whyConnections()...)...)
	for _, m := range tests {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			if m.client == "" {
				m.client = "sub"
			}
			statements := m.policy
			if statements == "" {
				statements = everything
			}
			e := emulator.Run(t, emulator.Options{Listeners: free,
				Authorizer: granting(json.RawMessage(`{"Version": "2012-10-17", "Statement": [` + statements + `]}`))})
			m.make(t, e)
			m.check(t, asks(t, e, m))
		})
	}
}

// whyPolicies: the policy is to blame.
func whyPolicies() []mistake {
	const here = "arn:aws:iot:us-east-1:000000000000:"
	const asTopic = `{"Effect": "Allow", "Action": "iot:Connect", "Resource": "*"},
		{"Effect": "Allow", "Action": "iot:Subscribe", "Resource": "` + here + `topic/a/*"}`
	hears := all(listens("5", "sub", "a/b"), says("a/b"))
	return []mistake{
		{name: "SUBACK and no messages: iot:Receive is missing", source: "B-501, D-12", policy: butReceive, make: hears, found: why.Withheld,
			says: `messages on "a/b" are withheld from "sub": it is subscribed to "a/b", and its policy does not allow iot:Receive`,
			hint: "iot:Subscribe alone delivers nothing", repair: `"Action":"iot:Receive","Resource":"` + here + `topic/a/b"`},
		{name: "the same, asked before anything was published", source: "B-501", policy: butReceive, make: listens("311", "sub", "a/#"),
			found: why.Withheld, says: "no statement of its policy allows iot:Receive"},
		{name: "iot:Receive on topicfilter/", source: "B-502, D-13", policy: receives(here + "topicfilter/a/b"), make: hears, found: why.Withheld,
			says: "its policy does not allow iot:Receive on topic/a/b", hint: "iot:Receive is judged on topic/", repair: here + "topic/a/b"},
		{name: "iot:Receive with # for *", source: "B-503", policy: receives(here + "topic/a/#"), make: hears, found: why.Withheld,
			says: "does not allow iot:Receive", hint: `"*" is the wildcard`, repair: here + "topic/a/*"},
		{name: "iot:Receive in another region", source: "B-505", policy: receives("arn:aws:iot:eu-west-1:000000000000:topic/*"), make: hears,
			found: why.Withheld, says: "does not allow iot:Receive", hint: `the region here is "us-east-1", not "eu-west-1"`,
			repair: here + "topic/*"},
		{name: "iot:Receive with a thing's name, and there is no thing", source: "B-506",
			policy: receives(here + "topic/${iot:Connection.Thing.ThingName}/b"), make: hears, found: why.Withheld,
			says: "does not allow iot:Receive", hint: "is undefined for this connection"},
		{name: "iot:Receive denied by another statement", source: "B-507",
			policy: everything + `, {"Effect": "Deny", "Action": "iot:Receive", "Resource": "` + here + `topic/a/*"}`, make: hears,
			found: why.Withheld,
			says:  "LambdaPolicy[0].Statement[1] denies iot:Receive on topic/a/*", hint: "a Deny wins over every Allow"},
		{name: "iot:Subscribe on topic/, MQTT 3.1.1 tries again for ever", source: "B-504, D-13",
			policy: asTopic, make: listens("311", "sub", "a/#", "-d"), found: why.SubscriptionRefused,
			says: "topic/a/*, the device subscribes to topicfilter/a/#: iot:Subscribe is judged on topicfilter/", hint: "judged on topicfilter/"},
		{name: "iot:Subscribe on topic/, MQTT 5 stays connected", source: "B-504, D-13",
			policy: asTopic,
			make: func(t *testing.T, e *emulator.Emulator) {
				d := dial(t, e, 5, "tcp", "sub", "", "")
				mustBe(t, "connect", d.connect(), "ok")
				mustBe(t, "subscribe", d.subscribe("a/#"), "0x87")
			}, found: why.SubscriptionRefused, says: `the subscription of "sub" to "a/#" was refused`, hint: "judged on topicfilter/",
			repair: here + "topicfilter/a/*"},
		{name: "the client id is another than the policy's", source: "D-9",
			policy: `{"Effect": "Allow", "Action": "iot:*", "Resource": "` + here + `client/pump-7"}`, make: connects(4, "sub"),
			found: why.RefusedConnect, says: "its CONNECT was refused", hint: "the device connects as client/sub", repair: here + "client/sub"},
		{name: "the will may not be published", source: "B-226",
			policy: `{"Effect": "Allow", "Action": ["iot:Connect", "iot:Subscribe"], "Resource": "*"}`,
			make:   listens("5", "sub", "a", "--will-topic", "gone", "--will-payload", "x"), found: why.RefusedConnect,
			says: "for its will, its policy does not allow iot:Publish on topic/gone", hint: "no statement allows iot:Publish"},
		{name: "its own publish is refused, MQTT 3.1.1", source: "D-11", policy: everything +
			`, {"Effect": "Deny", "Action": "iot:Publish", "Resource": "` + here + `topic/shut"}`, client: "pub4",
			make: func(t *testing.T, e *emulator.Emulator) {
				d := dial3(t, e, "tcp", "pub4", "", "")
				mustBe(t, "connect", d.connect(), "ok")
				d.publish("shut", 1, false, "1")
				gone(t, e, "pub4")
			}, found: why.OwnPublish, says: `its own publish to "shut" was refused`, hint: "a Deny wins"},
		{name: "the publisher may not publish there", source: "B-520", policy: everything +
			`, {"Effect": "Deny", "Action": "iot:Publish", "Resource": "` + here + `topic/a/b"}`, make: hears, found: why.PublishRefused,
			says: `the publish of "pub" to "a/b" was refused`, hint: "denies iot:Publish"},
		{name: "a policy variable that is misspelt", source: "B-338, D-9", make: connects(5, "sub"),
			policy: `{"Effect": "Allow", "Action": "iot:Connect", "Resource": "` + here + `client/${iot:clientId}"}`, found: why.RefusedConnect,
			says: "its CONNECT was refused", hint: "write ${iot:ClientId}", repair: here + "client/${iot:ClientId}"},
	}
}

// whyTopics: what is published and what is subscribed to do not meet.
func whyTopics() []mistake {
	return []mistake{
		{name: "a filter with a policy's wildcard", source: "B-521, E-1", make: all(listens("5", "sub", "a/*"), says("a/b")),
			found: why.NoMatch, says: `the nearest is "a/*" (* and ? are a policy's wildcards`, hint: "a/#"},
		{name: "upper and lower case", source: "B-518", make: all(listens("5", "sub", "Pump/state"), says("pump/state")), found: why.NoMatch,
			says: `the nearest is "Pump/state" (it would match but for upper and lower case)`},
		{name: "a leading slash", source: "B-518", make: all(listens("311", "sub", "/a/b"), says("a/b")), found: why.NoMatch,
			says: `the nearest is "/a/b" (it would match without the slash before it`},
		{name: "the level above #", source: "B-508", make: all(listens("5", "sub", "sensor/#"), says("sensor")), found: why.NoMatch,
			says: `"sensor/#" (a filter that ends in /# gets what is below`, hint: `subscribe to "sensor" too`},
		{name: "# and a topic of AWS's", source: "B-509", make: all(listens("5", "sub", "#"), says("$aws/things/x/shadow/update")),
			found: why.NoMatch, says: "gets no topic that begins with $"},
		{name: "a topic asked about that no subscription matches", source: "B-656", make: listens("5", "sub", "a/+"),
			args: []string{"--topic", "a/b/c"}, found: why.NoMatch, says: `no subscription of "sub" matches "a/b/c": the nearest is "a/+" (`,
			hint: "a/#"},
		{name: "retained, by a wildcard", source: "B-510", make: all(says("a/b", "-r"), listens("5", "sub", "a/#")), found: why.RetainedOnly,
			says: `retained message is not sent to "sub", since its filter "a/#" has a wildcard`, hint: "exactly its topic"},
		{name: "another member of the group got it", source: "B-514",
			make: func(t *testing.T, e *emulator.Emulator) {
				pub, sub := dial(t, e, 5, "tcp", "pub", "", ""), dial(t, e, 4, "tcp", "sub", "", "")
				mustBe(t, "connect", pub.connect(), "ok")
				mustBe(t, "connect", sub.connect(), "ok")
				mustBe(t, "subscribe", pub.subscribe("$share/g/a"), "ok")
				mustBe(t, "subscribe", sub.subscribe("$share/g/a"), "ok")
				mustBe(t, "publish", pub.publish("a", 1, false, "1"), "ok")
			}, found: why.OtherMember, says: "another member of the shared group got the message", hint: "a share name of their own"},
		{name: "published before it subscribed", source: "DG:mqtt", make: all(says("a/b"), listens("5", "sub", "a/b")),
			found: why.PublishedBefore, says: `the latest message on "a/b" was published at`, hint: "subscribe first"},
		{name: "+ is one level", source: "B-656", make: all(listens("5", "sub", "a/+"), says("a/b/c")), found: why.NoMatch,
			says: `a message on "a/b/c" came at`, hint: "a/#"},
		{name: "all is well", source: "-", make: all(listens("5", "sub", "a/+"), says("a/b")), found: why.Arrives,
			says: `messages arrive at "sub": the latest, on "a/b" from "pub", was sent to it at`},
		{name: "nobody publishes", source: "awsdocs/aws-iot-docs#10", make: listens("5", "sub", "a/b"), found: why.NobodyPublishes,
			says: `nobody publishes to "a/b"`},
		{name: "it never subscribed", source: "B-667", make: connects(5, "sub"), found: why.NoSubscription, says: "has no subscription"},
		{name: "Message Expiry Interval", source: "B-513", make: func(t *testing.T, e *emulator.Emulator) {
			leaveBehind(t, e, 4, "sub", "open/#")
			pub := connect5(t, e, &paho5.Connect{ClientID: "pub", KeepAlive: 60, CleanStart: true})
			_, err := pub.Publish(t.Context(),
				&paho5.Publish{Topic: "open/a", QoS: 1, Properties: &paho5.PublishProperties{MessageExpiry: ptr(uint32(60))}})
			must(t, err)
			e.Advance(60e9)
			returns(t, e, "sub", false)
		}, found: why.Expired, says: `the message on "open/a" expired`, hint: "Message Expiry Interval"},
		{name: "QoS 0 while it was away", source: "B-519", make: func(t *testing.T, e *emulator.Emulator) {
			leaveBehind(t, e, 4, "sub", "open/#")
			pub := dial(t, e, 4, "tcp", "pub", "", "")
			mustBe(t, "connect", pub.connect(), "ok")
			mustBe(t, "publish", pub.publish("open/a", 0, false, "1"), "ok")
			mustBe(t, "publish", pub.publish("else", 1, false, "1"), "ok") // the former has been taken
			returns(t, e, "sub", false)
		}, found: why.OfflineQoS0, says: `"sub" was offline when the message on "open/a" came`, hint: "QoS 1 for a subscription with QoS 1"},
		{name: "it does not acknowledge", source: "B-515", make: func(t *testing.T, e *emulator.Emulator) {
			sub := connect5(t, e, &paho5.Connect{ClientID: "sub", KeepAlive: 60, CleanStart: true,
				Properties: &paho5.ConnectProperties{ReceiveMaximum: ptr(uint16(2))}})
			_, err := sub.Subscribe(t.Context(), &paho5.Subscribe{Subscriptions: []paho5.SubscribeOptions{{Topic: "open/a", QoS: 1}}})
			must(t, err)
			for range 3 {
				says("open/a")(t, e)
			}
		}, found: why.WindowFull, says: `"sub" does not acknowledge`, hint: "acknowledge what has come"},
		{name: "larger than it takes", source: "B-513", make: func(t *testing.T, e *emulator.Emulator) {
			sub := connect5(t, e, &paho5.Connect{ClientID: "sub", KeepAlive: 60, CleanStart: true,
				Properties: &paho5.ConnectProperties{MaximumPacketSize: ptr(uint32(512))}})
			_, err := sub.Subscribe(t.Context(), &paho5.Subscribe{Subscriptions: []paho5.SubscribeOptions{{Topic: "a", QoS: 1}}})
			must(t, err)
			pub := dial(t, e, 4, "tcp", "pub", "", "")
			mustBe(t, "connect", pub.connect(), "ok")
			mustBe(t, "publish", pub.publish("a", 1, false, strings.Repeat("x", 600)), "ok")
		}, found: why.TooLarge, says: "larger than \"sub\" takes", hint: "larger Maximum Packet Size"},
	}
}

// returns connects the client that left a session behind.
func returns(t *testing.T, e *emulator.Emulator, id string, clean bool) {
	t.Helper()
	c := paho3.NewClient(paho3.NewClientOptions().AddBroker("tcp://" + e.Addr(emulator.MQTT)).SetClientID(id).SetCleanSession(clean))
	mustBe(t, "connect", outcome3(c.Connect()), "ok")
	t.Cleanup(func() { c.Disconnect(0) })
}

// whyConnections: it is not connected, or not as it is thought to be.
func whyConnections() []mistake {
	return []mistake{
		{name: "nobody came", source: "D-1", make: func(*testing.T, *emulator.Emulator) {}, found: why.NeverConnected,
			says: `nobody has connected as "sub", nor tried to`},
		{name: "the id is written otherwise", source: "D-9", make: connects(4, "Pump_7"), client: "pump-7", found: why.AnotherID,
			says: `nobody has connected as "pump-7", and "Pump_7" is connected`},
		{name: "the CA is not trusted", source: "D-34", make: func(t *testing.T, e *emulator.Emulator) {
			needMosquitto(t)
			_, _ = mosquitto(t, "mosquitto_sub", "-h", "localhost", "-p", portOf(t, e, emulator.HTTPS), "-i", "sub", "-t", "a", "--tls-use-os-certs",
				"--tls-alpn", "mqtt")
		}, found: why.NeverConnected, says: "ended at", hint: "CA"},
		{name: "two devices with one id", source: "B-517, D-37", make: func(t *testing.T, e *emulator.Emulator) {
			for i := range 3 {
				mustBe(t, "connect", dial(t, e, 4+i%2, "tcp", "sub", "", "").connect(), "ok")
			}
		}, found: why.TakeOverLoop, says: `two devices connect as "sub" and throw each other out`, hint: "a client id of its own"},
		{name: "it disconnected", source: "B-440", make: func(t *testing.T, e *emulator.Emulator) {
			d := dial(t, e, 4, "tcp", "sub", "", "")
			mustBe(t, "connect", d.connect(), "ok")
			d.disconnect()
			gone(t, e, "sub")
		}, found: why.Disconnected, says: `"sub" is not connected: at`},
		{name: "a clean session replaced its subscriptions", source: "B-702, B-706", make: func(t *testing.T, e *emulator.Emulator) {
			leaveBehind(t, e, 4, "sub", "open/#")
			returns(t, e, "sub", true)
		}, found: why.SessionReplaced, says: "connected again", hint: "subscribe after each CONNACK"},
	}
}

// TestWhyRefused: what authorizers answer, and their names.
func TestWhyRefused(t *testing.T) {
	t.Parallel()
	answers := func(text string) emulator.LambdaFunc {
		return func(context.Context, []byte) ([]byte, error) { return []byte(text), nil }
	}
	tests := []struct {
		name, source string
		authorizer   emulator.LambdaFunc
		username     string
		says, hint   string
	}{
		{"wrong password", "A-121", answers(`{"isAuthenticated": false}`), "me", "the function answered isAuthenticated false", ""},
		{"principalId with a hyphen", "A-123, D-10", answers(`{"isAuthenticated": true, "principalId": "pump-7", "policyDocuments": []}`), "me",
			`principalId "pump-7": character 5 is '-'`, "letters and digits"},
		{"an API Gateway authorizer's answer", "D-20", answers(`{"principalId": "me", "policyDocument": {}}`), "me",
			"an API Gateway authorizer's", ""},
		{"the authorizer's name is misspelt", "D-1", answers(`{"isAuthenticated": false}`), "me?x-amz-customauthorizer-name=chatt",
			"CUSTOM_AUTHORIZER_NOT_FOUND", ""},
		{"no policy allows anything", "B-119", answers(`{"isAuthenticated": true, "principalId": "me", "policyDocuments": []}`), "me",
			"its policy does not allow iot:Connect on client/sub", "no statement allows iot:Connect"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			e := emulator.Run(t, emulator.Options{Listeners: free, Authorizer: tt.authorizer})
			dial(t, e, 4, "tcp", "sub", tt.username, "secret").connect()
			recorded(t, e, func(ev trace.Event) bool { return ev.Outcome == trace.Refused })
			m := mistake{name: tt.name, source: tt.source, client: "sub", found: why.RefusedConnect, says: tt.says, hint: tt.hint}
			m.check(t, asks(t, e, m))
		})
	}
}
