package emulator

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/spool"
	"github.com/suback/suback/emulator/trace"
)

// headlines are the first lines of the messages of a log, without times.
type headlines struct{ all *[]string }

func (h headlines) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelInfo }
func (h headlines) WithAttrs([]slog.Attr) slog.Handler           { return h }
func (h headlines) WithGroup(string) slog.Handler                { return h }
func (h headlines) Handle(_ context.Context, r slog.Record) error {
	line, _, _ := strings.Cut(r.Message, "\n")
	*h.all = append(*h.all, regexp.MustCompile(`^\d\d:\d\d:\S+ `).ReplaceAllString(line, ""))
	return nil
}

// TestLogIsBounded: so many records of one cause in a second, then how many more
// there were; nothing is hidden by what has another cause [S-11].
func TestLogIsBounded(t *testing.T) {
	refuse := func(e *Emulator, n int, reason string) {
		for i := range n {
			e.Trace().Record(trace.Event{Operation: trace.Connect, Outcome: trace.Refused,
				Cause: cause.Cause{Reason: reason}, Client: fmt.Sprintf("c%d", i)})
		}
	}
	const at = `; the trace has them: GET /_suback/trace`
	tests := []struct {
		name string
		come func(*Emulator)
		want []string
	}{
		{"as many as may", func(e *Emulator) { refuse(e, 2, "A") },
			[]string{"c0 Connect REFUSED A", "c1 Connect REFUSED A"}},
		{"of many clients", func(e *Emulator) { refuse(e, 1000, "A"); time.Sleep(time.Second) },
			[]string{"c0 Connect REFUSED A", "c1 Connect REFUSED A", `Connect REFUSED A: 998 more like it in 1s, last from "c999"` + at}},
		{"another cause", func(e *Emulator) { refuse(e, 3, "A"); refuse(e, 1, "B"); time.Sleep(time.Second) },
			[]string{"c0 Connect REFUSED A", "c1 Connect REFUSED A", "c0 Connect REFUSED B",
				`Connect REFUSED A: 1 more like it in 1s, last from "c2"` + at}},
		{"each second", func(e *Emulator) { refuse(e, 3, "A"); time.Sleep(time.Second); refuse(e, 1, "A") },
			[]string{"c0 Connect REFUSED A", "c1 Connect REFUSED A", `Connect REFUSED A: 1 more like it in 1s, last from "c2"` + at,
				"c0 Connect REFUSED A"}},
		{"the last second at the end", func(e *Emulator) { refuse(e, 5, "A"); time.Sleep(300 * time.Millisecond) },
			[]string{"c0 Connect REFUSED A", "c1 Connect REFUSED A", `Connect REFUSED A: 3 more like it in 300ms, last from "c4"` + at}},
		{"one client again and again", func(e *Emulator) {
			for range 1000 {
				e.Trace().Refused(trace.Key{ConnectionID: "c", Topic: "a"}, "", func() trace.Event {
					return trace.Event{Operation: trace.PublishIn, Cause: cause.Cause{Reason: "A"}, Client: "c"}
				})
			}
			time.Sleep(time.Second)
		}, []string{"c Publish-In REFUSED A", "c Publish-In REFUSED A", `Publish-In REFUSED A: 998 more like it in 1s, last from "c"` + at}},
		{"what is below the level", func(e *Emulator) {
			for range 10 {
				e.Trace().Record(trace.Event{Operation: trace.Connect, Outcome: trace.Allowed, Client: "c"})
			}
			time.Sleep(time.Second)
		}, nil},
		{"records of the program", func(e *Emulator) {
			for i := range 50 {
				e.log.Error("accept failed", "error", errors.New("too many"), "n", i)
				e.log.Error(fmt.Sprintf("http: panic serving 127.0.0.1:%d: oh\nstack", 40000+i))
			}
			time.Sleep(time.Second)
		}, []string{"accept failed", "http: panic serving 127.0.0.1:40000: oh", "accept failed", "http: panic serving 127.0.0.1:40001: oh",
			"accept failed: 48 more like it in 1s", "http: panic serving ...:: oh: 48 more like it in 1s"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var got []string
				e, err := New(Options{Log: slog.New(headlines{&got}), Bounds: Bounds{LogPerSecond: 2}})
				if err != nil {
					t.Fatal(err)
				}
				tt.come(e)
				if err := e.Close(); err != nil {
					t.Error(err)
				}
				if !slices.Equal(got, tt.want) {
					t.Errorf("got\n\t%s\nwant\n\t%s\n(S-11)", strings.Join(got, "\n\t"), strings.Join(tt.want, "\n\t"))
				}
			})
		})
	}
}

// TestOutputIsBounded: a function may print much at once and not for ever; each
// line is written or counted [S-11].
func TestOutputIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := &lines{}
		l := newLogs(slog.New(slog.NewTextHandler(log, nil)), 20)
		output := l.logger().With("function", "f", "stream", "stdout")
		beside := l.logger().With("function", "g", "stream", "stdout")
		const seconds, each = 60, 2000
		for range seconds {
			for i := range each {
				output.Info(fmt.Sprintf("%d %s", i, strings.Repeat("x", 1000)))
			}
			output.Warn("… (999000 lines more)") // as the function's own bound says it
			beside.Info("a line")
			time.Sleep(time.Second)
		}
		l.close()
		text := log.text.String()
		if limit := 3 << 20; len(text) > limit {
			t.Errorf("got %d bytes of %d, want at most %d (S-11)", len(text), seconds*each*1000, limit)
		}
		counted := 0
		for _, m := range regexp.MustCompile(`\((\d+) lines more in \S+\)" function=f stream=stdout`).FindAllStringSubmatch(text, -1) {
			n, _ := strconv.Atoi(m[1])
			counted += n
		}
		if written := strings.Count(text, "xxx\" function=f"); written < 1000 || written+counted != seconds*each {
			t.Errorf("got %d lines written and %d counted, want 1000 or more and %d together", written, counted, seconds*each)
		}
		for what, want := range map[string]int{"a line": seconds, "999000 lines more": seconds} {
			if got := strings.Count(text, what); got != want {
				t.Errorf("got %q %d times, want %d: it is of another cause", what, got, want)
			}
		}
	})
}

