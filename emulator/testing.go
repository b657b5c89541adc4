package emulator

import (
	"context"
	"testing"
	"time"

	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/trace"
)

// Run starts an emulator for the time of a test or benchmark. A failed test
// prints the trace.
func Run(t testing.TB, o Options) *Emulator {
	t.Helper()
	e, err := New(o)
	if err != nil {
		t.Fatalf("emulator: %v", err)
	}
	if err := e.Start(context.Background()); err != nil {
		t.Fatalf("emulator: %v", err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Errorf("emulator: close: %v", err)
		}
		for _, ev := range e.Trace().Events(trace.Filter{}) {
			if t.Failed() {
				t.Log(ev.Text())
			}
		}
	})
	return e
}

// RequireAllowed fails the test, with the reasons and the story of the latest message, unless the policy of a
// connected client allows an action on a topic, a filter, or for
// [policy.Connect] a client id.
func (a *Account) RequireAllowed(t testing.TB, clientID string, action policy.Action, name string) {
	t.Helper()
	if d := a.decide(t, clientID, action, name); !d.Allowed {
		t.Fatal(decided(clientID, d) + a.told(clientID, action, name))
	}
}

// RequireDenied fails the test unless the policy of a connected client refuses
// an action, as [Account.RequireAllowed] asks for it.
func (a *Account) RequireDenied(t testing.TB, clientID string, action policy.Action, name string) {
	t.Helper()
	if d := a.decide(t, clientID, action, name); d.Allowed {
		t.Fatal(decided(clientID, d) + a.told(clientID, action, name))
	}
}

func (a *Account) decide(t testing.TB, clientID string, action policy.Action, name string) policy.Decision {
	t.Helper()
	d, connected := a.of.Hook().Decide(clientID, action, name)
	if !connected {
		t.Fatalf("client %q is not connected", clientID)
	}
	return d
}

// decided is a decision in the words of the trace.
func decided(clientID string, d policy.Decision) string {
	ev := trace.Event{Time: time.Now(), Operation: "Policy", Outcome: trace.Refused, Client: clientID,
		Decision: &d, Cause: cause.Cause{Hint: d.Hint.Text, Rules: d.Hint.Rules}}
	if d.Allowed {
		ev.Outcome = trace.Allowed
	}
	return ev.Text()
}

// withheldTime is how long RequireWithheld waits for a message that is under way.
const withheldTime = 5 * time.Second

// RequireWithheld fails the test unless a message on a topic has been withheld
// from a client, or is within 5 seconds.
func (a *Account) RequireWithheld(t testing.TB, clientID, topic string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), withheldTime)
	defer cancel()
	for ev := range a.of.Trace().Follow(ctx, trace.Filter{Client: clientID, Outcome: trace.Withheld}) {
		if ev.Topic == topic {
			return
		}
	}
	t.Fatalf("no message on %q was withheld from client %q%s", topic, clientID,
		a.told(clientID, policy.Receive, topic))
}

// told is the story of the latest message that a client published or was to get on a
// topic, or, if there is none, of the latest on it: what somebody waited for.
func (a *Account) told(clientID string, action policy.Action, topic string) string {
	if action != policy.Publish && action != policy.Receive && action != policy.RetainPublish {
		return "" // it is about no message
	}
	for _, client := range []string{clientID, ""} {
		for _, latest := range a.Messages(Selection{Client: client, Topic: topic, Limit: 1}) {
			if s, ok := a.Story(latest.ID); ok {
				return "\nthe latest message on it:\n" + s.Text()
			}
		}
	}
	return ""
}
