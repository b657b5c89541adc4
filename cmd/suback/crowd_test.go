package main

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

var crowdTime = flag.Duration("crowd", 3*time.Second, "how long TestCrowd goes on; from a minute on with 10,000 connections, else 1,000. "+
	".ci/run has 2m, the long form is 30m, with -timeout 40m")

// crowdFunction answers as a big project's authorizer does: 10 documents of 5 statements,
// of which one is about the client alone.
const crowdFunction = `
const resource = (kind, name) => 'arn:aws:iot:us-east-1:000000000000:' + kind + '/' + name;
const statement = (d, s) => d * 5 + s === 36 ? { Effect: 'Allow', Action: 'iot:Connect', Resource: resource('client', '${iot:ClientId}') }
	: d * 5 + s === 47 ? { Effect: 'Allow', Action: ['iot:Publish', 'iot:Receive'], Resource: resource('topic', '*') }
	: d * 5 + s === 22 ? { Effect: 'Allow', Action: 'iot:Subscribe', Resource: resource('topicfilter', '*') }
	: { Effect: 'Allow', Action: ['iot:Publish', 'iot:Receive'], Resource: resource('topic', 'plant/' + d + '/line/' + s + '/*') };
const policyDocuments = Array.from({ length: 10 }, (_, d) =>
	({ Version: '2012-10-17', Statement: Array.from({ length: 5 }, (_, s) => statement(d, s)) }));
exports.handler = async () => ({ isAuthenticated: true, principalId: 'device', disconnectAfterInSeconds: 86400,
	refreshAfterInSeconds: 86400, policyDocuments });
`

// TestCrowd: 10,000 connections, each with 10 documents and a subscription, of which
// 1,000 publish to themselves every second: memory and goroutines stay flat, idle ones
// take less than 200 MB all together, a healthy pair beside them does not notice, and
// each message is acknowledged and comes.
func TestCrowd(t *testing.T) {
	if *crowdTime < time.Minute {
		t.Parallel()
	}
	c := &crowd{t: t, size: crowdSize(t), over: make(chan struct{})}
	c.g = serve(t, free, "--config", withFunction(t, crowdFunction), "--log-level", "error")
	c.connect()
	idle := c.calm()
	pair := startPair(t, c.g.addresses()["mqtt"], "healthy")
	var working sync.WaitGroup
	for i := range c.size / 10 {
		working.Go(func() { c.work(i) })
	}
	working.Go(c.keepAlive)
	var at [6]weight
	for i := range at {
		pause(nil, *crowdTime/time.Duration(len(at)))
		at[i] = c.weigh()
		t.Logf("after %d/%d of %v: %v", i+1, len(at), *crowdTime, at[i])
	}
	close(c.over)
	working.Wait()
	pair.end()
	t.Logf("%d connections, idle %d MB; %d messages of %d that work", c.size, idle>>20, c.messages.Load(), c.size/10)
	third, end := at[1], at[5]
	if limit := third.resident*5/4 + 16<<20; end.resident > limit {
		t.Errorf("%d MB of memory at the end, want at most %d", end.resident>>20, limit>>20)
	}
	if limit := third.heap*11/10 + 4<<20; end.heap > limit {
		t.Errorf("%d MB of heap that is in use at the end, want at most %d", end.heap>>20, limit>>20)
	}
	if limit := third.goroutines + c.size/50 + 20; end.goroutines > limit { // those that write come and go
		t.Errorf("%d goroutines at the end, want at most %d", end.goroutines, limit)
	}
	eventually(t, "all of the crowd connected, and nobody else", func() bool { return c.g.metric(t, "suback_connections") == c.size })
}

// A weight is what the program takes.
type weight struct{ resident, heap, goroutines int }

func (w weight) String() string {
	return fmt.Sprintf("%d MB, %d MB of heap in use, %d goroutines", w.resident>>20, w.heap>>20, w.goroutines)
}

// weigh takes for the heap in use half of what it may grow to before it is collected: that
// does not depend on when it was last.
func (c *crowd) weigh() weight {
	c.t.Helper()
	return weight{resident(c.t, c.g.cmd.Process.Pid), c.g.metric(c.t, "go_memstats_next_gc_bytes") / 2, c.g.metric(c.t, "go_goroutines")}
}

// A crowd is many clients of one gateway.
type crowd struct {
	t        *testing.T
	g        *gateway
	size     int
	clients  []net.Conn
	over     chan struct{}
	messages atomic.Int64 // acknowledged and come
}

// crowdSize is 10,000 in the long form, or what the descriptors are enough for.
func crowdSize(t *testing.T) int {
	t.Helper()
	size := 1000
	if *crowdTime >= time.Minute {
		size = 10_000
	}
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	if most := (int(limit.Cur) - int(limit.Cur)/8 - 200) / 10 * 10; most < size { // what the gateway takes, and some
		t.Logf("%d connections instead of %d: ulimit -n is %d", most, size, limit.Cur)
		size = most
	}
	return size
}

