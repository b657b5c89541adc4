package hooks_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/hooks/auth"
	"github.com/mochi-mqtt/server/v2/listeners"
	"github.com/mochi-mqtt/server/v2/packets"
)

// The engine's faults, each shown on the bare engine and absent here. A test
// that fails at "the bare engine" is good news: a newer engine has lost the
// fault, and its work-around may go (docs/behaviour/engine.md).

// bareEngine runs the engine with nothing of ours, and returns its address.
func bareEngine(t testing.TB, more ...mqtt.Hook) string {
	t.Helper()
	server, addr, err := newBareEngine(more...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	return addr
}

func newBareEngine(more ...mqtt.Hook) (*mqtt.Server, string, error) {
	server := mqtt.New(&mqtt.Options{Logger: slog.New(slog.DiscardHandler)})
	l := listeners.NewTCP(listeners.Config{ID: "tcp", Address: "127.0.0.1:0"})
	err := server.AddListener(l)
	for _, h := range append(more, new(auth.AllowHook)) { // the first yes counts
		err = errors.Join(err, server.AddHook(h, nil))
	}
	return server, l.Address(), errors.Join(err, server.Serve())
}

// bareDevice is connected to the bare engine.
func bareDevice(t testing.TB, addr string, version byte, c connect) *device {
	t.Helper()
	d := dialBare(t, addr, version)
	d.send(c.packet(version))
	d.connack()
	return d
}

const bareEngineVariable = "SUBACK_TEST_BARE_ENGINE"

// serveBareEngine is this test binary as a broker of its own process, until its
// standard input ends.
func serveBareEngine() {
	_, addr, err := newBareEngine()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(addr)
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// A broker is the bare engine in a process that may die.
type broker struct {
	addr   string
	stderr strings.Builder
	cmd    *exec.Cmd
}

func startBroker(t testing.TB) *broker {
	t.Helper()
	b := &broker{cmd: exec.Command(os.Args[0])}
	b.cmd.Env = append(os.Environ(), bareEngineVariable+"=1")
	b.cmd.Stderr = &b.stderr
	stdin, err1 := b.cmd.StdinPipe()
	stdout, err2 := b.cmd.StdoutPipe()
	if err := errors.Join(err1, err2, b.cmd.Start()); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatalf("broker: %v", err)
	}
	b.addr = strings.TrimSpace(line)
	t.Cleanup(func() {
		_ = stdin.Close()
		_ = b.cmd.Process.Kill()
		_ = b.cmd.Wait()
	})
	return b
}

// withoutOptions is a SUBSCRIBE of MQTT 5 whose last options byte is missing.
const withoutOptions = "\x82\x06\x00\x01\x00\x00\x01a"

// [M-1] It ends the engine's process; here it ends one connection, with its will.
func TestEnginePanic(t *testing.T) {
	t.Run("the bare engine", func(t *testing.T) {
		b := startBroker(t)
		bareDevice(t, b.addr, 5, connect{id: "d"}).send(withoutOptions)
		if err := b.cmd.Wait(); err == nil || !strings.Contains(b.stderr.String(), "index out of range") {
			t.Errorf("the broker ended with %v, want a panic (M-1)", err)
		}
	})
	e := start(t)
	watcher := online(t, e, 4, connect{id: "w", password: "all"})
	watcher.subscribed(0, "will")
	c := connect{id: "d", password: "all", will: &will{topic: "will", payload: "gone"}}
	for range 3 {
		d := online(t, e, 5, c)
		d.send(withoutOptions)
		d.expectEnd(disconnectWith(0x81, "Malformed packet"), "B-740, M-1")
		watcher.receives("will", "gone", "B-440")
	}
	watcher.lives("M-1")
	online(t, e, 4, c).lives("M-1")
	if got := records(e, "d"); len(got) != 3 || got[0].Reason != "CLIENT_ERROR" {
		t.Errorf("records: %+v, want three CLIENT_ERROR (M-1)", got)
	}
}

// [M-3, M-4] A QoS 1 subscriber that does not read blocks its publishers, and
// then a connection of the same client id gets no CONNACK. Here both go on.
func TestSlowSubscriber(t *testing.T) {
	t.Parallel()
	const messages = 90
	large := strings.Repeat("x", 100_000)
	flood := func(pub *device, until time.Duration) (acknowledged int) {
		for i := range messages {
			pub.send(publishing(4, qos1, "slow", i+1, "", large))
			_ = pub.conn.SetDeadline(time.Now().Add(until))
			if _, err := pub.r.Discard(4); err != nil {
				return i
			}
		}
		return messages
	}
	t.Run("the bare engine", func(t *testing.T) {
		addr := bareEngine(t)
		sub := bareDevice(t, addr, 4, connect{id: "sub"})
		sub.subscribed(1, "slow")
		if n := flood(bareDevice(t, addr, 4, connect{id: "pub"}), 700*time.Millisecond); n == messages {
			t.Errorf("all messages were acknowledged (M-3)")
		}
		again := dialBare(t, addr, 4)
		again.send(connect{id: "sub"}.packet(4))
		_ = again.conn.SetDeadline(time.Now().Add(300 * time.Millisecond))
		if _, err := again.r.ReadByte(); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("the take-over: got %v, want it to hang (M-4)", err)
		}
	})
	e := start(t)
	sub := online(t, e, 4, connect{id: "sub", password: "all"})
	sub.subscribed(1, "slow")
	if n := flood(online(t, e, 4, connect{id: "pub", password: "all"}), patience); n != messages {
		t.Errorf("%d of %d messages acknowledged (M-3)", n, messages)
	}
	online(t, e, 4, connect{id: "sub", password: "all"}).lives("M-4")
}

