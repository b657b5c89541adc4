package emulator_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/registry"
)

// What web pages can do to a gateway on the machine of whoever visits them, in a
// real Chromium [H-1, H-2, H-4].

// allowedToPages are the attempts of attack.js that AWS answers to any page.
var allowedToPages = map[string]string{
	"Cognito": `read 200 {"IdentityId"`, "STS": "read 403 <ErrorResponse", "data plane": `read 403 {"message":"Forbidden"`,
	"WebSocket": "open",
}

// A site serves a page with attack.js to Chromium, and hears what came of it.
type site struct {
	mu       sync.Mutex
	outcomes map[string]string
	ended    chan struct{}
}

func newSite() *site { return &site{outcomes: map[string]string{}, ended: make(chan struct{})} }

// log takes what the page tells.
func (s *site) log(_ http.ResponseWriter, r *http.Request) {
	var told struct{ Name, Outcome string }
	if json.NewDecoder(r.Body).Decode(&told) != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if told.Name == "end" {
		close(s.ended)
		return
	}
	s.outcomes[told.Name] = told.Outcome
}

// page is what the visitor gets; before runs ahead of the attack.
func (s *site) page(t *testing.T, gateway, log, before string) string {
	t.Helper()
	script, err := os.ReadFile("testdata/webpage/attack.js")
	must(t, err)
	call, err := json.Marshal(createFunction(t, "evil").body)
	must(t, err)
	return fmt.Sprintf("<!doctype html><body><script>\nconst gateway = %q, log = %q, functionCall = %s;\n%s\n(async () => { %s; await "+
		"run(); })();\n</script>",
		gateway, log, call, script, before)
}

// visit has Chromium open a page.
func (s *site) visit(t *testing.T, url string) {
	t.Helper()
	sharedChromium.open(t).show(url)
}

