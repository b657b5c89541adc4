package aside_test

import (
	"bytes"
	"context"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/suback/suback/emulator/aside"
)

// Whatever comes at once is done at once; few of the goroutines stay, and none when the
// context is over.
func TestCrew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		crew := aside.New(ctx)
		for range 3 {
			const many = 100
			var all, done sync.WaitGroup
			all.Add(many)
			done.Add(many)
			for range many {
				crew.Go(func() {
					defer done.Done()
					all.Done()
					all.Wait() // for the others, which must not wait for this one
				})
			}
			done.Wait()
			synctest.Wait()
			if n := members(); n < 1 || n > 16 {
				t.Errorf("%d goroutines wait for more, want a few", n)
			}
		}
		cancel()
		synctest.Wait()
		if n := members(); n != 0 {
			t.Errorf("%d goroutines are left when the context is over, want none", n)
		}
		done := make(chan bool)
		crew.Go(func() { close(done) })
		<-done
	})
}

// members is how many goroutines crews have. runtime.NumGoroutine adds up counts of those that
// have ended while they are moved from one to the other, and is off by some now and then.
func members() int {
	stacks := make([]byte, 1<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	return bytes.Count(stacks, []byte("aside.(*Crew).run("))
}

// What ends its goroutine, as a test that fails does, takes nobody else with it.
func TestGoexit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		crew := aside.New(ctx)
		for range 20 {
			crew.Go(runtime.Goexit)
			synctest.Wait()
			done := make(chan bool)
			crew.Go(func() { close(done) })
			<-done
		}
	})
}
