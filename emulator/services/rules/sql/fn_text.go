package sql

import (
	"strings"
	"unicode/utf8"

	"github.com/cockroachdb/apd/v3"
)

const space = " \t\r\n\f\v"

// textFunctions convert what they get to strings; Null and Undefined make them
// Undefined. Characters are Unicode's, where Java would count its own [guess].
func textFunctions() []function {
	return []function{
		{name: "concat", max: many, call: concat},
		{name: "lower", min: 1, max: 1, call: text1(strings.ToLower)},
		{name: "upper", min: 1, max: 1, call: text1(strings.ToUpper)},
		{name: "trim", min: 1, max: 1, call: text1(func(s string) string { return strings.Trim(s, space) })},
		{name: "ltrim", min: 1, max: 1, call: text1(func(s string) string { return strings.TrimLeft(s, space) })},
		{name: "rtrim", min: 1, max: 1, call: text1(func(s string) string { return strings.TrimRight(s, space) })},
		{name: "length", min: 1, max: 1, since: V2016, call: count(utf8.RuneCountInString)},
		{name: "numbytes", min: 1, max: 1, since: V2016, call: count(func(s string) int { return len(s) })},
		{name: "startswith", min: 2, max: 2, call: text2(is(strings.HasPrefix))},
		{name: "endswith", min: 2, max: 2, call: text2(is(strings.HasSuffix))},
		{name: "indexof", min: 2, max: 2, since: V2016, call: text2(indexOf)},
		{name: "replace", min: 3, max: 3, call: replace},
		{name: "substring", min: 2, max: 3, call: substring},
		{name: "lpad", min: 2, max: 2, call: pad(func(s, spaces string) string { return spaces + s })},
		{name: "rpad", min: 2, max: 2, call: pad(func(s, spaces string) string { return s + spaces })},
	}
}

func text1(f func(string) string) func(*run, []Value) Value {
	return func(r *run, args []Value) Value {
		s, ok := r.text(args[0])
		if !ok || !r.grow(len(s)) {
			return Value{}
		}
		return OfText(f(s))
	}
}

func count(f func(string) int) func(*run, []Value) Value {
	return func(r *run, args []Value) Value {
		s, ok := r.text(args[0])
		if !ok || !r.spend(len(s)/100) {
			return Value{}
		}
		return OfInt(int64(f(s)))
	}
}

func text2(f func(a, b string) Value) func(*run, []Value) Value {
	return func(r *run, args []Value) Value {
		a, ok := r.text(args[0])
		if !ok {
			return Value{}
		}
		b, ok := r.text(args[1])
		if !ok || !r.spend(len(a)/100) {
			return Value{}
		}
		return f(a, b)
	}
}

func is(f func(a, b string) bool) func(a, b string) Value {
	return func(a, b string) Value { return ofBool(f(a, b)) }
}

// indexOf is -1 for what is not there [guess].
func indexOf(a, b string) Value {
	at := strings.Index(a, b)
	if at < 0 {
		return OfInt(-1)
	}
	return OfInt(int64(utf8.RuneCountInString(a[:at])))
}

// concat makes one array if one of several arguments is one, else one string if one is
// a string.
func concat(r *run, args []Value) Value {
	arrays, texts := false, false
	for _, a := range args {
		arrays, texts = arrays || a.kind == Array, texts || a.kind == String
	}
	switch {
	case len(args) == 1:
		return args[0]
	case arrays:
		return concatArrays(r, args)
	case texts:
		return concatTexts(r, args)
	}
	return Value{}
}

func concatArrays(r *run, args []Value) Value {
	var all []Value
	for _, a := range args {
		more := a.items()
		if a.kind != Array {
			more = []Value{a}
		}
		if !r.grow(64 * len(more)) {
			return Value{}
		}
		all = append(all, more...)
	}
	return ofArray(all)
}

func concatTexts(r *run, args []Value) Value {
	var b strings.Builder
	for _, a := range args {
		s, ok := r.text(a)
		if !ok || !r.grow(len(s)) {
			return Value{}
		}
		b.WriteString(s)
	}
	return OfText(b.String())
}

func replace(r *run, args []Value) Value {
	var s [3]string
	for i := range s {
		var ok bool
		if s[i], ok = r.text(args[i]); !ok {
			return Value{}
		}
	}
	if !r.grow(len(s[0]) + strings.Count(s[0], s[1])*len(s[2])) {
		return Value{}
	}
	return OfText(strings.ReplaceAll(s[0], s[1], s[2]))
}

// substring counts from 0, the end excluded; what is outside of the string is moved to
// its ends.
func substring(r *run, args []Value) Value {
	s, ok := r.text(args[0])
	if !ok || !r.spend(len(s)/100) {
		return Value{}
	}
	places := []int{0, utf8.RuneCountInString(s)}
	for i, a := range args[1:] {
		n, ok := r.version.numeric(a)
		if !ok {
			return Value{}
		}
		places[i] = int(max(0, min(int64(utf8.RuneCountInString(s)), index(n, apd.RoundFloor))))
	}
	if places[0] >= places[1] {
		return OfText("")
	}
	from := byteOf(s, places[0])
	return OfText(s[from : from+byteOf(s[from:], places[1]-places[0])])
}

// byteOf is where the n-th character begins.
func byteOf(s string, n int) int {
	for at := range s {
		if n--; n < 0 {
			return at
		}
	}
	return len(s)
}

// pad adds a number of spaces: it does not pad to a number.
func pad(join func(s, spaces string) string) func(*run, []Value) Value {
	return func(r *run, args []Value) Value {
		s, ok := r.text(args[0])
		if !ok {
			return Value{}
		}
		n, ok := r.version.numeric(args[1])
		if !ok || !r.grow(len(s)+1000) {
			return Value{}
		}
		return OfText(join(s, strings.Repeat(" ", int(max(0, min(1000, index(n, apd.RoundFloor)))))))
	}
}
