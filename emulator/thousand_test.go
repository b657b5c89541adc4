package emulator_test

import (
	"cmp"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/lambda"
	"github.com/suback/suback/emulator/skips"
	"github.com/suback/suback/emulator/trace"
)

// shake sends a CONNECT and waits for the CONNACK.
func shake(conn net.Conn, id, username string) (time.Duration, error) {
	start := time.Now()
	if _, err := io.WriteString(conn, connectPacket(4, id, "", username, "", "")); err != nil {
		return 0, err
	}
	var ack [4]byte
	if _, err := io.ReadFull(conn, ack[:]); err != nil {
		return 0, err
	}
	if ack != [4]byte{packets.Connack << 4, 2, 0, 0} {
		return 0, fmt.Errorf("got % x, want a CONNACK of success", ack)
	}
	return time.Since(start), nil
}

// startWarm runs an emulator whose authorizer is a Node.js function, and makes
// the function warm.
func startWarm(t testing.TB) *emulator.Emulator {
	t.Helper()
	if _, err := exec.LookPath("node"); err != nil {
		skips.Missing(t, "node", "apt-get install nodejs")
	}
	c, err := emulator.LoadConfig(filepath.FromSlash("testdata/hang/suback.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	e := emulator.Run(t, emulator.Options{Config: c, Listeners: free})
	conn := connectTCP(t, e)
	if _, err := shake(conn, "first", ""); err != nil {
		t.Fatal(err)
	}
	return e
}

func connectTCP(t testing.TB, e *emulator.Emulator) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", e.Addr(emulator.MQTT))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// 1,000 clients connect at once through one warm Node.js function: each is let
// in, so none of the invocations took 5 seconds; over TLS none is ended
// for being one half-open connection too many.
func TestThousandClientsAtOnce(t *testing.T) {
	t.Run("TCP", func(t *testing.T) {
		e := startWarm(t)
		thousand(t, e, func() net.Conn { return connectTCP(t, e) })
	})
	t.Run("TLS", func(t *testing.T) {
		e := startWarm(t)
		config := e.ClientTLS()
		config.NextProtos = []string{"mqtt"}
		thousand(t, e, func() net.Conn { // shakes hands with the first byte
			conn, err := net.Dial("tcp", e.Addr(emulator.HTTPS))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = conn.Close() })
			return tls.Client(conn, config)
		})
	})
}

func thousand(t *testing.T, e *emulator.Emulator, connect func() net.Conn) {
	t.Helper()
	const clients = 1000
	conns := make([]net.Conn, clients)
	for i := range conns {
		conns[i] = connect()
	}
	took := make([]time.Duration, clients)
	begin := make(chan struct{})
	var all sync.WaitGroup
	for i, conn := range conns {
		all.Go(func() {
			<-begin
			var err error
			if took[i], err = shake(conn, fmt.Sprintf("client-%d", i), ""); err != nil {
				t.Errorf("client %d: %v, want to be let in (A-137)", i, err)
			}
		})
	}
	close(begin)
	all.Wait()
	slices.Sort(took)
	t.Logf("%d clients at once: median %v, the last after %v", clients, took[clients/2], took[clients-1])
	if got := len(e.Clients()); got != clients+1 {
		t.Errorf("got %d clients, want %d", got, clients+1)
	}
	if refused := e.Trace().Events(trace.Filter{Outcome: trace.Refused}); len(refused) > 0 {
		t.Errorf("got %d refusals, want none; the first:\n%s", len(refused), refused[0].Text())
	}
}

// BenchmarkConnect measures a CONNECT through a warm Node.js function, from the
// packet to its CONNACK, beside a bare invocation of the same function.
func BenchmarkConnect(b *testing.B) {
	e := startWarm(b)
	function, err := lambda.NewProcess(lambda.ProcessOptions{Name: "warm", Runtime: "nodejs", Code: "testdata/hang/index.js",
		Handler: "index.warm"})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = function.Close() })
	event, err := os.ReadFile("../fixtures/events/mqtt-plain.json")
	if err != nil {
		b.Fatal(err)
	}
	invoke := func() time.Duration {
		start := time.Now()
		if _, err := function.Invoke(b.Context(), lambda.Invocation{Event: event}); err != nil {
			b.Fatal(err)
		}
		return time.Since(start)
	}
	invoke()
	connects, invocations := make([]time.Duration, b.N), make([]time.Duration, b.N)
	b.ResetTimer()
	for i := range b.N { // in turn, so that both see the same machine
		conn, err := net.Dial("tcp", e.Addr(emulator.MQTT))
		if err != nil {
			b.Fatal(err)
		}
		if connects[i], err = shake(conn, fmt.Sprintf("client-%d", i), ""); err != nil {
			b.Fatal(err)
		}
		_ = conn.Close()
		invocations[i] = invoke()
	}
	b.ReportMetric(microseconds(connects), "µs/connect")
	b.ReportMetric(microseconds(invocations), "µs/function")
}

// microseconds is the median.
func microseconds(took []time.Duration) float64 {
	slices.SortFunc(took, cmp.Compare[time.Duration])
	return float64(took[len(took)/2]) / float64(time.Microsecond)
}
