package hooks_test

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/suback/suback/emulator/skips"
)

// The engine's faults with clients that come and go, as in engine_test.go.

// awhile is how long a fault that needs luck is waited for.
func awhile() time.Duration {
	if skips.CI() {
		return time.Second
	}
	return 300 * time.Millisecond
}

// comings lets a persistent client come and go abruptly while messages for it are
// published and acknowledged, and returns how many of those it never got.
func comings(dial dialer, long time.Duration) (sent, lost int) {
	c := connect{id: "d", persistent: true}
	d := dial(4, c)
	d.subscribed(1, "t")
	pub := dial(4, connect{id: "pub"})
	var publishing sync.WaitGroup
	var over atomic.Bool
	publishing.Go(func() {
		for ; !over.Load(); sent++ {
			_, err := pub.conn.Write([]byte(pub.publish(qos1, "t", fmt.Sprint("m", sent))))
			if p, err2 := pub.read(); err != nil || err2 != nil || p != "\x40\x02\x00\x07" {
				pub.Errorf("PUBACK: got %q, %v, %v", p, err, err2)
				return
			}
		}
	})
	got := make(map[string]bool)
	take := func(until string, n int) {
		for range n {
			p, err := d.read()
			if err != nil || p == until {
				return
			}
			if body := bodyOf(p); p[0]>>4 == 3 {
				got[body[5:]] = true
				_, _ = d.conn.Write([]byte("\x40\x02" + body[3:5]))
			}
		}
	}
	for n, until := 0, time.Now().Add(long); time.Now().Before(until); n++ {
		take("", 1+n%7)
		_ = d.conn.Close()
		d = dial(4, c)
	}
	over.Store(true)
	publishing.Wait()
	for before := -1; before < len(got); { // a PUBACK lets the next one through
		before = len(got)
		d.send("\xc0\x00")
		take("\xd0\x00", 1<<20)
	}
	for i := range sent {
		if !got[fmt.Sprint("m", i)] {
			lost++
		}
	}
	return sent, lost
}

// [M-7] Acknowledged messages are lost when their subscriber comes back. The bare
// engine is not run: at times it sends a PUBLISH before its CONNACK, and then
// there is nothing to count.
func TestMessagesOfAComingClient(t *testing.T) {
	t.Parallel()
	dial, _ := dialerOf(t)
	if sent, lost := comings(dial, awhile()); lost > 0 || sent == 0 {
		t.Errorf("%d of %d messages lost, want none (M-7)", lost, sent)
	}
}

// [M-8] After quick reconnects a client that is connected gets nothing, since the
// engine has forgotten it.
func TestForgottenClient(t *testing.T) {
	t.Parallel()
	reconnect := func(dial dialer) (n int, forgotten bool) {
		pub := dial(4, connect{id: "pub"})
		d := dial(4, connect{id: "d"})
		for until := time.Now().Add(awhile()); time.Now().Before(until); n++ {
			d.send("\xe0\x00")
			d = dial(4, connect{id: "d"})
			d.subscribed(0, "t")
			pub.published("t", "x")
			pub.lives("M-8") // by now it has been sent
			d.send("\xc0\x00")
			if d.receive()[0] != qos0 {
				return n, true
			}
			d.expect("\xd0\x00", "PINGRESP")
		}
		return n, false
	}
	t.Run("the bare engine", func(t *testing.T) {
		if n, forgotten := reconnect(bareDialer(t)); !forgotten {
			t.Logf("not forgotten in %d reconnects this time: it needs luck (M-8)", n)
		}
	})
	dial, _ := dialerOf(t)
	if n, forgotten := reconnect(dial); forgotten {
		t.Errorf("forgotten after %d reconnects (M-8)", n)
	}
}

// [M-12] Of clients that are ended while they are busy, some have no will sent.
func TestWillOfABusyClient(t *testing.T) {
	t.Parallel()
	clients := 12
	if skips.CI() {
		clients = 40
	}
	kick := func(dial dialer) (wills int) {
		watcher := dial(4, connect{id: "watcher"})
		watcher.subscribed(0, "will")
		for i := range clients {
			c := connect{id: fmt.Sprint("d", i)}
			next := c
			c.will = &will{topic: "will", payload: "x"}
			d := dial(4, c)
			var busy sync.WaitGroup
			busy.Go(func() {
				some := []byte(strings.Repeat(d.publish(qos0, "t", "x"), 20))
				for {
					if _, err := d.conn.Write(some); err != nil {
						return
					}
				}
			})
			dial(4, next).lives("M-12")
			_ = d.conn.Close()
			busy.Wait()
		}
		watcher.send("\xc0\x00")
		for p := watcher.receive(); p != "\xd0\x00"; p = watcher.receive() {
			wills++
		}
		return wills
	}
	t.Run("the bare engine", func(t *testing.T) {
		if wills := kick(bareDialer(t)); wills == clients {
			t.Logf("%d wills of %d clients this time: the loss needs luck (M-12)", wills, clients)
		}
	})
	dial, _ := dialerOf(t)
	if wills := kick(dial); wills != clients {
		t.Errorf("%d wills of %d clients, want all (M-12, B-440)", wills, clients)
	}
}

// [M-14] A long keep alive overflows, and its time is over at once.
func TestLongKeepAlive(t *testing.T) {
	c := connect{id: "d", keepAlive: 43691}
	t.Run("the bare engine", func(t *testing.T) {
		d := dialBare(t, bareEngine(t), 4)
		d.send(c.packet(4))
		d.ended()
	})
	dial, _ := dialerOf(t)
	dial(4, c).lives("M-14, B-620")
}
