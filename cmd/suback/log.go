package main

import (
	"context"
	"io"
	"log/slog"
	"time"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/spool"
)

// The log of suback serve, on standard error
//
//   - text: records of the program by slog, those of the trace as they are
//   - json: both as JSON, a record of the trace as its fields
//   - cloudwatch: what AWS would log of every operation, in its place of the trace
//     [A-180, B-901], and the program's own records as in json: they have no eventType
//
// All goes by way of one queue, so that nobody waits for standard error: it may be
// a pipe that nobody reads.

const (
	logRoom = 4 << 20     // bytes that wait for it
	logTime = time.Second // at the end
)

// setLog has o log to standard error, in a format and from a level on. From then
// on the program itself does not wait for that either.
func (p *program) setLog(o *emulator.Options, format, level string) error {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		return usagef("--log-level is %q, want debug, info, warn or error", level)
	}
	w, options := p.stderr, &slog.HandlerOptions{Level: l}
	h := traceHandler{Handler: slog.NewJSONHandler(w, options)}
	switch format {
	case "text":
		h = traceHandler{slog.NewTextHandler(w, options), func(_ slog.Handler, r slog.Record) error {
			_, err := io.WriteString(w, accountOf(r)+r.Message+"\n")
			return err
		}}
	case "json":
		h.trace = func(h slog.Handler, r slog.Record) error {
			r.Message = "trace"
			return h.Handle(context.Background(), r)
		}
	case "cloudwatch":
	default:
		return usagef("--log-format is %q, want text, json or cloudwatch", format)
	}
	queue := spool.NewLog(logRoom, h)
	p.queues, p.stderr = append(p.queues, queue), queue.Writer(w)
	o.Log = slog.New(queue.Handler(h))
	if h.trace == nil {
		o.CloudWatch, o.CloudWatchLevel = p.stderr, l
	}
	return nil
}

// accountOf is said before an event of an account that is not the first.
func accountOf(r slog.Record) (said string) {
	r.Attrs(func(a slog.Attr) bool {
		if a.Key == "account" {
			said = a.Value.String() + ": "
		}
		return said == ""
	})
	return said
}

// A traceHandler tells records of the trace from others. Without trace they are
// left out.
type traceHandler struct {
	slog.Handler
	trace func(slog.Handler, slog.Record) error
}

func (h traceHandler) Enabled(ctx context.Context, l slog.Level) bool {
	return (h.trace != nil || !emulator.OfTrace(ctx)) && h.Handler.Enabled(ctx, l)
}

func (h traceHandler) Handle(ctx context.Context, r slog.Record) error {
	if emulator.OfTrace(ctx) {
		return h.trace(h.Handler, r)
	}
	return h.Handler.Handle(ctx, r)
}

func (h traceHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return traceHandler{h.Handler.WithAttrs(attrs), h.trace}
}

func (h traceHandler) WithGroup(name string) slog.Handler {
	return traceHandler{h.Handler.WithGroup(name), h.trace}
}

// wait returns when what was said is written, after logTime at most.
func (p *program) wait() {
	for _, queue := range p.queues {
		queue.Flush(logTime)
	}
}

// flush is wait, for the last time.
func (p *program) flush() {
	end := time.Now().Add(logTime)
	for _, queue := range p.queues {
		queue.Close(time.Until(end))
	}
}
