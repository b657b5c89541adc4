package sql

import (
	"fmt"
	"strings"
	"time"

	"github.com/dlclark/regexp2"
)

// regexpFunctions have Java's regular expressions. An invalid one makes them
// Undefined.
func regexpFunctions() []function {
	return []function{
		{name: "regexp_matches", min: 2, max: 2, special: regexpCall(regexpMatches)},
		{name: "regexp_replace", min: 3, max: 3, special: regexpCall(regexpReplace)},
		{name: "regexp_substr", min: 2, max: 2, special: regexpCall(regexpSubstr)},
	}
}

// A pattern is a regular expression of the user's.
type pattern struct {
	expression *regexp2.Regexp
	groups     int            // how many, but for the whole match
	names      map[string]int // of groups
	err        error          // why there is no expression
}

// longestPattern is how many bytes an expression may have [choice].
const longestPattern = 10_000

func compile(text string) (p *pattern) {
	if len(text) > longestPattern {
		err := fmt.Errorf("the regular expression has %d bytes, want at most %d", len(text), longestPattern)
		return &pattern{err: err}
	}
	defer func() {
		if broken := recover(); broken != nil { // an expression of the user's must not end the gateway
			p = &pattern{err: fmt.Errorf("the regular expression %q cannot be compiled: %v", clip(text), broken)}
		}
	}()
	t := translation{in: []rune(text), names: map[string]int{}}
	translated, err := t.all()
	if err != nil {
		return &pattern{err: fmt.Errorf("the regular expression %q: %w", clip(text), err)}
	}
	re, err := regexp2.Compile(translated, regexp2.None)
	if err != nil {
		return &pattern{err: fmt.Errorf("the regular expression %q is not valid", clip(text))}
	}
	re.MatchTimeout = oneRegex
	return &pattern{expression: re, groups: t.groups, names: t.names}
}

// regexpCall evaluates the arguments, and compiles the second unless it was.
func regexpCall(f func(*run, *pattern, []string) Value) func(*run, *scope, *call) Value {
	return func(r *run, s *scope, c *call) Value {
		texts := make([]string, len(c.args))
		for i, a := range c.args {
			var ok bool
			if texts[i], ok = r.text(a.eval(r, s)); !ok {
				return Value{}
			}
		}
		p := c.pattern
		if p == nil {
			if !r.spend(1000 + len(texts[1])) {
				return Value{}
			}
			p = compile(texts[1])
		}
		if p.err != nil {
			r.note("%s: %v", c.function.name, p.err)
			return Value{}
		}
		if !r.grow(8 * len(texts[0])) {
			return Value{}
		}
		return f(r, p, texts)
	}
}

// find is the first match, or the next one behind one. It takes its time from the
// evaluation's.
func (r *run) find(p *pattern, in []rune, behind *regexp2.Match) *regexp2.Match {
	began := time.Now()
	m, err := p.find(in, behind)
	if r.regex += time.Since(began); err != nil || r.regex > mostRegex {
		if r.err == nil {
			r.err = fmt.Errorf("%w: a regular expression took too long on %q, want one that need not try so much",
				ErrTooMuch, clip(string(in[:min(len(in), 60)])))
		}
		return nil
	}
	return m
}

func (p *pattern) find(in []rune, behind *regexp2.Match) (m *regexp2.Match, err error) {
	defer func() {
		if broken := recover(); broken != nil { // see compile
			err = fmt.Errorf("the engine broke: %v", broken)
		}
	}()
	if behind != nil {
		return p.expression.FindNextMatch(behind)
	}
	return p.expression.FindRunesMatch(in)
}

func regexpMatches(r *run, p *pattern, args []string) Value {
	found := r.find(p, []rune(args[0]), nil) != nil
	if r.err != nil {
		return Value{}
	}
	return ofBool(found)
}

// regexpSubstr is Undefined where nothing matches [guess].
func regexpSubstr(r *run, p *pattern, args []string) Value {
	if m := r.find(p, []rune(args[0]), nil); m != nil {
		return OfText(m.String())
	}
	return Value{}
}

func regexpReplace(r *run, p *pattern, args []string) Value {
	in, last := []rune(args[0]), 0
	var out strings.Builder
	for m := r.find(p, in, nil); m != nil; m = r.find(p, in, m) {
		with, ok := expand(p, m, args[2])
		if !ok || !r.spend(10) || !r.grow(len(with)+4*(m.Index-last)) {
			return Value{}
		}
		out.WriteString(string(in[last:m.Index]))
		out.WriteString(with)
		last = m.Index + m.Length
	}
	if r.err != nil {
		return Value{}
	}
	out.WriteString(string(in[last:]))
	return OfText(out.String())
}

// expand is Java's language of replacements: $1, ${name}, and \ before what is meant as it
// is. A group that the expression does not have makes it invalid.
func expand(p *pattern, m *regexp2.Match, with string) (string, bool) {
	var out strings.Builder
	for i := 0; i < len(with); i++ {
		switch c := with[i]; c {
		case '\\':
			if i++; i == len(with) {
				return "", false
			}
			out.WriteByte(with[i])
		case '$':
			number, width := p.group(with[i+1:])
			if width == 0 {
				return "", false
			}
			out.WriteString(m.GroupByNumber(number).String())
			i += width
		default:
			out.WriteByte(c)
		}
	}
	return out.String(), true
}

// group reads what stands behind a $: {name}, or as many digits as make the number of a
// group that there is. Its width is 0 if there is none.
func (p *pattern) group(s string) (number, width int) {
	if name, ok := strings.CutPrefix(s, "{"); ok {
		name, _, _ = strings.Cut(name, "}")
		if number, ok = p.names[name]; ok {
			return number, len(name) + 2
		}
		return 0, 0
	}
	for n := 0; n < len(s) && isDigit(s[n]); n++ {
		next := 10*number + int(s[n]-'0')
		if next > p.groups {
			break
		}
		number, width = next, n+1
	}
	return number, width
}
