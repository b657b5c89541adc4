package emulator_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/suback/suback/emulator"
)

// The soak: clients connect, subscribe, publish, drop and resume at random on
// all listeners, in both versions. Whatever they do
//
//   - a persistent session gets every QoS 1 message for it that was acknowledged
//     [B-688, B-705]
//   - nobody gets what the policy does not let them receive [B-217]
//   - goroutines and memory do not grow, but for a trace that fills up to its bound

var soakTime = flag.Duration("soak", 2*time.Second, "how long TestSoak goes on; .ci/run has it go on for two minutes")

const (
	soakClients = 500
	soakPause   = 2 * time.Second // at most, between two things that a client does
	soakWait    = time.Minute     // for anything: the machine may have other things to do
	soakPolicy  = `{"Version": "2012-10-17", "Statement": [
		{"Effect": "Allow", "Action": ["iot:Connect", "iot:Publish", "iot:Subscribe"], "Resource": "*"},
		{"Effect": "Allow", "Action": "iot:Receive", "Resource": ["arn:aws:iot:*:*:topic/inbox/*", "arn:aws:iot:*:*:topic/news/*"]}]}`
)

type soak struct {
	*testing.T
	e         *emulator.Emulator
	connected sync.WaitGroup // each client once
	over      chan struct{}
	inboxes   [soakClients]inboxLedger
	published atomic.Int64
	secrets   atomic.Int64 // published
	resumed   atomic.Int64
}

// An inboxLedger says which messages for a client are acknowledged to their
// publisher, received, or both: then it forgets them.
type inboxLedger struct {
	open                   atomic.Bool // the client has had a SUBACK
	mu                     sync.Mutex
	acknowledged, received map[string]bool
}

func (l *inboxLedger) note(message string, here, there *map[string]bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if (*there)[message] {
		delete(*there, message)
		return
	}
	if *here == nil {
		*here = make(map[string]bool)
	}
	(*here)[message] = true
}

func (l *inboxLedger) missing() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.acknowledged)
}

func TestSoak(t *testing.T) {
	s := &soak{T: t, over: make(chan struct{}), e: emulator.Run(t, emulator.Options{
		Authorizer: granting(json.RawMessage(soakPolicy)), ReplayPerSecond: 1000})}
	goroutines := runtime.NumGoroutine()
	clients := make([]*soakClient, soakClients)
	var working sync.WaitGroup
	s.connected.Add(soakClients)
	for i := range clients {
		clients[i] = &soakClient{soak: s, number: i, rand: rand.New(rand.NewPCG(1, uint64(i)))}
		working.Go(clients[i].work)
	}
	s.connected.Wait()
	early, late := time.NewTimer(*soakTime/3), time.NewTimer(*soakTime)
	<-early.C
	before := heap()
	<-late.C
	after := heap()
	close(s.over)
	working.Wait()
	s.settle(clients)
	t.Logf("%d messages acknowledged, %d of them secret, %d connections resumed, %d MB of memory", s.published.Load(), s.secrets.Load(),
		s.resumed.Load(), after>>20)
	if limit := before*3/2 + 64<<20; after > limit {
		t.Errorf("%d MB of memory, %d MB at a third of the time, want at most %d", after>>20, before>>20, limit>>20)
	}
	if withheld := s.e.Trace().Counts().Withheld; withheld == 0 || s.secrets.Load() == 0 {
		t.Errorf("%d secrets published, %d messages withheld, want some (B-217)", s.secrets.Load(), withheld)
	}
	eventually(t, fmt.Sprintf("%d goroutines as before", goroutines), func() bool { return runtime.NumGoroutine() <= goroutines+5 })
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// settle brings every persistent client back until it has what it is owed.
func (s *soak) settle(clients []*soakClient) {
	var coming sync.WaitGroup
	for _, c := range clients {
		if !c.persistent() {
			continue
		}
		coming.Go(func() {
			c.resume()
			inbox := &s.inboxes[c.number]
			tick := time.NewTicker(20 * time.Millisecond)
			defer tick.Stop()
			for deadline := time.Now().Add(soakWait); inbox.missing() > 0; <-tick.C {
				if time.Now().After(deadline) {
					s.Errorf("%s: %d acknowledged messages never came (B-705)", c.id(), inbox.missing())
					break
				}
			}
			c.drop()
		})
	}
	coming.Wait()
}

// received checks a message that came to a client.
func (s *soak) received(c *soakClient, topic, payload string) {
	switch {
	case strings.HasPrefix(topic, "secret/"):
		s.Errorf("%s: got %s without iot:Receive (B-217)", c.id(), topic)
	case topic == fmt.Sprint("inbox/", c.number):
		l := &s.inboxes[c.number]
		l.note(payload, &l.received, &l.acknowledged)
	}
}

// acknowledged notes that the broker has a message.
func (s *soak) acknowledged(topic, payload string) {
	s.published.Add(1)
	var n int
	if _, err := fmt.Sscanf(topic, "inbox/%d", &n); err == nil { // of a client whose session has the filter
		l := &s.inboxes[n]
		l.note(payload, &l.acknowledged, &l.received)
	} else if strings.HasPrefix(topic, "secret/") {
		s.secrets.Add(1)
	}
}
