package lambda

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"time"
)

const (
	maxLine  = 8 << 10 // bytes of a line that are logged
	maxLines = 1000    // lines of one stream logged in a second

	hearing = 20 * time.Millisecond // for the last bytes of an invocation whose Log is wanted
)

// An output logs what a process prints, line by line. What goes beyond maxLine
// and maxLines is counted, not kept.
type output struct {
	log    *slog.Logger
	also   func([]byte) // nil, or gets it as it comes
	line   []byte       // what came since the last line feed
	cut    int          // bytes left out of it
	second int64
	lines  int // logged in second
	lost   int // not logged in second
}

func (s *sandbox) newOutput(stream string) *output {
	return &output{log: s.p.options.Log.With("function", s.p.options.Name, "stream", stream), also: s.tell}
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

// Flush logs what is left when the process has ended.
func (o *output) Flush() {
	if len(o.line) > 0 {
		o.print()
	}
	o.report()
}

func (o *output) print() {
	line := string(bytes.TrimSuffix(o.line, []byte("\r")))
	if o.cut > 0 {
		line = fmt.Sprintf("%s … (%d bytes more)", line, o.cut)
	}
	o.line, o.cut = o.line[:0], 0

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

func (o *output) report() {
	if o.lost > 0 {
		o.log.Warn(fmt.Sprintf("… (%d lines more)", o.lost))
		o.lost = 0
	}
}
