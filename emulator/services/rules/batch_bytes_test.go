package rules

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/suback/suback/emulator/registry"
)

// inBase64 makes four bytes of three.
const inBase64 = "SELECT encode(*, 'base64') AS d FROM 'in'"

// TestLargeResult: more than 128 KiB is not sent, by itself or in a batch [R-124, guess].
func TestLargeResult(t *testing.T) {
	const twice = "SELECT encode(*, 'base64') AS d, encode(*, 'base64') AS e FROM 'in'"
	for _, tt := range []struct {
		name, sql string
		action    registry.RuleAction
		bytes     int
		failed    string
	}{
		{"as large as a message", "SELECT * FROM 'in'", post(nil), mostSent, ""},
		{"as large, batched", "SELECT * FROM 'in'", batching(nil, nil), mostSent, ""},
		{"larger", twice, post(nil), 70 << 10, failing + "The result has more than 131072 bytes"},
		{"larger, batched", twice, batching(nil, nil), 70 << 10, failing + "The result has more than 131072 bytes"},
	} {
		synctest.Test(t, func(t *testing.T) {
			s, p := newRig(t), &posts{}
			end := s.online(p)
			s.rule("r", tt.sql, republish("failed"), tt.action)
			s.enable()
			s.send("in", strings.Repeat("x", tt.bytes))
			s.end2()
			if got := s.failure(); got != tt.failed {
				t.Errorf("%s: got failure %q, want %q (R-124, guess)", tt.name, got, tt.failed)
			}
			if n := len(p.got()); n > 0 != (tt.failed == "") {
				t.Errorf("%s: got %d requests, want them only without a failure (R-124, guess)", tt.name, n)
			}
			if tt.failed != "" {
				s.recorded("RuleExecution REFUSED|select less of the message: the result has 191", "R-124, guess")
			}
			end()
			s.end()
		})
	}
}

// TestBatchedBytes: a server that hangs has its rule wait with 8 MiB of results in batches, and they
// are counted beside their messages; all is free again when they have failed.
func TestBatchedBytes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newRig(t)
		end := s.online(&posts{answer: func(_ int, _ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }})
		s.rule("r", inBase64, nil, batching(nil, nil))
		s.enable()
		const bytes, result, sent = 90 << 10, 120 << 10, 100
		for range sent {
			s.send("in", strings.Repeat("x", bytes))
		}
		time.Sleep(100 * time.Millisecond)
		synctest.Wait()
		batches := s.engine.rules.Load().byName["r"].actions[0].batches
		s.engine.lanes.mu.Lock()
		counted := s.engine.lanes.bytes
		s.engine.lanes.mu.Unlock()
		const most = mostBatchedBytes / result
		if n := len(batches.room); n < most-2 || n > most+1 { // one more has its turn, and waits
			t.Errorf("got %d messages in batches, want %d", n, most)
		}
		if least := sent*bytes + (most-2)*result; counted < least {
			t.Errorf("got %d bytes counted, want those of results too, %d at least", counted, least)
		}
		s.end2()
		if left := batches.budget.left; left != mostBatchedBytes || len(batches.room) > 0 {
			t.Errorf("got %d bytes and %d messages in batches afterwards, want none", mostBatchedBytes-left, len(batches.room))
		}
		end()
		s.end()
	})
}

// TestBatchWithoutRoom: a result that has no room among those of all rules fails its action.
func TestBatchWithoutRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, p := newRig(t), &posts{}
		end := s.online(p)
		s.rule("r", "SELECT '"+strings.Repeat("x", 2000)+"' AS d FROM 'in'", republish("failed"), batching(nil, nil))
		s.enable()
		others := &rule{}
		const taken = 2*mostWaiting - 2000 // which leaves room to the message
		s.engine.lanes.take(others, taken)
		s.send("in", "x")
		synctest.Wait()
		if got := s.failure(); got != failing+"Too many messages wait" || len(p.got()) > 0 {
			t.Errorf("got failure %q and %d requests, want that there is no room (choice)", got, len(p.got()))
		}
		s.recorded("RuleExecution REFUSED|have the server of the rule \"r\" answer faster", "R-134")
		if got := s.engine.lanes.bytes; got != taken {
			t.Errorf("got %d bytes counted, want %d, those of others alone", got, taken)
		}
		s.engine.lanes.take(others, -taken)
		end()
		s.end()
	})
}

// TestBudget: who finds too little waits until enough is given back, or its time is over.
func TestBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &budget{left: 10}
		if err := b.take(t.Context(), 8); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := b.take(ctx, 3); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v, want the end of its time", err)
		}
		took := make(chan error, 2)
		for range 2 {
			go func() { took <- b.take(t.Context(), 5) }()
		}
		synctest.Wait()
		if b.give(2); len(took) != 0 {
			t.Error("got bytes that are not there")
		}
		synctest.Wait()
		b.give(6)
		for range 2 {
			if err := <-took; err != nil {
				t.Error(err)
			}
		}
		if b.left != 0 {
			t.Errorf("got %d left, want none", b.left)
		}
	})
}
