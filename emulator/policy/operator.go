package policy

import (
	"math"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

// An operator is the name before a block of condition keys, as in
// "ForAllValues:StringNotEqualsIfExists" [B-301].
type operator struct {
	name     string // as written
	set      string // "ForAllValues", "ForAnyValue" or ""
	base     string // the positive operator
	negated  bool
	ifExists bool
}

// parseOperator knows IAM's operators, spelled exactly so [B-305, guess].
func parseOperator(name string) (operator, bool) {
	o := operator{name: name, base: name}
	if set, base, found := strings.Cut(name, ":"); found {
		if set != "ForAllValues" && set != "ForAnyValue" {
			return o, false
		}
		o.set, o.base = set, base
	}
	o.base, o.ifExists = strings.CutSuffix(o.base, "IfExists")
	switch o.base {
	case "StringEquals", "StringEqualsIgnoreCase", "StringLike",
		"NumericEquals", "NumericLessThan", "NumericLessThanEquals", "NumericGreaterThan",
		"NumericGreaterThanEquals",
		"DateEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals",
		"Bool", "IpAddress", "ArnEquals", "ArnLike":
	case "StringNotEquals", "StringNotEqualsIgnoreCase", "StringNotLike", "NumericNotEquals", "DateNotEquals",
		"NotIpAddress", "ArnNotEquals", "ArnNotLike":
		o.base, o.negated = strings.Replace(o.base, "Not", "", 1), true
	case "Null": // IAM gives it neither prefix nor suffix
		return o, o.name == "Null"
	default:
		return o, false
	}
	return o, true
}

// A subject is one value of the request. The keys of the clock have no text but
// a time [guess: no string operator reads them].
type subject struct {
	text string
	when time.Time
}

// A predicate compares a subject with one wanted value. Not comparable means
// that one of the two is not of the operator's type; then neither the operator
// nor its negation holds [guess].
type predicate func(s subject) (equal, comparable bool)

// predicate reads the wanted value; false if it is not of the operator's type.
func (o operator) predicate(want template, v values) (predicate, bool) {
	text := want.resolve(v, 1).fields[0].literal()
	switch {
	case strings.HasPrefix(o.base, "Numeric"):
		return ordered(o.base, text, number)
	case strings.HasPrefix(o.base, "Date"):
		return ordered(o.base, text, seconds)
	case strings.HasPrefix(o.base, "Arn"): // ArnEquals is ArnLike [B-303]
		pattern := newElement(want, v)
		return onText(pattern.match), true
	}
	switch o.base {
	case "StringEquals":
		return onText(func(have string) bool { return have == text }), true
	case "StringEqualsIgnoreCase":
		return onText(func(have string) bool { return strings.EqualFold(have, text) }), true
	case "StringLike":
		return onText(want.resolve(v, 1).fields[0].match), true
	case "IpAddress":
		return inNetwork(text)
	default: // Bool, Null
		return boolean(text)
	}
}

func onText(equal func(have string) bool) predicate {
	return func(s subject) (bool, bool) { return s.when.IsZero() && equal(s.text), s.when.IsZero() }
}

// ordered compares numbers; dates are seconds since 1970.
func ordered(base, text string, read func(subject) (float64, bool)) (predicate, bool) {
	want, ok := read(subject{text: text})
	relation := strings.TrimPrefix(strings.TrimPrefix(base, "Numeric"), "Date")
	return func(s subject) (bool, bool) {
		have, comparable := read(s)
		switch relation {
		case "LessThan":
			return comparable && have < want, comparable
		case "LessThanEquals":
			return comparable && have <= want, comparable
		case "GreaterThan":
			return comparable && have > want, comparable
		case "GreaterThanEquals":
			return comparable && have >= want, comparable
		default:
			return comparable && have == want, comparable
		}
	}, ok
}

func number(s subject) (float64, bool) {
	if !s.when.IsZero() {
		return float64(s.when.Unix()), true
	}
	n, err := strconv.ParseFloat(s.text, 64)
	return n, err == nil && !math.IsNaN(n) && !math.IsInf(n, 0)
}

// seconds reads the W3C profile of ISO 8601, or seconds since 1970.
func seconds(s subject) (float64, bool) {
	if n, ok := number(s); ok {
		return n, true
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00", time.DateOnly, "2006-01"} {
		if t, err := time.Parse(layout, s.text); err == nil {
			return float64(t.Unix()) + float64(t.Nanosecond())/1e9, true
		}
	}
	return 0, false
}

func boolean(text string) (predicate, bool) {
	valid := func(text string) bool {
		return strings.EqualFold(text, "true") ||
			strings.EqualFold(text, "false")
	}
	return func(s subject) (bool, bool) { return strings.EqualFold(s.text, text), valid(s.text) }, valid(text)
}

// inNetwork reads an address or a CIDR block.
func inNetwork(text string) (predicate, bool) {
	network, err := netip.ParsePrefix(text)
	if err != nil {
		address, bad := netip.ParseAddr(text)
		if err = bad; err == nil {
			network = netip.PrefixFrom(address.Unmap(), address.Unmap().BitLen())
		}
	}
	return func(s subject) (bool, bool) {
		have, bad := netip.ParseAddr(s.text)
		return bad == nil && network.Contains(have.Unmap().WithZone("")), bad == nil
	}, err == nil
}
