package emulator_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/mqtttest"
	"github.com/suback/suback/emulator/topic"
)

// Whatever comes in whatever order: what a client got is in the story of the message, and
// what is there it got; who had a filter that matches is there, with a reason if it got
// nothing.
func TestStoriesAreWhatCame(t *testing.T) {
	t.Parallel()
	outcomes := map[string]int{}
	for seed := range uint64(6) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			c := &audience{stage: newStage(t, emulator.Options{}), rand: rand.New(rand.NewPCG(14, seed)),
				online: map[string]*mqtttest.Client{}, holds: map[string]map[string]bool{}, got: map[string]map[string]bool{},
				acked: map[string]map[string]bool{}, wanted: map[string]map[string]bool{}, ids: map[string]string{}}
			c.plant = c.connect("plant")
			for range 300 {
				c.step()
			}
			c.listen()
			c.check(outcomes)
		})
	}
	for _, want := range []string{"sent", "acknowledged", "queued", "withheld", "expired", "window full", "lost",
		"other member"} {
		if outcomes[want] == 0 {
			t.Errorf("nothing was %s: the traffic does not show much", want)
		}
	}
}

// An audience does things at random, one after the other. Maps are by message, then by client.
type audience struct {
	*stage
	rand       *rand.Rand
	plant      *mqtttest.Client
	online     map[string]*mqtttest.Client
	persistent map[string]bool
	holds      map[string]map[string]bool // filters, by client
	got, acked map[string]map[string]bool
	wanted     map[string]map[string]bool // who held a filter that matches, or subscribed later to what is retained
	ids        map[string]string          // of stories, by message
}

func (c *audience) step() {
	id := fmt.Sprint("c", c.rand.IntN(6))
	client := c.online[id]
	switch n := c.rand.IntN(30); {
	case n < 14:
		c.say()
	case n == 14:
		c.Advance(3 * time.Second)
	case client == nil:
		c.come(id)
	case n < 18:
		c.listen()
		c.gone(client, id)
		delete(c.online, id)
		if !c.persistent[id] {
			delete(c.holds, id)
		}
	case n < 26:
		c.ask(id, client)
	default:
		c.listen()
	}
}

// come connects a client, now and then with a new session.
func (c *audience) come(id string) {
	if c.persistent == nil {
		c.persistent = map[string]bool{}
	}
	changes := []mqtttest.Change{receiveMaximum(uint16(1 + c.rand.IntN(4)))}
	c.persistent[id] = c.rand.IntN(3) > 0
	if c.persistent[id] {
		changes = append(changes, mqtttest.Persistent(3600))
	} else {
		delete(c.holds, id)
	}
	c.online[id] = c.connect(id, changes...)
}

// ask subscribes or unsubscribes.
func (c *audience) ask(id string, client *mqtttest.Client) {
	filters := []string{"a/+", "a/#", "a/1", "a/deaf", "$share/g/a/+", "$share/h/a/1", "A/1", "b"}
	filter := filters[c.rand.IntN(len(filters))]
	if c.rand.IntN(4) == 0 {
		c.listen()
		if _, err := client.Unsubscribe(filter); err != nil {
			c.t.Fatal(err)
		}
		delete(c.holds[id], filter)
		return
	}
	c.subscribe(client, filter, mqtttest.QoS(byte(c.rand.IntN(2))))
	if c.holds[id] == nil {
		c.holds[id] = map[string]bool{}
	}
	c.holds[id][filter] = true
}

