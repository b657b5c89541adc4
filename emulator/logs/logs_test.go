package logs

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

// A rig is a log with a trace, as an account has them.
type rig struct {
	*Log
	trace *trace.Recorder
}

func newRig(h slog.Handler, perSecond int) rig {
	l := New(slog.New(h), perSecond)
	return rig{l, trace.New(trace.Options{OnEvent: func(ev trace.Event) { l.Event("", ev) }, OnAgain: l.Again})}
}

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
// there were; nothing is hidden by what has another cause [H-11].
func TestLogIsBounded(t *testing.T) {
	refuse := func(r rig, n int, reason string) {
		for i := range n {
			r.trace.Record(trace.Event{Operation: trace.Connect, Outcome: trace.Refused,
				Cause: cause.Cause{Reason: reason}, Client: fmt.Sprintf("c%d", i)})
		}
	}
	const at = `; the trace has them: GET /_suback/trace`
	tests := []struct {
		name string
		come func(rig)
		want []string
	}{
		{"as many as may", func(r rig) { refuse(r, 2, "A") },
			[]string{"c0 Connect REFUSED A", "c1 Connect REFUSED A"}},
		{"of many clients", func(r rig) { refuse(r, 1000, "A"); time.Sleep(time.Second) },
			[]string{"c0 Connect REFUSED A", "c1 Connect REFUSED A", `Connect REFUSED A: 998 more like it in 1s, last from "c999"` + at}},
		{"another cause", func(r rig) { refuse(r, 3, "A"); refuse(r, 1, "B"); time.Sleep(time.Second) },
			[]string{"c0 Connect REFUSED A", "c1 Connect REFUSED A", "c0 Connect REFUSED B",
				`Connect REFUSED A: 1 more like it in 1s, last from "c2"` + at}},
		{"each second", func(r rig) { refuse(r, 3, "A"); time.Sleep(time.Second); refuse(r, 1, "A") },
			[]string{"c0 Connect REFUSED A", "c1 Connect REFUSED A", `Connect REFUSED A: 1 more like it in 1s, last from "c2"` + at,
				"c0 Connect REFUSED A"}},
		{"the last second at the end", func(r rig) { refuse(r, 5, "A"); time.Sleep(300 * time.Millisecond) },
			[]string{"c0 Connect REFUSED A", "c1 Connect REFUSED A", `Connect REFUSED A: 3 more like it in 300ms, last from "c4"` + at}},
		{"one client again and again", func(r rig) {
			for range 1000 {
				r.trace.Refused(trace.Key{ConnectionID: "c", Topic: "a"}, "", func() trace.Event {
					return trace.Event{Operation: trace.PublishIn, Cause: cause.Cause{Reason: "A"}, Client: "c"}
				})
			}
			time.Sleep(time.Second)
		}, []string{"c Publish-In REFUSED A", "c Publish-In REFUSED A", `Publish-In REFUSED A: 998 more like it in 1s, last from "c"` + at}},
		{"what is below the level", func(r rig) {
			for range 10 {
				r.trace.Record(trace.Event{Operation: trace.Connect, Outcome: trace.Allowed, Client: "c"})
			}
			time.Sleep(time.Second)
		}, nil},
		{"records of the program", func(r rig) {
			for i := range 50 {
				r.Logger().Error("accept failed", "error", errors.New("too many"), "n", i)
				r.Logger().Error(fmt.Sprintf("http: panic serving 127.0.0.1:%d: oh\nstack", 40000+i))
			}
			time.Sleep(time.Second)
		}, []string{"accept failed", "http: panic serving 127.0.0.1:40000: oh", "accept failed", "http: panic serving 127.0.0.1:40001: oh",
			"accept failed: 48 more like it in 1s", "http: panic serving ...:: oh: 48 more like it in 1s"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var got []string
				r := newRig(headlines{&got}, 2)
				tt.come(r)
				r.Close()
				if !slices.Equal(got, tt.want) {
					t.Errorf("got\n\t%s\nwant\n\t%s\n(H-11)", strings.Join(got, "\n\t"), strings.Join(tt.want, "\n\t"))
				}
			})
		})
	}
}

// TestOutputIsBounded: a function may print much at once and not for ever; each
// line is written or counted [H-11].
func TestOutputIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		log := new(bytes.Buffer)
		l := New(slog.New(slog.NewTextHandler(log, nil)), 20)
		output := l.Logger().With("function", "f", "stream", "stdout")
		beside := l.Logger().With("function", "g", "stream", "stdout")
		const seconds, each = 60, 2000
		for range seconds {
			for i := range each {
				output.Info(fmt.Sprintf("%d %s", i, strings.Repeat("x", 1000)))
			}
			output.Warn("… (999000 lines more)") // as the function's own bound says it
			beside.Info("a line")
			time.Sleep(time.Second)
		}
		l.Close()
		text := log.String()
		if limit := 3 << 20; len(text) > limit {
			t.Errorf("got %d bytes of %d, want at most %d (H-11)", len(text), seconds*each*1000, limit)
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
// [H-11].
func TestEventsAreNotPutIntoWords(t *testing.T) {
	l := New(slog.New(slog.NewTextHandler(new(bytes.Buffer), nil)), 1)
	defer l.Close()
	ev := trace.Event{Operation: trace.PublishIn, Outcome: trace.Refused,
		Cause: cause.Cause{Reason: "A"}, Client: "c", Decision: &policy.Decision{
			Considered: make([]policy.Consideration, 20)}}
	l.Event("", ev)
	words := testing.AllocsPerRun(100, func() { _ = ev.Text() })
	if n := testing.AllocsPerRun(1000, func() { l.Event("", ev) }); n > 4 || n*5 > words {
		t.Errorf("got %v allocations for an event over the bound, want few; its words take %v", n, words)
	}
}

// TestQueueOfALog: a log that goes by way of a queue gets no other, and its queue
// is its owner's to close.
func TestQueueOfALog(t *testing.T) {
	var text bytes.Buffer
	h := slog.NewTextHandler(&text, nil)
	queue := spool.NewLog(1<<20, h)
	l := New(slog.New(queue.Handler(h)), 20)
	if l.queue != queue {
		t.Error("got a queue before the queue")
	}
	l.Close()
	slog.New(queue.Handler(h)).Info("after its end")
	queue.Close(time.Minute)
	if !strings.Contains(text.String(), "after its end") {
		t.Errorf("got %q, want the queue open", text.String())
	}
}

// TestLogConcurrently: nothing is lost between the goroutines of many events.
func TestLogConcurrently(t *testing.T) {
	log := new(bytes.Buffer)
	r := newRig(slog.NewTextHandler(log, nil), 10)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 100 {
				r.trace.Record(trace.Event{Operation: trace.Connect, Outcome: trace.Refused, Cause: cause.Cause{Reason: "A"}, Client: "c"})
			}
		})
	}
	all.Wait()
	r.Close()
	total := strings.Count(log.String(), `c Connect REFUSED A" trace=`)
	for _, m := range regexp.MustCompile(`(\d+) more like it`).FindAllStringSubmatch(log.String(), -1) {
		n, _ := strconv.Atoi(m[1])
		total += n
	}
	if total != 800 {
		t.Errorf("got %d written or counted, want 800", total)
	}
}