func (s *site) wait(t *testing.T) map[string]string {
	t.Helper()
	select {
	case <-s.ended:
	case <-time.After(2 * time.Minute): // Chromium's first start, on a busy machine
		t.Fatalf("the page has not come to its end, only to %v", s.outcomes)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.outcomes
}

// A victim is a gateway whose state shows whether anybody has done something to it.
type victim struct {
	*emulator.Emulator
	asked atomic.Int64 // how often its authorizer was about a client of MQTT
	ran   atomic.Int64 // how often its function was
	lost  chan struct{}
}

// newVictim runs one, with a client that a reset ends and a refresh that an advanced
// clock brings.
func newVictim(t *testing.T, addr string) *victim {
	t.Helper()
	v := &victim{lost: make(chan struct{})}
	o := emulator.Embedded()
	embedded := o.Authorizer
	o.Authorizer = func(ctx context.Context, event []byte) ([]byte, error) {
		if bytes.Contains(event, []byte(`"mqtt":`)) {
			v.asked.Add(1)
		}
		return embedded(ctx, event)
	}
	o.Functions = map[string]emulator.LambdaFunc{"there": func(context.Context, []byte) ([]byte, error) {
		v.ran.Add(1)
		return []byte("1"), nil
	}}
	o.Config.Functions = map[string]emulator.Function{"there": {Endpoint: "http://127.0.0.1:1"}}
	o.Config.Policies = []emulator.Policy{{PolicyName: "all",
		PolicyDocument: `{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iot:*", "Resource": "*"}}`}}
	o.Config.Roles = []emulator.Role{{RoleName: "app", Policies: []string{"all"}}}
	o.Config.IdentityPools = []registry.IdentityPool{{IdentityPoolID: "us-east-1:11111111-2222-3333-4444-555555555555",
		UnauthenticatedRole: "app"}}
	o.Listeners = free
	o.Listeners.HTTP = addr
	v.Emulator = emulator.Run(t, o)
	v.connect(t)
	return v
}

// connect connects the client with the secret that no page may read.
func (v *victim) connect(t *testing.T) {
	t.Helper()
	conn, err := net.Dial("tcp", v.Addr(emulator.MQTT))
	must(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	_, err = conn.Write([]byte("\x10\x22\x00\x04MQTT\x04\xc2\x00\x00\x00\x0esecret-client1\x00\x00\x00\x04test"))
	must(t, err)
	answer := make([]byte, 4)
	_, err = conn.Read(answer)
	if err != nil || answer[0] != 0x20 {
		t.Fatalf("got %x, %v, want CONNACK", answer, err)
	}
	go func() {
		_, _ = conn.Read(answer)
		close(v.lost)
	}()
}

// untouched checks that nothing was read, changed or run.
func (v *victim) untouched(t *testing.T, outcomes map[string]string, allowed map[string]string) {
	t.Helper()
	for name, outcome := range outcomes {
		if want, ok := allowed[name]; ok {
			if !strings.HasPrefix(outcome, want) {
				t.Errorf("%s: got %q, want %q as on AWS (A-47)", name, outcome, want)
			}
			continue
		}
		harmless := strings.HasPrefix(outcome, "read") && strings.Contains(outcome, `{"message":"`) || !strings.HasPrefix(outcome, "read") &&
			outcome != "open" && outcome != "loaded"
		if !harmless || strings.Contains(outcome, "secret-client1") {
			t.Errorf("%s: got %q, want nothing", name, outcome)
		}
	}
	select {
	case <-v.lost:
		t.Error("the client has been disconnected: somebody has reset the gateway")
	default:
	}
	if n := v.asked.Load(); n != 1 {
		t.Errorf("the authorizer was asked %d times, want once: the clock was advanced", n)
	}
	if n := v.ran.Load(); n != 0 {
		t.Errorf("the function ran %d times, want never", n)
	}
	for _, q := range []struct {
		request
		want string
	}{
		{request{"GET", "/things", "iot", "", ""}, `"things":[]`}, {request{"GET", "/certificates", "iot", "", ""}, `"certificates":[]`},
		{request{"GET", "/2015-03-31/functions/evil", "lambda", "", ""}, "Function not found"},
	} {
		if _, body := q.send(t, v.Emulator, emulator.HTTP, nil); !strings.Contains(body, q.want) {
			t.Errorf("%s: got %s, want %s", q.path, body, q.want)
		}
	}
}

// TestWebPage: a page of another origin.
func TestWebPage(t *testing.T) {
	t.Parallel()
	findChromium(t)
	v, s := newVictim(t, "127.0.0.1:0"), newSite()
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	_, port, _ := net.SplitHostPort(server.Listener.Addr().String())
	mux.HandleFunc("POST /log", s.log)
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, s.page(t, "http://localhost:"+portOf(t, v.Emulator, emulator.HTTP), server.URL+"/log", ""))
	})
	s.visit(t, "http://evil.example:"+port+"/")
	v.untouched(t, s.wait(t), allowedToPages)
}

// TestRebindingPage: a page whose own name and port come to be the gateway's, so
// that to the browser the two are of one origin.
func TestRebindingPage(t *testing.T) {
	t.Parallel()
	findChromium(t)
	s := newSite()
	mux := http.NewServeMux()
	logs := httptest.NewServer(http.HandlerFunc(s.log))
	t.Cleanup(logs.Close)
	evil := httptest.NewUnstartedServer(mux)
	evil.Config.SetKeepAlivesEnabled(false)
	evil.Start()
	addr := evil.Listener.Addr().String()
	_, port, _ := net.SplitHostPort(addr)
	asked := make(chan struct{})
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		before := `for (;;) { const a = await fetch("/").catch(() => null); if (a && a.headers.get("x-amzn-errortype")) break; await new Promise((r) => setTimeout(r, 50)); }`
		fmt.Fprint(w, s.page(t, "http://evil.example:"+port, logs.URL, before))
		if f, ok := w.(http.Flusher); ok {
			f.Flush()
		}
		select {
		case <-asked:
		default:
			close(asked)
		}
	})
	s.visit(t, "http://evil.example:"+port+"/")
	select {
	case <-asked:
	case <-time.After(2 * time.Minute):
		t.Fatal("Chromium has not opened the page within two minutes")
	}
	evil.Close()
	v := newVictim(t, addr)
	v.untouched(t, s.wait(t), map[string]string{"WebSocket": "error"})
}
