package hooks

import (
	"slices"
	"testing"
	"testing/synctest"
)

// TestIdentifierInUse: who uses a packet identifier again waits until it is free, and
// nobody else does [B-689].
func TestIdentifierInUse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, written := &line{}, make(chan struct{})
		l.changed.L = &l.mu
		var done []uint16
		join := func(id uint16) {
			_ = l.join(turn{id: id, wait: func() error { <-written; return nil }, do: func(error) { done = append(done, id) }},
				func() error { return nil })
		}
		for _, id := range []uint16{7, 8, 0, 0} {
			join(id)
		}
		taken := false
		go func() { join(7); taken = true }()
		synctest.Wait()
		if taken || len(l.waiting) != 4 {
			t.Errorf("%d wait, 7 taken again %v, want 4 and that it is not", len(l.waiting), taken)
		}
		close(written)
		synctest.Wait()
		if !taken || !slices.Equal(done, []uint16{7, 8, 0, 0, 7}) {
			t.Errorf("got %v, want each once, in order", done)
		}
	})
}
