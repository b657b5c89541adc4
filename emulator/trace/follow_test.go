package trace

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"
)

// reading collects what a follower yields until the test's end.
type reading struct {
	events []Event
	at     []time.Duration // since the start of reading
}

// follow reads in the background of a synctest bubble.
func follow(t *testing.T, r *Recorder, f Filter) *reading {
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	got := &reading{}
	start := time.Now()
	go func() {
		for e := range r.Follow(ctx, f) {
			got.events = append(got.events, e)
			got.at = append(got.at, time.Since(start))
		}
	}()
	synctest.Wait()
	return got
}

func TestFollow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := New(Options{})
		refuse1(r, "a")
		refuse1(r, "b")
		all, one := follow(t, r, Filter{}), follow(t, r, Filter{Client: "b"})
		wantEvents(t, all.events, "1 REFUSED a", "2 REFUSED b")
		refuse1(r, "b")
		refuse1(r, "c")
		synctest.Wait()
		wantEvents(t, all.events, "1 REFUSED a", "2 REFUSED b", "3 REFUSED b", "4 REFUSED c")
		wantEvents(t, one.events, "2 REFUSED b", "3 REFUSED b")
		r.Reset()
		refuse1(r, "b")
		synctest.Wait()
		wantEvents(t, one.events, "2 REFUSED b", "3 REFUSED b", "5 REFUSED b")
	})
}

// More events than one batch come in order and once.
func TestFollowManyEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := New(Options{})
		for range 3 * batch {
			refuse1(r, "a")
			r.Record(Event{Outcome: Note, Client: "b"})
		}
		got := follow(t, r, Filter{})
		if len(got.events) != 6*batch {
			t.Errorf("got %d events, want %d", len(got.events), 6*batch)
		}
		for i, e := range got.events {
			if e.Seq != uint64(i+1) {
				t.Fatalf("event %d has Seq %d", i, e.Seq)
			}
		}
	})
}

func TestFollowReportsGrowingCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := New(Options{})
		k := Key{ConnectionID: "c1", Topic: "a"}
		withhold(r, k, Event{Client: "a"})
		got := follow(t, r, Filter{})
		for range 30 { // three seconds of ten messages
			withhold(r, k, Event{Client: "a"})
			time.Sleep(100 * time.Millisecond)
		}
		time.Sleep(10 * time.Second) // and silence
		withhold(r, k, Event{Client: "a"})
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if n := len(got.events); n < 4 || n > 6 {
			t.Errorf("got %d reports of one growing event, want about one per second: %q", n, summary(got.events))
		}
		last := got.events[len(got.events)-1]
		if last.Seq != 1 || last.Count != 32 || last.Last.IsZero() {
			t.Errorf("the last report is %+v, want Seq 1 and Count 32", last)
		}
		for i := 1; i < len(got.at); i++ {
			if gap := got.at[i] - got.at[i-1]; gap < updateInterval {
				t.Errorf("report %d comes %v after the one before, want at least %v", i, gap, updateInterval)
			}
			if got.events[i].Count == got.events[i-1].Count {
				t.Errorf("report %d repeats count %d", i, got.events[i].Count)
			}
		}
	})
}

func TestFollowFiltersGrowingCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := New(Options{})
		got := follow(t, r, Filter{Client: "b"})
		for range 2 {
			withhold(r, Key{Topic: "a"}, Event{Client: "a"})
			withhold(r, Key{Topic: "b"}, Event{Client: "b"})
			synctest.Wait()
		}
		time.Sleep(2 * updateInterval)
		synctest.Wait()
		wantEvents(t, got.events, "2 WITHHELD b x1", "2 WITHHELD b x2")
	})
}

// Who reads too slowly loses the oldest and is told how many; the recorder goes on.
func TestFollowSlowly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := New(Options{Capacity: 10})
		resume := make(chan struct{})
		var got []Event
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go func() {
			for e := range r.Follow(ctx, Filter{Client: "a"}) {
				got = append(got, e)
				<-resume
			}
		}()
		refuse1(r, "a")
		synctest.Wait() // the reader has the first and hangs
		for range 25 {
			refuse1(r, "a")
			refuse1(r, "other")
		}
		close(resume)
		synctest.Wait()
		wantEvents(t, got, "1 REFUSED a", "0 NOTE  x20",
			"42 REFUSED a", "44 REFUSED a", "46 REFUSED a", "48 REFUSED a", "50 REFUSED a")
		if e := got[1]; e.Operation != Follow || e.Time.IsZero() || e.Detail == "" {
			t.Errorf("the note is %+v, want one that says what happened", e)
		}
	})
}

func TestFollowEnds(t *testing.T) {
	r := New(Options{})
	refuse1(r, "a")
	refuse1(r, "b")
	for range r.Follow(t.Context(), Filter{}) {
		break
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	seen := 0
	for range r.Follow(ctx, Filter{}) {
		seen++
		cancel()
	}
	if seen != 1 {
		t.Errorf("%d events after the context ended, want 1", seen)
	}
	if len(r.followers) != 0 {
		t.Errorf("%d followers are left behind", len(r.followers))
	}
}

func ExampleRecorder_Follow() {
	r := New(Options{})
	r.Record(Event{Operation: Connect, Outcome: Refused, Client: "pump-7"})
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	for e := range r.Follow(ctx, Filter{Outcome: Refused}) {
		fmt.Println(e.Client, e.Operation)
		cancel()
	}
	// Output: pump-7 Connect
}
