package load

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		n := 0
		if err := pace(ctx, 100, func() error { n++; return nil }); err != nil || n < 295 || n > 305 {
			t.Errorf("got %d times, %v, want 300 in 3 s", n, err)
		}
	})
}

// Who was held up catches up.
func TestPaceCatchesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		n := 0
		_ = pace(ctx, 100, func() error {
			if n++; n == 100 {
				time.Sleep(time.Second)
			}
			return nil
		})
		if n < 295 || n > 305 {
			t.Errorf("got %d times, want 300 in 3 s", n)
		}
	})
}

func TestPaceEndsWithAnError(t *testing.T) {
	want := errors.New("broken pipe")
	if err := pace(t.Context(), 1_000_000, func() error { return want }); err != want {
		t.Errorf("got %v, want %v", err, want)
	}
}
