package rules

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"
)

// A holding is a server that holds what it gets.
type holding struct {
	mu      sync.Mutex
	got     []string // tokens
	release chan struct{}
}

func (h *holding) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	h.got = append(h.got, r.URL.Query().Get("confirmationToken"))
	h.mu.Unlock()
	select {
	case <-h.release:
	case <-r.Context().Done():
	}
}

// tokens are those that came.
func (h *holding) tokens() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.got)
}

// TestConfirmationsBounded: however often a destination is to be confirmed anew, what waits is its
// latest token, and tokens that it has no more are neither sent nor kept.
func TestConfirmationsBounded(t *testing.T) {
	h := &holding{release: make(chan struct{})}
	server := httptest.NewServer(h)
	defer server.Close()
	s := newRig(t)
	s.engine.Confirm()
	d := s.destination(server.URL)
	const updates = 300
	for range updates {
		if err := s.registry.UpdateTopicRuleDestination(d.Arn, "IN_PROGRESS"); err != nil {
			t.Fatal(err)
		}
		c := &s.engine.confirmer
		c.mu.Lock()
		if c.workers > mostConfirming || len(c.waiting) > 1 || len(c.sent) > 1 {
			t.Errorf("got %d workers, %d waiting, %d sent, want at most %d, 1 and 1", c.workers, len(c.waiting), len(c.sent), mostConfirming)
		}
		c.mu.Unlock()
	}
	close(h.release)
	last, _ := s.registry.TopicRuleDestination(d.Arn)
	for deadline := time.Now().Add(60 * time.Second); !slices.Contains(h.tokens(), last.ConfirmationToken); {
		if time.Now().After(deadline) {
			t.Fatal("got no message with the latest token")
		}
		time.Sleep(2 * time.Millisecond)
	}
	if n := len(h.tokens()); n > updates/2 {
		t.Errorf("got %d messages for %d tokens, want those that had their turn in time", n, updates)
	}
	s.end()
}

// TestConfirmationOfNone: one that is deleted before its turn is not sent.
func TestConfirmationOfNone(t *testing.T) {
	h := &holding{release: make(chan struct{})}
	server := httptest.NewServer(h)
	defer server.Close()
	s := newRig(t)
	d := s.destination(server.URL)
	s.engine.confirmer.waiting = append(s.engine.confirmer.waiting, d)
	s.engine.confirmer.sent = map[string]bool{}
	if err := s.registry.DeleteTopicRuleDestination(d.Arn); err != nil {
		t.Fatal(err)
	}
	s.engine.confirmer.workers++
	s.engine.sendConfirmations()
	if got := h.tokens(); len(got) > 0 {
		t.Errorf("got %d messages, want none to a destination that is gone (R-126)", len(got))
	}
	close(h.release)
	s.end()
}