// TestEventsAreNotPutIntoWords: 64 % of a storm's work was text that nobody got
// [S-11].
func TestEventsAreNotPutIntoWords(t *testing.T) {
	l := newLogs(slog.New(slog.NewTextHandler(&lines{}, nil)), 1)
	defer l.close()
	ev := trace.Event{Operation: trace.PublishIn, Outcome: trace.Refused,
		Cause: cause.Cause{Reason: "A"}, Client: "c", Decision: &policy.Decision{
			Considered: make([]policy.Consideration, 20)}}
	l.event("", ev)
	words := testing.AllocsPerRun(100, func() { _ = ev.Text() })
	if n := testing.AllocsPerRun(1000, func() { l.event("", ev) }); n > 4 || n*5 > words {
		t.Errorf("got %v allocations for an event over the bound, want few; its words take %v", n, words)
	}
}

// TestDroppedIsCounted: in the metrics, until a reset.
func TestDroppedIsCounted(t *testing.T) {
	block := make(chan struct{})
	e := opened(t, Options{Log: slog.New(slog.NewTextHandler(blocked{block}, nil)), Bounds: Bounds{LogPerSecond: 1}})
	e.log.Error("one") // hangs
	e.log.Error("two", "text", strings.Repeat("x", logRoom))
	e.log.Error("two", "text", "over the bound")
	if queue, rate := e.logs.dropped(); queue != 1 || rate != 1 {
		t.Errorf("got %d and %d dropped, want 1 for lack of room and 1 for the rate", queue, rate)
	}
	close(block)
	e.Reset()
	if queue, rate := e.logs.dropped(); queue != 0 || rate != 0 {
		t.Errorf("got %d and %d dropped after a reset, want none", queue, rate)
	}
}

// blocked writes nothing until its channel is closed.
type blocked struct{ until chan struct{} }

func (b blocked) Write(p []byte) (int, error) {
	<-b.until
	return len(p), nil
}

// TestQueueOfALog: a log that goes by way of a queue gets no other, and its queue
// is its owner's to close.
func TestQueueOfALog(t *testing.T) {
	var text bytes.Buffer
	h := slog.NewTextHandler(&text, nil)
	queue := spool.NewLog(1<<20, h)
	e := opened(t, Options{Log: slog.New(queue.Handler(h))})
	if e.logs.queue != queue {
		t.Error("got a queue before the queue")
	}
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	slog.New(queue.Handler(h)).Info("after its end")
	queue.Close(time.Minute)
	if !strings.Contains(text.String(), "after its end") {
		t.Errorf("got %q, want the queue open", text.String())
	}
}

// TestCloudWatchFormIsBounded: what goes through is all there, and of failures as
// many as a fleet has at once, then a count [S-11].
func TestCloudWatchFormIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		entries, log := &lines{}, &lines{}
		e, err := New(Options{CloudWatch: entries, Log: slog.New(slog.NewTextHandler(log, nil)), Bounds: Bounds{LogPerSecond: 2}})
		if err != nil {
			t.Fatal(err)
		}
		const n = 500
		for range n {
			e.Trace().Allowed(trace.PublishIn, func() trace.Event { return trace.Event{TraceID: "t", Client: "c"} })
			e.Trace().Record(trace.Event{Operation: trace.PublishIn, Outcome: trace.Refused,
				Cause: cause.Cause{Reason: "A"}, TraceID: "t", Client: "c"})
		}
		time.Sleep(time.Second)
		if err := e.Close(); err != nil {
			t.Error(err)
		}
		text := entries.text.String()
		if got := strings.Count(text, `"Success"`); got != n {
			t.Errorf("got %d entries of what went through, want %d (A-180)", got, n)
		}
		if got := strings.Count(text, `"Failure"`); got != 2*burst {
			t.Errorf("got %d entries of failures, want %d (S-11)", got, 2*burst)
		}
		want := fmt.Sprintf("CloudWatch's form: Publish-In REFUSED A: %d more like it", n-2*burst)
		if !strings.Contains(log.text.String(), want) {
			t.Errorf("got log %q, want %q in it", log.text.String(), want)
		}
	})
}

// TestLogConcurrently: nothing is lost between the goroutines of many events.
func TestLogConcurrently(t *testing.T) {
	log := &lines{}
	e := opened(t, Options{Log: slog.New(slog.NewTextHandler(log, nil)), Bounds: Bounds{LogPerSecond: 10}})
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 100 {
				e.Trace().Record(trace.Event{Operation: trace.Connect, Outcome: trace.Refused, Cause: cause.Cause{Reason: "A"}, Client: "c"})
			}
		})
	}
	all.Wait()
	if err := e.Close(); err != nil {
		t.Error(err)
	}
	total := strings.Count(log.text.String(), `c Connect REFUSED A" trace=`)
	for _, m := range regexp.MustCompile(`(\d+) more like it`).FindAllStringSubmatch(log.text.String(), -1) {
		n, _ := strconv.Atoi(m[1])
		total += n
	}
	if total != 800 {
		t.Errorf("got %d written or counted, want 800", total)
	}
}
