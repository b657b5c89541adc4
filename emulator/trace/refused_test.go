package trace

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/suback/suback/emulator/cause"
)

// A client that asks again and again has ten records and then a count; whatever is
// about something else, or comes after a quiet second, has its own [H-11].
func TestRefusedAgainAndAgain(t *testing.T) {
	type step struct {
		after time.Duration
		key   Key
		what  string
		n     int
		own   int // records that are made
	}
	key := Key{ConnectionID: "c1", Topic: "a"}
	tests := []struct {
		name  string
		steps []step
		last  string // the last event
	}{
		{"once", []step{{0, key, "p", 1, 1}}, "1 REFUSED "},
		{"ten", []step{{0, key, "p", 10, 10}}, "10 REFUSED "},
		{"eleven", []step{{0, key, "p", 11, 10}}, "10 REFUSED  x2"},
		{"a thousand", []step{{0, key, "p", 1000, 10}}, "10 REFUSED  x991"},
		{"never a quiet second", []step{{0, key, "p", 10, 10}, {900 * time.Millisecond, key, "p", 1, 0},
			{900 * time.Millisecond, key, "p", 1, 0}}, "10 REFUSED  x3"},
		{"a quiet second", []step{{0, key, "p", 12, 10}, {time.Second, key, "p", 12, 10}}, "20 REFUSED  x3"},
		{"once per second", []step{{0, key, "p", 1, 1}, {time.Second, key, "p", 1, 1}, {time.Second, key, "p", 1, 1}}, "3 REFUSED "},
		{"another topic", []step{{0, key, "p", 20, 10}, {0, Key{ConnectionID: "c1", Topic: "b"}, "p", 1, 1}}, "11 REFUSED "},
		{"another connection", []step{{0, key, "p", 20, 10}, {0, Key{ConnectionID: "c2", Topic: "a"}, "p", 1, 1}}, "11 REFUSED "},
		{"another reason", []step{{0, key, "p", 20, 10}, {0, key, "q", 1, 1}}, "11 REFUSED "},
		{"another policy", []step{{0, key, "p", 20, 10}, {0, Key{"c1", "a", 1}, "p", 1, 1}}, "11 REFUSED "},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var told, again, total int
				r := New(Options{OnEvent: func(Event) { told++ }, OnAgain: func(Event) { again++ }})
				for i, s := range tt.steps {
					time.Sleep(s.after)
					asked := 0
					for range s.n {
						seq := r.Refused(s.key, s.what, func() Event {
							asked++
							return Event{Operation: PublishIn, Cause: cause.Cause{Reason: "AUTHORIZATION_FAILURE"}}
						})
						if all := r.Events(Filter{}); seq != all[len(all)-1].Seq {
							t.Errorf("step %d: got Seq %d, want that of the record", i, seq)
						}
					}
					if asked != s.own {
						t.Errorf("step %d: asked for %d reasons, want %d (H-11)", i, asked, s.own)
					}
					total += s.n
				}
				all := r.Events(Filter{})
				if got := summary(all)[len(all)-1]; got != tt.last {
					t.Errorf("got %q last, want %q (H-11)", got, tt.last)
				}
				if told != len(all) || told+again != total {
					t.Errorf("told of %d events and %d repetitions, want %d and %d", told, again, len(all), total-len(all))
				}
				if got := r.Counts().Refused; got != uint64(total) {
					t.Errorf("got %d refusals counted, want %d", got, total)
				}
				if i := slices.IndexFunc(r.Metrics(), func(m Metric) bool { return m == Metric{"PublishIn", AuthError, uint64(total)} }); i < 0 {
					t.Errorf("got metrics %v, want %d of PublishIn.AuthError", r.Metrics(), total)
				}
			})
		})
	}
}

// Whoever wants every operation gets every refusal [B-902].
func TestRefusedWithEvery(t *testing.T) {
	every := 0
	r := New(Options{Every: func(e Event) {
		if e.Outcome == Refused && !e.Time.IsZero() {
			every++
		}
	}})
	for range 30 {
		r.Refused(Key{ConnectionID: "c1"}, "p", func() Event { return Event{Operation: PublishIn} })
	}
	if every != 30 || r.Len() != ownRecords {
		t.Errorf("got %d passed on and %d kept, want 30 and %d", every, r.Len(), ownRecords)
	}
}

// A storm of one client drives nothing else out, and a follower sees it grow.
func TestRefusedStorm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := New(Options{Capacity: 50})
		refuse1(r, "healthy")
		storm := func(n int) {
			for range n {
				r.Refused(Key{ConnectionID: "c1", Topic: "a"}, "p", func() Event { return Event{Client: "storm"} })
			}
		}
		storm(ownRecords)
		got := follow(t, r, Filter{Client: "storm"})
		for range 3 {
			storm(1000)
			time.Sleep(updateInterval / 2)
		}
		time.Sleep(2 * updateInterval)
		synctest.Wait()
		if all := summary(got.events); len(all) < ownRecords+1 || all[len(all)-1] != "11 REFUSED storm x3001" {
			t.Errorf("followed %q, want the count to grow to 3001", all)
		}
		if first := r.Events(Filter{})[0]; first.Client != "healthy" {
			t.Errorf("got %s first, want the record of before the storm", first.Client)
		}
		if text := r.Events(Filter{})[10].Text(); !strings.Contains(text, "3001 times so far, the last at ") {
			t.Errorf("got %q, want the count", text)
		}
		r.Reset()
		storm(1)
		wantEvents(t, r.Events(Filter{}), "12 REFUSED storm")
	})
}

// One follower too many ends the oldest, which is told so [issue 10].
func TestFollowersAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := New(Options{Followers: 2})
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var seen [4]string
		for i := range seen {
			go func() {
				for e := range r.Follow(ctx, Filter{}) {
					seen[i] += fmt.Sprintf("%s %s; ", e.Outcome, e.Client)
					if e.Operation == Follow {
						seen[i] += "told: " + e.Detail
					}
				}
				seen[i] += "; ended"
			}()
			synctest.Wait()
		}
		refuse1(r, "a")
		synctest.Wait()
		const told = "NOTE ; told: this reader is ended: it is the oldest of more than 2 that follow the trace; ended"
		if want := [4]string{told, told, "REFUSED a; ", "REFUSED a; "}; seen != want {
			t.Errorf("got %q, want %q", seen, want)
		}
		if now, ended := r.Followers(); now != 2 || ended != 2 {
			t.Errorf("got %d followers and %d ended, want 2 and 2", now, ended)
		}
		r.Reset()
		cancel()
		synctest.Wait()
		if now, ended := r.Followers(); now != 0 || ended != 0 {
			t.Errorf("got %d followers and %d ended after a reset and the end, want none", now, ended)
		}
	})
}
