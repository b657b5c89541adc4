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
		r := NewRoom(Bounds{})
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
			return !r.returned.IsZero()
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
		r.returned = time.Time{}
		pass(crowdSize - 1)
		time.Sleep(10 * crowdTime)
		if returned() {
			t.Error("a crowd counts twice")
		}
	})
}
