package lint

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/quick"

	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/topic"
)

// Whether a topic may be received that a filter matches, both with a policy's wildcards.
func TestPatternsMeet(t *testing.T) {
	tests := []struct {
		filter, topic string
		want          bool
	}{
		{"a", "a", true},
		{"a", "b", false},
		{"a/*", "a/b", true},
		{"a/*", "b/*", false},
		{"a/+/c", "a/b/c", true},
		{"a/+/c", "a/b/b/c", false},
		{"a/+/c", "a/*", true},
		{"a/+", "a/b/*", false},
		{"a/+", "a/*/b", false},
		{"a/#", "a/b/c", true},
		{"a/#", "b", false},
		{"#", "a/b", true},
		{"+/+", "a/b", true},
		{"+/+", "a", false},
		{"a?", "ab", true},
		{"a/?", "a/b/c", true}, // it may stand for #
		{"a/${iot:ClientId}/b", "a/*", true},
		{"a/${iot:ClientId}/b", "a/x/c", false},
		{"*", "anything/at/all", true},
		{"", "", true},
		{"", "a", false},
		{"a/${*}", "a/*", true},
	}
	for _, tt := range tests {
		if got := policyPattern(tt.filter).asFilter().meets(policyPattern(tt.topic).asFilter()); got != tt.want {
			t.Errorf("%q and %q: got %v, want %v", tt.filter, tt.topic, got, tt.want)
		}
		if got := policyPattern(tt.topic).asFilter().meets(policyPattern(tt.filter).asFilter()); got != tt.want {
			t.Errorf("%q and %q: got %v, want %v", tt.topic, tt.filter, got, tt.want)
		}
	}
}

// Whether one pattern surely takes in all of another.
func TestPatternsCover(t *testing.T) {
	tests := []struct {
		wide, narrow string
		want         bool
	}{
		{"*", "a/*/b", true},
		{"a/*", "a/b", true},
		{"a/*", "a/*/b", true},
		{"a/*/b", "a/*", false},
		{"a/?", "a/b", true},
		{"a/?", "a/*", false},
		{"a/??", "a/?b", true},
		{"a", "a", true},
		{"a", "b", false},
		{"a/${iot:ClientId}", "a/${iot:ClientId}", true},
		{"a/${iot:ClientId}", "a/b", false},
		{"a/${iot:ClientId}", "a/*", false},
		{"a/*", "a/${iot:ClientId}", true},
		{"a/?", "a/${iot:ClientId}", false},
		{"a/" + unknown, "a/" + unknown, false},
		{"a/" + unknown, "a/b", false},
		{"*", unknown, true},
		{"**", "a", true},
	}
	for _, tt := range tests {
		if got := policyPattern(tt.wide).covers(policyPattern(tt.narrow)); got != tt.want {
			t.Errorf("%q over %q: got %v, want %v", tt.wide, tt.narrow, got, tt.want)
		}
	}
}

// What meets says of patterns is what package policy and package topic say of texts: if
// there is a filter and a topic that they allow and match, the patterns meet; and a pattern
// covers no text that it does not match.
func TestPatternsAndDecisionsAgree(t *testing.T) {
	random := rand.New(rand.NewPCG(14, 3)) // the same each time
	const letters = "ab/+#*?"
	text := func(alphabet string) string {
		b := make([]byte, random.IntN(6))
		for i := range b {
			b[i] = alphabet[random.IntN(len(alphabet))]
		}
		return string(b)
	}
	for range 20_000 {
		filterPattern, topicPattern := text(letters), text("ab/*?")
		filter, name := text("ab/+#"), text("ab/")
		if topic.Misplaced(filter) != "" || filter == "" || name == "" || !topic.Matches(filter, name) {
			continue
		}
		if !allows(t, policy.Subscribe, "topicfilter/"+filterPattern, filter) ||
			!allows(t, policy.Receive, "topic/"+topicPattern, name) {
			continue
		}
		if !policyPattern(filterPattern).asFilter().meets(policyPattern(topicPattern).asFilter()) {
			t.Fatalf("topicfilter/%s allows %s, topic/%s allows %s, which it matches: got no meeting", filterPattern, filter,
				topicPattern, name)
		}
	}
	agrees := func() bool {
		wide, name := text("ab/*?"), text("ab/")
		return policyPattern(wide).covers(policyPattern(name)) == allows(t, policy.Publish, "topic/"+wide, name)
	}
	if err := quick.Check(agrees, &quick.Config{MaxCount: 5000}); err != nil {
		t.Errorf("covers and Allows disagree: %v", err)
	}
}

func allows(t *testing.T, a policy.Action, resource, name string) bool {
	t.Helper()
	d, err := policy.Parse("p", []byte(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"`+string(a)+
		`","Resource":"arn:aws:iot:us-east-1:123456789012:`+resource+`"}}`))
	if err != nil {
		t.Fatal(err)
	}
	return policy.Compile([]*policy.Document{d}, policy.Context{Partition: "aws", Region: "us-east-1",
		Account: "123456789012"}).Allows(a, name)
}

// However long and however many stars, it ends at once.
func TestPatternsAreBounded(t *testing.T) {
	long := policyPattern(strings.Repeat("*a", 20_000))
	if !long.meets(slices.Clone(long)) || long.covers(policyPattern(strings.Repeat("a", 20_000))) {
		t.Error("got an answer that blames, want none")
	}
}
