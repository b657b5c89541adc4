package hooks_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/trace"
)

// limited runs an emulator with these groups of quotas.
func limited(t *testing.T, l emulator.Limits) *emulator.Emulator {
	t.Helper()
	return emulator.Run(t, emulator.Options{Authorizer: authorize, Config: &emulator.Config{Limits: l}})
}

// throttled wants one record of a client, with that reason and rule.
func throttled(t *testing.T, e *emulator.Emulator, client, rule string, count uint64) {
	t.Helper()
	ev := record(t, e, client)
	if ev.Reason != "THROTTLED" || ev.Rules[0] != rule || ev.Detail == "" || ev.Count != count {
		t.Errorf("record: %+v, want THROTTLED, %s, counted %d", ev, rule, count)
	}
}

const puback97 = "\x40\x41\x00\x07\x97\x3d\x1f\x00\x3aPUBACK:Quota exceeded:" // and a uuid

// A client id connects once per second, if that quota is on [B-413, B-607].
func TestConnectRate(t *testing.T) {
	e := limited(t, emulator.Limits{Rate: "aws"})
	for version, want := range map[byte]string{4: "", 5: connackWith(0x97, "Quota exceeded")} {
		t.Run(fmt.Sprint("v", version), func(t *testing.T) {
			c := connect{id: fmt.Sprint("d", version), password: "all"}
			first := online(t, e, version, c)
			online(t, e, version, connect{id: "other" + c.id, password: "all"}).lives("B-607: another id")
			again := open(t, e, way{}, version)
			again.send(c.packet(version))
			again.expectEnd(want, "B-413, v3 guess")
			first.lives("B-413: it takes nothing over")
			throttled(t, e, c.id, "B-413", 0)
			e.Advance(time.Second)
			online(t, e, version, c).lives("B-607")
		})
	}
	e = start(t)
	for range 5 {
		online(t, e, 5, connect{id: "d", password: "all"}).lives("B-1202: off by default")
	}
}

// A hundred messages per second and connection each way; more is discarded
// [B-681].
func TestPublishRate(t *testing.T) {
	const allowed, sent = 100, 120
	for _, version := range []byte{4, 5} {
		t.Run(fmt.Sprint("v", version), func(t *testing.T) {
			e := limited(t, emulator.Limits{Rate: "aws"})
			e.Advance(time.Hour) // the clocks of the quotas go with it
			sub := online(t, e, 4, connect{id: "sub", password: "all"})
			sub.subscribed(0, "t")
			pub := online(t, e, version, connect{id: "pub", password: "all"})
			pub.send(strings.Repeat(pub.publish(qos1, "t", "x"), sent))
			for i := range sent {
				switch {
				case i < allowed:
					pub.expect("\x40\x02\x00\x07", "B-681")
				case version == 5:
					pub.expect(puback97+uuid, "B-681, guess")
				}
			}
			pub.lives("B-681: the connection is kept, and MQTT 3.1.1 told nothing")
			throttled(t, e, "pub", "B-681", sent-allowed)
			for range allowed {
				sub.receives("t", "x", "B-681")
			}
			other := online(t, e, version, connect{id: "other", password: "all"})
			other.published("t", "one too many for the subscriber")
			sub.lives("B-681")
			if ev := record(t, e, "sub"); ev.Outcome != trace.Withheld || ev.Reason != "THROTTLED" {
				t.Errorf("record: %+v, want WITHHELD THROTTLED (B-515, B-681)", ev)
			}
			e.Advance(time.Second)
			pub.published("t", "later")
			sub.receives("t", "later", "B-681")
		})
	}
}

