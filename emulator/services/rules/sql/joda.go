package sql

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// errPattern is a pattern of time that is none.
var errPattern = errors.New("not a valid pattern of time")

// joda writes a time as a pattern of Joda-Time says,
// https://www.joda.org/joda-time/apidocs/org/joda/time/format/DateTimeFormat.html:
//
//   - G C Y x w e E y D M d a K h H k m s S z Z, and text in single quotes, where two are one.
//   - Numbers have at least as many digits as there are letters; a year of two letters
//     has two digits. E of four letters and M of three and four are names.
//   - S are the first digits of the second's fraction.
//   - z is the zone's short name; of four letters it would be the long one, which is not
//     known here: the short one stands there too.
//   - Z is +0000, ZZ +00:00, ZZZ the zone's id.
func joda(pattern string, t time.Time) (string, error) {
	var out strings.Builder
	for at := 0; at < len(pattern); {
		c := pattern[at]
		switch {
		case c == '\'':
			text, width, err := quotedTime(pattern[at:])
			if err != nil {
				return "", err
			}
			out.WriteString(text)
			at += width
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
			n := repeats(pattern[at:])
			text, ok := jodaField(c, n, t)
			if !ok {
				return "", fmt.Errorf("%w: there is no letter %c", errPattern, c)
			}
			out.WriteString(text)
			at += n
		default:
			out.WriteByte(c)
			at++
		}
	}
	return out.String(), nil
}

// repeats is how many times the first byte stands at the beginning.
func repeats(s string) int {
	n := 1
	for n < len(s) && s[n] == s[0] {
		n++
	}
	return n
}

// quotedTime reads text in single quotes.
func quotedTime(s string) (text string, width int, err error) {
	if strings.HasPrefix(s, "''") {
		return "'", 2, nil
	}
	var out strings.Builder
	for at := 1; at < len(s); at++ {
		if s[at] != '\'' {
			out.WriteByte(s[at])
			continue
		}
		if at+1 == len(s) || s[at+1] != '\'' {
			return out.String(), at + 1, nil
		}
		out.WriteByte('\'')
		at++
	}
	return "", 0, fmt.Errorf("%w: a ' that does not end", errPattern)
}

func jodaField(c byte, n int, t time.Time) (string, bool) {
	isoYear, week := t.ISOWeek()
	weekday := (int(t.Weekday())+6)%7 + 1
	switch c {
	case 'G':
		return map[bool]string{true: "AD", false: "BC"}[t.Year() > 0], true
	case 'C':
		return digitsOf(t.Year()/100, n), true
	case 'y', 'Y', 'x':
		year := map[byte]int{'y': t.Year(), 'Y': t.Year(), 'x': isoYear}[c]
		if n == 2 {
			return digitsOf(year%100, 2), true
		}
		return digitsOf(year, n), true
	case 'w':
		return digitsOf(week, n), true
	case 'e':
		return digitsOf(weekday, n), true
	case 'E':
		return wordOf(t.Weekday().String(), n, 4), true
	case 'D':
		return digitsOf(t.YearDay(), n), true
	case 'M':
		if n >= 3 {
			return wordOf(t.Month().String(), n, 4), true
		}
		return digitsOf(int(t.Month()), n), true
	case 'd':
		return digitsOf(t.Day(), n), true
	case 'a':
		return t.Format("PM"), true
	case 'z':
		return t.Format("MST"), true
	case 'Z':
		return jodaZone(n, t), true
	}
	return jodaClock(c, n, t)
}

func jodaClock(c byte, n int, t time.Time) (string, bool) {
	switch c {
	case 'K':
		return digitsOf(t.Hour()%12, n), true
	case 'h':
		return digitsOf((t.Hour()+11)%12+1, n), true
	case 'H':
		return digitsOf(t.Hour(), n), true
	case 'k':
		return digitsOf((t.Hour()+23)%24+1, n), true
	case 'm':
		return digitsOf(t.Minute(), n), true
	case 's':
		return digitsOf(t.Second(), n), true
	case 'S':
		fraction := fmt.Sprintf("%03d", t.Nanosecond()/1e6)
		if n <= 3 {
			return fraction[:n], true
		}
		return fraction + strings.Repeat("0", n-3), true
	}
	return "", false
}

func jodaZone(n int, t time.Time) string {
	switch n {
	case 1:
		return t.Format("-0700")
	case 2:
		return t.Format("-07:00")
	}
	return t.Location().String()
}

func digitsOf(number, least int) string { return fmt.Sprintf("%0*d", min(least, 100), number) }

func wordOf(name string, letters, long int) string {
	if letters >= long {
		return name
	}
	return name[:3]
}
