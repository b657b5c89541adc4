package spool

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"time"
)

// NewLog is [New] for a log, in which lost items are a warning that h gets.
func NewLog(room int, h slog.Handler) *Queue {
	return New(room, func(n uint64, since time.Time) {
		text := fmt.Sprintf("%d log records were dropped: they were not read as fast as they came; "+
			"what was refused is in the trace", n)
		r := slog.NewRecord(time.Now(), slog.LevelWarn, text, 0)
		r.AddAttrs(slog.Time("since", since))
		if h.Enabled(context.Background(), r.Level) {
			_ = h.Handle(context.Background(), r) // there is nobody else to tell
		}
	})
}

// Handler returns a handler that has h handle what q writes. Its Handle never
// fails. Values of attributes must not change afterwards.
func (q *Queue) Handler(h slog.Handler) slog.Handler { return handler{h, q} }

// Of returns the queue of a handler that [Queue.Handler] made, else nil.
func Of(h slog.Handler) *Queue {
	made, _ := h.(handler)
	return made.queue
}

// A handler asks the one it wraps whether a level is wanted, and waits for
// nothing else of it.
type handler struct {
	slog.Handler
	queue *Queue
}

func (h handler) Handle(ctx context.Context, r slog.Record) error {
	r = r.Clone()
	h.queue.Put(sizeOf(r), func() { _ = h.Handler.Handle(ctx, r) }) // who fails to log has nowhere to say so
	return nil
}

func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return handler{h.Handler.WithAttrs(attrs), h.queue}
}

func (h handler) WithGroup(name string) slog.Handler {
	return handler{h.Handler.WithGroup(name), h.queue}
}

// What a record takes is only guessed: texts are what they are, anything else is
// as an event of the trace.
const (
	recordSize = 256
	valueSize  = 1024
)

func sizeOf(r slog.Record) int {
	n := recordSize + len(r.Message)
	r.Attrs(func(a slog.Attr) bool {
		if a.Value.Kind() == slog.KindString {
			n += len(a.Value.String())
		} else if a.Value.Kind() == slog.KindAny {
			n += valueSize
		}
		return true
	})
	return n
}

// Writer returns a writer to w, by way of q. Its Write never fails.
func (q *Queue) Writer(w io.Writer) io.Writer { return writer{w, q} }

type writer struct {
	io.Writer
	queue *Queue
}

func (w writer) Write(p []byte) (int, error) {
	own := bytes.Clone(p)
	w.queue.Put(len(own), func() { _, _ = w.Writer.Write(own) })
	return len(p), nil
}
