package sql

import (
	"fmt"
	"strings"
)

// A jdkTime is a pattern of JDK 11's DateTimeFormatter, to read a time by,
// https://docs.oracle.com/en/java/javase/11/docs/api/java.base/java/time/format/DateTimeFormatter.html:
//
//   - G u y D M L d Q q E e c F a h H K k m s S A n N V z O X x Z, text in single quotes, and [ ] around
//     what may be absent. The week's letters Y w W and B, g, p are not emulated.
//   - A number of one letter has 1 to 19 digits, of two has two; years of three letters and
//     more have at least so many. Beside each other, the last ones have their widths.
//   - Names are English, and case counts. Of z a short name, or an id as of V.
//   - A date without a time is midnight; without a zone, UTC.
type jdkTime struct{ fields []jdkField }

// A jdkField is a letter of a pattern and how often it stands there, or text (letter 0),
// or what is between brackets.
type jdkField struct {
	letter   byte
	count    int
	text     string
	optional []jdkField
}

// jdkLetters are the letters there are, each with how many of it there may be.
var jdkLetters = map[byte]int{
	'G': 5, 'u': 19, 'y': 19, 'D': 3, 'M': 5, 'L': 5, 'd': 2, 'Q': 5, 'q': 5, 'E': 5, 'e': 5, 'c': 5, 'F': 1,
	'a': 1, 'h': 2, 'H': 2, 'K': 2, 'k': 2, 'm': 2, 's': 2, 'S': 9, 'A': 19, 'n': 19, 'N': 19, 'V': 2,
	'z': 4, 'O': 4, 'X': 5, 'x': 5, 'Z': 5,
}

func jdkPattern(pattern string) (*jdkTime, error) {
	fields, rest, err := jdkFields(pattern, 0)
	if err == nil && rest != "" {
		err = fmt.Errorf("%w: a ] without [", errPattern)
	}
	return &jdkTime{fields}, err
}

// jdkFields reads up to the end, or to the ] that ends what is optional.
func jdkFields(s string, depth int) (fields []jdkField, rest string, err error) {
	if depth > 20 {
		return nil, "", fmt.Errorf("%w: brackets in one another", errPattern)
	}
	for s != "" && err == nil {
		switch c := s[0]; {
		case c == ']':
			return fields, s, nil
		case c == '[':
			var inner []jdkField
			if inner, rest, err = jdkFields(s[1:], depth+1); err != nil {
				return nil, "", err
			}
			s = strings.TrimPrefix(rest, "]") // the last ones may be missing
			fields = append(fields, jdkField{optional: inner})
		case c == '\'':
			text, width, err := quotedTime(s)
			if err != nil {
				return nil, "", err
			}
			fields, s = append(fields, jdkField{text: text}), s[width:]
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
			n := repeats(s)
			if most := jdkLetters[c]; n > most || c == 'V' && n != 2 {
				return nil, "", fmt.Errorf("%w: %s", errPattern, clip(s[:n]))
			}
			fields, s = append(fields, jdkField{letter: c, count: n}), s[n:]
		case c == '{' || c == '}' || c == '#':
			return nil, "", fmt.Errorf("%w: %c", errPattern, c)
		default:
			fields, s = append(fields, jdkField{text: s[:1]}), s[1:]
		}
	}
	return fields, "", err
}

// isNumber says whether the field is digits.
func (f jdkField) isNumber() bool {
	switch f.letter {
	case 0, 'G', 'a', 'E', 'V', 'z', 'O', 'X', 'x', 'Z':
		return false
	case 'M', 'L', 'Q', 'q', 'e', 'c':
		return f.count <= 2
	}
	return true
}

// widths are how many digits a number may have.
func (f jdkField) widths() (least, most int) {
	switch {
	case f.letter == 'S':
		return f.count, f.count
	case (f.letter == 'u' || f.letter == 'y') && f.count != 2:
		if f.count == 1 {
			return 1, 19
		}
		return f.count, 19
	case f.letter == 'A' || f.letter == 'n' || f.letter == 'N':
		return f.count, 19
	case f.letter == 'D':
		return f.count, 3
	case f.count == 1:
		return 1, 19
	}
	return f.count, f.count
}
