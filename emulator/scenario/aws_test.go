package scenario_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/guest"
	"github.com/suback/suback/emulator/scenario"
)

// A stand-in is an emulator that stands for AWS.
type standIn struct{ *emulator.Emulator }

func newStandIn(t *testing.T) standIn {
	t.Helper()
	return newStandInWith(t, nil)
}

func newStandInWith(t *testing.T, c *emulator.Config) standIn {
	t.Helper()
	e, err := emulator.New(emulator.Options{Config: c})
	if err == nil {
		err = e.Start(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return standIn{e}
}

// visit opens it as an account of AWS's.
func (s standIn) visit(t *testing.T, endpoint string) *guest.Account {
	t.Helper()
	a, err := guest.Open(t.Context(), guest.Options{Endpoint: endpoint, Region: "us-east-1", Patience: 20 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func (s standIn) url() string { return "http://" + s.Addr(emulator.HTTP) }

// has is all that is there: what the export has, sessions, retained messages and shadows.
func (s standIn) has(t *testing.T) string {
	t.Helper()
	var all bytes.Buffer
	if err := s.Export(&all, emulator.ExportOptions{}); err != nil {
		t.Fatal(err)
	}
	// who has dropped a connection may still be there for a moment
	clients := s.get(t, "/_suback/clients?offline=1")
	for until := time.Now().Add(30 * time.Second); clients != "[]" && time.Now().Before(until); {
		time.Sleep(10 * time.Millisecond)
		clients = s.get(t, "/_suback/clients?offline=1")
	}
	return all.String() + clients + s.get(t, "/_suback/shadows")
}

func (s standIn) get(t *testing.T, path string) string {
	t.Helper()
	answer, err := http.Get(s.url() + path)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(text))
}

// alternating are scenarios over TLS, each in one version.
func alternating(scenarios []*scenario.Scenario) (all []scenario.Case) {
	for i, s := range scenarios {
		cases := scenario.Cases([]*scenario.Scenario{s}, scenario.TLS)
		all = append(all, cases[i%len(cases)])
	}
	return all
}

// TestAWS: the corpus under names of its own in an account of somebody's, which is as it was
// afterwards.
func TestAWS(t *testing.T) {
	t.Parallel()
	s := newStandIn(t)
	before := s.has(t)
	a := s.visit(t, s.url())
	results := scenario.Runner{Target: scenario.NewAWS(a), Patience: time.Minute}.Play(t.Context(),
		alternating(corpus(t)), nil)
	passed, skipped := 0, map[string]int{}
	for _, r := range results {
		switch {
		case r.Passed():
			passed++
		case r.Skipped != "":
			skipped[r.Skipped]++
		default:
			t.Error(r.Text())
		}
	}
	t.Log(scenario.Summary(results), skipped)
	if passed < 185 {
		t.Errorf("got %d that passed, want 185 at least", passed)
	}
	for _, left := range a.Close(context.WithoutCancel(t.Context())) {
		t.Errorf("%s is left: %v", left.What, left.Err)
	}
	s.clean(t, before)
}
