package transport

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestAfterACrowd: memory goes back once a crowd has come or gone and a second has
// passed, and not for each connection.
func TestAfterACrowd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		freed := 0
		r := NewRoom(Bounds{}, func() { freed++ })
		pass := func(n int) {
			r.mu.Lock()
			defer r.mu.Unlock()
			for range n {
				r.passed()
			}
		}
		returned := func() bool {
			synctest.Wait()
			r.returning.Lock()
			defer r.returning.Unlock()
			defer func() { freed = 0 }()
			return freed > 0
		}
		pass(crowdSize - 1)
		time.Sleep(10 * crowdTime)
		if returned() {
			t.Error("memory is returned though few have come")
		}
		for range 5 {
			pass(1)
			time.Sleep(crowdTime - 1)
			if returned() {
				t.Error("memory is returned while others come")
			}
		}
		time.Sleep(crowdTime)
		if !returned() {
			t.Error("memory is not returned a second after a crowd")
		}
		pass(crowdSize - 1)
		time.Sleep(10 * crowdTime)
		if returned() {
			t.Error("a crowd counts twice")
		}
	})
}

// TestMemoryOfSlowConsumers: it is returned when most of what waited is gone, once per second, and by nobody whom
// Close waits for.
func TestMemoryOfSlowConsumers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		freed := 0
		r := NewRoom(Bounds{BufferedBytes: 1000}, func() { freed++ })
		for i, step := range []struct {
			waits int64
			after time.Duration
			want  int
		}{{251, 0, 0}, {250, 0, 1}, {0, time.Second, 1}, {0, 1, 2}} {
			time.Sleep(step.after)
			r.buffered.Store(step.waits)
			r.returnMemory()
			if freed != step.want {
				t.Errorf("%d: got memory returned %d times, want %d", i, freed, step.want)
			}
		}
		NewRoom(Bounds{}, nil).returnMemory() // for nobody
	})
}
