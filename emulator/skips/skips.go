// Package skips ends tests whose client is not installed, and says at the end of a
// package's tests how many those were.
//
// It is for the tests of this repository alone. What is no client, as another
// system than Linux, is not its subject.
//
//	func TestMain(m *testing.M) { os.Exit(skips.Report(m.Run())) }
//
//	skips.Missing(t, "curl", "apt-get install curl")
package skips

import (
	"fmt"
	"io"
	"os"
	"slices"
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
}

var all tally

// Missing ends a test whose client is not installed: where everything must be
// installed, with CI=true, it fails, elsewhere it is skipped. install is the
// command that brings what is missing.
func Missing(t testing.TB, what, install string) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("%s is missing: %s", what, install)
	}
	all.add(install)
	t.Skipf("%s is missing: %s", what, install)
}

// Report tells how many tests were skipped, and returns the exit code that it is
// given. go test shows what passing packages print only with -v, or for a single
// package; so without -v it is written to the terminal, if there is one.
func Report(code int) int {
	if line := all.String(); line != "" {
		w, done := terminal()
		fmt.Fprintln(w, line)
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

// String is one line, "" if nothing was skipped.
func (a *tally) String() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch a.tests {
	case 0:
		return ""
	case 1:
		return "1 test was skipped, its client is missing: " + a.installs[0]
	}
	return fmt.Sprintf("%d tests were skipped, their clients are missing: %s", a.tests,
		strings.Join(a.installs, "; "))
}
