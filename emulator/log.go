package emulator

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
//   - it holds up nobody: what Options.Log does not take in time is dropped and
//     counted, and the end of the emulator waits for it no longer than logTime
//   - of one cause Bounds.LogPerSecond records reach it in a second, and the number
//     of the others: for an event that is its operation, outcome and reason, for
//     any other record its message without the numbers in it
//   - what functions print comes in bursts, so of one function and stream burst
//     times as much may come at once, and the rate holds over time
//   - CloudWatch's form has an entry for each operation, as on AWS; but of failures,
//     which a client can cause at will, it is bounded like that, too
//   - an event that will not be printed is not put into words

const (
	logRoom = 4 << 20 // bytes that wait for Options.Log
	logTime = time.Second
	burst   = 50
)

// logs are the ways to Options.Log.
type logs struct {
	queue *spool.Queue
	owned bool         // the queue is no one else's
	plain *slog.Logger // without a bound per cause

	events, entries, records, output *spool.Limiter
	forgotten                        struct{ queue, rate atomic.Uint64 } // counted before the last reset
}

// newLogs returns the ways to a log, nil for none. One that has a queue already
// needs no other.
func newLogs(to *slog.Logger, perSecond int) *logs {
	if to == nil {
		to = slog.New(slog.DiscardHandler)
	}
	l := &logs{queue: spool.Of(to.Handler()), plain: to}
	if l.queue == nil {
		l.queue, l.owned = spool.NewLog(logRoom, to.Handler()), true
		l.plain = slog.New(l.queue.Handler(to.Handler()))
	}
	l.events = spool.NewLimiter(perSecond, perSecond, l.moreEvents)
	l.entries = spool.NewLimiter(perSecond, perSecond*burst, l.moreEntries)
	l.records = spool.NewLimiter(perSecond, perSecond, l.moreRecords)
	l.output = spool.NewLimiter(perSecond, perSecond*burst, l.moreOutput)
	return l
}

// logger is the log for everything but the trace.
func (l *logs) logger() *slog.Logger {
	return slog.New(bounded{Handler: l.plain.Handler(), logs: l})
}

// event writes one of the trace of an account.
func (l *logs) event(account string, ev trace.Event) {
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

// again counts a refusal whose likes have been written.
func (l *logs) again(ev trace.Event) {
	if l.plain.Enabled(context.WithValue(context.Background(), traceKey{}, true), slog.LevelInfo) {
		l.events.Miss(causeOf(&ev), who(&ev))
	}
}

// entry reports whether an event may be in CloudWatch's form.
func (l *logs) entry(ev trace.Event) bool {
	return ev.Outcome == trace.Allowed || l.entries.Admit(causeOf(&ev), who(&ev))
}

func causeOf(ev *trace.Event) spool.Cause {
	return spool.Cause{string(ev.Operation), string(ev.Outcome), ev.Reason}
}

func who(ev *trace.Event) string { return cmp.Or(ev.Client, ev.Source) }

type traceKey struct{}

// OfTrace reports whether what a handler of Options.Log is asked about, or given,
// is an event of the trace: its message is the text form, its attribute "trace"
// the [trace.Event].
func OfTrace(ctx context.Context) bool { return ctx.Value(traceKey{}) != nil }

func (l *logs) moreEvents(x spool.Excess) { l.plain.Info(more(x)) }

func (l *logs) moreEntries(x spool.Excess) { l.plain.Info("CloudWatch's form: " + more(x)) }

func more(x spool.Excess) string {
	return fmt.Sprintf("%s: %d more like it in %s, last from %q; the trace has them: GET /_suback/trace",
		x.Cause, x.Count, seconds(x.In), x.Last)
}

func (l *logs) moreRecords(x spool.Excess) {
	level, log := slog.LevelInfo, l.plain
	_ = level.UnmarshalText([]byte(x.Cause[0])) // other causes have none
	if x.Cause[1] != "" {
		log = log.With("function", x.Cause[1])
	}
	what := cmp.Or(x.Cause[2], x.Cause.String())
	log.Log(context.Background(), level, fmt.Sprintf("%s: %d more like it in %s", what, x.Count, seconds(x.In)))
}

func (l *logs) moreOutput(x spool.Excess) {
	text := fmt.Sprintf("… (%d lines more in %s)", x.Count, seconds(x.In))
	l.plain.Info(text, "function", x.Cause[0], "stream", x.Cause[1])
}

func seconds(d time.Duration) string { return d.Round(100 * time.Millisecond).String() }

// flush waits until what was said is written, at most logTime, if the queue is
// ours.
func (l *logs) flush() {
	if l.owned {
		l.queue.Flush(logTime)
	}
}

// close says what is left to say, in at most logTime if the queue is ours. What
// somebody still says afterwards is dropped.
func (l *logs) close() {
	for _, limiter := range l.limiters() {
		limiter.Close()
	}
	if l.owned {
		l.queue.Close(logTime)
	}
}

// dropped is how many records did not reach the log since the last reset: for
// lack of room, and for others like them.
func (l *logs) dropped() (queue, rate uint64) {
	queue, rate = l.total()
	return queue - l.forgotten.queue.Load(), rate - l.forgotten.rate.Load()
}

func (l *logs) total() (queue, rate uint64) {
	for _, limiter := range l.limiters() {
		rate += limiter.Excess()
	}
	return l.queue.Dropped(), rate
}

func (l *logs) limiters() []*spool.Limiter {
	return []*spool.Limiter{l.events, l.entries, l.records, l.output}
}

func (l *logs) reset() {
	queue, rate := l.total()
	l.forgotten.queue.Store(queue)
	l.forgotten.rate.Store(rate)
}

// A bounded handler lets through what the bound on its cause allows.
type bounded struct {
	slog.Handler
	logs             *logs
	function, stream string // whose output it is
}

func (h bounded) Handle(ctx context.Context, r slog.Record) error {
	limiter, cause := h.logs.records, spool.Cause{r.Level.String(), h.function, withoutNumbers(r.Message)}
	if h.stream != "" && r.Level < slog.LevelWarn { // above it is about the output
		limiter, cause = h.logs.output, spool.Cause{h.function, h.stream}
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
