package main

import (
	"context"
	"io"
	"log/slog"
	"sync"

	"github.com/suback/suback/emulator"
)

// The log of suback serve, on standard error
//
//   - text: records of the program by slog, those of the trace as they are
//   - json: both as JSON, a record of the trace as its fields
//   - cloudwatch: what AWS would log of every operation, in its place of the trace
//     [A-180, B-901], and the program's own records as in json: they have no eventType

// setLog sets what o logs to w, in a format and from a level on.
func setLog(o *emulator.Options, w io.Writer, format, level string) error {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		return usagef("--log-level is %q, want debug, info, warn or error", level)
	}
	lines := &lineWriter{w: w}
	options := &slog.HandlerOptions{Level: l}
	switch format {
	case "text":
		o.Log = slog.New(traceHandler{slog.NewTextHandler(lines, options), func(r slog.Record, _ slog.Handler) error {
			_, err := io.WriteString(lines, r.Message+"\n")
			return err
		}})
	case "json":
		o.Log = slog.New(traceHandler{slog.NewJSONHandler(lines, options), func(r slog.Record, h slog.Handler) error {
			r.Message = "trace"
			return h.Handle(context.Background(), r)
		}})
	case "cloudwatch":
		o.Log = slog.New(traceHandler{slog.NewJSONHandler(lines, options), func(slog.Record, slog.Handler) error { return nil }})
		o.CloudWatch, o.CloudWatchLevel = lines, l
	default:
		return usagef("--log-format is %q, want text, json or cloudwatch", format)
	}
	return nil
}

// A lineWriter writes what several write, each call whole.
type lineWriter struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *lineWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

// A traceHandler knows records of the trace by their attribute "trace"; their
// message is the trace's text.
type traceHandler struct {
	slog.Handler
	trace func(slog.Record, slog.Handler) error
}

func (h traceHandler) Handle(ctx context.Context, r slog.Record) error {
	traced := false
	r.Attrs(func(a slog.Attr) bool {
		traced = traced || a.Key == "trace"
		return !traced
	})
	if traced {
		return h.trace(r, h.Handler)
	}
	return h.Handler.Handle(ctx, r)
}

func (h traceHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return traceHandler{h.Handler.WithAttrs(attrs), h.trace}
}

func (h traceHandler) WithGroup(name string) slog.Handler {
	return traceHandler{h.Handler.WithGroup(name), h.trace}
}
