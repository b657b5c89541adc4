package trace

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/policy"
)

// withhold counts one message and returns whether the reasons were asked for.
func withhold(r *Recorder, k Key, e Event) (asked bool) {
	r.Withheld(k, func() Event { asked = true; return e })
	return asked
}

func TestWithheldIsCountedPerConnectionAndTopic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := New(Options{})
		pump := Event{Operation: PublishOut, Client: "pump-7"}
		steps := []struct {
			key   Key
			asked bool
		}{
			{Key{"c1", "a", 0}, true},
			{Key{"c1", "a", 0}, false},
			{Key{"c1", "b", 0}, true},
			{Key{"c1", "a", 0}, false},
			{Key{"c2", "a", 0}, true}, // the client connected again
		}
		start := time.Now()
		for i, s := range steps {
			if asked := withhold(r, s.key, pump); asked != s.asked {
				t.Errorf("step %d: reasons asked for: %v, want %v", i, asked, s.asked)
			}
			time.Sleep(time.Second)
		}
		events := r.Events(Filter{})
		wantEvents(t, events, "1 WITHHELD pump-7 x3", "2 WITHHELD pump-7 x1", "3 WITHHELD pump-7 x1")
		if e := events[0]; !e.Time.Equal(start) || !e.Last.Equal(start.Add(3*time.Second)) {
			t.Errorf("from %v to %v, want from %v for 3 s", e.Time, e.Last, start)
		}
		if !events[1].Last.IsZero() {
			t.Errorf("Last is %v for a single message, want none", events[1].Last)
		}
	})
}

// A refresh asks for the reasons again; only other reasons make another event.
func TestWithheldUnderANewPolicy(t *testing.T) {
	r := New(Options{})
	because := func(pattern string) Event {
		return Event{Decision: &policy.Decision{Considered: []policy.Consideration{{Pattern: pattern}}}}
	}
	steps := []struct {
		policy  uint64
		pattern string
		asked   bool
		events  []string
	}{
		{0, "topic/a", true, []string{"1 WITHHELD  x1"}},
		{1, "topic/a", true, []string{"1 WITHHELD  x2"}},
		{1, "topic/a", false, []string{"1 WITHHELD  x3"}},
		{2, "topic/b", true, []string{"1 WITHHELD  x3", "2 WITHHELD  x1"}},
		{2, "topic/b", false, []string{"1 WITHHELD  x3", "2 WITHHELD  x2"}},
	}
	for i, s := range steps {
		if asked := withhold(r, Key{"c1", "a", s.policy}, because(s.pattern)); asked != s.asked {
			t.Errorf("step %d: reasons asked for: %v, want %v", i, asked, s.asked)
		}
		wantEvents(t, r.Events(Filter{}), s.events...)
	}
}

// Messages that come while the reasons of the first are worked out count too.
func TestWithheldDuringExplain(t *testing.T) {
	r := New(Options{})
	k := Key{ConnectionID: "c1", Topic: "a"}
	r.Withheld(k, func() Event {
		if r.Len() != 0 {
			t.Error("the event is visible before its reasons are")
		}
		withhold(r, k, Event{})
		withhold(r, k, Event{})
		return Event{}
	})
	wantEvents(t, r.Events(Filter{}), "1 WITHHELD  x3")

	r.Reset()
	r.Withheld(k, func() Event { r.Reset(); return Event{} })
	wantEvents(t, r.Events(Filter{}))
}

func TestWithheldStorm(t *testing.T) {
	const goroutines, each = 8, 125_000
	r := New(Options{})
	var asked atomic.Int32
	var wg sync.WaitGroup
	for range goroutines {
		wg.Go(func() {
			for range each {
				r.Withheld(Key{ConnectionID: "c1", Topic: "a"}, func() Event { asked.Add(1); return Event{Client: "pump-7"} })
			}
		})
	}
	wg.Wait()
	wantEvents(t, r.Events(Filter{}), "1 WITHHELD pump-7 x1000000")
	if n := asked.Load(); n != 1 {
		t.Errorf("the reasons were asked for %d times, want once", n)
	}
	if got := r.Counts().Withheld; got != goroutines*each {
		t.Errorf("Counts().Withheld = %d, want %d", got, goroutines*each)
	}
}

func TestWithheldAgainAllocatesNothing(t *testing.T) {
	r := New(Options{})
	conn, topic, client := "c1", "a", "pump-7"
	again := func() {
		r.Withheld(Key{ConnectionID: conn, Topic: topic}, func() Event { return Event{Client: client, Topic: topic} })
	}
	again()
	if n := testing.AllocsPerRun(100, again); n != 0 {
		t.Errorf("%v allocations per message, want 0", n)
	}
}

func BenchmarkWithheldAgain(b *testing.B) {
	r := New(Options{})
	k := Key{ConnectionID: "c1", Topic: "pump/7/state"}
	b.ReportAllocs()
	for b.Loop() {
		r.Withheld(k, func() Event { return Event{} })
	}
}

// Notes about messages do not flood the trace, and drive no withheld one out.
func TestNotesAreCountedPerRule(t *testing.T) {
	r := New(Options{})
	note := func(topic, rule string) (asked bool) {
		r.Note(Key{ConnectionID: "c1", Topic: topic}, rule, func() Event {
			asked = true
			return Event{Client: "pump-7", Cause: cause.Cause{Rules: []string{rule}}}
		})
		return asked
	}
	withhold(r, Key{ConnectionID: "c1", Topic: "a"}, Event{Client: "pump-7"})
	steps := []struct {
		topic, rule string
		asked       bool
	}{
		{"a", "B-508", true},
		{"a", "B-508", false},
		{"a", "B-519", true},
		{"b", "B-508", true},
		{"a", "B-508", false},
	}
	for i, s := range steps {
		if asked := note(s.topic, s.rule); asked != s.asked {
			t.Errorf("step %d: asked for the words: %v, want %v", i, asked, s.asked)
		}
	}
	wantEvents(t, r.Events(Filter{}), "1 WITHHELD pump-7 x1", "2 NOTE pump-7 x3", "3 NOTE pump-7 x1", "4 NOTE pump-7 x1")
	if got, want := r.Counts(), (Counts{Withheld: 1, Notes: 5}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if text := r.Events(Filter{})[1].Text(); !strings.Contains(text, "3 times so far, the last at ") {
		t.Errorf("got %q, want the count", text)
	}
}
