package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// The end of the program
//
//   - SIGTERM, SIGINT and SIGHUP, which a closed terminal sends, ask for it; the second of them
//     does not ask again
//   - of what must be tidied up the end of who reads standard output is such a signal
//   - who removes what a test has made on AWS has minutes (program.grace); at the second signal
//     it stays there
//   - whatever hangs, a function, a client, a disk, it comes within 5 s, with exit
//     code 1 and a line about what hung if it had to be forced
//   - standard error may be what hangs
//   - with --end-with-stdin the end of standard input is such a signal

const (
	stopTime = 4500 * time.Millisecond // from the signal until the end is forced
	lastWord = 200 * time.Millisecond
)

// obey cancels what runs at the first signal, and ends the program if that does
// not. grace is the time that it has for it, in nanoseconds; 0 is stopTime.
func obey(signals <-chan os.Signal, cancel context.CancelFunc, grace *atomic.Int64) {
	<-signals
	cancel()
	patience := stopTime
	if n := grace.Load(); n > 0 {
		patience = time.Duration(n)
	}
	select {
	case <-signals:
	case <-time.After(patience):
		complain(os.Stderr, patience)
	}
	os.Exit(exitNo)
}

// endWith tells obey of SIGTERM when r ends, so that the end is the same as by a signal. The process
// does not signal itself: Windows has no such signal.
func endWith(r io.Reader, signals chan<- os.Signal) {
	_, _ = io.Copy(io.Discard, r)
	select {
	case signals <- syscall.SIGTERM:
	default: // it has been asked for already
	}
}

// whileRead is ctx until standard output cannot be written any more, because its reader has ended:
// SIGPIPE would end this process with what it has made elsewhere still there.
func (p *program) whileRead(ctx context.Context) (context.Context, context.CancelFunc) {
	signal.Ignore(syscall.SIGPIPE) // Write has an error instead
	ctx, cancel := context.WithCancelCause(ctx)
	p.stdout = watched{p.stdout, cancel}
	return ctx, func() { cancel(nil) }
}

// A watched writer tells of its first error.
type watched struct {
	io.Writer
	failed func(error)
}

// Write implements [io.Writer].
func (w watched) Write(b []byte) (int, error) {
	n, err := w.Writer.Write(b)
	if err != nil {
		w.failed(fmt.Errorf("standard output: %w", err))
	}
	return n, err
}

// complain says what still runs, if it can.
func complain(w io.Writer, patience time.Duration) {
	dump := make([]byte, 1<<20)
	dump = dump[:runtime.Stack(dump, true)]
	said := make(chan struct{})
	go func() {
		fmt.Fprintf(w, "suback: error: not ended %v after the signal; still running: %s\n",
			patience, strings.Join(running(dump), ", "))
		close(said)
	}()
	select {
	case <-said:
	case <-time.After(lastWord):
	}
}

// maxRunning is how many functions are named at most.
const maxRunning = 20

// running are the functions of ours, sorted, that the goroutines of a dump are in.
func running(dump []byte) []string {
	found := make(map[string]bool)
	for goroutine := range bytes.SplitSeq(dump, []byte("\n\n")) {
		for line := range strings.Lines(string(goroutine)) {
			name, ours := strings.CutPrefix(line, "github.com/suback/suback/")
			if !ours && !strings.HasPrefix(line, "main.") {
				continue
			}
			name = name[:max(strings.LastIndex(name, "("), 0)]
			if name != "" && name != "main.obey" && name != "main.complain" {
				found[name] = true
			}
			break
		}
	}
	return slices.Sorted(maps.Keys(found))[:min(len(found), maxRunning)]
}
