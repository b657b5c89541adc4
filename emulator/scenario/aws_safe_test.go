package scenario_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/config"
	"github.com/suback/suback/emulator/guest"
	"github.com/suback/suback/emulator/scenario"
)

// A trouble is what a proxy before a stand-in does with the nth call: an answer, or nil for the
// stand-in's own.
type trouble func(n int, r *http.Request) http.HandlerFunc

// behind is the URL of a proxy with trouble.
func (s standIn) behind(t *testing.T, what trouble) string {
	t.Helper()
	target, err := url.Parse(s.url())
	if err != nil {
		t.Fatal(err)
	}
	pass := httputil.NewSingleHostReverseProxy(target)
	pass.ErrorLog = log.New(io.Discard, "", 0) // of those who are interrupted
	var mu sync.Mutex
	n := 0
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		n++
		answer := what(n, r)
		mu.Unlock()
		if answer != nil {
			answer(w, r)
			return
		}
		r.Host = target.Host
		pass.ServeHTTP(w, r)
	}))
	t.Cleanup(proxy.Close)
	return proxy.URL
}

// says is an answer of AWS's.
func says(status int, code, message string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("x-amzn-ErrorType", code)
		w.WriteHeader(status)
		fmt.Fprintf(w, `{"message": %q}`, message)
	}
}

// lodger is a case that makes one of each: a certificate of its own with a policy and a thing,
// one without a policy, a shadow, a retained message, a session.
const lodger = `
name: one of each
versions: [5]
clients:
  pump:
    cleanStart: false
    sessionExpiry: 600
    things: [pump]
    policy: {Effect: Allow, Action: "iot:*", Resource: ["*", topic/a]}
  nobody: {policy: none}
steps:
  - connect: pump
  - connect: {client: nobody, expect: refused}
  - subscribe: {client: pump, filter: a}
  - publish: {client: pump, topic: a, payload: 1, retain: true}
  - publish: {client: pump, topic: $aws/things/pump/shadow/update, payload: {state: {reported: {a: 1}}}}
  - publish: {client: pump, topic: $aws/things/pump/shadow/name/n/update, payload: {state: {reported: {a: 1}}}}
  - shadow: {thing: pump, name: n, state: {reported: {a: 1}}}
`

// lodge plays the lodger at an endpoint, and returns its result and what is left.
func lodge(
	ctx context.Context, t *testing.T, endpoint string, patience time.Duration,
) (*scenario.Result, []guest.Left, error) {
	t.Helper()
	all, err := scenario.Parse("lodger.yaml", []byte(lodger))
	if err != nil {
		t.Fatal(err)
	}
	a, err := guest.Open(ctx, guest.Options{Endpoint: endpoint, Region: "us-east-1", Patience: patience})
	if err != nil {
		return nil, nil, err
	}
	results := scenario.Runner{Target: scenario.NewAWS(a), Patience: time.Minute}.Play(ctx,
		scenario.Cases(all, scenario.TLS), nil)
	return results[0], a.Close(context.WithoutCancel(ctx)), nil
}

// clean fails if anything of anybody's is left in the account.
func (s standIn) clean(t *testing.T, before string) {
	t.Helper()
	if after := s.has(t); after != before {
		t.Errorf("the account has changed, from\n%s\nto\n%s", before, after)
	}
	a := s.visit(t, s.url())
	if n, err := a.Find(t.Context(), nil); n > 0 || err != nil {
		t.Errorf("got %d things that are left, %v, want none", n, err)
	}
	a.Close(t.Context())
}

