package sql

import (
	"strings"
)

// class reads [ ] behind its bracket: what stands in the library's.
func (t *translation) class() (string, error) {
	negated, content, subtract := "", "", ""
	if strings.HasPrefix(t.rest(), "^") {
		negated = "^"
		t.at++
	}
	for first := true; ; first = false {
		if t.at == len(t.in) {
			return "", errInvalid
		}
		rest := t.rest()
		switch {
		case rest[0] == ']' && !first:
			t.at++
			return negated + content + subtract, nil
		case rest[0] == ']':
			return "", errInvalid
		case strings.HasPrefix(rest, "&&"):
			if negated != "" || subtract != "" {
				return "", notHere("&& in [^ ] or twice")
			}
			t.at += 2
			with, err := t.intersected()
			if err != nil {
				return "", err
			}
			subtract = "-[" + with + "]"
		default:
			more, err := t.inClass()
			if err != nil {
				return "", err
			}
			if subtract != "" {
				return "", notHere("what is behind && [ ]")
			}
			content += more
		}
	}
}

// intersected reads what is behind &&, and turns it around.
func (t *translation) intersected() (string, error) {
	var with string
	var err error
	if strings.HasPrefix(t.rest(), "[") {
		t.at++
		with, err = t.class()
	} else {
		for t.at < len(t.in) && t.in[t.at] != ']' && err == nil {
			var more string
			more, err = t.inClass()
			with += more
		}
	}
	if strings.Contains(with, "-[") {
		return "", notHere("&& in &&")
	}
	if rest, ok := strings.CutPrefix(with, "^"); ok {
		return rest, err
	}
	return "^" + with, err
}

// inClass reads one character, escape or class in a class.
func (t *translation) inClass() (string, error) {
	c := t.in[t.at]
	t.at++
	switch c {
	case '[':
		inner, err := t.class()
		if err == nil && (strings.HasPrefix(inner, "^") || strings.Contains(inner, "-[")) {
			err = notHere("[^ ] or && in [ ]")
		}
		return inner, err
	case '\\':
		if strings.HasPrefix(t.rest(), "Q") {
			return "", notHere(`\Q in [ ]`)
		}
		set, negated, err := t.set()
		if !negated || err != nil {
			return set, err
		}
		for escape, rest := range complements {
			if sets[escape] == set {
				return rest, nil
			}
		}
		if strings.HasPrefix(set, `\p`) && strings.Count(set, `\`) == 1 {
			return `\P` + set[2:], nil
		}
		return "", notHere("that negated class in [ ]")
	case '-':
		return "-", nil
	}
	return literalIn(c), nil
}

// complements of what can be negated in [ ].
var complements = map[string]string{
	"d": "\\x00-/:-\U0010FFFF", "w": "\\x00-/:-@\\[-\\^\\x60{-\U0010FFFF",
	"s": "\\x00-\\x08\\x0E-\\x1F!-\U0010FFFF",
}
