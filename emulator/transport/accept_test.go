package transport

import (
	"bytes"
	"errors"
	"log/slog"
	"net"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/suback/suback/emulator/cause"
)

// A journal is a log that a test reads.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

func (j *journal) log() *slog.Logger { return slog.New(slog.NewTextHandler(j, nil)) }

// failing is a listener whose accept fails some times.
type failing struct {
	net.Listener
	err  error
	left int
}

func (f *failing) Accept() (net.Conn, error) {
	if f.left--; f.left >= 0 {
		return nil, &net.OpError{Op: "accept", Err: f.err}
	}
	return f.Listener.Accept()
}

// [H-8] That connections cannot be accepted is logged once, with what to do, and
// it goes on when they can.
func TestAcceptFails(t *testing.T) {
	t.Parallel()
	tests := []struct {
		err  error
		want string
	}{
		{syscall.EMFILE, "out of descriptors: 0 connections are open; raise ulimit -n"},
		{syscall.ENOBUFS, "accept failed: accept: no buffer space available; clients wait until it succeeds"},
	}
	for _, tt := range tests {
		t.Run(tt.err.Error(), func(t *testing.T) {
			t.Parallel() // each waits for the ninth pause, the first that is as long as they get
			out := new(journal)
			l, err := New(Options{Name: "mqtt", Address: "127.0.0.1:0", Log: out.log()})
			if err != nil {
				t.Fatal(err)
			}
			if err := l.Init(slog.New(slog.DiscardHandler)); err != nil {
				t.Fatal(err)
			}
			l.tcp = &failing{Listener: l.tcp, err: tt.err, left: 9}
			var wg sync.WaitGroup
			wg.Go(func() { l.Serve(func(_ string, c net.Conn) error { return echo(c.(*Conn)) }) })
			defer wg.Wait()
			defer l.Close(func(string) {})
			c := (&stand{t: t, Listener: l}).tcp()
			c.send("x")
			c.receive(1)
			if text := out.String(); strings.Count(text, "\n") != 1 || !strings.Contains(text, tt.want) {
				t.Errorf("got %q, want one line with %q (H-8)", text, tt.want)
			}
		})
	}
}

// What is said of a time without room: its begin, and its end when a tenth of the
// connections have gone or it is long over.
func TestEpisode(t *testing.T) {
	const begin, end = "begin", "end"
	type step struct {
		wait time.Duration
		full bool
		open int
		want string
	}
	tests := []struct {
		name  string
		steps []step
	}{
		{"room all the time", []step{{open: 1}, {open: 100}}},
		{"no room, and again no room", []step{{full: true, open: 100, want: begin}, {full: true, open: 100}}},
		{"one goes, one comes", []step{{full: true, open: 100, want: begin}, {open: 99}, {full: true, open: 100}}},
		{"a tenth goes", []step{{full: true, open: 100, want: begin}, {open: 91}, {open: 90, want: end}, {open: 89}}},
		{"it happens again", []step{{full: true, open: 10, want: begin}, {open: 9, want: end}, {full: true, open: 10, want: begin}}},
		{"few connections", []step{{full: true, open: 1, want: begin}, {open: 1}, {open: 0, want: end}}},
		{"not the connections were the cause", []step{{full: true, open: 10, want: begin}, {wait: 11 * time.Second, open: 11, want: end}}},
		{"it lasts", []step{{full: true, open: 10, want: begin},
			{wait: 9 * time.Second, full: true, open: 10}, {wait: 9 * time.Second, open: 10}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var e episode
				for i, s := range tt.steps {
					time.Sleep(s.wait) // of the bubble's clock
					out := new(journal)
					say := e.calm
					if s.full {
						say = func(open int) func(*slog.Logger) { return e.refused(Problem{Cause: cause.Cause{Detail: begin}}, open) }
					}
					say(s.open)(out.log())
					got := ""
					for word, part := range map[string]string{begin: "level=ERROR", end: "level=INFO"} {
						if strings.Contains(out.String(), part) {
							got = word
						}
					}
					if got != s.want {
						t.Errorf("step %d: logged %q, want %q (H-8)", i, out, s.want)
					}
				}
			})
		})
	}
}

// A reserve is there while one of those who share it is.
func TestReserve(t *testing.T) {
	var r reserve
	if r.hold(); len(r.held) != 0 {
		t.Errorf("got %d descriptors for nobody, want none", len(r.held))
	}
	r.open()
	r.open()
	if !r.hold() || len(r.held) != reserved {
		t.Fatalf("got %d descriptors, want %d", len(r.held), reserved)
	}
	newest, lent := r.held[reserved-1], 0
	for lent <= reserved && r.lend() {
		lent++
	}
	if lent != reserved {
		t.Errorf("lent %d descriptors, want %d", lent, reserved)
	}
	if err := newest.Close(); !errors.Is(err, os.ErrClosed) {
		t.Errorf("a lent descriptor: got %v, want it to be free", err)
	}
	r.close()
	if !r.hold() || len(r.held) != reserved {
		t.Errorf("got %d descriptors, want %d again", len(r.held), reserved)
	}
	r.close()
	if r.hold(); len(r.held) != 0 {
		t.Errorf("got %d descriptors after the end, want none", len(r.held))
	}
}
