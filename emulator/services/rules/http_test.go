package rules

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/suback/suback/emulator/egress"
	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/trace"
)

// A wire is a network in memory: what is dialled is served by handlers, one after the other.
type wire struct {
	handler http.Handler
	conns   chan net.Conn
	dialled []string
	mu      sync.Mutex
	ended   chan struct{}
}

func newWire(h http.Handler) *wire {
	return &wire{handler: h, conns: make(chan net.Conn), ended: make(chan struct{})}
}

func (w *wire) Accept() (net.Conn, error) {
	select {
	case c := <-w.conns:
		return c, nil
	case <-w.ended:
		return nil, net.ErrClosed
	}
}

func (w *wire) Close() error   { return nil }
func (w *wire) Addr() net.Addr { return &net.UnixAddr{} }

func (w *wire) dial(ctx context.Context, _, address string) (net.Conn, error) {
	w.mu.Lock()
	w.dialled = append(w.dialled, address)
	w.mu.Unlock()
	ours, theirs := net.Pipe()
	select {
	case w.conns <- theirs:
		return ours, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// posts are what a server got, in order, and how it answers.
type posts struct {
	mu     sync.Mutex
	all    []string // "path content-type body", and X-Room if there is one
	answer func(n int, w http.ResponseWriter, r *http.Request)
}

func (p *posts) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	text := strings.Join([]string{r.Method, r.Host, r.URL.RequestURI(), r.Header.Get("Content-Type"), string(body)}, " ")
	if room := r.Header.Get("X-Room"); room != "" {
		text += " room " + room
	}
	p.mu.Lock()
	p.all = append(p.all, text)
	n := len(p.all)
	p.mu.Unlock()
	if p.answer != nil {
		p.answer(n, w, r)
	}
}

func (p *posts) got() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.all)
}

// online has http actions of the rig reach a server in memory.
func (s *rig) online(p *posts) (end func()) {
	w := newWire(p)
	s.engine.http.Transport.(*http.Transport).DialContext = w.dial
	server := &http.Server{Handler: p}
	var serving sync.WaitGroup
	serving.Go(func() { _ = server.Serve(w) })
	return func() {
		s.engine.http.CloseIdleConnections()
		close(w.ended)
		_ = server.Close()
		serving.Wait()
		time.Sleep(10 * time.Second) // handlers that sleep, in the time of the test
	}
}

type m = map[string]any

// post is an http action to a server that confirmed http://localhost.
func post(more m) registry.RuleAction {
	v := m{"url": "http://localhost/in", "confirmationUrl": "http://localhost"}
	for name, of := range more {
		v[name] = of
	}
	return registry.RuleAction{"http": v}
}

func header(key, value string) []any { return []any{m{"key": key, "value": value}} }

func (s *rig) enable() {
	s.t.Helper()
	if err := s.registry.EnableDestinations(func(string) bool { return true }); err != nil {
		s.t.Fatal(err)
	}
}

// status answers with statuses in turn, the last one for ever.
func status(all ...int) func(int, http.ResponseWriter, *http.Request) {
	return func(n int, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(all[min(n, len(all))-1]) }
}

const (
	sent    = `POST localhost /in application/json {"a":1}`
	failing = "HttpAction failed to make a request to the specified endpoint. "
)

