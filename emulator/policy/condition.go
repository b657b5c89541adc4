package policy

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// A condition is one key under one operator. All conditions of a statement
// have to hold; of the wanted values, one is enough [B-132].
type condition struct {
	operator
	key   string
	wants []template
}

// isClock: keys whose value is the moment of the decision.
func (c condition) isClock() bool {
	return strings.EqualFold(c.key, "aws:CurrentTime") || strings.EqualFold(c.key, "aws:EpochTime")
}

// isOddRow is the one place where AWS's page contradicts IAM: a plain
// StringEquals on iot:ConnectAttributes, in a policy that "allows clean connect
// by clients with or without LastWill". The narrowest reading that gives the
// page's table is that, when iot:Connect is decided, exactly this operator on
// exactly this key means ForAllValues:StringEquals, which is what the page's
// older edition had written [B-312, B-314].
func (c condition) isOddRow() bool {
	return c.name == "StringEquals" && strings.EqualFold(c.key, "iot:ConnectAttributes")
}

// A check is a condition bound to the values of a connection.
type check struct {
	condition
	haves   []subject
	tests   []predicate
	missing []string // undefined variables among the wanted values
	unread  bool     // a wanted value is undefined, or not of the operator's type
	clock   bool     // haves is the moment of the decision
}

// bind replaces variables and reads the wanted values. With hasClock, the keys
// of the clock that nobody set are left for the moment of the decision.
func (c condition) bind(v values, hasClock bool) *check {
	b := &check{condition: c}
	for _, text := range v.get(c.key) {
		b.haves = append(b.haves, subject{text: text})
	}
	b.clock = hasClock && c.isClock() && len(b.haves) == 0
	for _, want := range c.wants {
		missing := want.resolve(v, 1).missing
		test, readable := c.predicate(want, v)
		if len(missing) > 0 || !readable { // this value matches nothing [B-318]
			b.missing = append(b.missing, missing...)
			b.unread = true
			continue
		}
		b.tests = append(b.tests, test)
	}
	return b
}

// holds judges the check. A negated operator with a wanted value that nothing
// can be compared to does not hold, so that an Allow depending on it does not
// allow and a Deny does not apply [B-318, B-240; guess].
func (c *check) holds(a Action, now time.Time) bool {
	haves := c.haves
	if c.clock {
		haves = []subject{{when: now}}
	}
	set := c.set
	if c.isOddRow() && a == Connect {
		set = "ForAllValues"
	}
	switch {
	case c.negated && c.unread:
		return false
	case c.base == "Null":
		return c.isNull(len(haves) == 0)
	case set == "ForAllValues" || set == "" && c.negated && len(haves) > 0:
		return !slices.ContainsFunc(haves, func(s subject) bool { return !c.accepts(s) }) // true of none [B-313]
	case set == "" && len(haves) == 0:
		return c.negated || c.ifExists // [B-302]
	default: // ForAnyValue of nothing fails, IfExists or not [B-302; iam.cloudcopilot.io]
		return slices.ContainsFunc(haves, c.accepts)
	}
}

// accepts judges one value of the request. Without a set operator, a set of
// values passes if one of them is equal; negated, if none is [guess].
func (c *check) accepts(s subject) bool {
	for _, test := range c.tests {
		equal, comparable := test(s)
		if equal || c.negated && !comparable {
			return !c.negated
		}
	}
	return c.negated
}

// isNull: Null: {"key": "true"} wants the key absent [B-302].
func (c *check) isNull(absent bool) bool {
	return slices.ContainsFunc(c.tests, func(test predicate) bool {
		wanted, _ := test(subject{text: "true"})
		return wanted == absent
	})
}

// found says what there was to compare: `StringEquals iot:ClientId is "a"`.
func (c *check) found() string {
	has := "is absent"
	if texts := c.hasTexts(); len(texts) > 0 {
		has = "is " + strings.Join(texts, ", ")
	}
	return fmt.Sprintf("%s %s %s", c.name, clip(c.key), has)
}

// String says what was compared: `StringEquals iot:ClientId is "a", want "b"`.
func (c *check) String() string {
	wants := []string{}
	for _, want := range c.wants {
		wants = append(wants, quote(want.raw))
	}
	return fmt.Sprintf("%s, want %s", c.found(), c.wanted(wants))
}

func (c *check) hasTexts() []string {
	var texts []string
	for _, s := range c.haves {
		texts = append(texts, quote(s.text))
	}
	if c.clock {
		texts = []string{"the present time"}
	}
	return texts
}

func (c *check) wanted(wants []string) string {
	switch {
	case len(wants) == 0:
		return "no value"
	case c.negated && len(wants) == 1:
		return "anything but " + wants[0]
	case c.negated:
		return "none of " + strings.Join(wants, ", ")
	default:
		return strings.Join(wants, " or ")
	}
}
