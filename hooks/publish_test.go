package hooks_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// What a message is refused for, with everything allowed: QoS 2, size, topic.
func TestPublishLimits(t *testing.T) {
	topic256 := strings.Repeat("t", 256)
	slashes := "1/2/3/4/5/6/7/8"
	quiet, loud := "\x40\x02\x00\x07", func(code byte, reason string) string {
		return packet(0x40, "\x00\x07"+string([]byte{code})+reasonString("PUBACK:"+reason))
	}
	const badTopic = "Topic name is not valid"
	tests := []struct {
		name     string
		first    byte
		topic    string
		payload  string
		props    string
		v4, v5   string
		v4Closed bool
		v5Closed bool
		source   string
	}{
		{"QoS 1", qos1, "t", "x", "", quiet, quiet, false, false, "B-431, B-688"},
		{"QoS 1 again, DUP", qos1 | 0x08, "t", "x", "", quiet, quiet, false, false, "B-686"},
		{"QoS 2", qos2, "t", "x", "", "", disconnectWith(0x9b, "QoS is not supported"), true, true, "B-641, B-642"},
		{"QoS 3", 0x36, "t", "x", "", "", disconnectWith(0x82, "Protocol error"), true, true, "B-740"},
		{"128 KiB", qos1, "t", strings.Repeat("x", 128<<10), "", quiet, quiet, false, false, "B-680"},
		{"128 KiB and one", qos1, "t", strings.Repeat("x", 128<<10+1), "", "", "", true, true, "B-680"},
		{"146 KiB", qos1, "t", strings.Repeat("x", 146<<10), "", "", "", true, true, "B-680"},
		{"topic of 256 bytes", qos1, topic256, "x", "", quiet, quiet, false, false, "B-650"},
		{"topic of 257 bytes", qos1, topic256 + "t", "x", "", "", loud(0x90, badTopic), true, false, "B-653"},
		{"topic of 257 bytes, QoS 0", qos0, topic256 + "t", "x", "", "", disconnectWith(0x90, badTopic), true, true, "B-653, guess"},
		{"7 slashes", qos1, slashes, "x", "", quiet, quiet, false, false, "B-650"},
		{"8 slashes", qos1, slashes + "/9", "x", "", "", loud(0x90, badTopic), true, false, "B-653"},
		{"Basic Ingest, 10 slashes", qos1, "$aws/rules/r/" + slashes, "x", "", quiet, quiet, false, false, "B-650, B-652"},
		{"wildcard", qos1, "a/+", "x", "", "", disconnectWith(0x90, badTopic), true, true, "B-654, guess"},
		{"no topic", qos1, "", "x", "", "", disconnectWith(0x90, badTopic), true, true, "B-654, guess"},
		{"no UTF-8", qos1, "a\xff", "x", "", "", disconnectWith(0x81, "Malformed packet"), true, true, "B-654, B-741, guess"},
		{"alias 0", qos1, "t", "x", "\x23\x00\x00", quiet, disconnectWith(0x94, "Topic alias is not valid"), false, true, "B-690"},
		{"alias 8", qos1, "t", "x", "\x23\x00\x08", quiet, quiet, false, false, "B-690"},
		{"alias 9", qos1, "t", "x", "\x23\x00\x09", quiet, disconnectWith(0x94, "Topic alias is not valid"), false, true, "B-690"},
		{"subscription identifier", qos1, "t", "x", "\x0b\x01", quiet, disconnectWith(0x82, "Protocol error"), false, true, "B-740"},
	}
	e := start(t)
	for _, tt := range tests {
		for _, version := range []byte{4, 5} {
			t.Run(fmt.Sprintf("%s v%d", tt.name, version), func(t *testing.T) {
				want, closed := tt.v4, tt.v4Closed
				if version == 5 {
					want, closed = tt.v5, tt.v5Closed
				}
				d := online(t, e, version, connect{id: "d", password: "all"})
				d.send(publishing(version, tt.first, tt.topic, 7, tt.props, tt.payload))
				if closed {
					d.expectEnd(want, tt.source)
					return
				}
				d.expect(want, tt.source)
				d.lives(tt.source)
			})
		}
	}
}

