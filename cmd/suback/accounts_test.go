package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mochi-mqtt/server/v2/packets"
)

// A life is one account's traffic, the same for the same seed, and what came of it.
type life struct {
	t          *testing.T
	mqtt, http string // where the account is
	random     *rand.Rand
	said       []string // the outcome of each step

	mu      sync.Mutex
	got     map[string][]string // payloads by subscriber; "group" is its members' together
	clients map[string]*member
}

// A member is a client that is connected.
type member struct {
	wire
	answers chan packets.Packet // all but messages
	ended   chan struct{}
}

func (l *life) note(format string, args ...any) {
	l.said = append(l.said, fmt.Sprintf(format, args...))
}

// connect has a client come; another of its id goes.
func (l *life) connect(id string, clean bool) {
	w, present, err := dialWire(l.mqtt, id, clean)
	if err != nil {
		l.t.Fatalf("%s: %v", id, err)
	}
	if old := l.clients[id]; old != nil {
		<-old.ended // the new connection has ended it
	}
	c := &member{w, make(chan packets.Packet, 1), make(chan struct{})}
	l.clients[id] = c
	l.note("%s came, session present %v", id, present)
	go l.read(id, c)
}

func (l *life) read(id string, c *member) {
	defer close(c.ended)
	for {
		message, err := c.Read()
		if err != nil {
			return
		}
		if message.FixedHeader.Type != packets.Publish {
			c.answers <- message
			continue
		}
		who := id
		if strings.HasPrefix(message.TopicName, "s/") {
			who = "group"
		}
		l.mu.Lock()
		l.got[who] = append(l.got[who], fmt.Sprintf("%s %s %v", message.TopicName, message.Payload, message.FixedHeader.Retain))
		l.mu.Unlock()
		if message.FixedHeader.Qos > 0 {
			_ = c.Acknowledge(message)
		}
	}
}

// ask sends a packet and returns its answer.
func (l *life) ask(id string, p packets.Packet) packets.Packet {
	c := l.clients[id]
	if err := c.Write(p); err != nil {
		l.t.Fatalf("%s: %v", id, err)
	}
	select {
	case answer := <-c.answers:
		return answer
	case <-time.After(patience):
		l.t.Fatalf("%s: no answer to %v", id, p)
		return p
	}
}

// settle returns when all that was sent to a client has been read and acknowledged.
func (l *life) settle(id string) { l.ask(id, packetOf(packets.Pingreq)) }

// packetOf is one of a type; all of them that have a QoS have 1.
func packetOf(kind byte) packets.Packet {
	qos := map[byte]byte{packets.Publish: 1, packets.Subscribe: 1}[kind]
	return packets.Packet{FixedHeader: packets.FixedHeader{Type: kind, Qos: qos}, PacketID: 1}
}

func (l *life) leave(id string) {
	l.settle(id)
	c := l.clients[id]
	delete(l.clients, id)
	_ = c.Disconnect()
	<-c.ended
	_ = c.Close()
}

func (l *life) subscribe(id, filter string) {
	s := packetOf(packets.Subscribe)
	s.Filters = packets.Subscriptions{{Filter: filter, Qos: 1}}
	l.note("%s subscribed to %s: %v", id, filter, l.ask(id, s).ReasonCodes)
}

func (l *life) publish(id, topic, payload string, retain bool) {
	p := packetOf(packets.Publish)
	p.TopicName, p.Payload, p.FixedHeader.Retain = topic, []byte(payload), retain
	l.ask(id, p)
}

// createThing asks the control plane; a thing that is there already with another
// attribute is a conflict.
func (l *life) createThing(name, attribute string) {
	body := fmt.Sprintf(`{"attributePayload": {"attributes": {"a": %q}}}`, attribute)
	r, err := http.NewRequest(http.MethodPost, l.http+"/things/"+name, strings.NewReader(body))
	if err != nil {
		l.t.Fatal(err)
	}
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=test/20261128/us-east-1/iot/aws4_request, SignedHeaders=host, Signature=00")
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		l.t.Fatal(err)
	}
	_ = res.Body.Close()
	l.note("thing %s %s: %d", name, attribute, res.StatusCode)
}

