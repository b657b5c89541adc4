package session

import (
	"slices"
	"strings"
	"testing"
)

func TestMatch(t *testing.T) {
	tests := []struct {
		name   string
		filter string
		topic  string
		want   bool
		source string
	}{
		{"the same", "a/b", "a/b", true, "B-655"},
		{"a level less", "a/b", "a", false, "MQTT 4.7"},
		{"a level more", "a/b", "a/b/c", false, "MQTT 4.7"},
		{"case counts", "a/B", "a/b", false, "B-518"},
		{"a leading slash counts", "/a", "a", false, "B-518"},
		{"hash is the level below", "sensor/#", "sensor/x", true, "B-655"},
		{"hash is all levels below", "sensor/#", "sensor/x/y", true, "B-655"},
		{"hash is an empty level below", "sensor/#", "sensor/", true, "B-655"},
		{"hash is not the parent", "sensor/#", "sensor", false, "B-655, B-508"},
		{"hash is not the parent of a plus", "+/#", "sensor", false, "B-655"},
		{"hash alone is everything", "#", "a/b/c", true, "MQTT 4.7"},
		{"hash alone is an empty level", "#", "/", true, "MQTT 4.7"},
		{"hash is not a sibling", "a/#", "ab", false, "MQTT 4.7"},
		{"plus is one level", "a/+/c", "a/b/c", true, "B-656"},
		{"plus is an empty level", "a/+", "a/", true, "B-656"},
		{"plus is an empty level between", "a/+/c", "a//c", true, "B-656"},
		{"plus is not two levels", "a/+", "a/b/c", false, "B-656"},
		{"plus is not no level", "a/+", "a", false, "B-656"},
		{"pluses and a hash", "+/b/+/#", "a/b/c/d/e", true, "B-656"},
		{"hash is not $", "#", "$aws/events/x", false, "B-234, B-656"},
		{"plus is not $", "+/events/x", "$aws/events/x", false, "B-234, B-656"},
		{"wildcards below $", "$aws/+/#", "$aws/events/x", true, "B-235"},
		{"$ further down is a character", "a/+", "a/$b", true, "MQTT 4.7"},
		{"$ in the middle of a level", "+", "a$", true, "MQTT 4.7"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := len(visited(tt.topic, tt.filter)) > 0; got != tt.want {
				t.Errorf("match(%q, %q) = %v, want %v (%s)", tt.filter, tt.topic, got, tt.want, tt.source)
			}
			if got := matches(tt.filter, tt.topic); got != tt.want {
				t.Errorf("the reference says %v for (%q, %q), want %v (%s)", got, tt.filter, tt.topic, tt.want, tt.source)
			}
		})
	}
}

// visited returns which filters a tree of them matches the topic by, and takes
// the tree apart again.
func visited(topic string, filters ...string) []string {
	var tree node
	names := make(map[*node]string)
	for _, filter := range filters {
		n := tree.leaf(filter)
		names[n] = filter
		n.subs = append(n.subs, new(subscription))
	}
	var found []string
	tree.match(topic, func(n *node) {
		if len(n.subs) > 0 {
			found = append(found, names[n])
		}
	})
	for _, filter := range filters {
		tree.leaf(filter).subs = nil
		tree.prune(filter)
	}
	if !tree.empty() {
		panic("the tree is not empty")
	}
	return found
}

// matches is the reference: one filter, one topic, level by level.
func matches(filter, topic string) bool {
	f, levels := strings.Split(filter, "/"), strings.Split(topic, "/")
	if strings.HasPrefix(topic, "$") && (f[0] == "#" || f[0] == "+") {
		return false // [B-656]
	}
	for i, level := range f {
		switch {
		case level == "#":
			return len(levels) > i // [B-655]
		case i >= len(levels), level != "+" && level != levels[i]:
			return false
		}
	}
	return len(f) == len(levels)
}

// FuzzMatch compares the tree of up to many filters, separated by spaces, with
// the reference, filter by filter.
func FuzzMatch(f *testing.F) {
	f.Add("a/b a/+ a/# # +/b sensor/#", "a/b")
	f.Add("sensor sensor/# sensor/+ +/#", "sensor")
	f.Add("# + +/+ $aws/# $aws/+ /# /+", "$aws/x")
	f.Add("/ // + +/+ # /# a//b", "/")
	f.Fuzz(func(t *testing.T, list, topic string) {
		if strings.ContainsAny(topic, "+#") {
			t.Skip("not a topic")
		}
		filters := strings.Split(list, " ")
		slices.Sort(filters)
		filters = slices.Compact(filters)
		var want []string
		for _, filter := range filters {
			if i := strings.IndexByte(filter, '#'); i >= 0 && i < len(filter)-1 {
				t.Skip("not a filter")
			}
			if matches(filter, topic) {
				want = append(want, filter)
			}
		}
		got := visited(topic, filters...)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%q matches %q of %q, want %q (B-655, B-656)", topic, got, filters, want)
		}
	})
}

func TestPruneKeepsWhatIsUsed(t *testing.T) {
	var tree node
	for _, filter := range []string{"a", "a/b/c", "a/b/d"} {
		n := tree.leaf(filter)
		n.subs = append(n.subs, new(subscription))
	}
	tree.leaf("a/b/c").subs = nil
	tree.prune("a/b/c")
	if got := tree.child("a").child("b").child("c"); got != nil {
		t.Error("a/b/c is still there")
	}
	for _, filter := range []string{"a", "a/b/d"} {
		if len(tree.leaf(filter).subs) == 0 {
			t.Errorf("%s is gone", filter)
		}
	}
	tree.prune("no/such/filter")
}
