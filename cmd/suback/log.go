package main

import (
	"context"
	"io"
	"log/slog"
	"sync"
)

// newLog returns the program's log. A record of the trace is printed as it is in
// the text format, and as its fields alone in the JSON format.
func newLog(w io.Writer, format, level string) (*slog.Logger, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		return nil, usagef("--log-level is %q, want debug, info, warn or error", level)
	}
	o := &slog.HandlerOptions{Level: l}
	switch format {
	case "text":
		return slog.New(traceHandler{Handler: slog.NewTextHandler(w, o), print: printer(w)}), nil
	case "json":
		return slog.New(traceHandler{Handler: slog.NewJSONHandler(w, o)}), nil
	}
	return nil, usagef("--log-format is %q, want text or json", format)
}

// printer writes whole texts, one at a time.
func printer(w io.Writer) func(string) error {
	var mu sync.Mutex
	return func(text string) error {
		mu.Lock()
		defer mu.Unlock()
		_, err := io.WriteString(w, text+"\n")
		return err
	}
}

// A traceHandler knows records of the trace by their attribute "trace"; their
// message is the trace's text.
type traceHandler struct {
	slog.Handler
	print func(string) error // nil: leave it to the Handler
}

func (h traceHandler) Handle(ctx context.Context, r slog.Record) error {
	traced := false
	r.Attrs(func(a slog.Attr) bool {
		traced = traced || a.Key == "trace"
		return !traced
	})
	switch {
	case traced && h.print != nil:
		return h.print(r.Message)
	case traced:
		r.Message = "trace"
	}
	return h.Handler.Handle(ctx, r)
}

func (h traceHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return traceHandler{h.Handler.WithAttrs(attrs), h.print}
}

func (h traceHandler) WithGroup(name string) slog.Handler {
	return traceHandler{h.Handler.WithGroup(name), h.print}
}
