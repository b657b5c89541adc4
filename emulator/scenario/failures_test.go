package scenario

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestFailures: each kind of expectation fails when it is not met, at its own step, and the
// report says what was sent and got until then, and why.
func TestFailures(t *testing.T) {
	scenarios := must(Load("testdata/failures.yaml"))
	var text strings.Builder
	for _, r := range (Runner{Patience: time.Minute}).Play(t.Context(), Cases(scenarios, TCP), nil) {
		last := fmt.Sprint(len(r.Steps))
		switch {
		case r.Name == "a client that has not connected yet":
			last = "1"
		case r.Name == "a failure among parallel steps":
			last, r.Talk = "2.2", nil // in no order
		case len(r.Talk) == 0 || !strings.Contains(strings.Join(r.Talk, " "), "CONNECT"):
			r.Trace = nil // of what is no packet, the record may come after the answer
		}
		if r.Passed() || r.Step != last {
			t.Errorf("got %q at step %q, want a failure at step %s\n%s", r.Problem, r.Step, last, r.Text())
		}
		text.WriteString(steady(r.Text()) + "\n")
	}
	if *update {
		if err := os.WriteFile("testdata/failures.txt", []byte(text.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want := strings.Split(string(must(os.ReadFile("testdata/failures.txt"))), "\n")
	for i, line := range strings.Split(text.String(), "\n") {
		if i >= len(want) || line != want[i] {
			t.Fatalf("testdata/failures.txt:%d: got\n%s\nwant\n%s\n(-update writes it)", i+1, line, at(want, i))
		}
	}
}

func at(lines []string, i int) string {
	return strings.Join(lines[min(i, len(lines)):min(i+1, len(lines))], "")
}

// steady is a text without what differs from run to run.
func steady(text string) string {
	for _, r := range [][2]string{
		{`\d\d:\d\d:\d\d\.\d{3}`, "15:04:05.000"}, {`[0-9a-f]{8}-[0-9a-f-]{27}`, "<uuid>"}, {`\d+\.\d ms`, "0.1 ms"},
		{`127\.0\.0\.1:\d+`, "127.0.0.1:1883"}, {`certificate [0-9a-f]{16}…`, "certificate …"},
	} {
		text = regexp.MustCompile(r[0]).ReplaceAllString(text, r[1])
	}
	return text
}
