package hooks_test

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/trace"
)

// Two subscribers of one topic, two policies, two outcomes; the publisher sees
// nothing of it [B-215, B-217, B-430, B-431].
func TestTwoPoliciesOneTopic(t *testing.T) {
	e := start(t)
	for _, version := range []byte{4, 5} {
		for qos := range byte(2) {
			t.Run(fmt.Sprintf("v%d QoS %d", version, qos), func(t *testing.T) {
				id := fmt.Sprintf("%d-%d", version, qos)
				hears := online(t, e, version, connect{id: "hears-" + id, password: "all"})
				deaf := online(t, e, version, connect{id: "deaf-" + id, password: "Connect=client/* Subscribe=topicfilter/* Receive=topicfilter/*"})
				pub := online(t, e, version, connect{id: "pub", password: "all"})
				for _, d := range []*device{hears, deaf} {
					d.subscribed(qos, "a/+", "a/#", "a/b") // one copy [B-658]
				}
				for range 3 {
					pub.published("a/b", "x")
					hears.receives("a/b", "x", "B-215")
				}
				hears.lives("B-658")
				deaf.lives("B-217")
				ev := record(t, e, "deaf-"+id)
				if ev.Outcome != trace.Withheld || ev.Topic != "a/b" || ev.Count != 3 || ev.Action != "iot:Receive" ||
					ev.Resource != "arn:aws:iot:us-east-1:000000000000:topic/a/b" || ev.Rules[0] != "B-502" {
					t.Errorf("record: %+v, want a/b withheld 3 times for its topicfilter (B-217, B-502)", ev)
				}
			})
		}
	}
}

// A message by a shared subscription is judged on its topic, not on the text of
// the filter [B-225, guess].
func TestReceiveOfShared(t *testing.T) {
	const may = "Connect=client/* Subscribe=topicfilter/* "
	e := start(t)
	pub := online(t, e, 4, connect{id: "pub", password: "all"})
	for version, password := range map[byte]string{4: may + "Receive=topic/t", 5: may + "Receive=topic/$share/g/t,topic/$share/*"} {
		d := online(t, e, version, connect{id: "d", password: password})
		d.subscribed(0, "$share/g/t")
		pub.published("t", "x")
		if version == 4 {
			d.receives("t", "x", "B-225, guess")
		}
		d.lives("B-225, guess")
		d.disconnect()
	}
}

// Why a SUBACK came and no message did [B-501…B-507].
func TestWithheldHints(t *testing.T) {
	const may = "Connect=client/* Subscribe=topicfilter/* "
	tests := []struct {
		name, policy, topic, rule string
	}{
		{"no Receive", may, "a/b", "B-501"},
		{"topicfilter", may + "Receive=topicfilter/a/b", "a/b", "B-502"},
		{"MQTT wildcard", may + "Receive=topic/a/#", "a/b", "B-503"},
		{"denied", may + "Receive=topic/* !Receive=topic/a/*", "a/b", "B-507"},
	}
	e := start(t)
	pub := online(t, e, 4, connect{id: "pub", password: "all"})
	for i, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			id := fmt.Sprint("d", i)
			d := online(t, e, 4, connect{id: id, password: tt.policy})
			d.subscribed(1, "a/#")
			pub.published(tt.topic, "x")
			d.lives("B-217")
			ev := record(t, e, id)
			if !slices.Contains(ev.Rules, tt.rule) {
				t.Errorf("rules %q, hint %q, want %s", ev.Rules, ev.Hint, tt.rule)
			}
			if ev.Saw != "nothing, connection kept" {
				t.Errorf("saw %q, want nothing", ev.Saw)
			}
		})
	}
}

// At most 100 messages, fewer if the client says so, are on their way; the rest
// follows in order as they are acknowledged [B-684, B-687].
func TestWindow(t *testing.T) {
	tests := []struct {
		version byte
		props   string
		want    int
		source  string
	}{
		{4, "", 100, "B-684"},
		{5, "", 100, "B-684"},
		{5, "\x21\x00\x03", 3, "B-684"},
		{5, "\x21\xff\xff", 100, "B-684"},
	}
	e := start(t)
	pub := online(t, e, 4, connect{id: "pub", password: "all"})
	for _, tt := range tests {
		t.Run(fmt.Sprintf("v%d %q", tt.version, tt.props), func(t *testing.T) {
			const messages = 120
			d := online(t, e, tt.version, connect{id: "d", password: "all", properties: tt.props})
			d.subscribed(1, "t")
			for i := range messages {
				pub.published("t", fmt.Sprintf("%03d", i))
			}
			var acks []string
			next := 0
			take := func() {
				body := bodyOf(d.receive())
				if got := body[len(body)-3:]; got != fmt.Sprintf("%03d", next) {
					t.Fatalf("got message %s, want %03d (B-687)", got, next)
				}
				next++
				acks = append(acks, "\x40\x02"+body[3:5])
			}
			for range tt.want {
				take()
			}
			d.lives(tt.source)
			for ; next < messages; take() {
				d.send(acks[0])
				acks = acks[1:]
			}
			d.send(acks...)
			d.lives(tt.source)
		})
	}
}

// What a client does not take is not sent, and holds up nothing [B-513].
func TestMaximumPacketSize(t *testing.T) {
	e := start(t)
	d := online(t, e, 5, connect{id: "d", password: "all", properties: "\x27\x00\x00\x02\x00"})
	d.subscribed(1, "t")
	pub := online(t, e, 5, connect{id: "pub", password: "all"})
	pub.published("t", strings.Repeat("x", 512))
	pub.published("t", "fits")
	d.receives("t", "fits", "B-513")
	d.lives("B-513")
}

