// Package skips ends tests whose client is not installed, or which are for CI alone, and
// says at the end of a package's tests how many those were. It also knows how many may run at once.
//
// It is for the tests of this repository alone. What a system other than Linux does not
// have is not its subject.
//
//	func TestMain(m *testing.M) { os.Exit(skips.Report(m.Run())) }
//
//	skips.Missing(t, "curl", "apt-get install curl")
//	skips.UnlessCI(t, "builds an image")
package skips

import (
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// A tally counts. There is one in a test program: TestMain has no other way to hear
// of what tests do.
type tally struct {
	mu       sync.Mutex
	tests    int
	installs []string // commands, in the order they were missed in
	forCI    int      // tests
}

var all tally

// Missing ends a test whose client is not installed: where everything must be
// installed, with CI=true, it fails, elsewhere it is skipped. install is the
// command that brings what is missing.
func Missing(t testing.TB, what, install string) {
	t.Helper()
	if CI() {
		t.Fatalf("%s is missing: %s", what, install)
	}
	all.add(install)
	t.Skipf("%s is missing: %s", what, install)
}

// CI says whether everything runs, in its long form: with CI=true.
func CI() bool { return os.Getenv("CI") == "true" }

// SetParallel has four tests for each CPU run at once where most wait for programs and clients, two with
// CI=true: with the race detector those that are about seconds would not be in time. The -parallel of
// the command line, which is parsed later, wins.
func SetParallel() {
	perCPU := 4
	if CI() {
		perCPU = 2
	}
	_ = flag.Set("test.parallel", strconv.Itoa(perCPU*runtime.GOMAXPROCS(0)))
}

// UnlessCI ends a test that does too much for every go test: it runs with CI=true.
func UnlessCI(t testing.TB, does string) {
	t.Helper()
	if !CI() {
		all.leave()
		t.Skipf("it %s: CI=true go test runs it", does)
	}
}

// Report tells how many tests were skipped, and returns the exit code that it is
// given. go test shows what passing packages print only with -v, or for a single
// package; so without -v it is written to the terminal, if there is one.
func Report(code int) int {
	if lines := all.String(); lines != "" {
		w, done := terminal()
		fmt.Fprintln(w, lines)
		done()
	}
	return code
}

func terminal() (w io.Writer, done func()) {
	if !testing.Verbose() {
		if tty, err := os.OpenFile("/dev/tty", os.O_WRONLY, 0); err == nil {
			return tty, func() { _ = tty.Close() }
		}
	}
	return os.Stderr, func() {}
}

func (a *tally) add(install string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.tests++
	if !slices.Contains(a.installs, install) {
		a.installs = append(a.installs, install)
	}
}

func (a *tally) leave() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.forCI++
}

// String is a line for each reason, "" if nothing was skipped.
func (a *tally) String() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	var lines []string
	switch a.tests {
	case 0:
	case 1:
		lines = append(lines, "1 test was skipped, its client is missing: "+a.installs[0])
	default:
		lines = append(lines, fmt.Sprintf("%d tests were skipped, their clients are missing: %s", a.tests,
			strings.Join(a.installs, "; ")))
	}
	if a.forCI > 0 {
		lines = append(lines, fmt.Sprintf("left to CI=true go test: %d", a.forCI))
	}
	return strings.Join(lines, "\n")
}
