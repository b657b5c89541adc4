package policy

import (
	"fmt"
	"sync"
	"testing"
	"time"
)

// tenDocuments is the most an authorizer returns: 10 documents of 10
// statements, as a busy fleet has them. The name asked for is allowed by the
// last one.
func tenDocuments(t testing.TB) (p *Policy, name string) {
	var statements []string
	for i := range 10 {
		var all string
		for j := range 10 {
			effect, actions, sep := "Allow", "iot:Publish iot:Receive", ", "
			switch {
			case j == 0:
				effect, sep = "Deny", ""
			case j == 1:
				actions = "iot:Connect iot:Subscribe"
			}
			all += sep + statementOf(effect, actions, fmt.Sprintf("topic/fleet/${iot:ClientId}/%d/%d/*", i, j))
		}
		statements = append(statements, all)
	}
	ctx := testContext(Values{"iot:ClientId": {"pump-7"}})
	ctx.Now = time.Now
	return compile(t, ctx, statements...), "fleet/pump-7/9/9/state"
}

func TestAllowsAllocatesNothing(t *testing.T) {
	p, name := tenDocuments(t)
	clock := testContext(Values{"iot:ClientId": {"pump-7"}})
	clock.Now = time.Now
	mixed := compile(t, clock,
		statementOf("Allow", "iot:Publish", "topic/a?b*c", "topic/*x", "*/ab?*", "topic/exact"),
		`{"Effect": "Allow", "Action": "iot:*", "NotResource": "*", "Condition": {"StringLike": {"iot:ClientId": "p*"}}}`,
		`{"Effect": "Allow", "Action": "iot:*", "Resource": "*", "Condition": {"DateLessThan": {"aws:CurrentTime": "2020-01-01"}, "NumericLessThan": {"aws:EpochTime": 1}}}`)
	for _, tt := range []struct {
		policy *Policy
		action Action
		name   string
		want   bool
	}{
		{p, Publish, name, true}, {p, Receive, name, true}, {p, Receive, "fleet/pump-8/9/9/state", false}, {p, Connect, "pump-7", false},
		{p, ListRetainedMessages, "", false}, {mixed, Publish, "aéb/d", false}, {mixed, Publish, "q/abéz", true}, {mixed, Publish, "exact", true},
	} {
		if got := tt.policy.Allows(tt.action, tt.name); got != tt.want {
			t.Errorf("%s %s: got %v, want %v", tt.action, tt.name, got, tt.want)
		}
		if n := testing.AllocsPerRun(100, func() { tt.policy.Allows(tt.action, tt.name) }); n != 0 {
			t.Errorf("%s %s: %v allocations, want 0", tt.action, tt.name, n)
		}
	}
}

func TestPolicyIsSafeForConcurrentUse(t *testing.T) {
	p, name := tenDocuments(t)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 50 {
				if !p.Allows(Publish, name) || !p.Explain(Publish, name, Values{"x": {"y"}}).Allowed {
					t.Error("refused, want allowed")
				}
			}
		})
	}
	wg.Wait()
}

func TestCompileLeavesItsArgumentsAlone(t *testing.T) {
	docs := []*Document{nil, parse(t, "p", document(statementOf("Allow", "iot:Connect", "*")))}
	v := Values{"iot:ClientId": {"a"}}
	p := Compile(docs, testContext(v))
	docs[1], v["iot:ClientId"] = nil, []string{"b"}
	if !p.Allows(Connect, "a") || docs[0] != nil || p.Explain(Connect, "a", nil).Considered[0].Document != "p" {
		t.Error("a change of the arguments reached the Policy")
	}
}

func BenchmarkAllows(b *testing.B) {
	p, name := tenDocuments(b)
	ordinary := compile(b, testContext(Values{"iot:ClientId": {"pump-7"}}),
		statementOf("Allow", "iot:Connect", "client/${iot:ClientId}"),
		statementOf("Allow", "iot:Publish iot:Receive", "topic/fleet/${iot:ClientId}/*"),
		statementOf("Allow", "iot:Subscribe", "topicfilter/fleet/${iot:ClientId}/*"))
	for _, bb := range []struct {
		name   string
		policy *Policy
		action Action
		topic  string
	}{
		{"Publish/10x10", p, Publish, name},
		{"Receive/10x10", p, Receive, name},
		{"Receive/10x10/refused", p, Receive, "fleet/pump-8/9/9/state"},
		{"Publish/ordinary", ordinary, Publish, "fleet/pump-7/state"},
		{"Receive/ordinary", ordinary, Receive, "fleet/pump-7/state"},
		{"Receive/ordinary/refused", ordinary, Receive, "fleet/pump-8/state"},
	} {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				bb.policy.Allows(bb.action, bb.topic)
			}
		})
	}
}

func BenchmarkExplain(b *testing.B) {
	p, _ := tenDocuments(b)
	b.ReportAllocs()
	for b.Loop() {
		p.Explain(Receive, "fleet/pump-8/9/9/state", nil)
	}
}

// BenchmarkCompile is what a connection costs that asks about four actions: with
// documents that others have, and with documents of its own.
func BenchmarkCompile(b *testing.B) {
	p, name := tenDocuments(b)
	ask := func(p *Policy) {
		for _, a := range []Action{Connect, Publish, Subscribe, Receive} {
			p.Allows(a, name)
		}
	}
	b.Run("shared", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			ask(p.With(p.docs))
		}
	})
	b.Run("own", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			p, _ := tenDocuments(b)
			ask(p)
		}
	})
}
