package sql

import (
	"strings"
	"time"
)

// names are those of months or of days, in English, as AWS's rules have them.
type names struct {
	long []string
	of   string // what they name
}

func monthNames() names {
	n := names{of: "month"}
	for m := time.January; m <= time.December; m++ {
		n.long = append(n.long, m.String())
	}
	return n
}

// dayNames begin with Monday, which is 1.
func dayNames() names {
	n := names{of: "day"}
	for d := 1; d <= 7; d++ {
		n.long = append(n.long, time.Weekday(d%7).String())
	}
	return n
}

// cut takes a name from the beginning of a text: its number from 1, or 0.
func (n names) cut(text string, short bool) (number int, rest string) {
	for i, name := range n.long {
		if short {
			name = name[:3]
		}
		if rest, ok := strings.CutPrefix(text, name); ok {
			return i + 1, rest
		}
	}
	return 0, text
}