// Whatever is sent at once, the broker owes no more than one PUBACK: the limit of
// 100 is never broken, and the identifier is free for the next one [B-683, B-689].
func TestManyAtOnce(t *testing.T) {
	e := start(t)
	for _, version := range []byte{4, 5} {
		d := online(t, e, version, connect{id: "d", password: "all"})
		d.send(strings.Repeat(d.publish(qos1, "t", "x"), 300) + d.subscribe(7, 0, "a") + d.unsubscribe(7, "a"))
		for range 300 {
			d.expect("\x40\x02\x00\x07", "B-683, B-689")
		}
		for _, first := range []byte{0x90, 0xb0} {
			body := bodyOf(d.receive())
			if want := number(7) + properties(version, ""); !strings.HasPrefix(body, want) || strings.Contains(body[2:], "\x91") {
				t.Errorf("v%d: got %x %q, want it granted (B-689)", version, first, body)
			}
		}
	}
}

func TestPacketIdentifierZero(t *testing.T) {
	e := start(t)
	for _, version := range []byte{4, 5} {
		tests := map[string]func(*device) string{
			"PUBLISH":     func(*device) string { return publishing(version, qos1, "t", 0, "", "x") },
			"SUBSCRIBE":   func(d *device) string { return d.subscribe(0, 0, "t") },
			"UNSUBSCRIBE": func(d *device) string { return d.unsubscribe(0, "t") },
			"no filter":   func(d *device) string { return d.subscribe(1, 0) },
			"no filters":  func(d *device) string { return d.unsubscribe(1) },
		}
		for name, send := range tests {
			t.Run(fmt.Sprintf("%s v%d", name, version), func(t *testing.T) {
				d := online(t, e, version, connect{id: "d", password: "all"})
				d.send(send(d))
				want := ""
				if version == 5 {
					want = disconnectWith(0x82, "Protocol error")
				}
				d.expectEnd(want, "B-741, guess")
			})
		}
	}
}

// Limits come before the policy: this one would refuse everything [B-416, guess].
func TestLimitsBeforePolicy(t *testing.T) {
	e := start(t)
	tests := []struct {
		name string
		send func(*device) string
		want string
	}{
		{"PUBLISH over 128 KiB", func(d *device) string { return d.publish(qos0, "t", strings.Repeat("x", 1<<17+1)) }, ""},
		{"PUBLISH to a wildcard", func(d *device) string { return d.publish(qos0, "t/#", "x") }, disconnectWith(0x90, "Topic name is not valid")},
		{"SUBSCRIBE 9 filters", func(d *device) string { return d.subscribe(1, 1, strings.Split("a b c d e f g h i", " ")...) },
			disconnectWith(0x97, "Too many filters")},
		{"PUBLISH QoS 2", func(d *device) string { return d.publish(qos2, "t", "x") }, disconnectWith(0x9b, "QoS is not supported")},
		{"PUBLISH 8 slashes", func(d *device) string { return d.publish(qos0, "/////////", "x") },
			disconnectWith(0x90, "Topic name is not valid")},
		{"SUBSCRIBE QoS 2", func(d *device) string { return d.subscribe(1, 2, "t") }, disconnectWith(0x9b, "QoS is not supported")},
		{"SUBSCRIBE malformed", func(d *device) string { return d.subscribe(1, 1, "a+") }, "\x90\x04\x00\x01\x00\x8f"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for id, password := range map[string]string{"refused": "Connect=client/refused", "allowed": "all"} {
				e.Trace().Reset()
				d := online(t, e, 5, connect{id: id, password: password})
				d.send(tt.send(d))
				if tt.want == "" {
					d.expectEnd("", "B-416, guess")
				} else {
					d.expect(tt.want, "B-416, guess")
				}
				ev := record(t, e, id)
				const guess = "the policy does not allow it either, and AWS is not known to look at limits first"
				if told := strings.HasSuffix(ev.Hint, "; "+guess) && slices.Contains(ev.Rules, "B-416"); told != (password != "all") {
					t.Errorf("%s: got %s, want the guess told only where it decides (B-416)", id, ev.Text())
				}
			}
		})
	}
}

// Whether AWS asks the authorizer first about a client id that it does not take,
// nobody knows: the record says so [B-416, guess].
func TestConnectLimitTellsOfItsOrder(t *testing.T) {
	e := start(t)
	for _, version := range []byte{4, 5} {
		for id, told := range map[string]bool{"$d": true, strings.Repeat("x", 129): true, "d": false} {
			d := open(t, e, way{}, version)
			c := connect{id: id, password: "wrong"}
			d.send(c.packet(version))
			d.ended()
			ev := record(t, e, id)
			if got := strings.HasSuffix(ev.Hint, "; AWS is not known to look at that before it asks the authorizer and the policy"); got != told {
				t.Errorf("MQTT %d: got %s, want the guess told: %v (B-416)", version, ev.Text(), told)
			}
			e.Trace().Reset()
		}
	}
}

