package session

import (
	"slices"
	"strings"
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
	children map[string]*node
	subs     []*subscription // in order of arrival
	groups   []*group
}

func (n *node) empty() bool {
	return len(n.children) == 0 && len(n.subs) == 0 && len(n.groups) == 0
}

// leaf returns the node of a filter, making what is missing.
func (n *node) leaf(filter string) *node {
	for level := range strings.SplitSeq(filter, "/") {
		next := n.children[level]
		if next == nil {
			next = &node{}
			if n.children == nil {
				n.children = make(map[string]*node)
			}
			n.children[level] = next
		}
		n = next
	}
	return n
}

// prune removes the nodes of a filter that hold nothing any more.
func (n *node) prune(filter string) {
	level, rest, more := strings.Cut(filter, "/")
	child := n.children[level]
	if child == nil {
		return
	}
	if more {
		child.prune(rest)
	}
	if child.empty() {
		delete(n.children, level)
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
	if all := n.children["#"]; all != nil {
		visit(all)
	}
}

func (n *node) step(key, rest string, more bool, visit func(*node)) {
	child := n.children[key]
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
