package scenario_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
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
	e, err := emulator.New(emulator.Options{})
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
	for _, path := range []string{"/_suback/clients?offline=1", "/_suback/shadows"} {
		answer, err := http.Get(s.url() + path)
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		all.Write(text)
	}
	return all.String()
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
	if after := s.has(t); after != before {
		t.Errorf("the account has changed, from\n%s\nto\n%s", before, after)
	}
	b := s.visit(t, s.url())
	if n, err := b.Find(t.Context(), nil); n > 0 || err != nil {
		t.Errorf("got %d things that are left, %v, want none", n, err)
	}
	b.Close(t.Context())
}