// After a refused PUBLISH of MQTT 3.1.1 nothing that was sent with it counts,
// and it is neither routed nor retained [B-415, guess].
func TestRestIsDiscarded(t *testing.T) {
	e := start(t)
	watcher := online(t, e, 4, connect{id: "w", password: "all"})
	watcher.subscribed(0, "#")
	d := online(t, e, 4, connect{id: "d", password: "all !RetainPublish=topic/t"})
	d.send(d.publish(qos1, "before", "x") + d.publish(qos1|retain, "t", "refused") + d.publish(qos1, "after", "x"))
	d.expectEnd("\x40\x02\x00\x07", "B-415")
	watcher.receives("before", "x", "B-415")
	watcher.lives("B-415")
	watcher.subscribed(0, "t")
	watcher.lives("B-415: not retained")
}

// An alias stands for the topic it was given last, for the policy too [B-212,
// B-690].
func TestTopicAlias(t *testing.T) {
	e := start(t)
	sub := online(t, e, 5, connect{id: "sub", password: "all", properties: "\x22\x00\x0a"}) // it would take aliases [B-636]
	sub.subscribed(0, "#")
	d := online(t, e, 5, connect{id: "d", password: "all !Publish=topic/secret"})
	alias := "\x23\x00\x01"
	send := func(topic, payload string) { d.send(publishing(5, qos1, topic, 7, alias, payload)) }
	for _, topic := range []string{"a", "b"} {
		send(topic, "with topic")
		send("", "without")
		for _, payload := range []string{"with topic", "without"} {
			d.expect("\x40\x02\x00\x07", "B-690")
			_, gotTopic, props, gotPayload := sub.message()
			if gotTopic != topic || gotPayload != payload || props != "" {
				t.Errorf("received %q on %q with properties %q, want %q on %q without (B-690, B-636)", gotPayload, gotTopic, props, payload, topic)
			}
		}
	}
	send("secret", "x") // refused, yet the alias is set
	d.expect("\x40\x6d\x00\x07\x87\x69\x1f\x00\x66PUBACK:"+refused+uuid, "B-212")
	send("", "x")
	d.expect("\x40\x6d\x00\x07\x87\x69\x1f\x00\x66PUBACK:"+refused+uuid, "B-212")
	d.lives("B-409")
	sub.lives("B-212")
	if ev := records(e, "d"); len(ev) != 2 || ev[1].Topic != "secret" {
		t.Errorf("records: %+v, want two about secret (B-212)", ev)
	}
}

// The stored message goes to the filter that is its topic, with RETAIN, if the
// client may receive it [B-216, B-720, B-721, B-722].
func TestRetained(t *testing.T) {
	for _, version := range []byte{4, 5} {
		t.Run(fmt.Sprint("v", version), func(t *testing.T) {
			e := start(t)
			pub := online(t, e, version, connect{id: "pub", password: "all"})
			live := online(t, e, version, connect{id: "live", password: "all"})
			live.subscribed(1, "a/b")
			store := func(payload string) {
				pub.send(pub.publish(qos1|retain, "a/b", payload))
				pub.expect("\x40\x02\x00\x07", "PUBACK")
				first, _, _, got := live.message()
				if first != qos1 || got != payload {
					t.Errorf("live: got %q, first byte %x, want %q with RETAIN 0 (B-722)", got, first, payload)
				}
			}
			store("old")
			store("new")

			wide := online(t, e, version, connect{id: "wide", password: "all"})
			wide.subscribed(1, "a/+", "#", "a/#", "$share/g/a/b")
			wide.lives("B-670, B-721")
			sub := online(t, e, version, connect{id: "sub", password: "all"})
			sub.subscribed(1, "a/b") // the SUBACK comes first
			if first, topic, _, payload := sub.message(); first != qos1|retain || topic != "a/b" || payload != "new" {
				t.Errorf("got %x %s %q, want RETAIN 1 and the newest (B-720, B-721)", first, topic, payload)
			}
			deaf := online(t, e, version, connect{id: "deaf", password: "all !Receive=topic/a/b"})
			deaf.subscribed(0, "a/b")
			deaf.lives("B-216")
			if ev := record(t, e, "deaf"); ev.Topic != "a/b" || ev.Count != 1 {
				t.Errorf("record: %+v, want a/b withheld once (B-216)", ev)
			}

			store("") // deletes
			sub.receives("a/b", "", "B-720")
			sub.subscribed(1, "a/b")
			sub.lives("B-720")
		})
	}
}

