package main

import (
	"bufio"
	varint "encoding/binary" // the program is the binary here
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// unread is a pipe that is full, with its reader, who has not read anything.
func unread(t *testing.T) (w, r *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = r.Close(), w.Close() })
	_ = w.SetWriteDeadline(time.Now().Add(100 * time.Millisecond))
	if _, err := w.Write(make([]byte, 1<<20)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatalf("got %v, want a pipe that takes no MiB", err)
	}
	return w, r
}

// A storm is an MQTT 5 client that may do everything and publishes to topics that
// nobody may.
type storm struct {
	testing.TB
	conn net.Conn
	r    *bufio.Reader
}

func newStorm(t *testing.T, g *gateway) *storm {
	t.Helper()
	conn, err := net.Dial("tcp", g.addresses()["mqtt"])
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	s := &storm{t, conn, bufio.NewReader(conn)}
	s.send("\x10\x1c\x00\x04MQTT\x05\xc2\x00\x00\x00\x00\x05storm\x00\x02me\x00\x04test")
	if ack := s.receive(); ack[0] != 0x20 || ack[2] != 0 {
		t.Fatalf("got % x, want CONNACK 0", ack)
	}
	return s
}

func (s *storm) send(b string) {
	s.Helper()
	_ = s.conn.SetDeadline(time.Now().Add(patience))
	if _, err := io.WriteString(s.conn, b); err != nil {
		s.Fatalf("send: %v", err)
	}
}

// receive reads a packet without its length.
func (s *storm) receive() []byte {
	s.Helper()
	_ = s.conn.SetDeadline(time.Now().Add(patience))
	first, err := s.r.ReadByte()
	if err == nil {
		var n uint64
		if n, err = varint.ReadUvarint(s.r); err == nil {
			b := make([]byte, 1+n)
			b[0] = first
			if _, err = io.ReadFull(s.r, b[1:]); err == nil {
				return b
			}
		}
	}
	s.Fatalf("receive: %v, want an answer", err)
	return nil
}

// refused publishes n times, a hundred at once, and wants each refused. There are
// as many topics as said.
func (s *storm) refused(n, topics int) {
	s.Helper()
	const atOnce = 100
	for i := 0; i < n; i += atOnce {
		var b strings.Builder
		for j := range atOnce {
			topic := fmt.Sprintf("$aws/never/%0200d", (i+j)%topics)
			b.Write([]byte{0x32, byte(len(topic)+6) | 0x80, 1, 0, byte(len(topic))}) // 128 to 255 bytes follow the 1
			b.WriteString(topic + "\x00\x07\x00x")
		}
		s.send(b.String())
		for range atOnce {
			if ack := s.receive(); ack[0] != 0x40 || len(ack) < 4 || ack[3] < 0x80 {
				s.Fatalf("refusal %d: got % x, want a PUBACK that says no (H-6)", i, ack)
			}
		}
	}
}

var refusals = flag.Int("refusals", 20_000, "how often TestLogThatNobodyReads is refused; .ci/run has 100,000")

// TestLogThatNobodyReads: of very many refusals each gets its answer, and SIGTERM
// ends the program, whatever the log looks like [H-6].
func TestLogThatNobodyReads(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"text", "json", "cloudwatch"} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			g := newGateway(t, nil, free, "--log-format", format)
			g.cmd.Stderr, _ = unread(t)
			g.start(t)
			newStorm(t, g).refused(*refusals, 1)
			g.endsIn(t, 5*time.Second, exitYes)
		})
	}
}

