package hooks_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/trace"
)

// What ends the connection, or is answered in the SUBACK, with everything
// allowed.
func TestSubscribeLimits(t *testing.T) {
	bad := func(codes string) string { return packet(0x90, "\x00\x01\x00"+codes) }
	one := func(options byte, filters ...string) func(*device) string {
		return func(d *device) string { return d.subscribe(1, options, filters...) }
	}
	level9 := "1/2/3/4/5/6/7/8/9"
	tests := []struct {
		name   string
		send   func(*device) string
		v4     string // "" is the end
		v5     string
		ends   bool // in MQTT 5
		source string
	}{
		{"8 filters", one(1, strings.Split("abcdefgh", "")...), "\x90\x0a\x00\x01\x01\x01\x01\x01\x01\x01\x01\x01",
			bad("\x01\x01\x01\x01\x01\x01\x01\x01"), false, "B-660"},
		{"9 filters", one(1, strings.Split("abcdefghi", "")...), "", disconnectWith(0x97, "Too many filters"), true, "B-660, guess"},
		{"QoS 2", one(2, "a"), "", disconnectWith(0x9b, "QoS is not supported"), true, "B-641, B-643"},
		{"QoS 3", one(3, "a"), "", disconnectWith(0x82, "Protocol error"), true, "B-740"},
		{"empty", one(0, ""), "", bad("\x8f"), false, "B-657, guess"},
		{"9 levels", one(0, level9), "", bad("\x8f"), false, "B-650, B-653"},
		{"9 levels behind a share name", one(0, "$share/g/"+level9), "", bad("\x8f"), false, "B-651"},
		{"8 levels behind a share name", one(0, "$share/g/"+level9[2:]), "\x90\x03\x00\x01\x00", bad("\x00"), false, "B-651"},
		{"257 bytes", one(0, strings.Repeat("t", 257)), "", bad("\x8f"), false, "B-650, B-653"},
		{"# not last", one(0, "a/#/b"), "", bad("\x8f"), false, "B-657, guess"},
		{"share without filter", one(0, "$share/g"), "", bad("\x8f"), false, "B-651"},
		{"share name with wildcard", one(0, "$share/+/a"), "", bad("\x8f"), false, "B-651"},
		{"some good, one bad", one(1, "a", "b+", "c"), "", bad("\x01\x8f\x01"), false, "B-657, guess"},
		{"subscription identifier", func(d *device) string {
			if d.version == 4 {
				return d.subscribe(1, 0, "a+")
			}
			return packet(0x82, "\x00\x01\x02\x0b\x01"+text("a")+"\x00")
		}, "", "\xe0\x59\xa1\x57\x1f\x00\x54DISCONNECT:Subscription Id is not supported now:" + uuid, true, "B-405, B-664"},
	}
	e := start(t)
	for _, tt := range tests {
		for _, version := range []byte{4, 5} {
			t.Run(fmt.Sprintf("%s v%d", tt.name, version), func(t *testing.T) {
				d := online(t, e, version, connect{id: "d", password: "all"})
				d.send(tt.send(d))
				switch {
				case version == 4 && tt.v4 == "":
					d.expectEnd("", tt.source)
				case version == 4:
					d.expect(tt.v4, tt.source)
					d.lives(tt.source)
				case tt.ends:
					d.expectEnd(tt.v5, tt.source)
				default:
					d.expect(tt.v5, tt.source)
					d.lives(tt.source)
				}
			})
		}
	}
}

