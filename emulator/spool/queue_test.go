package spool

import (
	"bytes"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// A pipe is a writer that nobody reads until it is opened.
type pipe struct {
	opened chan struct{}
	mu     sync.Mutex
	text   bytes.Buffer
}

func newPipe() *pipe { return &pipe{opened: make(chan struct{})} }

func (p *pipe) Write(b []byte) (int, error) {
	<-p.opened
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.Write(b)
}

func (p *pipe) lines() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Fields(p.text.String())
}

// TestQueue: in every state of the writer Put returns at once, what is written is
// whole and in order, and what is not is counted in its place [H-6].
func TestQueue(t *testing.T) {
	tests := []struct {
		name string
		put  int // items of 11 bytes into room for 5
		late int // items after the pipe was opened and the queue had drained
		want string
	}{
		{"nothing", 0, 0, ""},
		{"all fit", 5, 0, "item-00001 item-00002 item-00003 item-00004 item-00005"},
		{"two too many", 7, 0, "item-00001 item-00002 item-00003 item-00004 item-00005 lost-2"},
		{"two too many, and more once they are told", 7, 2,
			"item-00001 item-00002 item-00003 item-00004 item-00005 lost-2 item-00008 item-00009"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p, start := newPipe(), time.Now()
				q := New(55, func(n uint64, since time.Time) {
					if !since.Equal(start) {
						t.Errorf("got dropped since %v, want %v", since, start)
					}
					fmt.Fprintf(p, "lost-%d\n", n)
				})
				w := q.Writer(p)
				for i := range tt.put + tt.late {
					if i == tt.put {
						time.Sleep(time.Second)
						close(p.opened)
						synctest.Wait()
					}
					fmt.Fprintf(w, "item-%05d\n", i+1)
				}
				if tt.late == 0 {
					close(p.opened)
				}
				q.Close(time.Second)
				if got := strings.Join(p.lines(), " "); got != tt.want {
					t.Errorf("got %q, want %q (H-6)", got, tt.want)
				}
				if got, want := q.Dropped(), uint64(max(tt.put-5, 0)); got != want {
					t.Errorf("got %d dropped, want %d", got, want)
				}
			})
		})
	}
}

// An item larger than the room is written when the queue is empty: a record of a
// large panic is worth more than the bound.
func TestQueueTakesOneLargeItem(t *testing.T) {
	p := newPipe()
	close(p.opened)
	q := New(5, nil)
	fmt.Fprint(q.Writer(p), "larger than the room")
	q.Close(time.Minute)
	if got := len(p.lines()); got != 4 || q.Dropped() != 0 {
		t.Errorf("got %d words and %d dropped, want 4 and 0", got, q.Dropped())
	}
}

// TestQueueCloses: after the given time at most, whatever the writer does [H-6].
func TestQueueCloses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPipe()
		q := New(100, func(uint64, time.Time) { t.Error("told of what was dropped after the end, want silence") })
		w := q.Writer(p)
		for range 3 {
			fmt.Fprintln(w, "held")
		}
		start := time.Now()
		q.Close(time.Second)
		if took := time.Since(start); took != time.Second {
			t.Errorf("got closed after %v, want 1s (H-6)", took)
		}
		fmt.Fprintln(w, "late")
		if got := q.Dropped(); got != 3 {
			t.Errorf("got %d dropped, want 2 that were given up and one that was late", got)
		}
		close(p.opened) // the one that hung in the writer
		synctest.Wait()
		if got := p.lines(); len(got) != 1 {
			t.Errorf("got %q, want the one that was being written", got)
		}
	})
}

// TestQueueFlush: what was said before is written when Flush returns.
func TestQueueFlush(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPipe()
		q := New(100, nil)
		if !q.Flush(0) {
			t.Error("an empty queue: got not flushed")
		}
		fmt.Fprintln(q.Writer(p), "a")
		if q.Flush(time.Second) {
			t.Error("a writer that hangs: got flushed")
		}
		time.AfterFunc(time.Second, func() { close(p.opened) })
		if !q.Flush(time.Minute) || len(p.lines()) != 1 {
			t.Errorf("got %q, want it flushed", p.lines())
		}
	})
}

// Records of many goroutines come whole and each goroutine's in order.
func TestQueueConcurrently(t *testing.T) {
	const goroutines, each = 8, 500
	p := newPipe()
	close(p.opened)
	q := New(1<<20, nil)
	var wg sync.WaitGroup
	for g := range goroutines {
		wg.Go(func() {
			for i := range each {
				fmt.Fprintf(q.Writer(p), "%d-%d\n", g, i)
			}
		})
	}
	wg.Wait()
	q.Close(time.Minute)
	var next [goroutines]int
	for _, line := range p.lines() {
		var g, i int
		if n, err := fmt.Sscanf(line, "%d-%d", &g, &i); n != 2 || i != next[g] {
			t.Fatalf("got %q, %v, want %d-%d", line, err, g, next[g])
		}
		next[g]++
	}
	if got := len(p.lines()); got != goroutines*each {
		t.Errorf("got %d lines, want %d", got, goroutines*each)
	}
}

// TestLog: a handler by way of a queue is the handler, and says what was lost.
func TestLog(t *testing.T) {
	p := newPipe()
	h := slog.NewTextHandler(p, &slog.HandlerOptions{Level: slog.LevelInfo})
	q := NewLog(1000, h)
	log := slog.New(q.Handler(h))
	if Of(log.Handler()) != q || Of(h) != nil {
		t.Errorf("got queues %p and %p, want %p and none", Of(log.Handler()), Of(h), q)
	}
	log.Debug("below")
	log.With("function", "f").WithGroup("g").Info("said", "a", 1)
	for range 10 {
		log.Info("long", "text", strings.Repeat("x", 300))
	}
	close(p.opened)
	q.Close(time.Minute)
	text := p.text.String()
	for _, want := range []string{`level=INFO msg=said function=f g.a=1`, `level=WARN msg="9 log records were dropped: `} {
		if !strings.Contains(text, want) {
			t.Errorf("got %q, want %q in it", text, want)
		}
	}
	if got := slices.IndexFunc(strings.Split(text, "\n"), func(line string) bool { return strings.Contains(line, "below") }); got >= 0 {
		t.Error("got a record below the level")
	}
}
