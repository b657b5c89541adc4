package dataplane_test

import (
	"testing"

	"github.com/suback/suback/emulator/learn"
	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/hooks"
)

// Requests go through as packets do where nothing is enforced [issue 14, part 5].
func TestEnforceLog(t *testing.T) {
	b := newBroker(t, hooks.Options{})
	b.hook.SetAsked(learn.NewAsked())
	tests := []struct {
		method, target string
		status         int
		action         string // that would have been refused last
	}{
		{"POST", "/topics/a/b?qos=1", 200, "iot:Publish"},
		{"POST", "/topics/a/b?qos=1&retain=true", 200, "iot:RetainPublish"},
		{"GET", "/retainedMessage/a/b", 200, "iot:GetRetainedMessage"},
		{"GET", "/retainedMessage", 200, "iot:ListRetainedMessages"},
		{"POST", "/connections/nobody/messages?topic=a", 404, "iot:SendDirectMessage"},
	}
	for _, tt := range tests {
		r := b.do(t, tt.method, tt.target, "x", "Connect=client/nobody")
		if r.status != tt.status {
			t.Errorf("%s %s: got %d %s, want %d (issue 14)", tt.method, tt.target, r.status, r.body, tt.status)
		}
		notes := b.trace.Events(trace.Filter{Outcome: trace.Note})
		if len(notes) == 0 {
			t.Fatalf("%s: got no note (issue 14)", tt.target)
		}
		if last := notes[len(notes)-1]; string(last.Action) != tt.action || last.Hint == "" || last.Decision == nil {
			t.Errorf("%s %s: got the note %+v, want the refusal of %s (issue 14)", tt.method, tt.target, last, tt.action)
		}
	}
	if asked := b.hook.Asked().Requests("", 0); len(asked) != len(tests) || asked[0].Client != "" || asked[0].Principal != "tester" {
		t.Errorf("got %+v, want %d questions of the principal (issue 14)", asked, len(tests))
	}
}
