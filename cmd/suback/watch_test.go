package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/trace"
)

// A line is a gateway's trace over pipes, in synctest's time, that can go away.
type line struct {
	mu     sync.Mutex
	trace  *trace.Recorder // nil: nobody is there
	cancel context.CancelFunc
}

// RoundTrip answers as GET /_suback/trace does.
func (l *line) RoundTrip(req *http.Request) (*http.Response, error) {
	l.mu.Lock()
	recorder := l.trace
	ctx, cancel := context.WithCancel(req.Context())
	l.cancel = cancel
	l.mu.Unlock()
	if recorder == nil {
		cancel()
		return nil, errors.New("connection refused")
	}
	ours, theirs := net.Pipe()
	go func() {
		<-ctx.Done()
		_ = ours.Close()
	}()
	server := &http.Server{Handler: trace.Handler(recorder)}
	accepted := &once{conn: theirs}
	go func() { _ = server.Serve(accepted) }()
	_ = req.Write(ours)
	return http.ReadResponse(bufio.NewReader(ours), req)
}

// become puts another gateway in the place of the one that is there, or none.
func (l *line) become(r *trace.Recorder) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.trace = r
	if l.cancel != nil {
		l.cancel()
	}
}

// A once is a listener of one connection.
type once struct{ conn net.Conn }

func (o *once) Accept() (conn net.Conn, err error) {
	if conn, o.conn = o.conn, nil; conn == nil {
		return nil, net.ErrClosed
	}
	return conn, nil
}
func (o *once) Close() error   { return nil }
func (o *once) Addr() net.Addr { return &net.UnixAddr{} }

// TestWatchComesBack: it says once that the gateway is gone and once that it is there
// again, shows no record twice, and notices that another has taken its place [issue 14].
func TestWatchComesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		refuse := func(r *trace.Recorder, client string) {
			r.Record(trace.Event{Operation: trace.Connect, Outcome: trace.Refused, Client: client})
		}
		withhold := func(r *trace.Recorder) {
			r.Withheld(trace.Key{Topic: "t"}, func() trace.Event {
				return trace.Event{Operation: trace.PublishOut, Client: "c", Topic: "t", Cause: cause.Cause{Detail: "why"}}
			})
		}
		gateway, l, out := &line{}, trace.New(trace.Options{}), new(log)
		s := &stream{url: "http://gateway/_suback/trace", query: map[string][]string{}, client: &http.Client{Transport: gateway},
			show: (&viewer{w: out}).show, say: func(format string, args ...any) { fmt.Fprintf(out, format+"\n", args...) }}
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- s.run(ctx) }()
		said := func() string {
			time.Sleep(10 * time.Second)
			synctest.Wait()
			defer out.reset()
			return regexp.MustCompile(`(?m)^\d\d:\S+ `).ReplaceAllString(out.String(), "")
		}
		steps := []struct {
			name string
			do   func()
			want string
		}{
			{"nobody is there", func() {}, "no gateway at http://gateway/_suback/trace yet, waiting for it: Get \"http://gateway/_suback/trace?" +
				"follow=1&since=0\": connection refused\n"},
			{"it starts", func() { refuse(l, "a"); gateway.become(l) }, "the gateway is there\na Connect REFUSED\n"},
			{"it is lost", func() { gateway.become(nil) }, "lost the gateway, trying again: io: read/write on closed pipe\n"},
			{"and back", func() { refuse(l, "b"); gateway.become(l) }, "the gateway is there\nb Connect REFUSED\n"},
			{"the line alone breaks", func() { gateway.become(l) }, "lost the gateway, trying again: io: read/write on closed pipe\nthe gateway is there\n"},
			{"a message is withheld", func() { withhold(l) }, "c Publish-Out WITHHELD\n  why\n"},
			{"and two more", func() { withhold(l); withhold(l) }, "c Publish-Out WITHHELD\n  on t\n  3 messages so far, the last at TIME\n"},
			{"it is another", func() { l = trace.New(trace.Options{}); refuse(l, "d"); gateway.become(l) },
				"lost the gateway, trying again: io: read/write on closed pipe\n" +
					"the gateway is another one now: its records count from 1 again\nd Connect REFUSED\n"},
		}
		for _, step := range steps {
			step.do()
			got := regexp.MustCompile(`last at \S+`).ReplaceAllString(said(), "last at TIME")
			if got != step.want {
				t.Errorf("%s: got  %q\nwant %q", step.name, got, step.want)
			}
		}
		cancel()
		gateway.become(nil)
		if err := <-done; err != nil {
			t.Errorf("got %v at the end, want nothing", err)
		}
	})
}

