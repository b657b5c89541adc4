package sql

import (
	"math/bits"

	"github.com/cockroachdb/apd/v3"
)

// arithmetic is - * / % and + of numbers.
//
//   - Int op Int is an Int, division too: 7 / 2 is 3. The page of the SET clause prints
//     23.89 for (75 - 32) * 5 / 9, against the table of operators [doc, conflict].
//   - A string that looks like a number is one, and makes a Decimal.
//   - By zero: Undefined [R-54b, guess].
func (ver Version) arithmetic(op tokenKind, l, r Value) Value {
	a, ok := ver.numeric(l)
	if !ok {
		return Value{}
	}
	b, ok := ver.numeric(r)
	if !ok {
		return Value{}
	}
	ints := l.kind == Int && r.kind == Int
	if ints && a.ref == nil && b.ref == nil {
		if i, ok := small(op, a.small, b.small); ok {
			return OfInt(i)
		}
	}
	return ver.decimal(op, a, b, ints)
}

// small calculates with int64, if the result is one.
func small(op tokenKind, a, b int64) (int64, bool) {
	switch op {
	case tokPlus:
		c := a + b
		return c, (c > a) == (b > 0)
	case tokMinus:
		c := a - b
		return c, (c < a) == (b > 0)
	case tokStar:
		hi, lo := bits.Mul64(uint64(max(a, -a)), uint64(max(b, -b)))
		return a * b, hi == 0 && lo < 1<<63 && a != -1<<63 && b != -1<<63
	case tokSlash:
		if b != 0 && b != -1 {
			return a / b, true
		}
	case tokPercent:
		if b != 0 && b != -1 {
			return a % b, true
		}
	}
	return 0, false
}

// decimal calculates with 34 digits.
func (ver Version) decimal(op tokenKind, a, b Value, ints bool) Value {
	x, y, z := a.number(), b.number(), new(apd.Decimal)
	if (op == tokSlash || op == tokPercent) && y.IsZero() {
		return Value{}
	}
	var err error
	switch op {
	case tokPlus:
		_, err = context34.Add(z, x, y)
	case tokMinus:
		_, err = context34.Sub(z, x, y)
	case tokStar:
		_, err = context34.Mul(z, x, y)
	case tokPercent:
		_, err = context34.Rem(z, x, y)
	case tokSlash:
		if err = quotient(z, x, y); ints && err == nil {
			return rounded(Value{kind: Decimal, ref: z}, apd.RoundDown)
		}
	}
	if err != nil {
		return Value{}
	}
	if z.IsZero() {
		z.Negative = false
	}
	if ints {
		if i := whole(z); i.kind == Int {
			return i
		}
	}
	return ver.of(z)
}

// quotient has no more zeroes at its end than Java's BigDecimal would leave there.
func quotient(z, x, y *apd.Decimal) error {
	inexact, err := context34.Quo(z, x, y)
	if err != nil || inexact.Inexact() || z.Form != apd.Finite {
		return err
	}
	if z.Reduce(z); z.Exponent > x.Exponent-y.Exponent {
		_, err = context34.Quantize(z, z, x.Exponent-y.Exponent)
	}
	return err
}

// negative is the unary minus.
func (ver Version) negative(v Value) Value {
	n, ok := ver.numeric(v)
	if !ok {
		return Value{}
	}
	return ver.arithmetic(tokMinus, OfInt(0), n)
}
