package main

import (
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestRefusedConnects: a thousand connects per second with a wrong password are each
// refused and told, and cost neither memory nor the log; who is healthy does not notice.
func TestRefusedConnects(t *testing.T) {
	t.Parallel()
	const perSecond, workers, clients = 1000, 20, 100
	const lasting = 5 * time.Second
	g := serve(t, free)
	addr := g.addresses()
	goroutines := g.metric(t, "go_goroutines")
	healthy := startPair(t, addr["mqtt"], "healthy")
	var turns, refused atomic.Int64
	var all sync.WaitGroup
	begin, most := time.Now(), 0
	for range workers {
		all.Go(func() {
			for {
				n := turns.Add(1)
				due := time.Duration(n) * time.Second / perSecond
				if due > lasting {
					return
				}
				pause(nil, time.Until(begin.Add(due)))
				if err := refusedConnect(addr["mqtt"], fmt.Sprint("stranger-", n%clients)); err != nil {
					t.Errorf("connect %d: %v", n, err)
					return
				}
				refused.Add(1)
			}
		})
	}
	over := make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() {
		for !pause(over, 50*time.Millisecond) {
			most = max(most, resident(t, g.cmd.Process.Pid))
		}
	})
	all.Wait()
	took := time.Since(begin)
	close(over)
	watching.Wait()
	healthy.end()
	t.Logf("%d connects refused, %.0f per second, %d MB of memory at most, %d KB of log", refused.Load(),
		float64(refused.Load())/took.Seconds(), most>>20, len(g.stderr.String())>>10)
	if limit := 96 << 20; most > limit {
		t.Errorf("%d MB of memory, want at most %d", most>>20, limit>>20)
	}
	if n := len(g.stderr.String()); n > 1<<20 {
		t.Errorf("%d bytes of log, want at most 1 MiB", n)
	}
	trace := get(t, "http://"+addr["http"]+"/_suback/trace?client=stranger-7")
	if !strings.Contains(trace, "stranger-7") || !strings.Contains(trace, `"REFUSED"`) {
		t.Errorf("got trace %q, want why stranger-7 is refused", trace)
	}
	eventually(t, fmt.Sprintf("%d goroutines as before", goroutines), func() bool { return g.metric(t, "go_goroutines") <= goroutines+5 })
}

// refusedConnect connects with MQTT 5 and a password that is wrong, and wants CONNACK 0x87.
func refusedConnect(addr, id string) error {
	conn, err := net.DialTimeout("tcp", addr, patience)
	if err != nil {
		return err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(patience))
	body := fmt.Sprintf("\x00\x04MQTT\x05\xc2\x00\x3c\x00\x00%c%s\x00\x02me\x00\x05wrong", len(id), id)
	if _, err := fmt.Fprintf(conn, "\x10%c%s", len(body), body); err != nil {
		return err
	}
	ack, err := io.ReadAll(conn)
	if err == nil && (len(ack) < 4 || ack[0] != 0x20 || ack[3] != 0x87) {
		err = fmt.Errorf("got % x, want CONNACK 87 and the end", ack)
	}
	return err
}