// To delete a retained message takes what it takes to store one: iot:RetainPublish
// too [B-213, B-214 guess].
func TestRetainedDelete(t *testing.T) {
	e := start(t)
	all := online(t, e, 4, connect{id: "all", password: "all"})
	all.send(all.publish(qos1|retain, "a", "kept"))
	all.expect("\x40\x02\x00\x07", "PUBACK")
	may := online(t, e, 5, connect{id: "may", password: "Connect=* Publish=*"})
	may.send(may.publish(qos1|retain, "a", ""))
	may.expect(packet(0x40, number(7)+"\x87"+reasonString("PUBACK:Client is not authenticated/authorized to send the message")),
		"B-214, guess")
	if ev := record(t, e, "may"); ev.Action != "iot:RetainPublish" {
		t.Errorf("record: %+v, want iot:RetainPublish refused (B-214, guess)", ev)
	}
	all.subscribed(0, "a")
	all.receives("a", "kept", "B-214, guess")
}

// What MQTT 5 publishers add reaches MQTT 5 subscribers unchanged and in order,
// and MQTT 3.1.1 subscribers not at all [B-691].
func TestPropertiesAreForwarded(t *testing.T) {
	e := start(t)
	five := online(t, e, 5, connect{id: "five", password: "all"})
	five.subscribed(1, "t")
	four := online(t, e, 4, connect{id: "four", password: "all"})
	four.subscribed(1, "t")
	props := "\x01\x01" + "\x03" + text("text/plain") + "\x08" + text("answer/here") + "\x09" + text("\x00\xff") +
		"\x26" + text("b") + text("1") + "\x26" + text("a") + text("2") + "\x26" + text("b") + text("3")
	pub := online(t, e, 5, connect{id: "pub", password: "all"})
	pub.send(publishing(5, qos1, "t", 7, props, "x"))
	if _, _, got, _ := five.message(); got != props {
		t.Errorf("properties: got %q, want %q (B-691)", got, props)
	}
	four.receives("t", "x", "B-691")
	online(t, e, 4, connect{id: "pub4", password: "all"}).published("t", "from 3.1.1")
	if _, _, got, _ := five.message(); got != "" {
		t.Errorf("properties of a message of MQTT 3.1.1: got %q, want none", got)
	}
}

// Messages vanish when their time has come, whatever their receiver speaks
// [B-694, B-695, B-724].
func TestMessageExpiry(t *testing.T) {
	const expiry, persistent = "\x02\x00\x00\x00\x64", "\x11\x00\x00\x0e\x10"
	e := start(t)
	pub := online(t, e, 5, connect{id: "pub", password: "all"})
	store := func(topic string) {
		pub.send(publishing(5, qos1|retain, topic, 7, expiry, "x"))
		pub.expect("\x40\x02\x00\x07", "PUBACK")
	}
	for _, version := range []byte{4, 5} {
		id := fmt.Sprint("sub", version)
		d := online(t, e, version, connect{id: id, password: "all", persistent: true, properties: persistent})
		d.subscribed(1, "queued/"+id)
		d.disconnect()
		store("queued/" + id)
		store("kept/" + id)
	}
	e.Advance(30 * time.Second)
	five := online(t, e, 5, connect{id: "sub5", password: "all", persistent: true, properties: persistent})
	for _, topic := range []string{"queued/sub5", "kept/sub5"} {
		if topic == "kept/sub5" {
			five.subscribed(1, topic)
		}
		_, got, props, _ := five.message()
		if got != topic || props != "\x02\x00\x00\x00\x46" && props != "\x02\x00\x00\x00\x45" {
			t.Errorf("%s: got %s with %q, want 70 s left (B-694)", topic, got, props)
		}
	}
	e.Advance(71 * time.Second)
	five.subscribed(1, "kept/sub4")
	five.lives("B-694, B-724")
	four := open(t, e, way{}, 4)
	four.send(connect{id: "sub4", password: "all", persistent: true}.packet(4))
	if present, _ := four.connack(); !present {
		t.Error("no session (B-700)")
	}
	four.lives("B-694")
}
