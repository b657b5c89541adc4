package policy

import (
	"fmt"
	"runtime"
	"testing"
	"time"
)

// TestPools: who has the same documents has what is made of them once, and what they
// say is each connection's own.
func TestPools(t *testing.T) {
	parsed := func(resource string) *Document {
		return parse(t, "p", document(statementOf("Allow", "iot:Publish", resource)))
	}
	plain, personal := parsed("topic/a"), parsed("topic/${iot:ClientId}")
	of := func(region, id string, docs ...*Document) *Policy {
		return Compile(docs, Context{Partition: "aws", Region: region, Account: "123456789012",
			Values: Values{"iot:ClientId": {id}}})
	}
	one, two := of("us-east-1", "one", plain, personal), of("us-east-1", "two", plain, personal)
	tests := []struct {
		what string
		with *Policy
		same bool
	}{
		{"the same documents", two, true},
		{"in another order", of("us-east-1", "one", personal, plain), false},
		{"without one", of("us-east-1", "one", plain), false},
		{"in another region", of("eu-west-1", "one", plain, personal), false},
		{"hiding a key", of("us-east-1", "one", plain.Hiding("iot:ClientId"), personal), false},
	}
	for _, tt := range tests {
		if same := one.pool == tt.with.pool; same != tt.same {
			t.Errorf("%s: got shared %v, want %v", tt.what, same, tt.same)
		}
	}
	for name, want := range map[string][2]bool{"a": {true, true}, "one": {true, false}, "two": {false, true}} {
		if got := [2]bool{one.Allows(Publish, name), two.Allows(Publish, name)}; got != want {
			t.Errorf("topic %q: got %v, want %v", name, got, want)
		}
	}
	if of("eu-west-1", "one", plain, personal).Allows(Publish, "a") {
		t.Error("a resource of another region is allowed (B-202)")
	}
}

// TestPoolsAreLetGo: nobody has a pool, so it is no more; and a document remembers few.
func TestPoolsAreLetGo(t *testing.T) {
	first := parse(t, "p", document(statementOf("Allow", "iot:Publish", "topic/a")))
	for i := range 100 {
		other := parse(t, "q", document(statementOf("Allow", "iot:Publish", fmt.Sprintf("topic/%d", i))))
		Compile([]*Document{first, other}, testContext(nil)).Allows(Publish, "a")
		first.Hiding(fmt.Sprint(i))
	}
	if n, m := len(first.shared.pools), len(first.shared.hiding); n > 4 || m > 4 {
		t.Errorf("got %d pools and %d hidings, want 4 at most", n, m)
	}
	for deadline := time.Now().Add(10 * time.Second); ; runtime.GC() {
		left := 0
		for _, w := range first.shared.pools {
			if w.Value() != nil {
				left++
			}
		}
		if left == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d pools that nobody has are kept", left)
		}
	}
}

// TestAllowsWith: keys of one request count for it alone [B-310].
func TestAllowsWith(t *testing.T) {
	p := compile(t, testContext(Values{"iot:ClientId": {"a"}}),
		`{"Effect": "Allow", "Action": "iot:Connect", "Resource": "*", "Condition": {"ForAnyValue:StringEquals": {"iot:ConnectAttributes": "LastWill"}}}`)
	will := Values{"iot:ConnectAttributes": {"LastWill"}}
	for range 2 {
		if p.Allows(Connect, "a") || !p.AllowsWith(Connect, "a", will) || p.AllowsWith(Connect, "a", Values{"iot:ConnectAttributes": {"X"}}) {
			t.Error("the attributes of one request count for another, or not for itself")
		}
	}
	if within := Compile(p.docs, testContext(nil)).Within(p); !within.AllowsWith(Connect, "a", will) || within.Allows(Connect, "a") {
		t.Error("the attributes do not reach the policy that must allow as well")
	}
}

// A connection has rules of its own only for what a statement says to it alone.
func TestOwnRules(t *testing.T) {
	docs := []*Document{
		parse(t, "p", document(statementOf("Allow", "iot:Publish", "topic/${iot:ClientId}"))),
		parse(t, "q", document(statementOf("Allow", "iot:Receive", "topic/one"))),
	}
	p := Compile(docs, Context{Partition: "aws", Region: "us-east-1", Account: "123456789012",
		Values: Values{"iot:ClientId": {"one"}}})
	for action, want := range map[Action]bool{Publish: true, Receive: false} {
		if !p.Allows(action, "one") || p.Allows(action, "two") {
			t.Errorf("%s: got another decision, want one allowed and two refused", action)
		}
		if own := p.own[action.index()].Load() != nil; own != want {
			t.Errorf("%s: got rules of its own %v, want %v", action, own, want)
		}
	}
}
