package sql

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

// sets are Java's classes of characters, as they stand in the library's [ ].
var sets = map[string]string{
	"d": `0-9`, "w": `a-zA-Z_0-9`, "s": ` \t\n\x0B\f\r`, "v": `\n\x0B\f\r\u0085\u2028\u2029`,
	"h": ` \t\u00A0\u1680\u180E\u2000-\u200A\u202F\u205F\u3000`,

	"Lower": `a-z`, "Upper": `A-Z`, "ASCII": `\x00-\x7F`, "Alpha": `a-zA-Z`, "Digit": `0-9`, "Alnum": `a-zA-Z0-9`,
	"Punct": `!-/:-@\[-\x60{-~`, "Graph": `!-~`, "Print": ` -~`, "Blank": ` \t`, "Cntrl": `\x00-\x1F\x7F`,
	"XDigit": `0-9a-fA-F`, "Space": ` \t\n\x0B\f\r`,

	"javaLowerCase": `\p{Ll}`, "javaUpperCase": `\p{Lu}`, "javaWhitespace": `\s`, "IsAlphabetic": `\p{L}\p{Nl}`,
	"IsLetter": `\p{L}`, "IsDigit": `\p{Nd}`, "IsUppercase": `\p{Lu}`, "IsLowercase": `\p{Ll}`, "IsPunctuation": `\p{P}`,
	"IsWhite_Space": `\s`,
}

// set reads an escape that stands for one character or for several, behind its
// backslash.
func (t *translation) set() (content string, negated bool, err error) {
	if t.at == len(t.in) {
		return "", false, errInvalid
	}
	c := t.in[t.at]
	t.at++
	switch {
	case strings.ContainsRune("dwsvh", c):
		return sets[string(c)], false, nil
	case strings.ContainsRune("DWSVH", c):
		return sets[strings.ToLower(string(c))], true, nil
	case c == 'p' || c == 'P':
		content, err = t.property()
		return content, c == 'P', err
	case strings.ContainsRune("tnrfae", c):
		return `\` + string(c), false, nil
	case c == 'x', c == 'u', c == '0':
		content, err = t.code(c)
		return content, false, err
	case c == 'c' && t.at < len(t.in):
		t.at++
		return fmt.Sprintf(`\x%02X`, t.in[t.at-1]^64&0x7f), false, nil
	case c < unicode.MaxASCII && (unicode.IsLetter(c) || unicode.IsDigit(c)):
		return "", false, errInvalid
	}
	return literalIn(c), false, nil
}

// literalIn is a character by itself in [ ].
func literalIn(c rune) string {
	if strings.ContainsRune(`\[]^-`, c) {
		return `\` + string(c)
	}
	return string(c)
}

// code reads \xhh, \x{h…}, \uhhhh and \0ooo.
func (t *translation) code(kind rune) (string, error) {
	rest, digits, base := t.rest(), 2, 16
	switch {
	case kind == 'x' && strings.HasPrefix(rest, "{"):
		end := strings.IndexByte(rest, '}')
		if end < 0 {
			return "", errInvalid
		}
		t.at++
		rest, digits = rest[1:], end-1
		defer func() { t.at++ }()
	case kind == 'u':
		digits = 4
	case kind == '0':
		base, digits = 8, len(rest)-len(strings.TrimLeft(rest, "01234567"))
		digits = min(digits, 3)
		if digits == 3 && rest[0] > '3' {
			digits = 2
		}
	}
	if len(rest) < digits {
		return "", errInvalid
	}
	n, err := strconv.ParseUint(rest[:digits], base, 21)
	if err != nil || n > unicode.MaxRune {
		return "", errInvalid
	}
	t.at += digits
	return literalIn(rune(n)), nil
}

// property reads what is behind \p: {Name} or one letter.
func (t *translation) property() (string, error) {
	rest := t.rest()
	if rest == "" {
		return "", errInvalid
	}
	name := rest[:1]
	if name == "{" {
		end := strings.IndexByte(rest, '}')
		if end < 0 {
			return "", errInvalid
		}
		name = rest[1:end]
		t.at += 2
	}
	t.at += len(name)
	if set, ok := sets[name]; ok && len(name) > 1 {
		return set, nil
	}
	bare := strings.TrimPrefix(name, "Is")
	if _, ok := unicode.Categories[bare]; ok {
		return `\p{` + bare + `}`, nil
	}
	if _, ok := unicode.Scripts[bare]; ok && bare != name {
		return `\p{` + bare + `}`, nil
	}
	if strings.HasPrefix(name, "In") || strings.HasPrefix(name, "java") ||
		strings.Contains(name, "=") || bare != name {
		return "", notHere(`\p{` + name + `}`)
	}
	return "", errInvalid
}