func (l *log) reset() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text.Reset()
}

// A terminal gets colours, and no client id gets any [issue 14].
func TestWatchColours(t *testing.T) {
	for outcome, want := range map[trace.Outcome]string{
		trace.Refused: "\x1b[31m", trace.Withheld: "\x1b[33m", trace.Note: "\x1b[36m", trace.Allowed: "\x1b[32m",
	} {
		var plain, coloured bytes.Buffer
		e := trace.Event{Time: time.Now(), Operation: trace.Connect, Outcome: outcome, Client: "\x1b[31mx", Cause: cause.Cause{Hint: "h"}}
		_ = (&viewer{w: &plain}).show(nil, e)
		_ = (&viewer{w: &coloured, colours: true}).show(nil, e)
		first, rest, _ := strings.Cut(plain.String(), "\n")
		if got := coloured.String(); got != want+first+"\x1b[0m\n"+rest || strings.Contains(plain.String(), "\x1b") {
			t.Errorf("%s: got %q and %q without, want the first line in %q", outcome, got, plain.String(), want)
		}
	}
}

// watching runs suback watch against a gateway.
func watching(t *testing.T, g *gateway, args ...string) (*exec.Cmd, *log) {
	t.Helper()
	cmd, out := exec.Command(binary, append([]string{"watch", "--http", g.addresses()["http"]}, args...)...), new(log)
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	return cmd, out
}

// TestWatch: what it is asked for, as a person and as a program reads it; Control-C and a
// closed standard output end it [issue 14].
func TestWatch(t *testing.T) {
	t.Parallel()
	g := serve(t, free)
	all, text := watching(t, g)
	_, filtered := watching(t, g, "--json", "--client", "pump-8", "--outcome", "refused")
	for _, id := range []string{"pump-7", "pump-8"} {
		if err := g.connect(t, id, "wrong"); err == nil {
			t.Fatal("connect: got accepted, want refused")
		}
	}
	eventually(t, "both refusals", func() bool {
		return strings.Contains(text.String(), " pump-7 Connection.AuthNError REFUSED NOT_AUTHENTICATED\n") &&
			strings.Contains(text.String(), "\n  hint: ") && strings.Contains(text.String(), " pump-8 ")
	})
	eventually(t, "a line of JSON", func() bool { return strings.HasSuffix(filtered.String(), "}\n") })
	var record trace.Event
	if err := json.Unmarshal([]byte(filtered.String()), &record); err != nil || record.Client != "pump-8" {
		t.Errorf("got %q (%v), want one record of pump-8", filtered, err)
	}
	if strings.Contains(text.String(), "\x1b") {
		t.Errorf("got colours in %q, want none where there is no terminal", text)
	}
	if err := all.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if err := all.Wait(); err != nil {
		t.Errorf("got %v after Control-C, want exit code 0\n%s", err, text)
	}

	head := exec.Command("sh", "-c", `"$0" watch --http "$1" | head -n 1; echo ended`, binary, g.addresses()["http"])
	out := new(log)
	head.Stdout, head.Stderr = out, out
	if err := head.Start(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a line by head, and the end", func() bool {
		_ = g.connect(t, "pump-9", "wrong") // a closed pipe is noticed by writing to it
		return strings.HasSuffix(out.String(), "ended\n")
	})
	if _ = head.Wait(); strings.Count(out.String(), "\n") != 2 {
		t.Errorf("got %q, want a record's line and the end, no error", out)
	}
}
