package session

import (
	"maps"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/suback/suback/emulator/story"
)

// Matching of topics and filters
//
//   - "+" is one level, also an empty one; "#" is all levels below [B-656, B-655]
//   - "sensor/#" does not match "sensor", unlike in the MQTT text [B-655]
//   - a leading wildcard does not match a topic that begins with "$" [B-234, B-656]
//   - "$share/<group>/<filter>" is a group of its own per group and filter [B-668]
//
// The engine has a tree too, but it matches "sensor" by "sensor/#", lets shared
// wildcards match "$" topics, merges the options of overlapping subscriptions,
// and copies a map for each node it meets.

// A node is one level of the filters that are subscribed to. The tree is
// guarded by Sessions.mu.
type node struct {
	level    string           // of only
	only     *node            // the one child, as of a device's topics; else nil
	children map[string]*node // by level, if there are several, or were: a map takes 256 bytes
	subs     []*subscription  // in order of arrival
	groups   []*group
	all      atomic.Pointer[story.Audience] // who has subs, as stories know them; nil: not looked for yet
}

func (n *node) empty() bool {
	return n.only == nil && len(n.children) == 0 && len(n.subs) == 0 && len(n.groups) == 0
}

// child returns the node of a level below n, or nil.
func (n *node) child(level string) *node {
	if n.only != nil {
		if n.level == level {
			return n.only
		}
		return nil
	}
	return n.children[level]
}

// add makes the node of a level below n, which there is not yet.
func (n *node) add(level string) *node {
	child := &node{}
	if n.only == nil && n.children == nil {
		n.level, n.only = level, child
		return child
	}
	if n.only != nil {
		n.children = map[string]*node{n.level: n.only}
		n.level, n.only = "", nil
	}
	n.children[level] = child
	return child
}

// remove forgets the node of a level below n.
func (n *node) remove(level string) {
	if n.only != nil && n.level == level {
		n.level, n.only = "", nil
	}
	if delete(n.children, level); len(n.children) == 0 {
		n.children = nil
	}
}

// below yields the nodes right below n with their levels, in any order.
func (n *node) below(yield func(string, *node) bool) {
	if n.only != nil {
		yield(n.level, n.only)
		return
	}
	maps.All(n.children)(yield)
}

// leaf returns the node of a filter, making what is missing.
func (n *node) leaf(filter string) *node {
	for level := range strings.SplitSeq(filter, "/") {
		next := n.child(level)
		if next == nil {
			next = n.add(level)
		}
		n = next
	}
	return n
}

// prune removes the nodes of a filter that hold nothing any more.
func (n *node) prune(filter string) {
	level, rest, more := strings.Cut(filter, "/")
	child := n.child(level)
	if child == nil {
		return
	}
	if more {
		child.prune(rest)
	}
	if child.empty() {
		n.remove(level)
	}
}

// match calls visit for each node whose filter matches topic.
func (n *node) match(topic string, visit func(*node)) {
	n.walk(topic, strings.HasPrefix(topic, "$"), visit)
}

// walk matches what is left of a topic below n; reserved forbids wildcards at
// this level.
func (n *node) walk(rest string, reserved bool, visit func(*node)) {
	level, rest, more := strings.Cut(rest, "/")
	n.step(level, rest, more, visit)
	if reserved {
		return
	}
	n.step("+", rest, more, visit)
	if all := n.child("#"); all != nil {
		visit(all)
	}
}

func (n *node) step(key, rest string, more bool, visit func(*node)) {
	child := n.child(key)
	switch {
	case child == nil:
	case more:
		child.walk(rest, false, visit)
	default:
		visit(child)
	}
}

// replace puts next where old is, or at the end.
func replace(subs []*subscription, old, next *subscription) []*subscription {
	if i := slices.Index(subs, old); i >= 0 {
		subs[i] = next
		return subs
	}
	return append(subs, next)
}
