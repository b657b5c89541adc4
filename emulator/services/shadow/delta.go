package shadow

import (
	"strconv"
	"strings"
)

// What a delta says
//
//   - every leaf of desired that reported does not have, or has otherwise; what only
//     reported has is none [S-54]
//   - arrays that differ are in it whole [S-54]
//   - numbers are the same by their value, all else by its text, nothing by another
//     type [S-57]

// delta returns what of desired differs from reported, nil for nothing. Either may be
// nil.
func (d *desk) delta(desired, reported *node) *node {
	switch {
	case desired == nil, reported == nil:
		return desired
	case !desired.is(object) || !reported.is(object):
		if same(desired, reported) {
			return nil
		}
		return desired
	}
	differs := d.object()
	for i, name := range desired.names {
		if other := d.delta(desired.items[i], reported.member(name)); other != nil {
			differs.put(name, other)
		}
	}
	if len(differs.names) == 0 {
		return nil
	}
	return differs
}

// same compares two values.
func same(a, b *node) bool {
	if a.kind != b.kind || len(a.items) != len(b.items) || len(a.names) != len(b.names) {
		return false
	}
	switch a.kind {
	case number:
		return sameNumber(a.text, b.text)
	case array:
		for i, item := range a.items {
			if !same(item, b.items[i]) {
				return false
			}
		}
		return true
	case object:
		for i, name := range a.names {
			if other := b.member(name); other == nil || !same(a.items[i], other) {
				return false
			}
		}
		return true
	}
	return a.text == b.text
}

// sameNumber compares two numbers of JSON by their value, however many digits they have.
func sameNumber(a, b string) bool {
	return a == b || decimalOf(a) == decimalOf(b)
}

// A decimal is digits × 10^exponent, digits neither beginning nor ending in 0. The zero
// value is 0, whatever its sign.
type decimal struct {
	negative bool
	digits   string
	exponent int
	beyond   string // the exponent's text, if no int can hold it
}

// decimalOf reads a number of JSON.
func decimalOf(s string) (d decimal) {
	s, d.negative = strings.CutPrefix(s, "-")
	mantissa, exponent := s, ""
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		mantissa, exponent = s[:i], s[i+1:]
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	all := strings.TrimLeft(whole+fraction, "0")
	if d.digits = strings.TrimRight(all, "0"); d.digits == "" {
		return decimal{}
	}
	if exponent != "" {
		e, err := strconv.Atoi(exponent)
		if err != nil || e > 1<<30 || e < -1<<30 {
			d.beyond = exponent
			return d
		}
		d.exponent = e
	}
	d.exponent += len(all) - len(d.digits) - len(fraction)
	return d
}

// count returns a number of JSON that is whole and not negative, of at most 18 digits.
func count(s string) (n int64, ok bool) {
	d := decimalOf(s)
	if d.negative || d.beyond != "" || d.exponent < 0 || len(d.digits)+d.exponent > 18 {
		return 0, false
	}
	if d.digits == "" {
		return 0, true
	}
	n, err := strconv.ParseInt(d.digits+strings.Repeat("0", d.exponent), 10, 64)
	return n, err == nil
}
