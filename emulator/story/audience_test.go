package story

import (
	"fmt"
	"testing"
)

// messages are stories of so many messages, all sent to the same receivers.
func messages(b *Book, n int, to []ID, and func(r Ref, i int)) {
	places := placesOf(to...)
	for i := range places {
		places[i].QoS = 0
	}
	a := NewAudience(places, 0)
	for i := range n {
		r := b.Begin(&Opening{Topic: fmt.Sprint(i)})
		r.SentTo(a)
		and(r, i)
	}
}

// Messages to the same receivers have their places once, until there is more to say of
// one; then that story is the only one in which it is said, and what each takes is counted.
func TestAudience(t *testing.T) {
	const n = 64 // a page
	b := New(Options{Messages: n})
	var to []ID
	for i := range 100 {
		to = append(to, b.Holder(&Holder{Client: fmt.Sprint("c", i)}))
	}
	alone := int64(len(to) * placeBytes)
	nothing := func(Ref, int) {}
	for _, step := range []struct {
		what    string
		do      func()
		atMost  int64 // bytes beside the page
		atLeast int64
		outcome Outcome // of the last receiver of message 40
	}{
		{"all is sent", func() { messages(b, n, to, nothing) }, 2 * alone, alone, Sent},
		{"one is offline", func() { messages(b, n, to, func(r Ref, _ int) { r.Became(100, Offline) }) },
			n*alone*5/4 + 2*alone, n * alone, Offline},
		{"all is sent again", func() { messages(b, 2*n, to, nothing) }, 3 * alone, alone, Sent},
		{"one is withheld", func() {
			messages(b, n, to, func(r Ref, i int) {
				if i == 40 {
					r.Became(100, Withheld)
				}
			})
		}, 4 * alone, 2 * alone, Withheld},
		{"to two", func() { messages(b, 2*n, to[:2], nothing) }, 2 * alone, 0, Sent},
		{"to these and to others, in turn", func() {
			for i := range n {
				messages(b, 1, to[i%3:], nothing)
			}
		}, n*alone*5/4 + 2*alone, 0, Sent},
		{"nothing is kept", b.Reset, 0, 0, Sent},
	} {
		step.do()
		if taken := b.taken.Load() - pageBytes; taken > step.atMost || taken < step.atLeast {
			t.Errorf("%s: the stories take %d bytes, want %d to %d", step.what, taken, step.atLeast, step.atMost)
		}
		for r := range b.Newest(func(topic []byte) bool { return true }) {
			got := r.Receivers[len(r.Receivers)-1]
			want := Sent
			if r.Topic == "40" || step.outcome == Offline {
				want = step.outcome
			}
			if got.Outcome != want || got.To.Client == "" {
				t.Errorf("%s, message %s: got %v for %v, want %v", step.what, r.Topic, got.Outcome, got.To, want)
			}
		}
	}
}
