package sql

import (
	"math"
	"math/bits"

	"github.com/cockroachdb/apd/v3"
)

// mathFunctions take numbers, and strings that look like some; anything else is
// Undefined.
func mathFunctions() []function {
	all := []function{
		{name: "abs", min: 1, max: 1, call: number(abs)},
		{name: "ceil", min: 1, max: 1, call: round(apd.RoundCeiling)},
		{name: "floor", min: 1, max: 1, call: round(apd.RoundFloor)},
		{name: "round", min: 1, max: 1, call: round(apd.RoundHalfUp)}, // away from zero, by the examples
		{name: "sign", min: 1, max: 1, call: number(sign)},
		{name: "trunc", min: 2, max: 2, call: trunc},
		{name: "mod", min: 2, max: 2, call: mod},
		{name: "remainder", min: 2, max: 2, call: mod},
		{name: "power", min: 2, max: 2, call: double2(math.Pow)},
		{name: "atan2", min: 2, max: 2, call: double2(math.Atan2)},
		{name: "rand", call: random},
		{name: "bitand", min: 2, max: 2, call: bits2(func(a, b int64) int64 { return a & b })},
		{name: "bitor", min: 2, max: 2, call: bits2(func(a, b int64) int64 { return a | b })},
		{name: "bitxor", min: 2, max: 2, call: bits2(func(a, b int64) int64 { return a ^ b })},
		{name: "bitnot", min: 1, max: 1, call: bitnot},
		{name: "chr", min: 1, max: 1, call: chr},
	}
	for name, f := range map[string]func(float64) float64{
		"sqrt": math.Sqrt, "exp": math.Exp, "ln": math.Log, "log": math.Log10,
		"sin": math.Sin, "cos": math.Cos, "tan": math.Tan, "asin": math.Asin, "acos": math.Acos,
		"atan": math.Atan, "sinh": math.Sinh, "cosh": math.Cosh, "tanh": math.Tanh,
	} {
		all = append(all, function{name: name, min: 1, max: 1, call: double(f)})
	}
	return all
}

// number makes a function of one that has a number.
func number(f func(r *run, n Value) Value) func(*run, []Value) Value {
	return func(r *run, args []Value) Value {
		n, ok := r.version.numeric(args[0])
		if !ok {
			return Value{}
		}
		return f(r, n)
	}
}

func abs(r *run, n Value) Value {
	if !n.number().Negative {
		return n
	}
	return r.version.negative(n)
}

func sign(_ *run, n Value) Value { return OfInt(int64(n.number().Sign())) }

func round(how apd.Rounder) func(*run, []Value) Value {
	return number(func(_ *run, n Value) Value { return rounded(n, how) })
}

// double makes a function of one with double precision.
func double(f func(float64) float64) func(*run, []Value) Value {
	return number(func(r *run, n Value) Value { return r.version.ofFloat(f(n.float())) })
}

func double2(f func(a, b float64) float64) func(*run, []Value) Value {
	return func(r *run, args []Value) Value {
		a, ok := r.version.numeric(args[0])
		if !ok {
			return Value{}
		}
		b, ok := r.version.numeric(args[1])
		if !ok {
			return Value{}
		}
		return r.version.ofFloat(f(a.float(), b.float()))
	}
}

// trunc keeps 0 to 34 decimals, and no zeroes at their end.
func trunc(r *run, args []Value) Value {
	x, ok := r.version.numeric(args[0])
	if !ok || !args[1].isNumber() {
		return Value{}
	}
	if x.kind == Int {
		return x
	}
	places := max(0, min(digits, index(args[1], apd.RoundFloor)))
	c, d := context34, new(apd.Decimal)
	c.Rounding, c.Precision = apd.RoundDown, 2100
	if _, err := c.Quantize(d, x.number(), -int32(places)); err != nil {
		return Value{}
	}
	if d.Reduce(d); d.IsZero() {
		return OfInt(0)
	}
	if i := whole(d); i.kind == Int {
		return i
	}
	return r.version.of(d)
}

func mod(r *run, args []Value) Value { return r.version.arithmetic(tokPercent, args[0], args[1]) }

func random(r *run, _ []Value) Value {
	if r.env.Random == nil {
		return Value{}
	}
	return r.version.ofFloat(r.env.Random())
}

// bit64 is a number for its bits, rounded down. Beyond 64 bits there is none [guess].
func bit64(r *run, v Value) (int64, bool) {
	n, ok := r.version.numeric(v)
	if !ok {
		return 0, false
	}
	i := rounded(n, apd.RoundFloor)
	return i.small, i.kind == Int && i.ref == nil
}

func bits2(f func(a, b int64) int64) func(*run, []Value) Value {
	return func(r *run, args []Value) Value {
		a, ok := bit64(r, args[0])
		if !ok {
			return Value{}
		}
		b, ok := bit64(r, args[1])
		if !ok {
			return Value{}
		}
		return OfInt(f(a, b))
	}
}

// bitnot turns the bits that a positive number has: of 13, which is 1101, it makes 2, as
// AWS's page prints it. Two's complement would give -14 [R-64, doc, conflict].
func bitnot(r *run, args []Value) Value {
	i, ok := bit64(r, args[0])
	switch {
	case !ok:
		return Value{}
	case i < 0:
		return OfInt(^i)
	}
	return OfInt(^i & (1<<bits.Len64(uint64(i)) - 1))
}

func chr(r *run, args []Value) Value {
	i, ok := bit64(r, args[0])
	if !ok || i < 0 || i > 127 {
		return Value{}
	}
	return OfText(string(rune(i)))
}
