package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

// [H-8] Out of descriptors, by its own connections or because others have taken
// them: that is said once, health stays reachable, who is connected stays, a
// newcomer is told by a closed connection, and it recovers by itself.
func TestOutOfDescriptors(t *testing.T) {
	tests := []struct {
		name  string
		serve func(*testing.T) *gateway
	}{
		{"from the start", func(t *testing.T) *gateway {
			return serveBy(t, []string{"sh", "-c", `ulimit -n 64; exec "$0"`}, free)
		}},
		{"taken later", func(t *testing.T) *gateway {
			g := serve(t, free)
			limitDescriptors(t, g.cmd.Process.Pid, 12)
			return g
		}},
		{"taken later, two addresses to a listener", func(t *testing.T) *gateway {
			g := serve(t, []string{"SUBACK_MQTT=localhost:0", "SUBACK_MQTTS=localhost:0", "SUBACK_HTTPS=localhost:0", "SUBACK_HTTP=localhost:0"})
			limitDescriptors(t, g.cmd.Process.Pid, 12)
			return g
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			const message = "out of descriptors: "
			g := tt.serve(t)
			addr := g.addresses()
			var in []net.Conn
			for closed := 0; closed < 10; { // a descriptor may become free for once
				conn, err := shake(addr["mqtt"], fmt.Sprintf("client-%d", len(in)))
				switch {
				case err == nil && len(in) < 64:
					in = append(in, conn)
					continue
				case err != io.EOF:
					t.Fatalf("client %d: got %v, want a closed connection when there is no room (H-8)", len(in), err)
				}
				closed++
				if got := call(t, nil, "healthcheck", "--http", addr["http"]); got.code != exitYes {
					t.Errorf("healthcheck: got %d, %s, want ok (H-8)", got.code, got.stderr)
				}
			}
			t.Logf("room for %d connections", len(in))
			if !strings.Contains(get(t, "http://"+addr["http"]+"/_suback/trace"), `"OUT_OF_DESCRIPTORS"`) {
				t.Error("the trace has no OUT_OF_DESCRIPTORS (H-8)")
			}
			for i, conn := range in {
				if err := ping(conn); err != nil {
					t.Errorf("client %d: %v, want to stay connected", i, err)
				}
			}
			for _, conn := range in[1:] {
				_ = conn.Close()
			}
			const recovered = "there is room for connections again"
			eventually(t, recovered+" in the log", func() bool { return strings.Contains(g.stderr.String(), recovered) })
			for i := range len(in) - 1 {
				if _, err := shake(addr["mqtt"], fmt.Sprintf("again-%d", i)); err != nil && i < len(in)/2 {
					t.Errorf("client %d afterwards: %v, want to be let in", i, err)
				}
			}
			text := g.stderr.String()
			begin, _, _ := strings.Cut(text, recovered)
			if got := strings.Count(withoutTrace(begin), message); got != 1 || !strings.Contains(begin, "raise ulimit -n") {
				t.Errorf("got it %d times in the log, want once (H-8):\n%s", got, text)
			}
		})
	}
}

// withoutTrace are the program's own records.
func withoutTrace(text string) string {
	var own []string
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "time=") {
			own = append(own, line)
		}
	}
	return strings.Join(own, "")
}

// shake connects an MQTT client. io.EOF means that it was closed at once.
func shake(addr, id string) (net.Conn, error) {
	conn, err := net.DialTimeout("tcp", addr, patience)
	if err != nil {
		return nil, err
	}
	_ = conn.SetDeadline(time.Now().Add(patience))
	connect := fmt.Sprintf("\x00\x04MQTT\x04\xc2\x00\x3c\x00%c%s\x00\x02me\x00\x04test", len(id), id)
	_, _ = fmt.Fprintf(conn, "\x10%c%s", len(connect), connect)
	if _, err := io.ReadFull(conn, make([]byte, 4)); err != nil {
		_ = conn.Close()
		if e, ok := err.(net.Error); ok && e.Timeout() {
			return nil, err
		}
		return nil, io.EOF // or a reset
	}
	return conn, nil
}

func get(t *testing.T, url string) string {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}
