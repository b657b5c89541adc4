package logs

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"
	"unicode"

	"github.com/suback/suback/emulator/spool"
	"github.com/suback/suback/emulator/trace"
)

// The log
//
//   - it holds up nobody: what the handler does not take in time is dropped and
//     counted, and the end waits for it no longer than Time
//   - of one cause so many records reach it in a second, and the number of the
//     others: for an event that is its operation, outcome and reason, for
//     any other record its message without the numbers in it
//   - what functions print comes in bursts, so of one function and stream burst
//     times as much may come at once, and the rate holds over time
//   - CloudWatch's form has an entry for each operation, as on AWS; but of failures,
//     which a client can cause at will, it is bounded like that, too
//   - an event that will not be printed is not put into words

// Time is how long Flush and Close wait at most.
const Time = time.Second

const (
	room  = 4 << 20 // bytes that wait for the handler
	burst = 50
)

// A Log is the ways to where a program's records go. Methods are safe for concurrent use.
type Log struct {
	queue *spool.Queue
	owned bool         // the queue is no one else's
	plain *slog.Logger // without a bound per cause

	events, entries, records, output *spool.Limiter
	forgotten                        struct{ queue, rate atomic.Uint64 } // counted before the last reset
}

// New returns the ways to a log, nil for none, for perSecond records of one cause. One that
// has a queue already needs no other.
func New(to *slog.Logger, perSecond int) *Log {
	if to == nil {
		to = slog.New(slog.DiscardHandler)
	}
	l := &Log{queue: spool.Of(to.Handler()), plain: to}
	if l.queue == nil {
		l.queue, l.owned = spool.NewLog(room, to.Handler()), true
		l.plain = slog.New(l.queue.Handler(to.Handler()))
	}
	l.events = spool.NewLimiter(perSecond, perSecond, l.moreEvents)
	l.entries = spool.NewLimiter(perSecond, perSecond*burst, l.moreEntries)
	l.records = spool.NewLimiter(perSecond, perSecond, l.moreRecords)
	l.output = spool.NewLimiter(perSecond, perSecond*burst, l.moreOutput)
	return l
}

// Logger is the log for everything but the trace.
func (l *Log) Logger() *slog.Logger {
	return slog.New(bounded{Handler: l.plain.Handler(), log: l})
}

// Event writes one of the trace of an account.
func (l *Log) Event(account string, ev trace.Event) {
	level := slog.LevelInfo
	if ev.Outcome == trace.Allowed {
		level = slog.LevelDebug
	}
	ctx := context.WithValue(context.Background(), traceKey{}, true)
	if l.plain.Enabled(ctx, level) && l.events.Admit(causeOf(&ev), who(&ev)) {
		args := []any{"trace", ev}
		if account != "" {
			args = append(args, "account", account)
		}
		l.plain.Log(ctx, level, ev.Text(), args...)
	}
}

// Again counts a refusal whose likes have been written.
func (l *Log) Again(ev trace.Event) {
	if l.plain.Enabled(context.WithValue(context.Background(), traceKey{}, true), slog.LevelInfo) {
		l.events.Miss(causeOf(&ev), who(&ev))
	}
}

// Entry reports whether an event may be in CloudWatch's form.
func (l *Log) Entry(ev trace.Event) bool {
	return ev.Outcome == trace.Allowed || l.entries.Admit(causeOf(&ev), who(&ev))
}

func causeOf(ev *trace.Event) spool.Cause {
	return spool.Cause{string(ev.Operation), string(ev.Outcome), ev.Reason}
}

func who(ev *trace.Event) string { return cmp.Or(ev.Client, ev.Source) }

type traceKey struct{}

// OfTrace reports whether what a handler is asked about, or given, is an event of the trace:
// its message is the text form, its attribute "trace" the [trace.Event].
func OfTrace(ctx context.Context) bool { return ctx.Value(traceKey{}) != nil }