// TestPost: what is sent, and what its answer does.
func TestPost(t *testing.T) {
	for _, tt := range []struct {
		name    string
		action  registry.RuleAction
		payload string
		answer  func(int, http.ResponseWriter, *http.Request)
		want    []string // that the server got
		record  string   // "operation outcome|a part of its text"
		failed  string   // error message that the error action gets; "" for none
		source  string
	}{
		{"JSON", post(nil), `{"a":1}`, nil, []string{sent}, `RuleExecution ALLOWED|}: 200 OK`, "", "R-124"},
		{"bytes", post(nil), "\xff\x00", nil, []string{"POST localhost /in application/octet-stream \xff\x00"}, "", "", "R-124"},
		{"text", post(nil), "x y", nil, []string{"POST localhost /in application/octet-stream x y"}, "", "", "R-124"},
		{"nothing", post(nil), "", nil, []string{"POST localhost /in application/octet-stream "}, "", "", "R-98, R-124"},
		{"templates", post(m{"url": "http://localhost/${topic(1)}?a=${a}", "headers": header("X-Room", "r${a}")}), `{"a":1}`, nil,
			[]string{`POST localhost /in?a=1 application/json {"a":1} room r1`}, `RuleExecution ALLOWED|"url":"http://localhost/in?(not shown)"`, "", "R-105, R-124"},
		{"content type", post(m{"headers": header("content-TYPE", "text/x")}), `{"a":1}`, nil,
			[]string{`POST localhost /in text/x {"a":1}`}, "", "", "R-124"},
		{"created", post(nil), `{"a":1}`, status(201), []string{sent}, "RuleExecution ALLOWED|}: 201 Created", "", "R-124, guess"},
		{"again", post(nil), `{"a":1}`, status(500, 200), []string{sent, sent}, "RuleExecution ALLOWED|}: 200 OK at try 2", "", "R-124"},
		{"too many requests", post(nil), `{"a":1}`, status(429, 503, 200), []string{sent, sent, sent},
			"RuleExecution ALLOWED|at try 3", "", "R-124"},
		{"three times", post(nil), `{"a":1}`, status(500), []string{sent, sent, sent}, "RuleExecution REFUSED|localhost answered 500 Internal Server Error at try 3",
			failing + "StatusCode: 500. Reason: Internal Server Error.", "R-124"},
		{"refused", post(nil), `{"a":1}`, func(_ int, w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "no such\x1b[31m field", http.StatusUnprocessableEntity)
		},
			[]string{sent}, "RuleExecution REFUSED|localhost answered 422 Unprocessable Entity: no such", failing + "StatusCode: 422. Reason: Unprocessable Entity.", "R-124"},
		{"redirect", post(nil), `{"a":1}`, func(_ int, w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/other", http.StatusTemporaryRedirect)
		},
			[]string{sent}, "RuleExecution REFUSED|redirects are not followed", failing + "StatusCode: 307. Reason: Temporary Redirect.",
			"R-124, guess"},
		{"large answer", post(nil), `{"a":1}`, func(_ int, w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(500)
			_, _ = io.WriteString(w, strings.Repeat("x", mostAnswer+1))
		}, []string{sent}, "", failing + "StatusCode: 500. Reason: Internal Server Error.", "R-124"},
		{"closing server", post(nil), `{"a":1}`, func(_ int, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Connection", "close")
			w.WriteHeader(503)
		}, []string{sent}, "", failing + "StatusCode: 503. Reason: Service Unavailable.", "R-124"},
		{"without an answer", post(nil), `{"a":1}`, func(int, http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
			[]string{sent}, "RuleExecution REFUSED|localhost closed the connection without an answer", failing + "connection closed by localhost", "R-124"},
		{"a black hole", post(nil), `{"a":1}`, func(_ int, _ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
			[]string{sent}, "RuleExecution REFUSED|have it answer first and work then", failing + "Request timeout to localhost after 4000 ms after 0 retries", "R-124"},
		{"slow and failing", post(nil), `{"a":1}`, func(_ int, w http.ResponseWriter, _ *http.Request) {
			time.Sleep(3 * time.Second)
			w.WriteHeader(500)
		}, []string{sent, sent}, "", failing + "Request timeout to localhost after 4000 ms after 1 retries", "R-124"},
		{"endless answer", post(nil), `{"a":1}`, func(_ int, w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				if _, err := w.Write(make([]byte, 4096)); err != nil {
					return
				}
			}
		}, []string{sent}, "RuleExecution ALLOWED|}: 200 OK", "", "R-124"},
		{"answer without an end", post(nil), `{"a":1}`, func(_ int, w http.ResponseWriter, r *http.Request) {
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}, []string{sent}, "RuleExecution ALLOWED|}: 200 OK", "", "R-124"},
		{"endless head", post(nil), `{"a":1}`, func(_ int, w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X", strings.Repeat("x", 1<<20))
		}, []string{sent}, "", failing + "net/http: server response headers exceeded 16384 bytes; aborted", "R-124"},
		{"another host by a template", post(m{"url": "http://localhost${b}/in"}), `{"a":1,"b":".evil.test"}`, nil, nil,
			"RuleExecution REFUSED|want one that begins with the confirmationUrl", `the url is "http://localhost.evil.test/in", want one that begins with ` +
				`the confirmationUrl "http://localhost"`, "R-126"},
		{"another port by a template", post(m{"url": "http://localhost${b}/in"}), `{"a":1,"b":":81"}`, nil, nil, "",
			`the url is "http://localhost:81/in", want one that begins with the confirmationUrl "http://localhost"`, "R-126"},
		{"a header's end by a template", post(m{"headers": header("X-Room", "${b}")}), `{"b":"x\r\nY: z"}`, nil, nil, "",
			failing + `net/http: invalid header field value for "X-Room"`, "R-124"},
		{"no destination", registry.RuleAction{"http": {"url": "${a}", "confirmationUrl": "${a}"}}, `{"a":"http://localhost/other"}`, nil, nil,
			"RuleExecution REFUSED|httpUrlConfiguration={confirmationUrl=http://localhost/other}", "there is no destination with the confirmation URL http://localhost/other", "R-126"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, p := newRig(t), &posts{answer: tt.answer}
				end := s.online(p)
				s.rule("r", "SELECT * FROM 'in'", republish("failed"), tt.action)
				s.enable()
				s.send("in", tt.payload)
				s.end2()
				if got := p.got(); !slices.Equal(got, tt.want) {
					t.Errorf("got  %q\nwant %q (%s)", got, tt.want, tt.source)
				}
				if got := s.failure(); got != tt.failed {
					t.Errorf("got failure %q, want %q (%s)", got, tt.failed, tt.source)
				}
				s.recorded(tt.record, tt.source)
				end()
				s.end()
			})
		})
	}
}