// asked notes what the engine asks a policy about, and objects to every message.
type asked struct {
	mqtt.HookBase
	mu     sync.Mutex
	topics []string
}

func (h *asked) ID() string { return "asked" }

func (h *asked) Provides(b byte) bool { return b == mqtt.OnACLCheck || b == mqtt.OnPublish }

func (h *asked) OnACLCheck(_ *mqtt.Client, topic string, _ bool) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.topics = append(h.topics, topic)
	return true
}

func (h *asked) OnPublish(_ *mqtt.Client, pk packets.Packet) (packets.Packet, error) {
	return pk, packets.ErrNotAuthorized
}

// [M-13] The engine asks about the topic "" when an alias is unknown.
func TestUnknownAlias(t *testing.T) {
	unknown := publishing(5, qos0, "", 0, "\x23\x00\x03", "x")
	t.Run("the bare engine", func(t *testing.T) {
		h := new(asked)
		d := bareDevice(t, bareEngine(t, h), 5, connect{id: "d"})
		d.send(unknown)
		d.lives("M-13")
		h.mu.Lock()
		defer h.mu.Unlock()
		if len(h.topics) != 1 || h.topics[0] != "" {
			t.Errorf("the policy was asked about %q, want \"\" (M-13)", h.topics)
		}
	})
	e := start(t)
	d := online(t, e, 5, connect{id: "d", password: "all"})
	d.send(unknown)
	d.expectEnd(disconnectWith(0x82, "Protocol error"), "B-690, M-13")
}

// A firstRead tells what deadline a connection has when it is first read.
type firstRead struct {
	net.Conn
	deadline chan time.Time
	once     sync.Once
	set      time.Time
}

func (c *firstRead) SetDeadline(t time.Time) error {
	c.set = t
	return c.Conn.SetDeadline(t)
}

func (c *firstRead) Read(p []byte) (int, error) {
	c.once.Do(func() { c.deadline <- c.set })
	return c.Conn.Read(p)
}

// [M-15] The engine waits for CONNECT for ever. The listener's deadline, which
// takes its place, is tested in package transport.
func TestNoDeadlineForConnect(t *testing.T) {
	server, _, err := newBareEngine()
	if err != nil {
		t.Fatal(err)
	}
	near, far := net.Pipe()
	c := &firstRead{Conn: near, deadline: make(chan time.Time, 1)}
	done := make(chan error, 1)
	go func() { done <- server.EstablishConnection("pipe", c) }()
	if at := <-c.deadline; !at.IsZero() {
		t.Errorf("the deadline is %v, want none (M-15)", at)
	}
	_ = far.Close()
	<-done
	_ = server.Close()
}