// TestLogThatIsReadLate: what found no room is counted, in its place, and in the
// metrics [H-6].
func TestLogThatIsReadLate(t *testing.T) {
	t.Parallel()
	g := newGateway(t, nil, free, "--log-format", "json", "--max-log", "1000000")
	w, r := unread(t)
	g.cmd.Stderr = w
	g.start(t)
	const refusals = 10_000
	client := newStorm(t, g)
	client.refused(refusals, refusals)
	dropped := g.metric(t, `suback_log_dropped_total{why="queue"}`)
	if dropped == 0 || dropped >= refusals {
		t.Fatalf("got %d of %d records dropped, want some", dropped, refusals)
	}
	_ = w.Close()
	late, read := new(log), make(chan struct{})
	go func() {
		_, _ = io.Copy(late, r)
		close(read)
	}()
	told := regexp.MustCompile(`"msg":"(\d+) log records were dropped: .* in the trace","since":"\d{4}-`)
	eventually(t, "how many were dropped", func() bool { return told.MatchString(late.String()) })
	client.refused(100, 100)
	g.endsIn(t, 5*time.Second, exitYes)
	<-read
	written := 0
	for line := range strings.Lines(late.String()) {
		if strings.Contains(line, `"topic":"$aws/never/`) && strings.HasSuffix(line, "}\n") {
			written++
		}
	}
	counted, _ := strconv.Atoi(told.FindStringSubmatch(late.String())[1])
	if counted != dropped || written+counted != refusals+100 {
		t.Errorf("got %d records written and %d counted, want %d together, %d of them counted (H-6)", written, counted, refusals+100, dropped)
	}
}

// metric is the value of a metric now.
func (g *gateway) metric(t *testing.T, name string) int {
	t.Helper()
	resp, err := http.Get("http://" + g.addresses()["http"] + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	_, after, found := strings.Cut(string(text), "\n"+name+" ")
	if !found {
		t.Fatalf("got no metric %s", name)
	}
	value, _, _ := strings.Cut(after, "\n")
	n, err := strconv.Atoi(value)
	if err != nil {
		t.Errorf("%s: %v", name, err)
	}
	return n
}

// TestLogIsBounded: a storm of refusals takes no more of the disk than a person
// reads, in every form [H-11].
func TestLogIsBounded(t *testing.T) {
	t.Parallel()
	for _, format := range []string{"text", "json", "cloudwatch"} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			g := serve(t, free, "--log-format", format)
			const refusals = 20_000
			newStorm(t, g).refused(refusals, 5000)
			g.stop(t)
			if size, limit := len(g.stderr.String()), 1<<20; size > limit {
				t.Errorf("got %d bytes of log, want at most %d (H-11)", size, limit)
			}
			total := 0
			for _, m := range regexp.MustCompile(`(\d+) more like it in`).FindAllStringSubmatch(g.stderr.String(), -1) {
				n, _ := strconv.Atoi(m[1])
				total += n
			}
			for line := range strings.Lines(g.stderr.String()) {
				if strings.Contains(line, "CLIENT_ERROR") && strings.Contains(line, "Publish-In") && !strings.Contains(line, "more like it") {
					total++
				}
			}
			if total != refusals {
				t.Errorf("got %d refusals written or counted, want %d (H-11)", total, refusals)
			}
		})
	}
}

// endsIn ends the program with SIGTERM and wants it to go in time, with an exit
// code.
func (g *gateway) endsIn(t *testing.T, limit time.Duration, code int) {
	t.Helper()
	g.exited = true
	start := time.Now()
	if err := g.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatalf("SIGTERM: %v", err)
	}
	g.ended(t, start, limit, code)
}

// ended waits for the end of a program that was asked to end.
func (g *gateway) ended(t *testing.T, start time.Time, limit time.Duration, code int) {
	t.Helper()
	killer := time.AfterFunc(patience, func() { _ = g.cmd.Process.Kill() })
	defer killer.Stop()
	_ = g.cmd.Wait()
	if took := time.Since(start); took > limit {
		t.Errorf("got the end %v after SIGTERM, want at most %v", took, limit)
	}
	if got := g.cmd.ProcessState.ExitCode(); got != code {
		t.Errorf("got exit code %d, want %d\n%s", got, code, g.stderr)
	}
}
