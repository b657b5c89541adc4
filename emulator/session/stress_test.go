package session

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/suback/suback/emulator/story"
)

// The stress test runs a few hundred clients that come, go, subscribe and
// acknowledge at random, against publishers that do not wait for them. What it
// checks is checked by each client, while it runs:
//
//   - a persistent session gets each QoS 1 message, per publisher in order, and
//     never again once it has acknowledged it
//   - a shared group gets each of them once, whichever member that is
//   - the SUBACK is there before the first message for a new filter
//   - no more than Window messages are unacknowledged, under different identifiers
//   - Allowed is asked once per packet, and what it refuses is not written
//   - a retained message never follows a newer live one

const (
	stressPublishers = 8
	stressSteady     = 60 // persistent, subscribed to everything
	stressGroups     = 3
	stressMembers    = 20 // persistent, per group
	stressFleeting   = 80
)

type stress struct {
	t        *testing.T
	all      *Sessions
	messages int                          // QoS 1, per publisher
	serial   [stressFleeting]atomic.Int64 // of the filter that a fleeting client holds
	working  sync.WaitGroup               // publishers
	over     chan struct{}                // closed when the publishers are done
}

// A peer is one client of the stress test over all its connections.
type peer struct {
	*stress
	id      string
	rand    *rand.Rand
	ledger  *ledger // nil for a fleeting client
	shared  bool    // the ledger is a group's
	refuses string  // a topic
	wake    chan struct{}

	mu      sync.Mutex
	session *Session
	suback  map[string]bool // topics whose filter is granted

	// Of the present connection.
	version   byte
	window    int
	pending   *Message          // Allowed said yes to it, it is not written yet
	unacked   map[uint16]string // messages by identifier
	order     []uint16
	last      map[string]int // newest number by topic
	connected bool
}

func (s *stress) newPeer(id string, n int) *peer {
	return &peer{stress: s, id: id, rand: rand.New(rand.NewPCG(7, uint64(n))), wake: make(chan struct{}, 1)}
}

func (p *peer) connect(t Terms) {
	session, present := p.all.Open(p.id, t)
	p.mu.Lock()
	if !present {
		p.suback = make(map[string]bool)
	}
	p.session, p.version, p.window = session, t.Version, 1+p.rand.IntN(100)
	p.unacked, p.order, p.last = make(map[uint16]string), nil, make(map[string]int)
	p.connected, p.pending = true, nil
	window := p.window
	p.mu.Unlock()
	session.Attach(Link{Window: window, Allowed: p.allowed, Write: p.write})
}

func (p *peer) disconnect(expiry time.Duration) {
	p.session.Detach(expiry)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.connected = false
}

func (p *peer) allowed(m *Message) story.Outcome {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.pending != nil {
		p.t.Errorf("%s: Allowed is asked about %s, but %s has not been written", p.id, m.Topic, p.pending.Topic)
	}
	if m.Topic == p.refuses {
		return story.Withheld
	}
	p.pending = m
	return story.Sent
}

func (p *peer) write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	pk, err := decode(p.version, bytes.Clone(b))
	switch {
	case err != nil:
		p.t.Errorf("%s: %v", p.id, err)
	case !p.connected:
		p.t.Errorf("%s: a message after Detach", p.id)
	case p.pending == nil:
		p.t.Errorf("%s: %s is written, but Allowed was not asked", p.id, pk.TopicName)
	case p.pending.Topic != pk.TopicName || !bytes.Equal(p.pending.Payload, pk.Payload):
		p.t.Errorf("%s: %s is written, Allowed was asked about %s", p.id, pk.TopicName, p.pending.Topic)
	}
	p.pending = nil
	if pk.FixedHeader.Qos == 1 {
		p.take(pk.PacketID, pk.TopicName+" "+string(pk.Payload))
	}
	p.check(pk.TopicName, string(pk.Payload), pk.FixedHeader.Retain)
	select {
	case p.wake <- struct{}{}:
	default:
	}
	return len(b), nil
}

