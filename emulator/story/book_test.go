package story

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/suback/suback/emulator/cause"
)

// begin begins a story with so many receivers of one holder.
func begin(b *Book, topic string, to ...ID) Ref {
	r := b.Begin(&Opening{Topic: topic, QoS: 1})
	n := min(len(to), MaxPlaces)
	r.Places(placesOf(to[:n]...), len(to)-n)
	return r
}

func placesOf(to ...ID) (places []Place) {
	for _, id := range to {
		places = append(places, To(id, 1, ToClient))
	}
	return places
}

// topics are those of all stories, newest first.
func topics(b *Book) (all []string) {
	for r := range b.Newest(func([]byte) bool { return true }) {
		all = append(all, r.Topic)
	}
	return all
}

// An id is a UUID of version 4, and leads back to the message; that of another process
// leads nowhere.
func TestIDs(t *testing.T) {
	form := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	n, other := newNames(), newNames()
	seen := make(map[string]bool)
	for number := uint64(1); number < 2000; number++ {
		id := n.text(number)
		if !form.MatchString(id) || seen[id] || n.number(id) != number || other.number(id) != 0 {
			t.Fatalf("%d: got %s, back %d, want a new UUID that leads back", number, id, n.number(id))
		}
		seen[id] = true
	}
	for _, id := range []string{"", "x", "zz", strings.Repeat("-", 36), n.text(1)[1:]} {
		if got := n.number(id); got != 0 {
			t.Errorf("%q: got %d, want none", id, got)
		}
	}
}

// The latest are kept, within both bounds, and what comes for others is written nowhere.
func TestBounds(t *testing.T) {
	b := New(Options{Messages: 100})
	to := b.Holder(&Holder{Client: "c", Filter: "#"})
	first := begin(b, "0", to)
	for i := 1; i < 250; i++ {
		begin(b, fmt.Sprint(i), to)
	}
	first.Acknowledged(1, 0)
	first.Refused(Refusal{})
	if got := topics(b); len(got) != 100 || got[0] != "249" || got[99] != "150" {
		t.Errorf("got %d stories, %s to %s, want the latest 100", len(got), got[0], got[len(got)-1])
	}
	for r := range b.Newest(func(topic []byte) bool { return string(topic) == "150" }) {
		if r.Refusal != nil || r.Receivers[0].Outcome != Sent {
			t.Errorf("got %+v, want nothing of the message whose place it has", r)
		}
	}
	if got := b.Find(first.ID()); got != nil {
		t.Errorf("got %+v, want no story of what is not kept", got)
	}
}

// Books of one Room stay within it together, but for the pages and the latest story of
// each, and one that is closed leaves its room to the others.
func TestRoom(t *testing.T) {
	const limit, latest = int64(2 << 20), int64(2 * MaxPlaces * placeBytes)
	room := NewRoom(int(limit))
	var books [3]*Book
	for i := range books {
		books[i] = New(Options{Messages: 500, Room: room})
		to := make([]ID, MaxPlaces)
		for k := range to {
			to[k] = books[i].Holder(&Holder{Client: fmt.Sprint(k), Filter: "#"})
		}
		for n := range 500 {
			begin(books[i], fmt.Sprint(n), to...).Became(1, Queued)
			want := limit + int64(i+1)*(pageBytes*int64(len(books[i].pages))+latest)
			if taken := room.taken.Load(); taken > want {
				t.Fatalf("book %d, story %d: %d bytes are taken, want at most %d", i, n, taken, want)
			}
		}
		if got := topics(books[i]); len(got) == 0 || got[0] != "499" {
			t.Errorf("book %d: got %v, want the latest at least", i, got)
		}
	}
	for _, b := range books {
		b.Close()
	}
	if taken := room.taken.Load(); taken != 0 {
		t.Errorf("got %d bytes when all are closed, want none", taken)
	}
}

func TestBytes(t *testing.T) {
	const limit = 4 << 20
	b := New(Options{Messages: 2000, Bytes: limit})
	to := make([]ID, MaxPlaces+5)
	for i := range to {
		to[i] = b.Holder(&Holder{Client: fmt.Sprint(i), Filter: "#"})
	}
	for i := range 2000 {
		begin(b, fmt.Sprint(i), to...).Became(2, Withheld)
	}
	if taken, n := b.taken.Load(), len(topics(b)); taken > limit || n < 100 || n > limit/MaxPlaces/placeBytes {
		t.Errorf("%d stories take %d bytes, want no more than %d, and that used", n, taken, limit)
	}
	for r := range b.Newest(func([]byte) bool { return true }) {
		if len(r.Receivers) != MaxPlaces || r.Omitted != 5 || r.Receivers[MaxPlaces-1].To.Client != fmt.Sprint(MaxPlaces-1) {
			t.Fatalf("got %d receivers and %d beside, want %d and 5", len(r.Receivers), r.Omitted, MaxPlaces)
		}
	}
	b.Reset()
	if got := topics(b); got != nil || b.taken.Load() != pageBytes*int64(len(b.pages)) {
		t.Errorf("after a reset got %d stories, %d bytes, want none but the pages", len(got), b.taken.Load())
	}
}