// say publishes a message whose payload is its number.
func (c *audience) say() {
	name := []string{"a/1", "a/2", "a/deaf", "a/closed", "a/1", "$aws/rules/store/a"}[c.rand.IntN(6)]
	number := fmt.Sprint(len(c.ids))
	changes := []mqtttest.Change{mqtttest.QoS(1)}
	if name != "a/closed" && c.rand.IntN(3) == 0 {
		changes[0] = mqtttest.QoS(0)
	}
	if c.rand.IntN(5) == 0 && !topic.IsReserved(name) {
		changes = append(changes, mqtttest.Retain)
	}
	if c.rand.IntN(4) == 0 {
		changes = append(changes, expiring)
	}
	if _, err := c.plant.Publish(name, number, changes...); err != nil {
		c.t.Fatal(err)
	}
	if err := c.plant.Ping(); err != nil { // so that QoS 0 has been routed
		c.t.Fatal(err)
	}
	c.ids[number] = c.Messages(emulator.Selection{Limit: 1})[0].ID
	c.wanted[number] = map[string]bool{}
	for id, filters := range c.holds {
		for filter := range filters {
			_, rest, _ := topic.Shared(filter)
			if topic.Matches(rest, name) && name != "a/closed" && !topic.IsIngest(name) {
				c.wanted[number][id] = true
			}
		}
	}
}

// listen takes what has come, and acknowledges some of it.
func (c *audience) listen() {
	for id, client := range c.online {
		for more := true; more; {
			more = false
			for _, pk := range c.before(client) {
				number := string(pk.Payload)
				put(c.got, number, id)
				if pk.FixedHeader.Qos == 1 && c.rand.IntN(4) > 0 {
					more = true // what the window held back may come
					if err := client.Acknowledge(pk); err != nil {
						c.t.Fatal(err)
					}
					put(c.acked, number, id)
				}
			}
		}
	}
}

// before returns the messages that come before the answer to a PINGREQ.
func (c *audience) before(client *mqtttest.Client) (messages []packets.Packet) {
	if err := client.Send([]byte{packets.Pingreq << 4, 0}); err != nil {
		c.t.Fatal(err)
	}
	for {
		pk, err := client.Receive()
		switch {
		case err == nil:
			messages = append(messages, pk)
		case pk.FixedHeader.Type == packets.Pingresp:
			return messages
		default:
			c.t.Fatal(err)
		}
	}
}

func put(in map[string]map[string]bool, number, id string) {
	if in[number] == nil {
		in[number] = map[string]bool{}
	}
	in[number][id] = true
}

func (c *audience) check(outcomes map[string]int) {
	for number, id := range c.ids {
		s, ok := c.Story(id)
		if !ok {
			c.t.Fatalf("there is no story of message %s", number)
		}
		c.checkOne(number, &s, outcomes)
		if c.t.Failed() {
			text, _ := json.Marshal(s)
			c.t.Fatalf("message %s, got by %v, acknowledged by %v, wanted by %v:\n%s\n%s", number, c.got[number], c.acked[number],
				c.wanted[number], s.Text(), text)
		}
	}
}

func (c *audience) checkOne(number string, s *emulator.Story, outcomes map[string]int) {
	arrived, acked, named := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, d := range s.Deliveries {
		outcomes[d.Outcome]++
		for _, id := range append(slices.Clone(d.Members), d.Client) {
			named[id] = true
		}
		if d.Arrived() {
			arrived[d.Client] = true
		} else if d.Detail == "" {
			c.t.Errorf("%s is %s without a reason", d.Client, d.Outcome)
		}
		if !d.Acknowledged.IsZero() {
			acked[d.Client] = true
		}
	}
	if got := c.got[number]; !maps.Equal(arrived, got) && len(arrived)+len(got) > 0 {
		c.t.Errorf("it went to %v, want who got it", arrived)
	}
	if got := c.acked[number]; !maps.Equal(acked, got) && len(acked)+len(got) > 0 {
		c.t.Errorf("it was acknowledged by %v", acked)
	}
	for id := range c.wanted[number] {
		if !named[id] {
			c.t.Errorf("%s held a filter and is not in it", id)
		}
	}
	if closed := s.Topic == "a/closed"; s.Verdict.Allowed == closed || closed && !strings.Contains(s.Verdict.Hint, "Deny") {
		c.t.Errorf("got verdict %+v", s.Verdict)
	}
}
