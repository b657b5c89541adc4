package lambda

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"
)

const (
	maxLine   = 8 << 10 // bytes of a line that are logged at debug level
	shownLine = 500     // bytes of it at the others: a whole event would hide what is said of it
	maxLines  = 1000    // lines of one stream logged in a second

	// remark begins a line in which a runtime of this package says what is harmless:
	// it is logged at debug level, once per function.
	remark = "suback: debug: "

	hearing = 20 * time.Millisecond // for the last bytes of an invocation whose Log is wanted
)

// An output logs what a process prints, line by line. What goes beyond maxLine, or
// shownLine, and maxLines is counted, not kept.
type output struct {
	log    *slog.Logger
	said   *atomic.Bool // whether there was a remark
	also   func([]byte) // nil, or gets it as it comes
	line   []byte       // what came since the last line feed
	cut    int          // bytes left out of it
	second int64
	lines  int // logged in second
	lost   int // not logged in second
}

func (s *sandbox) newOutput(stream string) *output {
	return &output{log: s.p.options.Log.With("function", s.p.options.Name, "stream", stream),
		said: &s.p.remarked, also: s.tell}
}

// tell gives what is printed to whoever waits for the invocation.
func (s *sandbox) tell(b []byte) {
	if log := s.listener(); log != nil {
		log.Write(b) // it is theirs to fail
	}
}

// listener is who wants what is printed now, nil for nobody.
func (s *sandbox) listener() io.Writer {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	if s.current == nil {
		return nil
	}
	return s.current.Log
}

// hear gives what the handler printed before it answered the time to come through
// its pipe; the handler waits meanwhile.
func (s *sandbox) hear() {
	if s.listener() != nil {
		<-time.After(hearing)
	}
}

// Write implements io.Writer. It never fails.
func (o *output) Write(b []byte) (int, error) {
	n := len(b)
	if o.also != nil {
		o.also(b)
	}
	for {
		line, rest, found := bytes.Cut(b, []byte("\n"))
		room := min(len(line), maxLine-len(o.line))
		o.line = append(o.line, line[:room]...)
		o.cut += len(line) - room
		if !found {
			return n, nil
		}
		o.print()
		b = rest
	}
}

// ReadFrom implements io.ReaderFrom in less room than the 32 KB of io.Copy: each process has
// two outputs, and most wait.
func (o *output) ReadFrom(r io.Reader) (int64, error) {
	return io.CopyBuffer(struct{ io.Writer }{o}, r, make([]byte, 2<<10))
}

// Flush logs what is left when the process has ended.
func (o *output) Flush() {
	if len(o.line) > 0 {
		o.print()
	}
	o.report()
}

func (o *output) print() {
	line := o.shown()
	o.line, o.cut = o.line[:0], 0
	if text, is := strings.CutPrefix(line, remark); is {
		if !o.said.Swap(true) {
			o.log.Debug(text)
		}
		return
	}

	if now := time.Now().Unix(); now != o.second {
		o.report()
		o.second, o.lines = now, 0
	}
	if o.lines >= maxLines {
		o.lost++
		return
	}
	o.lines++
	o.log.Info(line)
}

// shown is the line, cut to what its level takes.
func (o *output) shown() string {
	line, cut, level := bytes.TrimSuffix(o.line, []byte("\r")), o.cut, ""
	if !o.log.Enabled(context.Background(), slog.LevelDebug) && len(line) > shownLine {
		n := shownLine
		for n > 0 && !utf8.RuneStart(line[n]) {
			n--
		}
		line, cut, level = line[:n], cut+len(line)-n, ", at debug level"
	}
	if cut == 0 {
		return string(line)
	}
	return fmt.Sprintf("%s … (%d bytes more%s)", line, cut, level)
}

func (o *output) report() {
	if o.lost > 0 {
		o.log.Warn(fmt.Sprintf("… (%d lines more)", o.lost))
		o.lost = 0
	}
}
