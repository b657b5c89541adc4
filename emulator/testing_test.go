package emulator_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/policy"
)

// A handle is a test that writes down how it failed.
type handle struct {
	testing.TB
	failure string
}

func (h *handle) Helper() {}

func (h *handle) Fatal(args ...any) {
	h.failure = fmt.Sprint(args...)
	runtime.Goexit()
}

func (h *handle) Fatalf(format string, args ...any) { h.Fatal(fmt.Sprintf(format, args...)) }

// failureOf runs a check and returns how it failed, "" if it did not.
func failureOf(t *testing.T, check func(testing.TB)) string {
	h := &handle{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		check(h)
	}()
	<-done
	return h.failure
}

func TestRequire(t *testing.T) {
	o := emulator.Embedded()
	o.Listeners = free
	e := emulator.Run(t, o)
	deaf := dial(t, e, 5, "tcp", "deaf", "me", "no-receive")
	if got := deaf.connect(); got != "ok" {
		t.Fatalf("got %s, want ok", got)
	}
	defer deaf.disconnect()
	if got := deaf.subscribe("a/b"); got != "ok" {
		t.Fatalf("got %s, want ok", got)
	}
	if got := deaf.publish("a/b", 1, false, "x"); got != "ok" {
		t.Fatalf("got %s, want ok", got)
	}
	tests := []struct {
		name  string
		check func(testing.TB)
		want  []string // parts of the failure; none for success
	}{
		{"allowed is", func(t testing.TB) { e.RequireAllowed(t, "deaf", policy.Publish, "a/b") }, nil},
		{"allowed is not", func(t testing.TB) { e.RequireAllowed(t, "deaf", policy.Receive, "a/b") },
			[]string{"deaf Policy REFUSED", "iot:Receive on topic/a/b: no statement allows it", "B-501",
				"went to 0 of 1 (1 withheld)", "deaf  a/b  withheld: iot:Receive on topic/a/b"}},
		{"denied is", func(t testing.TB) { e.RequireDenied(t, "deaf", policy.Receive, "a/b") }, nil},
		{"denied is not", func(t testing.TB) { e.RequireDenied(t, "deaf", policy.Subscribe, "a/b") },
			[]string{"deaf Policy ALLOWED", "iot:Subscribe on topicfilter/a/b"}},
		{"not connected", func(t testing.TB) { e.RequireAllowed(t, "nobody", policy.Publish, "a") },
			[]string{`client "nobody" is not connected`}},
		{"denied is not, and nobody has published", func(t testing.TB) { e.RequireDenied(t, "deaf", policy.Publish, "a/c") },
			[]string{"deaf Policy ALLOWED", "iot:Publish on topic/a/c"}},
		{"withheld is", func(t testing.TB) { e.RequireWithheld(t, "deaf", "a/b") }, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := failureOf(t, tt.check)
			if (got == "") != (len(tt.want) == 0) {
				t.Errorf("got failure %q, want parts %q", got, tt.want)
			}
			for _, want := range tt.want {
				if !strings.Contains(got, want) {
					t.Errorf("got failure %q, want it to hold %q", got, want)
				}
			}
		})
	}
}

func TestSeveralEmulatorsInOneProcess(t *testing.T) {
	var all []*emulator.Emulator
	var subscribers []device
	for range 3 {
		o := emulator.Embedded()
		o.Listeners = free
		e := emulator.Run(t, o)
		d := dial(t, e, 4, "tls", "same-id", "me", "test") // each has a CA of its own
		if got := d.connect(); got != "ok" {
			t.Fatalf("got %s, want ok", got)
		}
		if got := d.subscribe("shared/topic"); got != "ok" {
			t.Fatalf("got %s, want ok", got)
		}
		all, subscribers = append(all, e), append(subscribers, d)
	}
	for i, e := range all {
		p := dial(t, e, 5, "wss", "publisher", "me", "test")
		if got := p.connect(); got != "ok" {
			t.Fatalf("got %s, want ok", got)
		}
		p.publish("shared/topic", 1, false, fmt.Sprint("from ", i))
		p.disconnect()
	}
	for i, d := range subscribers {
		if got, want := d.receive(t), fmt.Sprint("shared/topic from ", i); got != want {
			t.Errorf("emulator %d: got %q, want %q", i, got, want)
		}
		d.disconnect()
	}
}

func TestReset(t *testing.T) {
	o := emulator.Embedded()
	o.Listeners = free
	e := emulator.Run(t, o)
	d := dial(t, e, 5, "tcp", "pump", "me", "test")
	if got := d.connect(); got != "ok" {
		t.Fatalf("got %s, want ok", got)
	}
	d.publish("kept", 1, true, "old")
	e.Reset()
	if got, want := d.end(t), "DISCONNECT 0x8B"; got != want {
		t.Errorf("got end %s, want %s (B-450)", got, want)
	}
	if got := len(e.Clients()); got != 0 {
		t.Errorf("got %d clients after the reset, want none", got)
	}
	d = dial(t, e, 5, "tcp", "pump", "me", "test")
	if got := d.connect(); got != "ok" {
		t.Fatalf("got %s after the reset, want ok", got)
	}
	defer d.disconnect()
	d.subscribe("kept")
	d.publish("kept", 1, false, "new")
	if got, want := d.receive(t), "kept new"; got != want {
		t.Errorf("got %q, want %q: retained messages are forgotten", got, want)
	}
}