// end2 waits until rules have done all, however long that takes them.
func (s *rig) end2() {
	for {
		synctest.Wait()
		s.engine.lanes.mu.Lock()
		bytes := s.engine.lanes.bytes
		s.engine.lanes.mu.Unlock()
		if bytes == 0 {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// failure is the error message that the error action got.
func (s *rig) failure() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, text := range s.did {
		document, ok := strings.CutPrefix(text, "failed ")
		var of struct{ Failures []failure }
		if ok && json.Unmarshal([]byte(document), &of) == nil && len(of.Failures) == 1 {
			return of.Failures[0].ErrorMessage
		}
	}
	return ""
}

// TestDestinationOfPost: nothing is sent but to a destination that is ENABLED, of a host that
// is open; whatever the error action gets, it is AWS's.
func TestDestinationOfPost(t *testing.T) {
	to := func(status string) func(*rig) {
		return func(s *rig) {
			d, _ := s.registry.TopicRuleDestinationOf("http://localhost")
			if err := s.registry.UpdateTopicRuleDestination(d.Arn, status); err != nil {
				s.t.Error(err)
			}
		}
	}
	enabled := func(s *rig) { s.enable() }
	for _, tt := range []struct {
		name   string
		url    string
		make   func(*rig)
		want   string // error message; "" if it is sent
		hint   string
		source string
	}{
		{"enabled", "http://localhost", enabled, "", "", "R-126"},
		{"waiting", "http://localhost", func(*rig) {}, "the destination http://localhost is IN_PROGRESS, not ENABLED", "visit the enableUrl", "R-126"},
		{"disabled", "http://localhost", func(s *rig) { s.enable(); to("DISABLED")(s) }, "is DISABLED, not ENABLED", "--status ENABLED", "R-126"},
		{"not confirmed", "http://localhost", func(s *rig) {
			d, _ := s.registry.TopicRuleDestinationOf("http://localhost")
			if err := s.registry.SettleConfirmation(d.Arn, d.ConfirmationToken, "It was refused.", true); err != nil {
				s.t.Error(err)
			}
		}, "is ERROR, not ENABLED: It was refused", "--status IN_PROGRESS sends the confirmation message again", "R-126"},
		{"deleted", "http://localhost", func(s *rig) {
			d, _ := s.registry.TopicRuleDestinationOf("http://localhost")
			_ = s.registry.DeleteTopicRuleDestination(d.Arn)
		}, "there is no destination with the confirmation URL http://localhost", "create-topic-rule-destination", "R-126"},
		{"closed host", "https://api.example.com", enabled, "nothing is sent to api.example.com: nobody opened that host", "--rules-to api.example.com", "R-126"},
		{"private address", "http://10.0.0.5", enabled, "nothing is sent to 10.0.0.5", "list it under topicRuleDestinations", "R-126"},
		{"metadata", "http://169.254.169.254/latest", enabled, "nothing is sent to 169.254.169.254", "", "R-126"},
	} {
		synctest.Test(t, func(t *testing.T) {
			s, p := newRig(t), &posts{}
			end := s.online(p)
			s.rule("r", "SELECT * FROM 'in'", republish("failed"), registry.RuleAction{"http": {"url": tt.url}})
			tt.make(s)
			s.send("in", `{"a":1}`)
			s.end2()
			if got := s.failure(); tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
				t.Errorf("%s: got failure %q, want %q (%s)", tt.name, got, tt.want, tt.source)
			}
			if n := len(p.got()); n > 0 != (tt.want == "") {
				t.Errorf("%s: got %d requests, want them only without a failure (%s)", tt.name, n, tt.source)
			}
			if tt.hint != "" {
				s.recorded("RuleExecution REFUSED|"+tt.hint, tt.source)
			}
			end()
			s.end()
		})
	}
}

// TestSigned: an action with sigv4 is signed, and it is told with whose keys.
func TestSigned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, p := newRig(t), &posts{}
		end := s.online(p)
		var by string
		s.engine.Sign = func(_ context.Context, r *http.Request, body []byte, region, service string) (string, error) {
			by = fmt.Sprint(region, " ", service, " ", string(body))
			if service == "fails" {
				return "", errors.New("no keys")
			}
			r.Header.Set("X-Room", "signed")
			return "its own keys", nil
		}
		auth := func(service string) m {
			return m{"auth": m{"sigv4": m{"signingRegion": "eu-west-1", "serviceName": service, "roleArn": role}}}
		}
		s.rule("r", "SELECT * FROM 'in'", nil, post(auth("es")))
		s.rule("q", "SELECT * FROM 'fails'", nil, post(auth("fails")))
		s.enable()
		s.send("in", `{"a":1}`)
		s.end2()
		if want := []string{sent + " room signed"}; !slices.Equal(p.got(), want) || by != `eu-west-1 es {"a":1}` {
			t.Errorf("got %q for %s, want %q (R-124)", p.got(), by, want)
		}
		s.recorded("RuleExecution NOTE|signs its requests for es in eu-west-1 with its own keys, not with the role's keys", "R-124")
		s.send("fails", "x")
		s.end2()
		s.recorded("RuleExecution REFUSED|no keys", "R-124")
		end()
		s.end()
	})
}

