package sql

import (
	"math"
	"strconv"
	"strings"

	"github.com/cockroachdb/apd/v3"
)

// digits is how many an Int or a Decimal has.
const digits = 34

// context34 rounds as Java's MathContext.DECIMAL128 does, within AWS's exponents.
var context34 = apd.Context{
	Precision: digits, MaxExponent: 999, MinExponent: -999, Rounding: apd.RoundHalfEven,
}

// of returns a number as a version has it: 2016-03-23 takes a whole one for an Int
// . What is too large, or no number, is Undefined.
func (ver Version) of(d *apd.Decimal) Value {
	if d.Form != apd.Finite || d.NumDigits()+int64(d.Exponent) > 1000 {
		return Value{}
	}
	if ver == V2016 {
		if i := whole(d); i.kind == Int {
			return i
		}
	}
	return Value{kind: Decimal, ref: d}
}

// whole returns an Int, if the number is whole and has at most 34 digits.
func whole(d *apd.Decimal) Value {
	if d.NumDigits()+int64(d.Exponent) <= digits {
		if i, err := d.Int64(); err == nil {
			return OfInt(i)
		}
		r := new(apd.Decimal)
		if c, _ := context34.Quantize(r, d, 0); !c.Inexact() && r.Form == apd.Finite {
			return Value{kind: Int, ref: r}
		}
	}
	return Value{}
}

// parseNumber reads a number of JSON or of a statement, or a string that looks like one.
func (ver Version) parseNumber(text string) Value {
	if len(text) <= 18 && !strings.ContainsAny(text, ".eE") {
		if i, err := strconv.ParseInt(text, 10, 64); err == nil {
			return OfInt(i)
		}
	}
	d, _, err := context34.NewFromString(text)
	if err != nil {
		return Value{}
	}
	if d.IsZero() {
		d.Negative = false
	}
	if !strings.ContainsAny(text, ".eE") {
		if i := whole(d); i.kind == Int {
			return i
		}
	}
	return ver.of(d)
}

// ofFloat returns what a function of double precision found. NaN and the infinities
// are Undefined.
func (ver Version) ofFloat(f float64) Value {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return Value{}
	}
	d, _, err := context34.NewFromString(javaDouble(f))
	if err != nil {
		return Value{}
	}
	return ver.of(d)
}

// javaDouble writes a number as Java's Double.toString: at least one decimal, and
// scientific below 0.001 and from ten million on.
func javaDouble(f float64) string {
	if f == 0 {
		return "0.0"
	}
	if a := math.Abs(f); a >= 1e-3 && a < 1e7 {
		s := strconv.FormatFloat(f, 'f', -1, 64)
		if !strings.Contains(s, ".") {
			s += ".0"
		}
		return s
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(f, 'e', -1, 64), "e")
	if !strings.Contains(mantissa, ".") {
		mantissa += ".0"
	}
	return mantissa + "E" + strings.TrimPrefix(exponent, "+")
}

// looksNumeric says whether a string is converted to a number by itself: it matches
// ^-?\d+(\.\d+)?((?i)E-?\d+)?$.
func looksNumeric(s string) bool {
	s = strings.TrimPrefix(s, "-")
	rest, ok := cutDigits(s)
	if !ok {
		return false
	}
	if after, ok := strings.CutPrefix(rest, "."); ok {
		if rest, ok = cutDigits(after); !ok {
			return false
		}
	}
	if rest == "" {
		return true
	}
	if rest[0] != 'e' && rest[0] != 'E' {
		return false
	}
	rest, ok = cutDigits(strings.TrimPrefix(rest[1:], "-"))
	return ok && rest == ""
}

func cutDigits(s string) (rest string, ok bool) {
	rest = strings.TrimLeft(s, "0123456789")
	return rest, len(rest) < len(s)
}

// longestNumber is how long a string may be that is taken for a number [choice].
const longestNumber = 2000

// numeric is the standard conversion to a number, which Boolean, Array and Object do not
// have.
func (ver Version) numeric(v Value) (Value, bool) {
	switch v.kind {
	case Int, Decimal:
		return v, true
	case String:
		if len(v.text) <= longestNumber && looksNumeric(v.text) {
			n := ver.parseNumber(v.text)
			return n, n.kind != Undefined
		}
	}
	return Value{}, false
}

// float is a number with double precision.
func (v Value) float() float64 {
	if v.ref == nil {
		return float64(v.small)
	}
	f, _ := v.number().Float64() // too large: infinite
	return f
}

// rounded gives a number without its decimals.
func rounded(v Value, how apd.Rounder) Value {
	if v.kind == Int {
		return v
	}
	c, r := context34, new(apd.Decimal)
	c.Rounding = how
	if v.number().Exponent >= 0 {
		r.Set(v.number())
	} else if _, err := c.RoundToIntegralValue(r, v.number()); err != nil {
		return Value{}
	}
	if i := whole(r); i.kind == Int {
		return i
	}
	return Value{kind: Decimal, ref: r}
}

// index is a number for a place in a text or an array: what is beyond int64 is at its
// end.
func index(v Value, how apd.Rounder) int64 {
	i := rounded(v, how)
	switch {
	case i.kind == Int && i.ref == nil:
		return i.small
	case i.number().Negative:
		return math.MinInt64
	}
	return math.MaxInt64
}
