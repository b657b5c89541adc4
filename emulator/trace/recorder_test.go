package trace

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/policy"
)

// summary is an event in as few words as a test needs.
func summary(events []Event) []string {
	var all []string
	for _, e := range events {
		s := fmt.Sprintf("%d %s %s", e.Seq, e.Outcome, e.Client)
		if e.Count > 0 {
			s += fmt.Sprintf(" x%d", e.Count)
		}
		all = append(all, s)
	}
	return all
}

func wantEvents(t *testing.T, got []Event, want ...string) {
	t.Helper()
	if s := summary(got); !slices.Equal(s, want) {
		t.Errorf("got events %q, want %q", s, want)
	}
}

func refuse1(r *Recorder, client string) { r.Record(Event{Outcome: Refused, Client: client}) }

func TestEventsAreFilteredOldestFirst(t *testing.T) {
	r := New(Options{})
	refuse1(r, "a")
	r.Record(Event{Outcome: Note, Client: "b"})
	refuse1(r, "b")
	wantEvents(t, r.Events(Filter{}), "1 REFUSED a", "2 NOTE b", "3 REFUSED b")
	wantEvents(t, r.Events(Filter{Client: "b"}), "2 NOTE b", "3 REFUSED b")
	wantEvents(t, r.Events(Filter{Outcome: Refused}), "1 REFUSED a", "3 REFUSED b")
	wantEvents(t, r.Events(Filter{Client: "b", Outcome: Refused}), "3 REFUSED b")
}

func TestRecordCompletes(t *testing.T) {
	r := New(Options{})
	d := &policy.Decision{Action: "iot:Receive", Resource: "arn:aws:iot:us-east-1:000000000000:topic/a",
		Hint: policy.Hint{Text: "want topic/a", Rules: []string{"X-1"}}}
	r.Record(Event{Outcome: Refused, Decision: d, Topic: strings.Repeat("é", maxText)})
	r.Record(Event{Outcome: Refused, Decision: d, Cause: cause.Cause{Hint: "mine"}, Action: "iot:Publish"})
	events := r.Events(Filter{})
	first, second := events[0], events[1]
	if first.Time.IsZero() || first.Action != d.Action || first.Resource != d.Resource || first.Hint != "want topic/a" ||
		!slices.Equal(first.Rules, []string{"X-1"}) {
		t.Errorf("not filled in from the decision: %+v", first)
	}
	if n := len(first.Topic); n > maxText+len("…") || !utf8.ValidString(first.Topic) {
		t.Errorf("a topic of %d bytes is kept, want whole characters of at most %d", n, maxText)
	}
	if second.Hint != "mine" || second.Rules != nil || second.Action != "iot:Publish" {
		t.Errorf("what the caller said was replaced: %+v", second)
	}
}

func TestCounts(t *testing.T) {
	r := New(Options{})
	r.Record(Event{Outcome: Allowed})
	r.Allowed(PublishIn, nil)
	refuse1(r, "a")
	r.Record(Event{Outcome: Note})
	r.Record(Event{Outcome: Withheld})
	r.Withheld(Key{}, func() Event { return Event{} })
	r.Withheld(Key{}, func() Event { return Event{} })
	if got, want := r.Counts(), (Counts{Allowed: 2, Refused: 1, Withheld: 3, Notes: 1}); got != want {
		t.Errorf("Counts() = %+v, want %+v", got, want)
	}
	if got := r.Len(); got != 5 {
		t.Errorf("Len() = %d, want 5", got)
	}
}

func TestCapacity(t *testing.T) {
	r := New(Options{Capacity: 3})
	for _, c := range []string{"a", "b", "c", "d", "e"} {
		refuse1(r, c)
	}
	wantEvents(t, r.Events(Filter{}), "3 REFUSED c", "4 REFUSED d", "5 REFUSED e")
}

// A storm of one outcome takes the room that nobody else uses, not more.
func TestStormBuriesNoOtherOutcome(t *testing.T) {
	r := New(Options{Capacity: 10})
	refuse1(r, "a")
	r.Record(Event{Outcome: Note, Client: "b"})
	for i := range 1000 {
		r.Withheld(Key{Topic: fmt.Sprint(i)}, func() Event { return Event{Client: "c"} })
	}
	got := r.Events(Filter{})
	if len(got) != 10 || got[0].Client != "a" || got[1].Client != "b" || got[9].Seq != 1002 {
		t.Errorf("got %q, want the refusal, the note and the latest 8 withheld", summary(got))
	}
	if len(r.counted) != 8 {
		t.Errorf("%d pairs are remembered, want those of the 8 events held", len(r.counted))
	}
}

