package emulator_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/suback/suback/emulator"
)

// TestAwait: a message that does not come fails the test with the reason.
func TestAwait(t *testing.T) {
	t.Parallel()
	o := emulator.Embedded()
	o.Listeners = free
	e := emulator.Run(t, o)
	deaf := dial(t, e, 5, "tcp", "deaf", "me", "no-receive")
	for _, got := range []string{deaf.connect(), deaf.subscribe("a/b"), deaf.publish("a/b", 1, false, "x")} {
		if got != "ok" {
			t.Fatalf("got %s, want ok", got)
		}
	}
	defer deaf.disconnect()
	came := make(chan string, 1)
	came <- "x"
	if got := emulator.Await(t, e, "deaf", "a/b", came); got != "x" {
		t.Errorf("got %s, want x", got)
	}
	got := failureOf(t, func(t testing.TB) { emulator.Await(t, e, "deaf", "a/b", came) })
	for _, want := range []string{`client "deaf" got no message on "a/b"`, `"a/b" are withheld from "deaf"`,
		"no statement allows iot:Receive: it is needed on topic/a/b"} {
		if !strings.Contains(got, want) {
			t.Errorf("got %q, want %q in it", got, want)
		}
	}
}

// TestAwaitNothing: what may still come is waited for.
func TestAwaitNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		got := failureOf(t, func(t testing.TB) { emulator.Await(t, nobody{}, "deaf", "a/b", make(chan string)) })
		if want := "client \"deaf\" got no message on \"a/b\"\nnobody publishes\nhint: send it"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

// nobody is an account in which nobody publishes.
type nobody struct{}

func (nobody) Why(string, string) emulator.Finding {
	return emulator.Finding{Found: "nobody-publishes", Answer: "nobody publishes", Hint: "send it"}
}