// run lives it, and returns what it was.
func (l *life) run() string {
	for _, id := range []string{"c0", "c1", "c2", "s0", "s1", "kept"} {
		l.connect(id, id != "kept")
	}
	for _, id := range []string{"s0", "s1"} {
		l.subscribe(id, "$share/group/s/+")
	}
	l.subscribe("kept", "k")
	l.leave("kept")
	for n := range 150 {
		id := fmt.Sprintf("c%d", l.random.IntN(3))
		switch k := l.random.IntN(10); k {
		case 0:
			for other := range l.clients {
				l.settle(other)
			}
			l.connect(id, true)
		case 1, 2:
			l.subscribe(id, []string{"a/+", "a/0", "#", "a/1"}[l.random.IntN(4)])
		case 3:
			l.createThing(fmt.Sprintf("t%d", l.random.IntN(4)), fmt.Sprint(l.random.IntN(3)))
		case 4:
			l.publish(id, "s/1", fmt.Sprint("shared ", n), false)
		default:
			l.publish(id, fmt.Sprintf("a/%d", l.random.IntN(3)), fmt.Sprint(l.random.IntN(1e9), " ", n), k == 9)
		}
		if n%40 == 0 {
			l.publish(id, "k", fmt.Sprint("kept ", n), false)
		}
	}
	l.connect("kept", false)
	time.Sleep(time.Second) // four messages, ten in a second [B-669]
	return l.end()
}

func (l *life) end() string {
	for _, id := range []string{"c0", "c1", "c2", "s0", "s1", "kept"} {
		l.leave(id)
	}
	slices.Sort(l.got["group"])
	text, err := json.MarshalIndent(map[string]any{"said": l.said, "got": l.got}, "", " ")
	if err != nil {
		l.t.Fatal(err)
	}
	return string(text)
}

// live starts a life at an account, which is made for it.
func (g *gateway) live(t *testing.T, name string, seed uint64) *life {
	t.Helper()
	admin := "http://" + g.addresses()["http"] + "/_suback/accounts"
	res, err := http.Post(admin, "application/json", strings.NewReader(fmt.Sprintf(`{"name": %q}`, name)))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var account struct{ Listeners map[string]string }
	if err := json.NewDecoder(res.Body).Decode(&account); err != nil || account.Listeners["mqtt"] == "" {
		t.Fatalf("got %s %v, want the account", res.Status, err)
	}
	return newLife(t, account.Listeners["mqtt"], admin+"/"+name, seed)
}

func newLife(t *testing.T, mqtt, http string, seed uint64) *life {
	return &life{t: t, mqtt: mqtt, http: http, random: rand.New(rand.NewPCG(seed, 0)),
		got: map[string][]string{}, clients: map[string]*member{}}
}

// runAll runs lives at the same time, and returns what they were, by seed.
func runAll(lives map[uint64]*life) map[uint64]string {
	texts := map[uint64]string{}
	var mu sync.Mutex
	var all sync.WaitGroup
	for seed, l := range lives {
		all.Go(func() {
			text := l.run()
			mu.Lock()
			defer mu.Unlock()
			texts[seed] = text
		})
	}
	all.Wait()
	return texts
}

// Two accounts with the same client ids, topics, groups and things never meet: what
// each sees is what it sees alone, in a process of its own or where another has been.
func TestAccountsNeverMeet(t *testing.T) {
	t.Parallel()
	begin := func() *gateway {
		return serve(t, nil, "--mqtt", ":0", "--mqtts", "off", "--https", "off", "--http", ":0")
	}
	lives := map[uint64]*life{}
	for _, seed := range []uint64{1, 2} {
		g := begin()
		lives[seed] = newLife(t, g.addresses()["mqtt"], "http://"+g.addresses()["http"], seed)
	}
	alone := runAll(lives)
	g := begin()
	both := runAll(map[uint64]*life{1: g.live(t, "a", 1), 2: g.live(t, "b", 2)})
	inTurn := map[uint64]string{}
	for _, seed := range []uint64{1, 2} {
		inTurn[seed] = newLife(t, g.addresses()["mqtt"], "http://"+g.addresses()["http"], seed).run()
		res, err := http.Post("http://"+g.addresses()["http"]+"/_suback/reset", "", nil)
		if err != nil || res.StatusCode != http.StatusOK {
			t.Fatalf("reset: %v, %v", res, err)
		}
		_ = res.Body.Close()
	}
	for _, seed := range []uint64{1, 2} {
		if both[seed] != alone[seed] {
			t.Errorf("seed %d, two accounts: got\n%s\nwant, as in a process of its own,\n%s", seed, both[seed], alone[seed])
		}
		if inTurn[seed] != alone[seed] {
			t.Errorf("seed %d, one account after a reset: got\n%s\nwant\n%s", seed, inTurn[seed], alone[seed])
		}
	}
	if alone[1] == alone[2] {
		t.Error("the two lives are the same, want different ones")
	}
}