func (l *Log) moreEvents(x spool.Excess) { l.plain.Info(more(x)) }

func (l *Log) moreEntries(x spool.Excess) { l.plain.Info("CloudWatch's form: " + more(x)) }

func more(x spool.Excess) string {
	return fmt.Sprintf("%s: %d more like it in %s, last from %q; the trace has them: GET /_suback/trace",
		x.Cause, x.Count, seconds(x.In), x.Last)
}

func (l *Log) moreRecords(x spool.Excess) {
	level, log := slog.LevelInfo, l.plain
	_ = level.UnmarshalText([]byte(x.Cause[0])) // other causes have none
	if x.Cause[1] != "" {
		log = log.With("function", x.Cause[1])
	}
	what := cmp.Or(x.Cause[2], x.Cause.String())
	log.Log(context.Background(), level, fmt.Sprintf("%s: %d more like it in %s", what, x.Count, seconds(x.In)))
}

func (l *Log) moreOutput(x spool.Excess) {
	text := fmt.Sprintf("… (%d lines more in %s)", x.Count, seconds(x.In))
	l.plain.Info(text, "function", x.Cause[0], "stream", x.Cause[1])
}

func seconds(d time.Duration) string { return d.Round(100 * time.Millisecond).String() }

// Flush waits until what was said is written, at most Time, if the queue is
// ours.
func (l *Log) Flush() {
	if l.owned {
		l.queue.Flush(Time)
	}
}

// Close says what is left to say, in at most Time if the queue is ours. What
// somebody still says afterwards is dropped.
func (l *Log) Close() {
	for _, limiter := range l.limiters() {
		limiter.Close()
	}
	if l.owned {
		l.queue.Close(Time)
	}
}

// Dropped is how many records did not reach the log since the last reset: for
// lack of room, and for others like them.
func (l *Log) Dropped() (queue, rate uint64) {
	queue, rate = l.total()
	return queue - l.forgotten.queue.Load(), rate - l.forgotten.rate.Load()
}

func (l *Log) total() (queue, rate uint64) {
	for _, limiter := range l.limiters() {
		rate += limiter.Excess()
	}
	return l.queue.Dropped(), rate
}

func (l *Log) limiters() []*spool.Limiter {
	return []*spool.Limiter{l.events, l.entries, l.records, l.output}
}

func (l *Log) Reset() {
	queue, rate := l.total()
	l.forgotten.queue.Store(queue)
	l.forgotten.rate.Store(rate)
}

// A bounded handler lets through what the bound on its cause allows.
type bounded struct {
	slog.Handler
	log              *Log
	function, stream string // whose output it is
}

func (h bounded) Handle(ctx context.Context, r slog.Record) error {
	limiter, cause := h.log.records, spool.Cause{r.Level.String(), h.function, withoutNumbers(r.Message)}
	if h.stream != "" && r.Level < slog.LevelWarn { // above it is about the output
		limiter, cause = h.log.output, spool.Cause{h.function, h.stream}
	}
	if !limiter.Admit(cause, "") {
		return nil
	}
	return h.Handler.Handle(ctx, r)
}

func (h bounded) WithAttrs(attrs []slog.Attr) slog.Handler {
	for _, a := range attrs {
		switch a.Key {
		case "function":
			h.function = a.Value.String()
		case "stream":
			h.stream = a.Value.String()
		}
	}
	h.Handler = h.Handler.WithAttrs(attrs)
	return h
}

func (h bounded) WithGroup(name string) slog.Handler {
	h.Handler = h.Handler.WithGroup(name)
	return h
}

// maxCause is how many bytes of a message tell it from others.
const maxCause = 120

// withoutNumbers is the beginning of a message, by which it is known again: "http:
// panic serving 127.0.0.1:40312" is one whatever the port.
func withoutNumbers(message string) string {
	message, _, _ = strings.Cut(message[:min(len(message), maxCause)], "\n")
	return strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return -1
		}
		return r
	}, message)
}
