package main

import (
	"fmt"
	"math"
	"strings"
)

// text is the median with its unit and, where they are seen to differ, the least and
// the most.
func (s spread) text(unit string) string {
	least, most := quantity(s.least, ""), quantity(s.most, "")
	if least == most {
		return quantity(s.median, unit)
	}
	return fmt.Sprintf("%s (%s–%s)", quantity(s.median, unit), least, most)
}

// orNone is a ratio, or that there is none.
func (s *spread) orNone() string {
	if s == nil {
		return "–"
	}
	return s.text("")
}

// quantity is a number with its unit, in thousands or millions where it is large.
func quantity(v float64, unit string) string {
	switch {
	case v >= 1_000_000:
		return number(v/1_000_000) + " M" + unit
	case v >= 10_000:
		return number(v/1000) + " k" + unit
	}
	if unit == "/s" || unit == "" {
		return number(v) + unit
	}
	return number(v) + " " + unit
}

// number has three digits that count, and no more than are there.
func number(v float64) string {
	switch abs := math.Abs(v); {
	case abs >= 100:
		return fmt.Sprintf("%.0f", v)
	case abs >= 10:
		return trim(fmt.Sprintf("%.1f", v))
	case abs >= 1:
		return trim(fmt.Sprintf("%.2f", v))
	}
	return trim(fmt.Sprintf("%.3f", v))
}

func trim(s string) string { return strings.TrimRight(strings.TrimRight(s, "0"), ".") }