// What a message keeps of its own.
func TestRecord(t *testing.T) {
	b := New(Options{})
	by := b.Publisher(&Publisher{Kind: HTTP, Principal: "p"})
	long, given := strings.Repeat("t/", 60), "request"
	r := b.Begin(&Opening{At: 1e18, Topic: long, ID: given, Bytes: 7, QoS: 1, Retain: true, By: by})
	r.Retained(Replaced)
	r.Confirmed(1e18 + 25e5)
	r.Refused(Refusal{Cause: cause.Cause{Reason: "R"}, Event: 3})
	for range 5 { // one more than finds room beside it
		r.Add(To(b.Holder(&Holder{Client: "late"}), 0, ToRetained))
	}
	found := b.Find(given)
	if len(found) != 1 || len(b.Find(r.ID())) != 0 {
		t.Fatalf("got %d stories of the id that was given, want 1", len(found))
	}
	got := found[0]
	if got.Topic != long || got.Bytes != 7 || !got.Retain || got.By.Principal != "p" || got.Retained != Replaced ||
		got.Refusal.Event != 3 || got.Acknowledged.Sub(got.Time) != 2500*time.Microsecond {
		t.Errorf("got %+v", got)
	}
	isLate := func(to Receiver) bool { return to.To.Client == "late" && to.Role == ToRetained && !to.Sent.IsZero() }
	if len(got.Receivers) != 5 || !slices.ContainsFunc(got.Receivers, isLate) {
		t.Errorf("got receivers %+v, want five", got.Receivers)
	}
}

// Becomes of a receiver, step by step.
func TestBecame(t *testing.T) {
	tests := []struct {
		name  string
		steps func(Ref)
		want  Outcome
		sent  bool
	}{
		{"at once", func(Ref) {}, Sent, true},
		{"acknowledged", func(r Ref) { r.Acknowledged(1, 0) }, Acknowledged, true},
		{"withheld", func(r Ref) { r.Became(1, Withheld) }, Withheld, false},
		{"waits", func(r Ref) { r.Became(1, Queued) }, Queued, false},
		{"waited", func(r Ref) { r.Became(1, Queued); r.Sent(1) }, Sent, true},
		{"waited and expired", func(r Ref) { r.Became(1, Queued); r.Became(1, Expired) }, Expired, false},
		{"waited, and its session ended", func(r Ref) { r.Became(1, Queued); r.Became(1, Ended) }, Ended, false},
		{"never acknowledged", func(r Ref) { r.Became(1, GivenUp) }, GivenUp, true},
		{"to be sent again", func(r Ref) { r.Returned(1) }, Queued, true},
		{"sent again", func(r Ref) { r.Returned(1); r.Sent(1); r.Acknowledged(1, 0) }, Acknowledged, true},
		{"to be sent again, and expired", func(r Ref) { r.Returned(1); r.Became(1, Expired) }, Expired, true},
		{"to be sent again, and its session ended", func(r Ref) { r.Returned(1); r.Became(1, Ended) }, Sent, true},
		{"nobody's place", func(r Ref) { r.Became(0, Withheld); r.Became(2, Withheld) }, Sent, true},
	}
	for _, tt := range tests {
		b := New(Options{})
		r := begin(b, "t", b.Holder(&Holder{Client: "c"}))
		tt.steps(r)
		got := b.Find(r.ID())[0].Receivers[0]
		if got.Outcome != tt.want || got.Sent.IsZero() == tt.sent {
			t.Errorf("%s: got %v, sent %v, want %v, %v", tt.name, got.Outcome, got.Sent, tt.want, tt.sent)
		}
	}
}

// The numbers of those who have left are used again, but not while a story names them.
func TestParties(t *testing.T) {
	b := New(Options{Messages: 10})
	for i := range 1000 {
		id := b.Holder(&Holder{Client: fmt.Sprint(i)})
		begin(b, fmt.Sprint(i), id)
		b.Leave(id)
		for r := range b.Newest(func([]byte) bool { return true }) {
			if r.Receivers[0].To == nil || r.Receivers[0].To.Client != r.Topic {
				t.Fatalf("the story of %s tells of %+v", r.Topic, r.Receivers[0].To)
			}
		}
	}
	if n := len(b.parties.all); n > 20 {
		t.Errorf("%d are known, want no more than the stories and one or two", n)
	}
	begin(b, "kept") // and all of those named by it may leave
	for i := range maxLeft + 1000 {
		b.Leave(b.Holder(&Holder{Client: fmt.Sprint(i)}))
	}
	if n := len(b.parties.left); n > maxLeft {
		t.Errorf("%d that have left are known, want %d at most", n, maxLeft)
	}
}