// The 51st subscription is refused in the SUBACK and the connection kept; one
// that is there already takes no room [B-412, B-661, B-663].
func TestFiftySubscriptions(t *testing.T) {
	e := start(t)
	for version, code := range map[byte]string{4: "\x80", 5: "\x97"} {
		t.Run(fmt.Sprint("v", version), func(t *testing.T) {
			d := online(t, e, version, connect{id: "d", password: "all"})
			for i := range 49 {
				d.subscribed(1, fmt.Sprint("t/", i))
			}
			d.send(d.subscribe(1, 1, "t/0", "t/49", "t/49", "t/50", "t/1"))
			d.expect(packet(0x90, "\x00\x01"+properties(version, "")+"\x01\x01\x01"+code+"\x01"), "B-412, B-661, B-663: also twice in one packet")
			d.lives("B-412")
			d.send(d.unsubscribe(1, "t/0"))
			d.receive()
			d.subscribed(1, "t/50")
			if n := len(clients(t, e)[0].Subscriptions); n != 50 {
				t.Errorf("%d subscriptions, want 50 (B-661)", n)
			}
			d.send(d.publish(qos1, "t/50", "x"))
			d.receives("t/50", "x", "B-661")
			if all := records(e, "d"); all[len(all)-1].Reason != "THROTTLED" || all[len(all)-1].Filter != "t/50" {
				t.Errorf("record: %+v, want THROTTLED t/50", all)
			}
			d.expect("\x40\x02\x00\x07", "PUBACK")
			d.disconnect()
		})
	}
}

// What was granted beside a refused filter works [B-409, B-414]; in MQTT 3.1.1
// a persistent session keeps what came before the refused one [B-411, guess].
func TestPartlyRefused(t *testing.T) {
	const expiry = "\x11\x00\x00\x00\x3c"
	password := "all !Subscribe=topicfilter/secret"
	e := start(t)
	pub := online(t, e, 4, connect{id: "pub", password: "all"})

	five := online(t, e, 5, connect{id: "five", password: password})
	five.subscribed(1, "before")
	five.send(five.subscribe(1, 1, "a", "secret", "b"))
	five.receive()
	for _, topic := range []string{"before", "a", "b"} {
		pub.published(topic, topic)
		five.receives(topic, topic, "B-409, B-414")
	}
	pub.published("secret", "x")
	five.lives("B-414")

	four := online(t, e, 4, connect{id: "four", password: password, persistent: true, properties: expiry})
	four.send(four.subscribe(1, 1, "a", "secret", "b"))
	four.expectEnd("", "B-410")
	for _, topic := range []string{"a", "secret", "b"} {
		pub.published(topic, topic)
	}
	four = online(t, e, 4, connect{id: "four", password: password, persistent: true, properties: expiry})
	four.receives("a", "a", "B-411, guess")
	four.lives("B-411, guess")
}

// The filter is asked about as it was sent; what it matches is another question
// [B-204, B-220, B-221, B-222, B-223, B-224].
func TestSubscribeIsAboutTheText(t *testing.T) {
	tests := []struct {
		policy, filter string
		want           bool
		source         string
	}{
		{"topicfilter/d/+/e", "d/+/e", true, "B-221"},
		{"topicfilter/d/+/e", "d/x/e", false, "B-221"},
		{"topicfilter/a/*", "a/#", true, "B-222"},
		{"topicfilter/a/#", "a/b", false, "B-204"},
		{"topic/a", "a", false, "B-209, B-504"},
		{"topicfilter/a", "$share/g/a", false, "B-224"},
		{"topicfilter/$share/*/a", "$share/g/a", true, "B-224"},
	}
	e := start(t)
	for _, tt := range tests {
		t.Run(tt.policy+" "+tt.filter, func(t *testing.T) {
			d := online(t, e, 5, connect{id: "d", password: "Connect=client/d Subscribe=" + tt.policy})
			d.send(d.subscribe(1, 1, tt.filter))
			body := bodyOf(d.receive())
			if got := body[len(body)-1] == 1; got != tt.want {
				t.Errorf("granted %v, want %v (%s)", got, tt.want, tt.source)
			}
		})
	}
	d := online(t, e, 4, connect{id: "d", password: "all !Subscribe=topicfilter/a/restricted/* !Receive=topic/a/hidden"})
	d.subscribed(1, "a/#")
	pub := online(t, e, 4, connect{id: "pub", password: "all"})
	pub.published("a/hidden", "x")
	pub.published("a/restricted/x", "x")
	d.receives("a/restricted/x", "x", "B-223")
	d.lives("B-223")
}