// TestAWSTrouble: what a control plane refuses for the moment is asked again, what it refuses
// for good is told with what was asked, and nothing is left either way.
func TestAWSTrouble(t *testing.T) {
	t.Parallel()
	seen := func(times int, method, path string, answer http.HandlerFunc) trouble {
		return func(_ int, r *http.Request) http.HandlerFunc {
			if r.Method != method || !strings.HasPrefix(r.URL.Path, path) || times == 0 {
				return nil
			}
			times--
			return answer
		}
	}
	throttled := says(400, "ThrottlingException", "Rate exceeded")
	denied := says(403, "AccessDeniedException", "not authorized to perform it")
	const always = -1
	tests := []struct {
		what    string
		trouble trouble
		problem string // of the case, "" if it passes
		left    string // the operation that leaves something, "" for none
	}{
		{"nothing", seen(0, "", "", nil), "", ""},
		{"a rate is exceeded", seen(4, "POST", "/policies/", throttled), "", ""},
		{"every third call is one too many", func(n int, r *http.Request) http.HandlerFunc {
			if n%3 == 0 && !strings.HasPrefix(r.URL.Path, "/_suback/") {
				return throttled
			}
			return nil
		}, "", ""},
		{"a server is in trouble", seen(1, "PUT", "/target-policies/", says(500, "InternalFailureException", "")), "", ""},
		{"policies may not be made", seen(always, "POST", "/policies/", denied), "CreatePolicy", ""},
		{"certificates may not be registered", seen(always, "POST", "/certificate/", denied), "RegisterCertificateWithoutCA", ""},
		{"things may not be made", seen(always, "POST", "/things/", denied), "CreateThing", ""},
		{"it takes a while until a certificate is detached",
			seen(1, "DELETE", "/certificates/", says(409, "DeleteConflictException", "attached")), "", ""},
		{"it takes a while until a thing is detached",
			seen(1, "DELETE", "/things/", says(400, "InvalidRequestException", "still attached to a principal")), "", ""},
		{"policies may not be deleted", seen(always, "DELETE", "/policies/", denied), "", "DeletePolicy"},
		{"certificates may not be changed", seen(always, "PUT", "/certificates/", denied), "UpdateCertificate", "UpdateCertificate"},
	}
	for _, tt := range tests {
		t.Run(tt.what, func(t *testing.T) {
			t.Parallel()
			s := newStandIn(t)
			before := s.has(t)
			patience := time.Minute
			if tt.left != "" {
				patience = time.Second // what is left is waited for in vain
			}
			r, left, err := lodge(t.Context(), t, s.behind(t, tt.trouble), patience)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(r.Problem, tt.problem) || r.Passed() != (tt.problem == "") {
				t.Errorf("got %q, want %q", r.Problem, tt.problem)
			}
			if (left != nil) != (tt.left != "") {
				t.Fatalf("got %v left, want some: %q", left, tt.left)
			}
			for _, l := range left {
				if !strings.Contains(l.Err.Error(), "AccessDenied") && !strings.Contains(l.Err.Error(), "DeleteConflict") ||
					len(l.Commands) == 0 || !strings.HasPrefix(l.Commands[0], "aws --region us-east-1 iot ") {
					t.Errorf("got %+v, want why, and what removes it", l)
				}
			}
			s.sweep(t, len(left) > 0)
			s.clean(t, before)
		})
	}
}

// sweep removes what others left, of which there must be some if it says so.
func (s standIn) sweep(t *testing.T, some bool) {
	t.Helper()
	a := s.visit(t, s.url())
	n, err := a.Find(t.Context(), nil)
	if err != nil || some && n == 0 {
		t.Errorf("found %d, %v, want what is left: %v", n, err, some)
	}
	for _, l := range a.Close(t.Context()) {
		t.Errorf("%s is left: %v", l.What, l.Err)
	}
}

// TestAWSKilled: a run that ends at any of its calls leaves nothing that is not found again.
func TestAWSKilled(t *testing.T) {
	t.Parallel()
	s := newStandIn(t)
	before := s.has(t)
	for at, complete := 3, false; !complete; at += 4 {
		if at > 200 {
			t.Fatal("the case has no end")
		}
		complete = true
		endpoint := s.behind(t, func(n int, _ *http.Request) http.HandlerFunc {
			if n < at {
				return nil
			}
			complete = false
			return says(403, "Killed", "") // as for who is not there any more: nothing is done
		})
		if _, _, err := lodge(t.Context(), t, endpoint, time.Minute); err != nil && at > 3 {
			t.Fatal(err)
		}
		s.sweep(t, false)
		if after := s.has(t); after != before {
			t.Fatalf("killed at call %d the account changes, from\n%s\nto\n%s", at, before, after)
		}
	}
	s.clean(t, before)
}

