package sql

import (
	"fmt"
	"regexp"
	"strings"
)

// escape reads what is behind a backslash, outside of [ ].
func (t *translation) escape() error {
	if t.at == len(t.in) {
		return errInvalid
	}
	c := t.in[t.at]
	switch c {
	case 'Q':
		t.at++
		t.quote()
		return nil
	case 'R':
		t.at++
		t.out.WriteString(`(?>\r\n|[\n\x0B\f\r\u0085\u2028\u2029])`)
		return nil
	case 'k':
		m := regexp.MustCompile(`^k<([a-zA-Z0-9]+)>`).FindStringSubmatch(t.rest())
		if m == nil || t.names[m[1]] == 0 {
			return errInvalid
		}
		fmt.Fprintf(&t.out, `\k<%d>`, t.names[m[1]])
		t.at += len(m[0])
		return nil
	case 'b', 'B', 'A', 'z', 'Z', 'G':
		t.at++
		t.out.WriteString(`\` + string(c))
		return nil
	case 'N', 'X':
		return notHere(`\` + string(c))
	case '1', '2', '3', '4', '5', '6', '7', '8', '9':
		t.at++
		fmt.Fprintf(&t.out, `\k<%c>`, c)
		return nil
	}
	set, negated, err := t.set()
	switch {
	case err != nil:
	case negated:
		t.out.WriteString("[^" + set + "]")
	default:
		t.out.WriteString("[" + set + "]")
	}
	return err
}

// quote takes everything up to \E, or to the end, as it is.
func (t *translation) quote() {
	for t.at < len(t.in) {
		if strings.HasPrefix(t.rest(), `\E`) {
			t.at += 2
			return
		}
		t.begin()
		t.out.WriteString(regexp.QuoteMeta(string(t.in[t.at])))
		t.at++
	}
}