func TestUnsubscribe(t *testing.T) {
	e := start(t)
	for version, want := range map[byte]string{4: "\xb0\x02\x00\x03", 5: "\xb0\x06\x00\x03\x00\x00\x00\x00"} {
		t.Run(fmt.Sprint("v", version), func(t *testing.T) {
			d := online(t, e, version, connect{id: "d", password: "all"})
			d.subscribed(1, "a", "b")
			d.send(d.unsubscribe(3, "a", "never", "a+"))
			d.expect(want, "B-122, B-667")
			pub := online(t, e, 4, connect{id: "pub", password: "all"})
			pub.published("a", "x")
			pub.published("b", "x")
			d.receives("b", "x", "B-122")
			d.lives("B-122")
		})
	}
}

// The options of MQTT 5 [B-665; but for No Local guess].
func TestSubscriptionOptions(t *testing.T) {
	const noLocal, asPublished, onlyNew, never = 4, 8, 16, 32
	e := start(t)
	pub := online(t, e, 5, connect{id: "pub", password: "all"})
	stored := func(topic string) {
		pub.send(pub.publish(qos1|retain, topic, "stored"))
		pub.expect("\x40\x02\x00\x07", "PUBACK")
	}
	stored("a")
	d := online(t, e, 5, connect{id: "d", password: "all"})

	d.subscribed(1|never, "a")
	d.lives("B-665: Retain Handling 2")
	d.subscribed(1|onlyNew, "a")
	d.lives("B-665: Retain Handling 1, not new")
	d.send(d.unsubscribe(3, "a"))
	d.receive()
	d.subscribed(1|onlyNew, "a")
	d.receives("a", "stored", "B-665: Retain Handling 1, new")
	d.subscribed(1, "a")
	d.receives("a", "stored", "B-665: Retain Handling 0")

	d.subscribed(1|asPublished|never, "a")
	stored("a")
	if first, _, _, _ := d.message(); first != qos1|retain {
		t.Errorf("Retain As Published: first byte %x, want RETAIN (B-665)", first)
	}

	d.subscribed(noLocal, "own")
	for range 2 {
		d.send(d.publish(qos0, "own", "x"))
		d.receives("own", "x", "B-665: No Local has no effect")
	}

	d.send(d.subscribe(1, noLocal, "$share/g/a"))
	d.expectEnd(disconnectWith(0x82, "Protocol error"), "B-665")
	d = online(t, e, 5, connect{id: "d", password: "all"})
	d.send(d.subscribe(1, onlyNew|never, "a"))
	d.expectEnd(disconnectWith(0x82, "Protocol error"), "B-665")
}

// A shared group's members are judged one by one: who may not receive gets
// nothing, and nobody else gets it in its place [B-216, B-217, B-668].
func TestSharedGroupWithTwoPolicies(t *testing.T) {
	const messages = 20
	e := start(t)
	members := []*device{
		online(t, e, 4, connect{id: "one", password: "all"}),
		online(t, e, 5, connect{id: "two", password: "all"}),
		online(t, e, 4, connect{id: "deaf", password: "all !Receive=topic/job"}),
	}
	for _, d := range members {
		d.subscribed(1, "$share/workers/job")
	}
	pub := online(t, e, 4, connect{id: "pub", password: "all"})
	for i := range messages {
		pub.published("job", fmt.Sprint(i))
	}
	seen := make(map[string]bool)
	for _, d := range members[:2] {
		d.send("\xc0\x00")
		for {
			p := d.receive()
			if p == "\xd0\x00" {
				break
			}
			if seen[p[len(p)-2:]] {
				t.Errorf("message %q came twice (B-668)", p)
			}
			seen[p[len(p)-2:]] = true
		}
	}
	members[2].lives("B-217")
	ev := record(t, e, "deaf")
	if ev.Outcome != trace.Withheld || int(ev.Count)+len(seen) != messages || len(seen) == 0 || ev.Count == 0 {
		t.Errorf("%d received and %d withheld, want %d together (B-216, B-668)", len(seen), ev.Count, messages)
	}
}
