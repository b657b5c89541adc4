package session

import (
	"bytes"
	"path/filepath"
	"testing"
	"time"
)

func TestNumbersOutliveTheProcess(t *testing.T) {
	file := filepath.Join(t.TempDir(), "sessions.db")
	reopen := func(all *Sessions) *Sessions {
		t.Helper()
		if all != nil {
			if err := closeBoth(all); err != nil {
				t.Fatal(err)
			}
		}
		return openFileStore(t, file)
	}
	all := reopen(nil)
	now := time.Now()
	all.Remember("connected", Number{Last: 3, Life: time.Hour})
	all.Remember("gone", Number{Last: 4, Until: now.Add(time.Hour)})
	all.Remember("short", Number{Last: 5, Until: now.Add(10 * time.Minute)})
	all.Remember("forgotten", Number{Last: 6, Until: now.Add(time.Hour)})
	all.Forget("forgotten")
	all.Advance(20 * time.Minute)
	all = reopen(all)
	for range 2 { // once more: who was connected counts as gone only from a start on
		got := all.Numbers()
		if n := got["connected"]; n.Last != 3 || time.Until(n.Until) < 59*time.Minute {
			t.Errorf("got %+v, want 3 for another hour (B-826)", n)
		}
		if left := time.Until(got["gone"].Until); got["gone"].Last != 4 || left > 40*time.Minute || left < 39*time.Minute {
			t.Errorf("got %+v, want 4 for another 40 minutes (B-826)", got["gone"])
		}
		if len(got) != 2 {
			t.Errorf("got %+v, want what is over forgotten (B-826)", got)
		}
		all = reopen(all)
	}
	if err := closeBoth(all); err != nil {
		t.Fatal(err)
	}
}

// Without a file nothing is kept.
func TestNumbersInMemory(t *testing.T) {
	all := New()
	all.Remember("a", Number{Last: 1})
	all.Forget("a")
	if got := all.Numbers(); len(got) != 0 {
		t.Errorf("got %+v, want none", got)
	}
}

func FuzzNumber(f *testing.F) {
	f.Add((&Number{Last: 1, Life: time.Hour}).encode())
	f.Add((&Number{Last: 1 << 63, Until: time.Unix(1_700_000_000, 0)}).encode())
	f.Fuzz(func(t *testing.T, b []byte) {
		n, err := parseNumberOf(b, 0, time.Now())
		connected := len(b) == 24 && bytes.Equal(b[8:16], make([]byte, 8))
		if err == nil && !connected && !bytes.Equal(n.encode(), b) {
			t.Errorf("got %x, want %x", n.encode(), b)
		}
	})
}