// A topic gets a retained message per second; to delete one is free, and so is
// what is not retained [B-723].
func TestRetainedRate(t *testing.T) {
	e := limited(t, emulator.Limits{Rate: "aws"})
	for version, refusal := range map[byte]string{4: "", 5: puback97 + uuid} {
		t.Run(fmt.Sprint("v", version), func(t *testing.T) {
			id := fmt.Sprint("d", version)
			d := online(t, e, version, connect{id: id, password: "all"})
			store := func(payload, want string) {
				d.send(d.publish(qos1|retain, "t", payload))
				if want != "" {
					d.expect(want, "B-723")
				}
			}
			store("first", "\x40\x02\x00\x07")
			store("too soon", refusal)
			d.lives("B-723: the connection is kept, and MQTT 3.1.1 told nothing")
			throttled(t, e, id, "B-723", 1)
			d.published("t", "not retained")
			d.subscribed(0, "t")
			d.receives("t", "first", "B-723")
			store("", "")
			d.receives("t", "", "B-723: deleted")
			d.expect("\x40\x02\x00\x07", "PUBACK")
			d.lives("B-723")
			e.Advance(time.Second)
		})
	}
}

// 512 KB per second each way; more is late and nothing is lost [B-682].
func TestThroughput(t *testing.T) {
	t.Parallel()
	const messages, size = 6, 128 << 10 // 768 KB: half a second over the first one
	e := limited(t, emulator.Limits{Rate: "aws"})
	sub := online(t, e, 4, connect{id: "sub", password: "all"})
	sub.subscribed(0, "t")
	pub := online(t, e, 4, connect{id: "pub", password: "all"})
	began := time.Now()
	pub.send(strings.Repeat(pub.publish(qos1, "t", strings.Repeat("x", size)), messages))
	for range messages {
		pub.expect("\x40\x02\x00\x07", "B-682")
		if got := len(sub.receive()); got < size {
			t.Errorf("got a message of %d bytes, want %d", got, size)
		}
	}
	if took := time.Since(began); took < 400*time.Millisecond {
		t.Errorf("%d bytes took %v, want half a second (B-682)", messages*size, took)
	}
}

// With the protocol's quotas lifted, what MQTT allows is allowed, and CONNACK
// does not say otherwise [B-1202].
func TestLiftedLimits(t *testing.T) {
	e := limited(t, emulator.Limits{Protocol: "off"})
	long := strings.Repeat("1/", 200) + "x"
	d := open(t, e, way{}, 5)
	d.send(connect{id: strings.Repeat("d", 200), password: "all", properties: "\x27\x00\x00\x00\x64"}.packet(5))
	if _, props := d.connack(); strings.Contains(props, "\x27\x00") {
		t.Errorf("got properties %q, want no Maximum Packet Size", props)
	}
	d.subscribed(0, strings.Split("abcdefghijk", "")...)
	for i := range 50 {
		d.subscribed(0, fmt.Sprint("t/", i))
	}
	d.published(long, strings.Repeat("x", 200<<10))
	d.send(publishing(5, qos1, "t", 7, "\x03"+text(strings.Repeat("c", 300)), "x"))
	d.expect("\x40\x02\x00\x07", "B-1202")
	d.send(d.publish(qos2, "t", "x")) // MQTT has it, AWS does not
	d.expectEnd(disconnectWith(0x9b, "QoS is not supported"), "B-641")
}

// What a shared group has for a member that is over its rate is not lost: it
// waits in the group, or another member gets it [B-669].
func TestSharedGroupOverItsRate(t *testing.T) {
	t.Parallel()
	const sent = 130
	e := limited(t, emulator.Limits{Rate: "aws"})
	sub := online(t, e, 5, lasting("sub"))
	sub.subscribed(1, "$share/g/t")
	for _, id := range []string{"pub1", "pub2"} { // each keeps to its own rate
		pub := online(t, e, 4, connect{id: id, password: "all"})
		for range sent / 2 {
			pub.published("t", "x")
		}
	}
	start := time.Now()
	for range sent {
		sub.receives("t", "x", "B-669")
	}
	if took := time.Since(start); took > patience {
		t.Errorf("took %v, want it soon after a second (B-669)", took)
	}
	if all := records(e, "sub"); len(all) != 0 {
		t.Errorf("got records %+v, want none: nothing is withheld (B-669)", all)
	}
}
