package sql

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// AWS's regular expressions are Java's, the library's are .NET's. Where they differ, by
// https://docs.oracle.com/javase/8/docs/api/java/util/regex/Pattern.html, the pattern is
// rewritten:
//
//   - \d \w \s and \p{Alpha} … are ASCII; \h \H \R \v are Java's own; \Q…\E quotes.
//   - A possessive quantifier, as in a++, is an atomic group.
//   - . leaves out all of Java's line ends; of $ the last \r\n is not known here.
//   - In [ ], && is an intersection and [ ] in [ ] a union.
//   - Groups with names are numbered like the others, from left to right.
//
// What is valid in Java and cannot be rewritten is refused by name. What .NET has alone,
// as (?(a)b|c), is invalid. (?i) compares all letters here, and ASCII's alone in Java.

// A translation goes through a Java pattern once.
type translation struct {
	in     []rune
	at     int
	out    strings.Builder
	atom   int   // where in out the last atom begins; -1: there is none
	open   []int // where in out the groups around begin
	dotAll bool
	groups int
	names  map[string]int
}

var errInvalid = errors.New("not valid in Java")

func notHere(what string) error {
	return fmt.Errorf("%s, which is valid in Java, is not emulated", what)
}

// anyButLineEnd is Java's dot.
const anyButLineEnd = `[^\n\r\u0085\u2028\u2029]`

func (t *translation) all() (string, error) {
	t.dotAll = regexp.MustCompile(`\(\?[imduxU]*s`).MatchString(string(t.in))
	t.atom = -1
	for t.at < len(t.in) {
		if err := t.one(); err != nil {
			return "", err
		}
	}
	if len(t.open) > 0 {
		return "", errInvalid
	}
	return t.out.String(), nil
}

// begin notes that an atom begins.
func (t *translation) begin() { t.atom = t.out.Len() }

func (t *translation) one() error {
	c := t.in[t.at]
	t.at++
	switch c {
	case '\\':
		t.begin()
		return t.escape()
	case '[':
		t.begin()
		class, err := t.class()
		t.out.WriteString("[" + class + "]")
		return err
	case '(':
		return t.group()
	case ')':
		if len(t.open) == 0 {
			return errInvalid
		}
		t.atom, t.open = t.open[len(t.open)-1], t.open[:len(t.open)-1]
	case '*', '+', '?', '{':
		return t.quantifier(c)
	case '.':
		t.begin()
		if !t.dotAll {
			t.out.WriteString(anyButLineEnd)
			return nil
		}
	case '|':
		t.atom = -1
	default:
		t.begin()
	}
	t.out.WriteRune(c)
	return nil
}

// rest is what is not read yet.
func (t *translation) rest() string { return string(t.in[t.at:min(len(t.in), t.at+200)]) }

var (
	namedGroup = regexp.MustCompile(`^\?<([a-zA-Z][a-zA-Z0-9]*)>`)
	plainGroup = regexp.MustCompile(`^\?(:|=|!|>|<=|<!)`)
	flagGroup  = regexp.MustCompile(`^\?([a-zA-Z]*)(-[a-zA-Z]+)?([:)])`)
	times      = regexp.MustCompile(`^\d+(,\d*)?\}`)
)

func (t *translation) group() error {
	begin := t.out.Len()
	rest := t.rest()
	if !strings.HasPrefix(rest, "?") {
		t.groups++
		fmt.Fprintf(&t.out, "(?<%d>", t.groups)
	} else if m := namedGroup.FindStringSubmatch(rest); m != nil {
		if _, twice := t.names[m[1]]; twice {
			return errInvalid
		}
		t.groups++
		t.names[m[1]] = t.groups
		fmt.Fprintf(&t.out, "(?<%d>", t.groups)
		t.at += len(m[0])
	} else if m := plainGroup.FindString(rest); m != "" {
		t.out.WriteString("(" + m)
		t.at += len(m)
	} else {
		return t.flags(rest, begin)
	}
	t.open, t.atom = append(t.open, begin), -1
	return nil
}

// flags are those of Java, two of which change nothing here.
func (t *translation) flags(rest string, begin int) error {
	m := flagGroup.FindStringSubmatch(rest)
	switch {
	case m == nil || strings.Trim(m[1]+m[2], "idmsuxU-") != "":
		return errInvalid
	case strings.Contains(m[1]+m[2], "U"):
		return notHere("the flag U")
	}
	drop := strings.NewReplacer("d", "", "u", "")
	off := drop.Replace(m[2])
	if off == "-" {
		off = ""
	}
	if on := drop.Replace(m[1]); on+off != "" || m[3] == ":" {
		t.out.WriteString("(?" + on + off + m[3])
	}
	t.at += len(m[0])
	if m[3] == ":" {
		t.open = append(t.open, begin)
	}
	t.atom = -1
	return nil
}

// quantifier makes an atomic group of a possessive one.
func (t *translation) quantifier(c rune) error {
	if t.atom < 0 {
		return errInvalid
	}
	q := string(c)
	if c == '{' {
		m := times.FindString(t.rest())
		if m == "" {
			return errInvalid
		}
		q, t.at = q+m, t.at+len(m)
	}
	next := rune(0)
	if t.at < len(t.in) {
		next = t.in[t.at]
	}
	switch next {
	case '+':
		all := t.out.String()
		t.out.Reset()
		t.out.WriteString(all[:t.atom] + "(?>" + all[t.atom:] + q + ")")
		t.at++
	case '?':
		t.out.WriteString(q + "?")
		t.at++
	default:
		t.out.WriteString(q)
	}
	t.atom = -1 // a quantifier of a quantifier is invalid
	return nil
}