// A crowd is one load on the broker: publishers flood some topics while
// subscribers come and go.
type crowd struct {
	*testing.T
	e    *emulator.Emulator
	sent atomic.Int64
}

const (
	crowdTopics = 6
	crowdRounds = 100 // of subscribing and unsubscribing, each client
)

// flood publishes until enough is closed.
func (c *crowd) flood(d *device, enough <-chan struct{}) {
	for n := 0; ; n++ {
		select {
		case <-enough:
			return
		default:
		}
		_, err := d.conn.Write([]byte(d.publish(qos1, fmt.Sprint("load/", n%crowdTopics), "x")))
		if p, err2 := d.read(); err != nil || err2 != nil || p != "\x40\x02\x00\x07" {
			c.Errorf("got %q and %v, %v, want a PUBACK without a reason (B-431)", p, err, err2)
			return
		}
		c.sent.Add(1)
	}
}

// churn subscribes and unsubscribes, every other time at once, and counts what
// it is sent by topic.
func (c *crowd) churn(d *device, filter string, options byte) map[string]int {
	got := make(map[string]int)
	const ping = "\xc0\x00"
	for round := range crowdRounds {
		in, out := d.subscribe(1, options, filter)+ping, d.unsubscribe(2, filter)+ping
		if round%2 == 0 {
			in, out = in+out, ""
		}
		_, _ = d.conn.Write([]byte(in))
		for pings := 0; pings < 2; {
			p, err := d.read()
			if err != nil {
				c.Errorf("%s: %v", filter, err)
				return got
			}
			switch p[0] >> 4 {
			case 13:
				pings++
				_, _ = d.conn.Write([]byte(out))
				out = ""
			case 3:
				got[c.taken(d, p)]++
			}
		}
	}
	return got
}

// taken acknowledges a message, if it wants that, and returns its topic.
func (c *crowd) taken(d *device, p string) string {
	body := bodyOf(p)
	n := 2 + int(binary.BigEndian.Uint16([]byte(body)))
	if p[0]&0x06 != 0 {
		_, _ = d.conn.Write([]byte("\x40\x02" + body[n:n+2]))
	}
	return body[2:n]
}

// Under load no delivery slips through without permission, not in the moment of
// subscribing either, and what was withheld is counted to the message [B-216,
// B-217, M-2].
func TestNothingSlipsThrough(t *testing.T) {
	t.Parallel()
	const may = "Connect=client/* Subscribe=topicfilter/* "
	c := &crowd{T: t, e: start(t)}
	steady := online(t, c.e, 4, connect{id: "steady", password: may + "Receive=topic/load/0,topic/load/1"})
	steady.subscribed(0, "load/#")
	stored := online(t, c.e, 4, connect{id: "stored", password: "all"})
	stored.send(stored.publish(qos1|retain, "load/5", "stored"))
	stored.receive()
	deaf := online(t, c.e, 5, connect{id: "deaf", password: may, properties: "\x21\x00\x05"})
	deaf.subscribed(1, "$share/group/load/#")

	var flooding, churning sync.WaitGroup
	enough := make(chan struct{})
	for i := range 4 {
		d := online(t, c.e, 4+byte(i%2), connect{id: fmt.Sprint("pub", i), password: "all"})
		flooding.Go(func() { c.flood(d, enough) })
	}
	var permitted atomic.Int64
	for i := range 6 {
		filter, version, qos := []string{"load/#", "load/5", "$share/g/load/+"}[i%3], 4+byte(i%2), byte(i%2)
		none := online(t, c.e, version, connect{id: fmt.Sprint("none", i), password: may})
		churning.Go(func() {
			if got := c.churn(none, filter, qos); len(got) > 0 {
				t.Errorf("%s without iot:Receive got %v (B-217)", filter, got)
			}
		})
		half := online(t, c.e, version, connect{id: fmt.Sprint("half", i), password: may + "Receive=topic/load/0,topic/load/2,topic/load/4"})
		churning.Go(func() {
			for topic, n := range c.churn(half, filter, qos) {
				permitted.Add(int64(n))
				if topic != "load/0" && topic != "load/2" && topic != "load/4" {
					t.Errorf("%s got %d messages of %s without permission (B-217)", filter, n, topic)
				}
			}
		})
	}
	churning.Wait()
	close(enough)
	flooding.Wait()
	if permitted.Load() == 0 {
		t.Error("nobody was subscribed while messages came")
	}
	received := 0
	steady.send("\xc0\x00")
	for p := steady.receive(); p != "\xd0\x00"; p = steady.receive() {
		received++
	}
	deaf.lives("B-217")
	c.checkCounts(received)
}

// checkCounts wants each message of a steady subscriber received or withheld.
func (c *crowd) checkCounts(received int) {
	c.Helper()
	withheld := make(map[string]int)
	for _, client := range []string{"steady", "deaf"} {
		for _, ev := range records(c.e, client) {
			if ev.Outcome == trace.Note && ev.Rules[0] == "B-510" {
				continue // its shared filter matches what is retained
			}
			if ev.Outcome != trace.Withheld {
				c.Errorf("%s: %s %s, want WITHHELD alone", client, ev.Outcome, ev.Reason)
			}
			withheld[client] += int(ev.Count)
		}
	}
	sent := int(c.sent.Load())
	if withheld["steady"]+received != sent+1 { // and the one that is retained
		c.Errorf("steady: %d received and %d withheld, want %d together (B-217)", received, withheld["steady"], sent+1)
	}
	if withheld["deaf"] != sent {
		c.Errorf("deaf: %d withheld, want %d (B-216)", withheld["deaf"], sent)
	}
	if total := c.e.Trace().Counts().Withheld; total < uint64(withheld["steady"]+withheld["deaf"]) {
		c.Errorf("counts: %d withheld in all, less than of two clients", total)
	}
}
