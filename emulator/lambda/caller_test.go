package lambda

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// Who is not the function gets nothing of its Runtime API and changes nothing.
func TestStrangersAreRefused(t *testing.T) {
	const event, answer, bad = "GET /invocation/next", "POST /invocation/%s/response", "POST /invocation/%s/error"
	tests := []struct {
		what, secret, call string
		busy, given        bool // the handler has an event; its id is the caller's choice
		want               int
	}{
		{"next, no secret", "", event, false, false, 403},
		{"next, another secret", "/secreT", event, false, false, 403},
		{"next, half of the secret", "/secr", event, false, false, 403},
		{"next", "/secret", event, false, false, 200},
		{"next while busy, no secret", "", event, true, false, 403},
		{"init error, no secret", "", "POST /init/error", false, false, 403},
		{"init error, another secret", "/other", "POST /init/error", false, false, 403},
		{"init error", "/secret", "POST /init/error", false, false, 202},
		{"response, no secret", "", answer, true, false, 202},
		{"error, no secret", "", bad, true, false, 202},
		{"response, another secret", "/other", answer, true, false, 403},
		{"response, no secret, an id that may be guessed", "", answer, true, true, 403},
		{"error, no secret, an id that may be guessed", "", bad, true, true, 403},
		{"response to an id that may be guessed", "/secret", answer, true, true, 202},
		{"response while idle, no secret", "", answer, false, false, 403},
		{"response to another id, no secret", "", "POST /invocation/other/response", true, false, 403},
		{"a path of nobody", "/secret", "GET /invocation", false, false, 404},
	}
	for _, tt := range tests {
		t.Run(tt.what, func(t *testing.T) {
			p, api := newAPI(t)
			in := Invocation{Event: []byte(`{"password":"wonderland"}`)}
			if tt.given {
				in.RequestID = "id-1"
			}
			inv := p.newInvocation(in)
			p.queue = []*invocation{inv}
			s := p.sandboxes[0]
			if tt.busy {
				call(api, "GET", "/invocation/next", "")
			}
			was := s.state
			method, path, _ := strings.Cut(tt.call, " ")
			if strings.Contains(path, "%s") {
				path = fmt.Sprintf(path, inv.RequestID)
			}
			w := httptest.NewRecorder()
			api.ServeHTTP(w, httptest.NewRequest(method, tt.secret+apiVersion+path, strings.NewReader(`"let in"`)))
			if w.Code != tt.want {
				t.Errorf("got %d %s, want %d (H-10)", w.Code, w.Body, tt.want)
			}
			changed := s.state != was || len(inv.done) > 0 || s.ctx.Err() != nil
			if refused := tt.want >= 400; refused && (changed || strings.Contains(w.Body.String(), "wonderland")) {
				t.Errorf("got state %v, %d answers, ended %v, %s, want nothing changed (H-10)", s.state, len(inv.done), s.ctx.Err(), w.Body)
			}
			if inv.timer != nil {
				inv.timer.Stop()
			}
		})
	}
}

// A stranger's body is not read: it may be without end.
func TestStrangersBodyIsNotRead(t *testing.T) {
	_, api := newAPI(t)
	body := &countingReader{}
	api.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("POST", apiVersion+"/invocation/id/response", body))
	if body.read > 0 {
		t.Errorf("got %d reads of the body, want none", body.read)
	}
}

type countingReader struct{ read int }

func (r *countingReader) Read([]byte) (int, error) {
	r.read++
	return 0, io.EOF
}