// connect connects and subscribes all.
func (c *crowd) connect() {
	c.t.Helper()
	begin, addr := time.Now(), c.g.addresses()["mqtt"]
	c.clients = make([]net.Conn, c.size)
	var next atomic.Int64
	var working sync.WaitGroup
	for range 16 {
		working.Go(func() {
			for i := int(next.Add(1)) - 1; i < c.size && !c.t.Failed(); i = int(next.Add(1)) - 1 {
				if err := c.join(addr, i); err != nil {
					c.t.Errorf("client %d: %v", i, err)
				}
			}
		})
	}
	working.Wait()
	c.t.Cleanup(func() {
		for _, conn := range c.clients {
			if conn != nil {
				_ = conn.Close()
			}
		}
	})
	if c.t.Failed() {
		c.t.FailNow()
	}
	c.t.Logf("%d connected after %v", c.size, time.Since(begin).Round(time.Millisecond))
}

func (c *crowd) topic(i int) string { return fmt.Sprintf("crowd/%05d", i) }

func (c *crowd) join(addr string, i int) error {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return err
	}
	c.clients[i] = conn
	topic := c.topic(i)
	subscribe := fmt.Sprintf("\x00\x01\x00%c%s\x01", len(topic), topic)
	id := fmt.Sprintf("crowd-%05d", i)
	hello := fmt.Sprintf("\x00\x04MQTT\x04\x02\x04\xb0\x00%c%s", len(id), id) // keep alive 1,200 s
	for _, step := range []struct{ send, want string }{
		{fmt.Sprintf("\x10%c%s", len(hello), hello), "\x20\x02\x00\x00"},
		{fmt.Sprintf("\x82%c%s", len(subscribe), subscribe), "\x90\x03\x00\x01\x01"},
	} {
		_ = conn.SetDeadline(time.Now().Add(patience))
		if _, err := io.WriteString(conn, step.send); err != nil {
			return err
		}
		got := make([]byte, len(step.want))
		if _, err := io.ReadFull(conn, got); err != nil || string(got) != step.want {
			return fmt.Errorf("got % x, %v, want % x", got, err, step.want)
		}
	}
	return nil
}

// calm waits until those who are idle take as little as they may.
func (c *crowd) calm() (memory int) {
	c.t.Helper()
	limit := 48<<20 + c.size*(152<<20)/10_000 // 200 MB with 10,000
	for deadline := time.Now().Add(patience); ; pause(nil, 100*time.Millisecond) {
		if memory = resident(c.t, c.g.cmd.Process.Pid); memory <= limit {
			return memory
		}
		if time.Now().After(deadline) {
			c.t.Errorf("%d MB of memory with %d that are idle, want at most %d", memory>>20, c.size, limit>>20)
			return memory
		}
	}
}

// work has client i publish to itself once a second.
func (c *crowd) work(i int) {
	conn, topic := c.clients[i], c.topic(i)
	r := bufio.NewReader(conn)
	body := fmt.Sprintf("\x00%c%s", len(topic), topic)
	for n := uint16(1); !pause(c.over, time.Second); n = max(n+1, 1) {
		payload := fmt.Sprintf("%d", n)
		packet := body + string([]byte{byte(n >> 8), byte(n)}) + payload
		_ = conn.SetDeadline(time.Now().Add(patience))
		if _, err := fmt.Fprintf(conn, "\x32%c%s", len(packet), packet); err != nil {
			c.t.Errorf("%s: %v", topic, err)
			return
		}
		if err := comes(conn, r, n, body, payload); err != nil {
			c.t.Errorf("%s, message %d: %v", topic, n, err)
			return
		}
		c.messages.Add(1)
	}
}

// comes wants a PUBACK and the message, in any order, and acknowledges it.
func comes(conn net.Conn, r *bufio.Reader, n uint16, topic, payload string) error {
	for acknowledged, received := false, false; !acknowledged || !received; {
		var head [2]byte
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return err
		}
		packet := make([]byte, head[1])
		if _, err := io.ReadFull(r, packet); err != nil {
			return err
		}
		switch {
		case head[0] == 0x40 && !acknowledged && string(packet) == string([]byte{byte(n >> 8), byte(n)}):
			acknowledged = true
		case head[0] == 0x32 && !received && strings.HasPrefix(string(packet), topic) && string(packet[len(topic)+2:]) == payload:
			received = true
			if _, err := fmt.Fprintf(conn, "\x40\x02%s", packet[len(topic):len(topic)+2]); err != nil {
				return err
			}
		default:
			return fmt.Errorf("got % x % x, want its PUBACK and itself", head, packet)
		}
	}
	return nil
}

func ping(conn net.Conn) error {
	_, _ = io.WriteString(conn, "\xc0\x00")
	_, err := io.ReadFull(conn, make([]byte, 2))
	return err
}

// keepAlive pings those who do nothing else, each every five minutes.
func (c *crowd) keepAlive() {
	idle := c.clients[c.size/10:]
	each := 5 * time.Minute / time.Duration(len(idle))
	for i := 0; !pause(c.over, each); i++ {
		conn := idle[i%len(idle)]
		_ = conn.SetDeadline(time.Now().Add(patience))
		if err := ping(conn); err != nil {
			c.t.Errorf("%s: %v, want a PINGRESP", c.topic(c.size/10+i%len(idle)), err)
			return
		}
	}
}
