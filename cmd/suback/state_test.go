package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/suback/suback/emulator/mqtttest"
)

// kill ends the program as kill -9 does.
func (g *gateway) kill(t *testing.T) {
	t.Helper()
	g.exited = true
	if err := g.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-g.rest
	_ = g.cmd.Wait()
}

// advance moves the program's clock.
func (g *gateway) advance(t *testing.T, by string) {
	t.Helper()
	resp, err := http.Post("http://"+g.addresses()["http"]+"/_suback/clock", "application/json", strings.NewReader(`{"advance": "`+by+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("clock: got %s", resp.Status)
	}
}

// A wire is one MQTT 3.1.1 connection, packet by packet.
type wire struct{ *mqtttest.Client }

// dialWire connects. An error is no failure: the program may have been killed. w has
// a client if there was a connection.
func dialWire(addr, id string, clean bool) (w wire, present bool, err error) {
	return dialWireAs(addr, id, clean, "me")
}

// dialWireAs is dialWire with another user name.
func dialWireAs(addr, id string, clean bool, user string) (w wire, present bool, err error) {
	if w.Client, err = mqtttest.Dial(context.Background(), "tcp://"+addr, nil); err != nil {
		return w, false, err
	}
	w.Patience = patience
	ack, err := w.Connect(4, id, mqtttest.User(user, "test"), func(pk *packets.Packet) { pk.Connect.Clean = clean })
	if err != nil {
		_ = w.Close()
	}
	return w, ack.SessionPresent, err
}

func (w wire) publish(topic, payload string, retain bool) error {
	_, err := w.Publish(topic, payload, func(pk *packets.Packet) { pk.FixedHeader.Retain = retain })
	return err
}

func (w wire) subscribe(filter string) error {
	_, err := w.Subscribe(filter)
	return err
}

// A traffic is what publishers were promised and what subscribers got.
type traffic struct {
	t *testing.T

	mu           sync.Mutex
	acknowledged []string                   // payloads, by a PUBACK
	got          map[string]map[string]bool // payloads by subscriber; "group" is its members' together
	retained     map[string]int             // newest number that was acknowledged, by topic
}

// publish sends numbered messages until the connection breaks.
func (x *traffic) publish(addr, name string) {
	w, _, err := dialWire(addr, name, true)
	if err != nil {
		return
	}
	defer w.Close()
	for n := 1; ; n++ {
		payload := fmt.Sprintf("%s %d", name, n)
		if w.publish("t/"+name, payload, false) != nil {
			return
		}
		x.mu.Lock()
		x.acknowledged = append(x.acknowledged, payload)
		x.mu.Unlock()
		topic := "r/" + name
		if w.publish(topic, fmt.Sprint(n), true) != nil {
			return
		}
		x.mu.Lock()
		x.retained[topic] = n
		x.mu.Unlock()
	}
}

// comeAndGo is a persistent subscriber that acknowledges some of what it gets,
// until nobody answers or it is over.
func (x *traffic) comeAndGo(addr, id, ledger string, r *rand.Rand, over <-chan struct{}) {
	for {
		select {
		case <-over:
			return
		default:
		}
		w, present, err := dialWire(addr, id, false)
		if err != nil {
			return
		}
		if !present {
			x.t.Errorf("%s: its session is gone (B-702)", id)
		}
		stop := make(chan struct{})
		go func() {
			select {
			case <-over:
				_ = w.Close()
			case <-stop:
			}
		}()
		for range 20 + r.IntN(100) {
			p, err := w.Receive()
			if err != nil {
				break
			}
			x.mu.Lock()
			x.got[ledger][string(p.Payload)] = true
			x.mu.Unlock()
			if r.IntN(10) > 0 && w.Acknowledge(p) != nil {
				break
			}
		}
		close(stop)
		_ = w.Close()
	}
}

// missing returns what was acknowledged to a publisher and has not come.
func (x *traffic) missing() (all []string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	for ledger, got := range x.got {
		for _, payload := range x.acknowledged {
			if !got[payload] {
				all = append(all, ledger+": "+payload)
			}
		}
	}
	slices.Sort(all)
	return all
}

func (x *traffic) promised() int {
	x.mu.Lock()
	defer x.mu.Unlock()
	return len(x.acknowledged)
}

// TestKilled: after kill -9 in mid-traffic, several times, everything that was
// acknowledged is there: QoS 1 messages for persistent sessions and groups,
// retained messages, the sessions [B-688, B-700, B-705, B-720].
func TestKilled(t *testing.T) {
	t.Parallel()
	const rounds, publishers, each = 3, 5, 120
	state := filepath.Join(t.TempDir(), "state")
	ids := map[string]string{"sub-0": "t/#", "sub-1": "t/+", "member-0": "$share/g/t/#", "member-1": "$share/g/t/#"}
	x := &traffic{t: t, got: map[string]map[string]bool{"sub-0": {}, "sub-1": {}, "group": {}}, retained: make(map[string]int)}
	ledgerOf := func(id string) string {
		if strings.HasPrefix(id, "member") {
			return "group"
		}
		return id
	}
	start := func() (*gateway, string) {
		g := serve(t, free, "--state", state, "--log-level", "error")
		return g, g.addresses()["mqtt"]
	}
	subscribers := func(addr string, round int, over <-chan struct{}) *sync.WaitGroup {
		var working sync.WaitGroup
		for id := range ids {
			r := rand.New(rand.NewPCG(uint64(round), uint64(len(id)+int(id[len(id)-1]))))
			working.Go(func() { x.comeAndGo(addr, id, ledgerOf(id), r, over) })
		}
		return &working
	}

	g, addr := start()
	for id, filter := range ids {
		w, _, err := dialWire(addr, id, false)
		if err == nil {
			err = w.subscribe(filter)
		}
		if err != nil {
			t.Fatal(err)
		}
		_ = w.Close()
	}
	for round := range rounds {
		before := x.promised()
		working := subscribers(addr, round, nil)
		for p := range publishers {
			working.Go(func() { x.publish(addr, fmt.Sprintf("%d-%d", round, p)) })
		}
		eventually(t, "traffic", func() bool { return x.promised()-before >= each })
		g.kill(t)
		working.Wait()
		g, addr = start()
	}

	over := make(chan struct{})
	working := subscribers(addr, rounds, over)
	var left []string
	defer func() {
		if len(left) > 0 {
			t.Errorf("%d missing: %.10q (B-688, B-705)", len(left), left[:min(len(left), 10)])
		}
	}()
	eventually(t, "everything that was acknowledged", func() bool {
		g.advance(t, "1s") // of the replay
		left = x.missing()
		return len(left) == 0 || t.Failed()
	})
	close(over)
	working.Wait()
	checkRetained(t, addr, x.retained)
	t.Logf("%d messages, %d retained topics, %d kills", x.promised(), len(x.retained), rounds)
}

// checkRetained wants each topic's retained message, or a newer one whose PUBACK
// the crash has taken.
func checkRetained(t *testing.T, addr string, want map[string]int) {
	t.Helper()
	w, _, err := dialWire(addr, "reader", true)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	for topic, newest := range want {
		if err := w.subscribe(topic); err != nil {
			t.Fatal(err)
		}
		p, err := w.Receive()
		if err != nil {
			t.Errorf("%s: %v, want its retained message (B-720)", topic, err)
			return
		}
		n := 0
		_, _ = fmt.Sscan(string(p.Payload), &n)
		if p.TopicName != topic || !p.FixedHeader.Retain || n != newest && n != newest+1 {
			t.Errorf("got %s %q, want %s retained with %d or one more (B-720)", p.TopicName, p.Payload, topic, newest)
		}
		if err := w.Acknowledge(p); err != nil {
			t.Fatal(err)
		}
	}
}

// TestStateInUse: a second program on the same state, and a state that is no
// such thing, are told apart and say what to do.
func TestStateInUse(t *testing.T) {
	t.Parallel()
	state := filepath.Join(t.TempDir(), "state")
	serve(t, free, "--state", state)
	file := filepath.Join(state, "sessions.db")
	if out, code := serveFails(t, state); code != exitNo || !strings.HasPrefix(out, "suback: error: "+file+": in use by another process") {
		t.Errorf("got exit code %d, %q, want that it is in use", code, out)
	}
	broken := t.TempDir()
	file = filepath.Join(broken, "sessions.db")
	write(t, broken, "sessions.db", strings.Repeat("this is no database\n", 1000))
	if out, code := serveFails(t, broken); code != exitNo || !strings.HasPrefix(out, "suback: error: "+file+": the file is broken") ||
		!strings.Contains(out, "move it away") {
		t.Errorf("got exit code %d, %q, want that it is broken and what to do", code, out)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	serve(t, free, "--state", broken).stop(t)
}

// serveFails starts the program on a state that it cannot use.
func serveFails(t *testing.T, state string) (output string, code int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience) // or it does not fail
	defer cancel()
	cmd := exec.CommandContext(ctx, binary, "serve", "--state", state)
	cmd.Env = append([]string{"HOME=" + t.TempDir()}, free...)
	out, _ := cmd.CombinedOutput()
	return string(out), cmd.ProcessState.ExitCode()
}
