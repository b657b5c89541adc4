package hooks

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// A life counts what a lifetime does, in a bubble.
type life struct {
	lifetime
	refreshes, ends atomic.Int64
	begun           context.Context // of the refresh under way
}

// newLife ends after 1,000 s; the first refresh is after 300 s.
func newLife() *life {
	l := new(life)
	l.start(1000*time.Second, 300*time.Second, func() { l.ends.Add(1) }, func() {
		if ctx := l.begin(context.Background()); ctx != nil {
			l.begun = ctx
			l.refreshes.Add(1)
		}
	})
	return l
}

func (l *life) answered() {
	l.again(300 * time.Second)
	l.refreshing.Done()
}

func (l *life) expect(t *testing.T, step string, refreshes, ends int64) {
	t.Helper()
	synctest.Wait()
	if l.refreshes.Load() != refreshes || l.ends.Load() != ends {
		t.Fatalf("%s: got %d refreshes and %d ends, want %d and %d", step, l.refreshes.Load(), l.ends.Load(), refreshes, ends)
	}
}

// Refreshes and the end come with time, whether it passes or is advanced.
func TestDeadlines(t *testing.T) {
	const s = time.Second
	ways := map[string]func(*life, time.Duration){
		"time passes":   func(_ *life, d time.Duration) { <-time.After(d) },
		"advance":       func(l *life, d time.Duration) { l.advance(d) },
		"advance twice": func(l *life, d time.Duration) { l.advance(d / 2); l.advance(d - d/2) },
		"both":          func(l *life, d time.Duration) { l.advance(d / 2); <-time.After(d - d/2) },
	}
	for name, pass := range ways {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLife()
				pass(l, 299*s)
				l.expect(t, "after 299 s", 0, 0)
				pass(l, 1*s)
				l.expect(t, "after 300 s", 1, 0)
				l.answered()
				pass(l, 299*s)
				l.expect(t, "after 599 s", 1, 0)
				pass(l, 2*s)
				l.expect(t, "after 601 s", 2, 0)
				l.answered()
				pass(l, 398*s)
				l.expect(t, "after 999 s: no refresh moves the end (A-127)", 3, 0)
				l.answered()
				pass(l, 1*s)
				l.expect(t, "after 1000 s", 3, 1)
				l.stop()
			})
		})
	}
}

// While a refresh is under way there is no second one, however much time passes.
func TestDeadlinesDuringRefresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLife()
		l.advance(300 * time.Second)
		l.expect(t, "due", 1, 0)
		l.advance(350 * time.Second)
		l.advance(349 * time.Second)
		l.expect(t, "advanced while it is under way", 1, 0)
		l.answered()
		l.expect(t, "answered: the next interval begins now", 1, 0)
		l.advance(2 * time.Second)
		l.expect(t, "the end has come nearer all the time", 1, 1)
		l.stop()
	})
}

// A jump over both leaves nothing to refresh.
func TestDeadlinesJump(t *testing.T) {
	for _, d := range []time.Duration{1000 * time.Second, 24 * time.Hour, 1<<63 - 1} {
		synctest.Test(t, func(t *testing.T) {
			l := newLife()
			l.advance(d)
			l.advance(d)
			synctest.Wait()
			if l.refreshes.Load() != 0 || l.ends.Load() == 0 {
				t.Errorf("%v: got %d refreshes and %d ends, want the end alone", d, l.refreshes.Load(), l.ends.Load())
			}
			l.stop()
		})
	}
}

// The end of a connection gives up a refresh, and there is none after it.
func TestDeadlinesStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLife()
		l.advance(300 * time.Second)
		l.expect(t, "due", 1, 0)
		stopped := make(chan struct{})
		go func() {
			l.stop()
			close(stopped)
		}()
		<-l.begun.Done()
		synctest.Wait()
		select {
		case <-stopped:
			t.Error("stop has not waited for the refresh")
		default:
		}
		l.answered()
		<-stopped
		l.advance(time.Hour)
		<-time.After(24 * time.Hour)
		l.expect(t, "afterwards", 1, 0)
	})
	synctest.Test(t, func(t *testing.T) { // ended before its CONNACK was out
		l := new(life)
		l.stop()
		l.start(time.Second, time.Second, func() { l.ends.Add(1) }, func() { l.refreshes.Add(1) })
		l.advance(time.Hour)
		<-time.After(time.Hour)
		l.expect(t, "never started", 0, 0)
	})
}