// take checks window and identifier of a QoS 1 message.
func (p *peer) take(id uint16, message string) {
	if other, used := p.unacked[id]; used || id == 0 {
		p.t.Errorf("%s: identifier %d of %q is %q's", p.id, id, message, other)
	}
	p.unacked[id] = message
	p.order = append(p.order, id)
	if len(p.unacked) > p.window {
		p.t.Errorf("%s: %d messages are unacknowledged, want at most %d (B-684)", p.id, len(p.unacked), p.window)
	}
}

// check looks at what only the kind of topic can tell.
func (p *peer) check(topic, payload string, retained bool) {
	kind, _, _ := strings.Cut(topic, "/")
	var n int
	_, _ = fmt.Sscan(payload, &n)
	last := p.last[topic]
	p.last[topic] = n
	switch kind {
	case "all":
		message := topic + " " + payload
		if p.ledger == nil { // what another member has left may be older than what this one has had
			return
		}
		if n <= last {
			p.t.Errorf("%s: got %q after %d (B-687)", p.id, message, last)
		}
		if problem := p.ledger.got(p.id, message); problem != "" {
			p.t.Errorf("%s: got %q, but %s", p.id, message, problem)
		}
		if missed := p.ledger.missed(topic, last, n); missed != "" && !p.shared {
			p.t.Errorf("%s: got %q, missed %q (B-705)", p.id, message, missed)
		}
	case "fleeting":
		if !p.suback[topic] {
			p.t.Errorf("%s: got %s before the SUBACK", p.id, topic)
		}
	case "retained":
		if n < last {
			p.t.Errorf("%s: got %s %d after %d, retained: %v", p.id, topic, n, last, retained)
		}
	}
}

// acknowledge takes back one of the messages, not always the oldest.
func (p *peer) acknowledge() bool {
	p.mu.Lock()
	if len(p.order) == 0 {
		p.mu.Unlock()
		return false
	}
	i := 0
	if p.rand.IntN(4) == 0 {
		i = p.rand.IntN(len(p.order))
	}
	id := p.order[i]
	p.order = append(p.order[:i], p.order[i+1:]...)
	message := p.unacked[id]
	delete(p.unacked, id)
	if p.ledger != nil {
		p.ledger.acknowledge(message)
	}
	p.mu.Unlock()
	if !p.session.Acknowledge(id) {
		p.t.Errorf("%s: identifier %d of %q is not known", p.id, id, message)
	}
	return true
}

// stay keeps a persistent session until its ledger is complete.
func (p *peer) stay(deadline <-chan struct{}) {
	for !p.ledger.complete() {
		if p.rand.IntN(50) == 0 {
			p.disconnect(time.Hour)
			p.connect(Terms{Version: p.version, Expiry: time.Hour})
		}
		if p.acknowledge() {
			continue
		}
		if p.idle(); isClosed(deadline) {
			p.t.Errorf("%s: of %d messages %d are acknowledged", p.id, p.ledger.want, len(p.ledger.done))
			return
		}
	}
}

// idle waits for a message, but not long: it may be another member's turn.
func (p *peer) idle() {
	select {
	case <-p.wake:
	case <-time.After(time.Millisecond):
	}
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// flit comes and goes, subscribes and unsubscribes, until the publishers are done.
func (p *peer) flit(n int) {
	for !isClosed(p.over) {
		expiry := time.Duration(p.rand.IntN(2)) * time.Hour
		p.connect(Terms{Version: byte(4 + p.rand.IntN(2)), Clean: p.rand.IntN(2) == 0, Expiry: expiry})
		for range p.rand.IntN(20) {
			p.flitOnce(n)
			for p.rand.IntN(3) > 0 && p.acknowledge() {
			}
			p.idle()
		}
		p.disconnect(expiry)
	}
}

func (p *peer) flitOnce(n int) {
	serial := p.serial[n].Add(1)
	topic := fmt.Sprintf("fleeting/%d/%d", n, serial)
	filters := []string{topic, topic + "/#", "$share/s/" + topic}
	p.session.Subscribe([]Subscription{{Filter: filters[p.rand.IntN(len(filters))], QoS: byte(p.rand.IntN(2))}}, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.suback[topic], p.suback[topic+"/x"] = true, true
	})
	switch p.rand.IntN(4) {
	case 0:
		filter := fmt.Sprint("retained/", p.rand.IntN(stressPublishers))
		p.session.Subscribe([]Subscription{{Filter: filter, Retained: Always}}, func() {})
	case 1:
		p.session.Subscribe([]Subscription{{Filter: "$share/mixed/all/+", QoS: 1}}, func() {})
	}
	if p.rand.IntN(2) == 0 {
		for _, sub := range p.session.Subscriptions() {
			if p.session.Subscribed(sub.Filter) {
				p.session.Unsubscribe([]string{sub.Filter})
			}
		}
	}
}

