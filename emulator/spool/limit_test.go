package spool

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// said are the words of what a limiter told.
type said []string

func (s *said) tell(x Excess) {
	*s = append(*s, fmt.Sprintf("%s: %d in %v, last %s", x.Cause, x.Count, x.In, x.Last))
}

// TestLimiter: of each cause so many in a second, and the number of the others
// after it, whoever they are from [H-11].
func TestLimiter(t *testing.T) {
	a, b := Cause{"Publish-In", "REFUSED", "A"}, Cause{"Publish-In", "REFUSED", "B"}
	type burst struct {
		after time.Duration // since the one before
		cause Cause
		n     int
		want  int // let through
	}
	tests := []struct {
		name        string
		rate, burst int
		come        []burst
		want        said
	}{
		{"below", 3, 3, []burst{{0, a, 3, 3}}, nil},
		{"above", 3, 3, []burst{{0, a, 10, 3}}, said{"Publish-In REFUSED A: 7 in 1s, last c9"}},
		{"each second", 3, 3, []burst{{0, a, 10, 3}, {time.Second, a, 5, 3}, {time.Second, a, 3, 3}},
			said{"Publish-In REFUSED A: 7 in 1s, last c9", "Publish-In REFUSED A: 2 in 1s, last c4"}},
		{"within a second", 3, 3, []burst{{0, a, 2, 2}, {400 * time.Millisecond, a, 2, 1}, {400 * time.Millisecond, a, 2, 0}},
			said{"Publish-In REFUSED A: 3 in 1s, last c1"}},
		{"one hides no other", 3, 3, []burst{{0, b, 100, 3}, {0, a, 4, 3}},
			said{"Publish-In REFUSED A: 1 in 1s, last c3", "Publish-In REFUSED B: 97 in 1s, last c99"}},
		{"at once more, then the rate", 2, 10, []burst{{0, a, 20, 10}, {time.Second, a, 5, 2}, {3 * time.Second, a, 10, 6}},
			said{"Publish-In REFUSED A: 10 in 1s, last c19", "Publish-In REFUSED A: 3 in 1s, last c4", "Publish-In REFUSED A: 4 in 1s, last c9"}},
		{"quiet for long", 2, 10, []burst{{0, a, 10, 10}, {time.Hour, a, 11, 10}}, said{"Publish-In REFUSED A: 1 in 1s, last c10"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var got said
				l := NewLimiter(tt.rate, tt.burst, got.tell)
				for i, b := range tt.come {
					time.Sleep(b.after)
					through := 0
					for j := range b.n {
						if l.Admit(b.cause, fmt.Sprint("c", j)) {
							through++
						}
					}
					if through != b.want {
						t.Errorf("burst %d: got %d through, want %d (H-11)", i, through, b.want)
					}
				}
				time.Sleep(time.Second)
				synctest.Wait()
				if !slices.Equal(got, tt.want) {
					t.Errorf("told %q, want %q (H-11)", got, tt.want)
				}
			})
		})
	}
}

// The last second is told at the end, though it is not over; nothing comes after.
func TestLimiterCloses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got said
		l := NewLimiter(1, 1, got.tell)
		for range 5 {
			l.Admit(Cause{"a"}, "c")
		}
		time.Sleep(300 * time.Millisecond)
		l.Close()
		if l.Admit(Cause{"b"}, "c") {
			t.Error("got one through after the end")
		}
		time.Sleep(time.Minute)
		if want := (said{"a: 4 in 300ms, last c"}); !slices.Equal(got, want) {
			t.Errorf("told %q, want %q", got, want)
		}
		if got := l.Excess(); got != 5 {
			t.Errorf("got an excess of %d, want 5", got)
		}
	})
}

// However many causes there are, memory is bounded, and they are counted.
func TestLimiterForgets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got said
		l := NewLimiter(1, 1, got.tell)
		for i := range 3 * maxCauses {
			l.Admit(Cause{fmt.Sprint(i)}, "c")
		}
		causes := func() int {
			l.mu.Lock()
			defer l.mu.Unlock()
			return len(l.shares)
		}
		if n := causes(); n > maxCauses+1 {
			t.Errorf("got %d causes in memory, want at most %d", n, maxCauses+1)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if want := fmt.Sprintf("other causes: %d in 1s, last c", 2*maxCauses-1); !slices.Equal(got, said{want}) {
			t.Errorf("told %q, want %q", got, want)
		}
		if n := causes(); n != 0 {
			t.Errorf("got %d causes a second later, want 0", n)
		}
	})
}