// Another process of this machine, and of this user, asks for everything while
// the function loads, works and idles. It gets no event and gives no answer.
func TestAnotherProcess(t *testing.T) {
	t.Parallel()
	for _, o := range []ProcessOptions{
		{Runtime: "nodejs", Code: "testdata/nodejs", Handler: "gated.handler"},
		{Runtime: "python", Code: "testdata/python", Handler: "gated.handler"},
		{Runtime: "provided", Code: "gated.sh"},
	} {
		t.Run(o.Runtime, func(t *testing.T) {
			t.Parallel()
			gates, log := t.TempDir(), newLogBuffer()
			o.Environment, o.Timeout, o.Log = map[string]string{"GATES": gates}, time.Minute, log.logger()
			p := newFunction(t, o)
			answers := make(chan string, 1)
			ask := func() {
				body, err := p.Invoke(t.Context(), Invocation{Event: []byte(`{"password":"wonderland"}`)})
				answers <- fmt.Sprintf("%s %v", body, err)
			}
			go ask()
			log.wait(t, "at load ")
			address := regexp.MustCompile(`at load ([0-9.:]+)`).FindStringSubmatch(log.String())[1]
			stranger := newStranger(t, address)
			stranger.rounds(t, 3)
			open := func(gate string) {
				if err := os.WriteFile(filepath.Join(gates, gate), nil, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			open("load")
			log.wait(t, "at answer ")
			stranger.rounds(t, 3)
			open("answer")
			first := <-answers
			waitFor(t, "an idle function", func() bool { return p.size(idle) == 1 })
			stranger.rounds(t, 3)
			ask()
			if second := <-answers; second != first || !regexp.MustCompile(`^"\d+" <nil>$`).MatchString(first) {
				t.Errorf("got %s, then %s, want the answers of one process (H-10)", first, second)
			}
			if n := strings.Count(log.String(), "was refused"); n != 1 {
				t.Errorf("got %d lines of log about refusals, want 1", n)
			}
		})
	}
}

// A stranger is a process that polls a Runtime API, see TestMain.
type stranger struct {
	cmd   *exec.Cmd
	begin io.Writer // a line has it ask for everything once
	lines *bufio.Scanner
}

func newStranger(t *testing.T, address string) *stranger {
	t.Helper()
	s := &stranger{cmd: exec.Command(os.Args[0])}
	s.cmd.Env = append(os.Environ(), "SUBACK_TEST_STRANGER="+address)
	in, err := s.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close() // it ends then
		_ = s.cmd.Wait()
	})
	s.begin, s.lines = in, bufio.NewScanner(out)
	return s
}

// rounds has it ask for everything n times.
func (s *stranger) rounds(t *testing.T, n int) {
	t.Helper()
	for range n {
		fmt.Fprintln(s.begin)
		for s.lines.Scan() && s.lines.Text() != "round" {
			t.Errorf("another process got %s, want 403 (H-10)", s.lines.Text())
		}
		if s.lines.Text() != "round" {
			t.Fatal("the other process has ended")
		}
	}
}

// poll is the other process: it says what was not refused.
func poll(address string) {
	client := &http.Client{Timeout: 2 * time.Second}
	for begin := bufio.NewScanner(os.Stdin); begin.Scan(); {
		for _, secret := range []string{"", "/wrong", "/" + strings.Repeat("A", 26)} {
			for _, what := range []string{
				"GET /invocation/next", "POST /init/error", "POST /invocation/id/response", "POST /invocation/id/error",
			} {
				method, path, _ := strings.Cut(what, " ")
				req, _ := http.NewRequest(method, "http://"+address+secret+apiVersion+path, strings.NewReader(`{"isAuthenticated":true}`))
				if got := send(client, req); got != "403" {
					fmt.Println(what, got)
				}
			}
		}
		fmt.Println("round")
	}
}

func send(client *http.Client, req *http.Request) string {
	resp, err := client.Do(req)
	if err != nil {
		return err.Error()
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	if resp.StatusCode == http.StatusForbidden {
		return "403"
	}
	return fmt.Sprint(resp.StatusCode, " ", string(bytes.TrimSpace(body)))
}

// AWS's clients differ in what they make of AWS_LAMBDA_RUNTIME_API. Those that
// want <host>:<port> alone get it where the function's process is recognized;
// elsewhere the secret is behind it.
func TestAddressOfExecutables(t *testing.T) {
	t.Parallel()
	_, err := os.Stat("/proc/net/tcp")
	for _, recognized := range []bool{err == nil, false} {
		log := newLogBuffer()
		p := newProvided(t, ProcessOptions{Code: "gated.sh", Environment: map[string]string{"GATES": t.TempDir()}, Log: log.logger()})
		want := `^127\.0\.0\.1:\d+$`
		if !recognized {
			p.recognizes = func(net.Addr) bool { return false }
			want = `^127\.0\.0\.1:\d+/[A-Z2-7]{26}$`
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go p.Invoke(ctx, Invocation{Event: []byte("{}")})
		log.wait(t, "at load ")
		address := regexp.MustCompile(`at load ([^ "]+)`).FindStringSubmatch(log.String())[1]
		if !regexp.MustCompile(want).MatchString(address) {
			t.Errorf("got AWS_LAMBDA_RUNTIME_API=%s, want %s", address, want)
		}
	}
}