// TestSecretsOfPost: what lets somebody in is in no record and no story.
func TestSecretsOfPost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newRig(t)
		end := s.online(&posts{answer: func(int, http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }})
		secrets := m{"url": "http://localhost/in?code=geheim", "headers": header("Authorization", "Bearer geheim")}
		beside := registry.RuleAction{"http": {"url": "http://localhost${b}/in?code=geheim", "confirmationUrl": "http://localhost"}}
		user := registry.RuleAction{"http": {"url": "${a}", "confirmationUrl": "http://localhost"}}
		s.rule("r", "SELECT 1 AS x FROM 'in'", nil, post(secrets), beside, user)
		s.enable()
		id := s.send("in", `{"b":".evil.test","a":"https://bob:geheim@localhost/in?code=geheim"}`)
		s.end2()
		told, _ := s.hook.Story(id)
		all := told.Text()
		for _, ev := range s.trace.Events(trace.Filter{}) {
			all += ev.Text()
		}
		if strings.Contains(all, "geheim") || !strings.Contains(all, "(not shown)") {
			t.Errorf("got\n%s\nwant no secret in it (R-124)", all)
		}
		end()
		s.end()
	})
}

// TestTimeOfErrorAction: actions that took all of a rule's time leave its error action time of its
// own, and what had none is not blamed.
func TestTimeOfErrorAction(t *testing.T) {
	for _, batched := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			s := newRig(t)
			p := &posts{answer: func(_ int, _ http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/dead" {
					<-r.Context().Done()
				}
			}}
			s.engine.Fault = func(context.Context, string) error { time.Sleep(500 * time.Millisecond); return nil }
			end := s.online(p)
			dead, last := post(m{"url": "http://localhost/dead"}), post(m{"url": "http://localhost/healthy"})
			if batched {
				last = post(m{"url": "http://localhost/dead", "enableBatching": true})
			}
			s.rule("r", "SELECT * FROM 'in'", post(m{"url": "http://localhost/failed"}), dead, dead, dead, dead, dead, last)
			s.enable()
			id := s.send("in", "{}")
			s.end2()
			got := p.got()
			if n := len(got); n < 6 || !strings.Contains(got[n-1], "POST localhost /failed ") || !strings.Contains(got[n-1], "errorMessage") {
				t.Errorf("got %q, want the error action last (R-130)", got)
			}
			told := s.engine.Told(id)[0].Actions
			want := "the rule's 20s for this message were over"
			if batched { // whose time is its own
				want = "Request timeout to localhost after 4000 ms after 0 retries"
			}
			if len(told) != 7 || !strings.Contains(told[5].Error, want) || told[6].Error != "" {
				t.Errorf("got %+v, want %s of the last one, and the error action done (R-130)", told, want)
			}
			end()
			s.end()
		})
	}
}