// publish sends numbered messages, and what the fleeting clients subscribe to.
func (s *stress) publish(n int) {
	defer s.working.Done()
	r := rand.New(rand.NewPCG(11, uint64(n)))
	for i := 1; i <= s.messages; i++ {
		number := fmt.Appendf(nil, "%d", i)
		m := &Message{Topic: fmt.Sprint("all/", n), Payload: number, QoS: 1}
		s.all.Publish(m)
		if err := keptBy(s.all, m); err != nil {
			s.t.Error(err)
		}
		m = &Message{Topic: fmt.Sprint("retained/", n), Payload: number, Retain: true}
		s.all.Retain(m)
		s.all.Publish(m)
		for range 30 {
			client := r.IntN(stressFleeting)
			topic := fmt.Sprintf("fleeting/%d/%d", client, s.serial[client].Load()+int64(r.IntN(2)))
			s.all.Publish(&Message{Topic: topic + []string{"", "/x"}[r.IntN(2)], QoS: byte(r.IntN(2))})
		}
		if i%10 == 0 {
			s.all.Advance(1)
		}
	}
}

func TestStress(t *testing.T) {
	t.Parallel()
	t.Run("in memory", func(t *testing.T) { t.Parallel(); runStress(t, New(), 100) })
	t.Run("in a file, paced", func(t *testing.T) {
		t.Parallel()
		all, err := Open(Options{Kept: openFile(t, filepath.Join(t.TempDir(), "sessions.db")).Part(""), ReplayPerSecond: 2000})
		if err != nil {
			t.Fatal(err)
		}
		runStress(t, all, 30)
		wantEmptyFile(t, all)
		if err := all.Close(); err != nil {
			t.Error(err)
		}
	})
}

func runStress(t *testing.T, all *Sessions, messages int) {
	s := &stress{t: t, all: all, messages: messages, over: make(chan struct{})}
	deadline := make(chan struct{})
	timer := time.AfterFunc(8*time.Minute, func() { close(deadline) }) // it takes a second; a busy machine longer
	defer timer.Stop()

	var peers []*peer
	join := func(p *peer, filters ...string) {
		p.connect(Terms{Version: byte(4 + len(peers)%2), Expiry: time.Hour})
		for _, filter := range filters {
			p.session.Subscribe([]Subscription{{Filter: filter, QoS: 1}}, func() {})
		}
		peers = append(peers, p)
	}
	for i := range stressSteady {
		p := s.newPeer(fmt.Sprint("steady-", i), len(peers))
		p.ledger = newLedger(stressPublishers * messages)
		if i%3 == 0 {
			p.refuses = fmt.Sprint("all/", i%stressPublishers)
			p.ledger = newLedger((stressPublishers - 1) * messages)
		}
		join(p, "all/+", "all/#")
	}
	for g := range stressGroups {
		ledger := newLedger(stressPublishers * messages)
		for i := range stressMembers {
			p := s.newPeer(fmt.Sprintf("member-%d-%d", g, i), len(peers))
			p.ledger, p.shared = ledger, true
			join(p, fmt.Sprintf("$share/g%d/all/+", g))
		}
	}
	var clients sync.WaitGroup
	for _, p := range peers {
		clients.Go(func() { p.stay(deadline) })
	}
	for i := range stressFleeting {
		p := s.newPeer(fmt.Sprint("fleeting-", i), 1000+i)
		clients.Go(func() { p.flit(i) })
		peers = append(peers, p)
	}
	for n := range stressPublishers {
		s.working.Add(1)
		go s.publish(n)
	}
	s.working.Wait()
	close(s.over)
	clients.Wait()
	for _, p := range peers {
		if p.session != nil {
			p.session.Detach(0)
		}
	}
	s.all.Clear()
	wantEmpty(t, s.all)
}
