package scenario_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/suback/suback/emulator/scenario"
)

// TestSuback: a suback that is running plays what clients with certificates can, and what no
// client sees too: trace, rules, faults and the clock. The accounts that it had for it end.
func TestSuback(t *testing.T) {
	t.Parallel()
	s := newStandIn(t)
	before := s.has(t)
	var seldom []*scenario.Scenario // every twelfth, and half of those that look at what no client sees
	for i, sc := range corpus(t) {
		looks := false
		for _, step := range sc.Steps {
			looks = looks || step.Trace != nil || step.Fault != nil || step.Advance != 0 || step.Shadow != nil || step.HTTP != nil
		}
		if looks && i%2 == 0 || i%12 == 0 {
			seldom = append(seldom, sc)
		}
	}
	target := scenario.Suback{URL: s.url()}
	if err := target.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	verbs := map[string]int{}
	passed := 0
	results := scenario.Runner{Target: target, Patience: time.Minute}.Play(t.Context(), alternating(seldom), nil)
	for _, r := range results {
		switch {
		case r.Passed():
			passed++
			for _, step := range r.Steps {
				for verb, there := range map[string]bool{"trace": step.Trace != nil, "fault": step.Fault != nil,
					"advance": step.Advance != 0, "shadow": step.Shadow != nil, "http": step.HTTP != nil} {
					if there {
						verbs[verb]++
					}
				}
			}
		case r.Skipped == "":
			t.Error(r.Text())
		}
	}
	t.Log(scenario.Summary(results), verbs)
	if passed < 30 || len(verbs) < 5 {
		t.Errorf("got %d that passed, with %v, want 30 at least, with each verb", passed, verbs)
	}
	if accounts := s.get(t, "/_suback/accounts"); strings.Count(accounts, `"accountId"`) != 1 {
		t.Errorf("got the accounts %s, want the first alone", accounts)
	}
	if after := s.has(t); after != before {
		t.Errorf("the account has changed, from\n%s\nto\n%s", before, after)
	}
}

// TestSubackInterrupted: a run that is interrupted at any of its calls leaves no account.
func TestSubackInterrupted(t *testing.T) {
	t.Parallel()
	all, err := scenario.Parse("a.yaml", []byte("name: it connects\nversions: [5]\nsteps: [{connect: a}]"))
	if err != nil {
		t.Fatal(err)
	}
	s := newStandIn(t)
	for at, complete := 1, false; !complete; at++ {
		if at > 100 {
			t.Fatal("the case has no end")
		}
		ctx, cancel := context.WithCancel(t.Context())
		complete = true
		endpoint := s.behind(t, func(n int, _ *http.Request) http.HandlerFunc {
			if n != at {
				return nil
			}
			complete = false
			return func(w http.ResponseWriter, r *http.Request) {
				answer := httptest.NewRecorder()
				s.answers(t, answer, r)
				cancel() // it is done, and nobody has heard of it
				w.WriteHeader(answer.Code)
				_, _ = w.Write(answer.Body.Bytes())
			}
		})
		scenario.Runner{Target: scenario.Suback{URL: endpoint}, Patience: time.Minute}.Play(ctx,
			scenario.Cases(all, scenario.TLS), nil)
		cancel()
		if accounts := s.get(t, "/_suback/accounts"); strings.Count(accounts, `"accountId"`) != 1 {
			t.Fatalf("interrupted at call %d there are the accounts %s, want the first alone", at, accounts)
		}
	}
}

// answers has the stand-in answer a call, whoever waits for it.
func (s standIn) answers(t *testing.T, w http.ResponseWriter, r *http.Request) {
	target, err := url.Parse(s.url())
	if err != nil {
		t.Error(err)
		return
	}
	r.Host = target.Host
	httputil.NewSingleHostReverseProxy(target).ServeHTTP(w, r.WithContext(context.WithoutCancel(r.Context())))
}

// TestSubackFails: a failure there tells the story of its message and what to change, as in
// this process.
func TestSubackFails(t *testing.T) {
	t.Parallel()
	all, err := scenario.Parse("a.yaml", []byte(`
name: who may not receive, receives
versions: [5]
policy: {Effect: Allow, Action: [iot:Connect, iot:Publish, iot:Subscribe], Resource: "*"}
steps:
  - connect: sub
  - subscribe: {client: sub, filter: a}
  - publish: {client: sub, topic: a}
  - expect: {client: sub, message: a, within: 20ms}
`))
	if err != nil {
		t.Fatal(err)
	}
	s := newStandIn(t)
	r := scenario.Runner{Target: scenario.Suback{URL: s.url()}}.Play(t.Context(), scenario.Cases(all, scenario.TLS), nil)[0]
	for _, want := range []string{"step 4, expect: no message came to sub within 20ms", "withheld: iot:Receive",
		"hint: no statement allows iot:Receive"} {
		if !strings.Contains(r.Text(), want) {
			t.Errorf("got\n%s\nwant %q", r.Text(), want)
		}
	}
	_ = s.Close()
	r = scenario.Runner{Target: scenario.Suback{URL: s.url()}}.Play(t.Context(), scenario.Cases(all, scenario.TLS), nil)[0]
	if r.Passed() || r.Step != "" {
		t.Errorf("got %q at step %q of a suback that has ended, want that it is not there", r.Problem, r.Step)
	}
}