// Whoever writes and reads at the same time gets whole stories.
func TestTogether(t *testing.T) {
	b := New(Options{Messages: 50, Bytes: 40 << 10})
	var working sync.WaitGroup
	for w := range 4 {
		working.Go(func() {
			name := fmt.Sprint(w)
			by := b.Publisher(&Publisher{Client: name})
			to := b.Holder(&Holder{Client: name})
			for i := range 300 {
				r := b.Begin(&Opening{Topic: name, By: by})
				if shared := NewAudience(placesOf(to, to, to), 0); i%3 == 0 {
					r.Places(shared.places, 0)
				} else {
					r.SentTo(shared)
				}
				if i%2 == 0 { // else nothing more is said of it
					r.Became(2, Queued)
					r.Acknowledged(1, 0)
				}
				b.Find(r.ID())
				if i%7 == 0 {
					b.Leave(to)
					to = b.Holder(&Holder{Client: name})
				}
			}
		})
	}
	working.Go(func() {
		for range 50 {
			for r := range b.Newest(func([]byte) bool { return true }) {
				for _, to := range r.Receivers {
					if to.To == nil || to.To.Client != r.Topic || r.By.Client != r.Topic {
						t.Errorf("the story of %s tells of %+v by %+v", r.Topic, to.To, r.By)
						return
					}
				}
			}
		}
		b.Reset()
	})
	working.Wait()
}

// Who keeps no stories asks for none.
func TestNone(t *testing.T) {
	var b *Book
	r := b.Begin(&Opening{Topic: "t"})
	r.Became(1, Withheld)
	r.Refused(Refusal{})
	b.Leave(b.Holder(&Holder{}))
	b.Reset()
	if r.Kept() || r.ID() != "" || b.Find("x") != nil || topics(b) != nil {
		t.Error("got something of a Book that there is not")
	}
	if n := testing.AllocsPerRun(100, func() { b.Begin(&Opening{Topic: "t"}).Acknowledged(1, 0) }); n > 0 {
		t.Errorf("got %v allocations, want none", n)
	}
}

// What passes allocates nothing.
func TestAllocatesNothing(t *testing.T) {
	b := New(Options{Messages: 64})
	places := placesOf(b.Holder(&Holder{Client: "a"}), b.Holder(&Holder{Client: "b"}), b.Holder(&Holder{Client: "c"}))
	pass := func() {
		r := b.Begin(&Opening{At: 1, Topic: "bench/topic"})
		r.Places(places, 0)
		r.Acknowledged(3, 2)
		r.Confirmed(2)
	}
	for range 200 { // until all entries have room for three
		pass()
	}
	if n := testing.AllocsPerRun(1000, pass); n > 0 {
		t.Errorf("got %v allocations for a message, want none", n)
	}
}

// A message that a member leaves to its group is told of the member, and of who gets it then.
func TestGivenBack(t *testing.T) {
	b := New(Options{Messages: 10})
	holder := func(client string) *Holder { return &Holder{Client: client, Filter: "$share/g/a"} }
	first, second := holder("first"), holder("second")
	members := b.Holder(&Holder{Filter: "$share/g/a", Members: []*Holder{first, second}})
	tests := []struct {
		name string
		do   func(r Ref, group uint16)
		want string
	}{
		{"it waits", func(Ref, uint16) {}, "group queued, nobody, first sent (left)"},
		{"another takes it", func(r Ref, group uint16) { r.Acknowledged(r.Taken(group, b.Holder(second), 1), 0) },
			"group sent, second acknowledged, first sent (left)"},
		{"nobody is left", func(r Ref, group uint16) { r.Became(group, Ended) }, "group lost, nobody, first sent (left)"},
	}
	for _, tt := range tests {
		r := b.Begin(&Opening{Topic: "a", QoS: 1})
		group := r.Add(To(members, 0, ToGroup))
		r.Add(To(0, 0, ToMember))
		tt.do(r, r.GivenBack(r.Taken(group, b.Holder(first), 1)))
		record := b.Find(r.ID())[0]
		var got []string
		for _, to := range record.Receivers {
			switch {
			case to.Role == ToGroup:
				got = append(got, "group "+to.Outcome.String())
			case to.To == nil:
				got = append(got, "nobody")
			case to.Role == ToFormer && to.Acknowledged.IsZero():
				got = append(got, to.To.Client+" "+to.Outcome.String()+" (left)")
			default:
				got = append(got, to.To.Client+" "+to.Outcome.String())
			}
		}
		if text := strings.Join(got, ", "); text != tt.want {
			t.Errorf("%s: got %s, want %s (B-669)", tt.name, text, tt.want)
		}
	}
}