func TestReset(t *testing.T) {
	r := New(Options{})
	refuse1(r, "a")
	r.Withheld(Key{Topic: "t"}, func() Event { return Event{Client: "b"} })
	r.Reset()
	if r.Len() != 0 || r.Counts() != (Counts{}) {
		t.Errorf("after a reset there are %d events and counts %+v", r.Len(), r.Counts())
	}
	r.Withheld(Key{Topic: "t"}, func() Event { return Event{Client: "b"} })
	wantEvents(t, r.Events(Filter{}), "3 WITHHELD b x1")
}

func TestOnEvent(t *testing.T) {
	var got []Event
	r := New(Options{OnEvent: func(e Event) { got = append(got, e) }})
	refuse1(r, "a")
	for range 3 {
		r.Withheld(Key{Topic: "t"}, func() Event { return Event{Client: "b"} })
	}
	wantEvents(t, got, "1 REFUSED a", "2 WITHHELD b x1")
}

// The recorder may be used from the callback: it holds no lock.
func TestOnEventMayUseTheRecorder(t *testing.T) {
	var r *Recorder
	r = New(Options{OnEvent: func(Event) { r.Len() }})
	refuse1(r, "a")
}

func TestConcurrentUse(t *testing.T) {
	r := New(Options{Capacity: 50})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for i := range 500 {
				refuse1(r, "a")
				r.Allowed(PublishIn, nil)
				r.Withheld(Key{Topic: fmt.Sprint(i % 100)}, func() Event { return Event{} })
				if i%50 == 0 {
					r.Events(Filter{})
					r.Counts()
				}
			}
		})
	}
	wg.Wait()
	if got, want := r.Counts(), (Counts{Allowed: 2000, Refused: 2000, Withheld: 2000}); got != want {
		t.Errorf("Counts() = %+v, want %+v", got, want)
	}
	var seqs []uint64
	for _, e := range r.Events(Filter{}) {
		seqs = append(seqs, e.Seq)
	}
	if !slices.IsSorted(seqs) || len(seqs) != 50 {
		t.Errorf("got %d events with Seq %v, want 50 in order", len(seqs), seqs)
	}
}

// Who adds a field reads this: an event is shown to everybody who can reach the
// admin API.
func TestEventHasNoFieldForSecrets(t *testing.T) {
	for field := range reflect.TypeFor[Event]().Fields() {
		name := strings.ToLower(field.Name)
		for _, word := range []string{"password", "token", "secret", "signature", "key", "credential", "username", "query", "header"} {
			if strings.Contains(name, word) {
				t.Errorf("Event.%s looks like a secret", field.Name)
			}
		}
	}
}

func BenchmarkRecord(b *testing.B) {
	r := New(Options{})
	e := Event{Time: time.Now(), Outcome: Refused, Client: "pump-7"}
	for b.Loop() {
		r.Record(e)
	}
}

// What is not kept costs no event unless Every is set, and is kept in no case.
func TestEvery(t *testing.T) {
	var kept, every []string
	note := func(to *[]string) func(Event) {
		return func(e Event) {
			*to = append(*to, fmt.Sprintf("%s %s %s", e.Operation, e.Outcome, e.Client))
		}
	}
	message := func() Event { return Event{Operation: PublishOut, Client: "b"} }
	play := func(r *Recorder) {
		r.Allowed(PublishIn, func() Event { return Event{Client: "a"} })
		r.Withheld(Key{ConnectionID: "1"}, message)
		r.Withheld(Key{ConnectionID: "1"}, message)
		r.Record(Event{Operation: Connect, Outcome: Refused, Client: "c"})
	}
	r := New(Options{OnEvent: note(&kept), Every: note(&every)})
	play(r)
	if want := []string{"Publish-Out WITHHELD b", "Connect REFUSED c"}; !slices.Equal(kept, want) {
		t.Errorf("OnEvent got %q, want %q", kept, want)
	}
	want := []string{"Publish-In ALLOWED a", "Publish-Out WITHHELD b", "Publish-Out WITHHELD b", "Connect REFUSED c"}
	if !slices.Equal(every, want) {
		t.Errorf("Every got %q, want %q", every, want)
	}
	wantEvents(t, r.Events(Filter{}), "1 WITHHELD b x2", "2 REFUSED c")

	r = New(Options{})
	r.Allowed(PublishIn, func() Event { t.Error("an event is made that nobody wants"); return Event{} })
	message = func() Event { return Event{} }
	if n := testing.AllocsPerRun(100, func() { r.Allowed(PublishOut, message) }); n != 0 {
		t.Errorf("Allowed allocates %v times, want 0", n)
	}
}