// TestDeadNeighbour: rules whose servers are dead hold up neither a publisher nor another
// rule, and the end comes in time; at real sockets.
func TestDeadNeighbour(t *testing.T) {
	t.Parallel()
	hole, err := net.Listen("tcp", "127.0.0.1:0") // nobody accepts
	if err != nil {
		t.Fatal(err)
	}
	defer hole.Close()
	gone := httptest.NewServer(nil)
	gone.Close()
	p := &posts{}
	server := httptest.NewServer(p)
	defer server.Close()
	s := newRig(t)
	for i, url := range []string{"http://" + hole.Addr().String(), gone.URL} {
		s.rule(fmt.Sprint("dead", i), "SELECT * FROM 'in'", nil, registry.RuleAction{"http": {"url": url}})
		s.rule(fmt.Sprint("deadbatch", i), "SELECT * FROM 'in'", nil,
			registry.RuleAction{"http": {"url": url, "enableBatching": true}})
	}
	s.rule("live", "SELECT * FROM 'in'", nil, registry.RuleAction{"http": {"url": server.URL}})
	s.enable()
	for n := range 250 { // 32 MB for each of the dead, which is more than there is for all
		s.send("in", strings.Repeat("x", 128<<10))
		for deadline := time.Now().Add(30 * time.Second); len(p.got()) < n-5; time.Sleep(time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("got %d of %d messages at the server that lives", len(p.got()), n)
			}
		}
	}
	s.engine.lanes.mu.Lock()
	bytes := s.engine.lanes.bytes
	s.engine.lanes.mu.Unlock()
	if bytes > mostWaiting+2*mostBatchedBytes+1<<20 || bytes < mostWaiting/2 {
		t.Errorf("got %d bytes waiting, want most of %d, and no more but what batches send", bytes, mostWaiting)
	}
	began := time.Now()
	_ = s.engine.Close() // it says what was given up
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("got %v until the end, want a second", took)
	}
}

// TestSilentTLS: a server that takes a connection and never shakes hands has it for the time of a
// request, not for ever: there are 64 for each host.
func TestSilentTLS(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newRig(t)
		began, closed := time.Now(), make(chan time.Duration, 1)
		s.engine.http.Transport.(*http.Transport).DialContext = func(context.Context, string, string) (net.Conn, error) {
			ours, theirs := net.Pipe()
			go func() {
				_, _ = io.Copy(io.Discard, theirs)
				closed <- time.Since(began)
			}()
			return ours, nil
		}
		s.rule("r", "SELECT * FROM 'in'", nil, registry.RuleAction{"http": {"url": "https://localhost/in"}})
		s.enable()
		s.send("in", "x")
		time.Sleep(time.Minute)
		select {
		case after := <-closed:
			if after > 2*httpTime {
				t.Errorf("got the connection closed after %v, want it after %v", after, httpTime)
			}
		default:
			t.Error("got the connection still open after a minute, want it closed")
			s.engine.http.Transport.(*http.Transport).CloseIdleConnections()
		}
		s.recorded("RuleExecution REFUSED|have it answer first and work then", "R-124")
		s.end()
	})
}

// TestRedirectAndRebinding: a host that is open leads to no other, neither by its answer nor by
// its name's other address.
func TestRedirectAndRebinding(t *testing.T) {
	p := &posts{}
	other := httptest.NewServer(p)
	defer other.Close()
	redirects := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusPermanentRedirect))
	defer redirects.Close()
	s := newRig(t)
	d, err := egress.New([]string{"169.254.169.254"})
	if err != nil {
		t.Fatal(err)
	}
	s.engine.Door = func() *egress.Door { return d }
	s.rule("a", "SELECT * FROM 'in'", nil, registry.RuleAction{"http": {"url": redirects.URL}})
	s.rule("b", "SELECT * FROM 'in'", nil, registry.RuleAction{"http": {"url": "http://169.254.169.254/latest"}})
	s.enable()
	s.send("in", "x")
	s.end()
	if got := p.got(); got != nil {
		t.Errorf("got %q at the server that was redirected to, want nothing (R-126)", got)
	}
	s.recorded("RuleExecution REFUSED|answered 308 Permanent Redirect: redirects are not followed", "R-126")
	s.recorded("RuleExecution REFUSED|169.254.169.254 has the address 169.254.169.254, which is not open for it", "R-126")
}