// [M-16] The engine grants filters that are none.
func TestMalformedFiltersGranted(t *testing.T) {
	filters := []string{"a+/b", "a/b#", "+a", "$share//t"}
	bare := bareEngine(t)
	e := start(t)
	for _, filter := range filters {
		t.Run(filter, func(t *testing.T) {
			bareDevice(t, bare, 5, connect{id: "d"}).subscribed(1, filter)
			d := online(t, e, 5, connect{id: "d", password: "all"})
			d.send(d.subscribe(1, 1, "ok", filter, "ok/too"))
			d.expect("\x90\x06\x00\x01\x00\x01\x8f\x01", "B-657, M-16")
			d.lives("B-657")
			d = online(t, e, 4, connect{id: "d", password: "all"})
			d.send(d.subscribe(1, 1, filter))
			d.expectEnd("", "B-657, guess")
		})
	}
}

// [M-17] The engine delivers a message that OnPublish refused.
func TestRefusedMessageDelivered(t *testing.T) {
	t.Run("the bare engine", func(t *testing.T) {
		addr := bareEngine(t, new(asked))
		sub := bareDevice(t, addr, 4, connect{id: "sub"})
		sub.subscribed(0, "t")
		pub := bareDevice(t, addr, 4, connect{id: "pub"})
		pub.send(pub.publish(qos1, "t", "refused"))
		sub.receives("t", "refused", "M-17")
	})
	e := start(t)
	sub := online(t, e, 4, connect{id: "sub", password: "all"})
	sub.subscribed(0, "t")
	pub := online(t, e, 4, connect{id: "pub", password: "all !Publish=topic/t"})
	pub.send(pub.publish(qos1, "t", "refused"))
	pub.expectEnd("", "B-410")
	sub.lives("M-17")
}

// floodWindow lets four publishers flood a subscriber that takes few messages at
// a time, for so long. It returns whether all went through.
func floodWindow(sub *device, pubs []*device, long time.Duration) bool {
	const burst = 50
	until := time.Now().Add(long)
	sub.subscribed(1, "t")
	go func() { // acknowledges until the connection ends
		for {
			p, err := sub.read()
			if err != nil {
				return
			}
			if p[0] == qos1 {
				_, _ = sub.conn.Write([]byte("\x40\x02" + bodyOf(p)[3:5]))
			}
		}
	}()
	var stuck atomic.Bool
	var flood sync.WaitGroup
	for _, pub := range pubs {
		flood.Go(func() {
			for time.Now().Before(until) {
				_ = pub.conn.SetDeadline(time.Now().Add(time.Second))
				_, err := pub.conn.Write([]byte(strings.Repeat(pub.publish(qos1, "t", "x"), burst)))
				if err == nil {
					_, err = pub.r.Discard(4 * burst) // PUBACKs
				}
				if err != nil || stuck.Load() {
					stuck.Store(true)
					return
				}
			}
		})
	}
	flood.Wait()
	return !stuck.Load()
}

// [M-2] A Receive Maximum and several publishers lock the engine up.
func TestReceiveMaximumDeadlock(t *testing.T) {
	t.Parallel()
	sub := connect{id: "sub", password: "all", properties: "\x21\x00\x14"}
	t.Run("the bare engine", func(t *testing.T) {
		b := startBroker(t)
		var pubs []*device
		for i := range 4 {
			pubs = append(pubs, bareDevice(t, b.addr, 4, connect{id: fmt.Sprint("pub", i)}))
		}
		if floodWindow(bareDevice(t, b.addr, 5, sub), pubs, 2*awhile()) {
			t.Log("the bare engine got through this time: the lock-up needs luck (M-2)")
		}
	})
	e := start(t)
	var pubs []*device
	for i := range 4 {
		pubs = append(pubs, online(t, e, 4, connect{id: fmt.Sprint("pub", i), password: "all"}))
	}
	if !floodWindow(online(t, e, 5, sub), pubs, awhile()) {
		t.Error("the broker is locked up (M-2)")
	}
}