// TestAWSInterrupted: a run that is interrupted at any of its calls removes what it made.
func TestAWSInterrupted(t *testing.T) {
	t.Parallel()
	s := newStandIn(t)
	before := s.has(t)
	for at, complete := 4, false; !complete; at += 5 {
		ctx, cancel := context.WithCancel(t.Context())
		complete = true
		endpoint := s.behind(t, func(n int, _ *http.Request) http.HandlerFunc {
			if n == at {
				complete = false
				cancel()
			}
			return nil
		})
		_, left, err := lodge(ctx, t, endpoint, time.Minute)
		cancel()
		if err != nil && !errors.Is(err, context.Canceled) || left != nil || at > 200 {
			t.Fatalf("interrupted at call %d: got %v, %v left, want none", at, err, left)
		}
		if after := s.has(t); after != before {
			t.Fatalf("interrupted at call %d the account changes, from\n%s\nto\n%s", at, before, after)
		}
	}
	s.clean(t, before)
}

// TestAWSShadows: all shadows of a thing go, those too that are made by HTTP, and however many
// they are.
func TestAWSShadows(t *testing.T) {
	t.Parallel()
	s := newStandIn(t)
	before := s.has(t)
	text := "name: shadows\nversions: [5]\nclients: {a: {}}\nsteps:\n"
	for i := range 30 { // a page has 25
		text += fmt.Sprintf("  - http: {client: a, path: '/topics/$aws/things/pump/shadow/name/n%d/update?qos=1', body: {state: {}}}\n", i)
	}
	text += "  - http: {client: a, path: '/topics/$aws/things/tank/shadow/update?qos=1', body: {state: {reported: {a: 1}}}}\n"
	text += "  - shadow: {thing: tank, state: {reported: {a: 1}}}\n" // the last of one principal's requests is done
	all, err := scenario.Parse("shadows.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	a := s.visit(t, s.url())
	target := scenario.NewAWS(a)
	r := scenario.Runner{Target: target, Patience: time.Minute}.Play(t.Context(), scenario.Cases(all, scenario.TLS), nil)[0]
	if !r.Passed() {
		t.Fatal(r.Text())
	}
	for _, left := range a.Close(context.WithoutCancel(t.Context())) {
		t.Errorf("%s is left: %v", left.What, left.Err)
	}
	s.clean(t, before)
}

// TestAWSOthers: what is not a test's own is not touched, whatever its name.
func TestAWSOthers(t *testing.T) {
	t.Parallel()
	const all = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:*","Resource":"*"}]}`
	c := &emulator.Config{Things: []config.Thing{
		{ThingName: "pump"}, {ThingName: "suback-test-aaaaaaaa-1-pump"}, // without the attribute
		{ThingName: "suback-test", Attributes: map[string]string{"suback-test": "yes"}}}}
	for _, name := range []string{"device", "suback-test-aaaaaaaa-1-policy-1"} { // without the tag
		c.Policies = append(c.Policies, config.Policy{PolicyName: name, PolicyDocument: config.PolicyDocument(all)})
	}
	s := newStandInWith(t, c)
	before := s.has(t)
	killed := s.behind(t, func(n int, _ *http.Request) http.HandlerFunc {
		if n < 25 {
			return nil
		}
		return says(403, "Killed", "")
	})
	if _, left, err := lodge(t.Context(), t, killed, time.Minute); err != nil || left == nil {
		t.Fatalf("got %v, %v, want that a killed run leaves something", left, err)
	}
	s.sweep(t, true)
	s.clean(t, before)
}
