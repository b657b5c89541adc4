package sql

import (
	"fmt"
	"strings"
)

// longestStatement is AWS's limit of a rule's whole document [R-10, guess].
const longestStatement = 256 << 10

// lex cuts a text into tokens.
//
//   - Strings stand in single or double quotes; there is no escape, neither \ nor a quote
//     twice [R-31, guess].
//   - There are no comments.
//   - What people write who come from another SQL, or from a programming language, is
//     refused with what AWS has instead [R-54a].
func lex(text string) ([]token, error) {
	if len(text) > longestStatement {
		problem := fmt.Sprintf("the statement has %d bytes", len(text))
		return nil, errorAt(text, longestStatement, problem, "at most 262144")
	}
	var tokens []token
	for at := 0; ; {
		for at < len(text) && strings.IndexByte(" \t\r\n\f", text[at]) >= 0 {
			at++
		}
		if at == len(text) {
			return append(tokens, token{kind: tokEnd, at: at, end: at}), nil
		}
		t, err := lexOne(text, at)
		if err != nil {
			return nil, err
		}
		tokens, at = append(tokens, t), t.end
	}
}

func lexOne(text string, at int) (token, error) {
	switch c := text[at]; {
	case isLetter(c):
		return word(tokWord, text, at, at), nil
	case c == '@':
		if t := word(tokVariable, text, at, at+1); t.text != "" {
			return t, nil
		}
		return token{}, errorAt(text, at, "@ without a name", "@ and letters, digits or _, as in @limit")
	case isDigit(c):
		return lexNumber(text, at)
	case c == '\'' || c == '"':
		return lexText(text, at)
	}
	if err := refuseSign(text, at); err != nil {
		return token{}, err
	}
	for _, s := range signs {
		if strings.HasPrefix(text[at:], s.text) {
			return token{kind: s.kind, text: s.text, at: at, end: at + len(s.text)}, nil
		}
	}
	r := []rune(text[at:min(len(text), at+4)])[0]
	return token{}, errorAt(text, at, fmt.Sprintf("%q", string(r)),
		"a name, a value or an operator; names with other characters than letters, digits and _ need get(object, 'name')")
}

func isLetter(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c == '$'
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func word(kind tokenKind, text string, at, from int) token {
	end := from
	for end < len(text) && (isLetter(text[end]) || isDigit(text[end])) {
		end++
	}
	return token{kind: kind, text: text[from:end], at: at, end: end}
}

func lexNumber(text string, at int) (token, error) {
	end := skipDigits(text, at)
	if end+1 < len(text) && text[end] == '.' && isDigit(text[end+1]) {
		end = skipDigits(text, end+1)
	}
	if end < len(text) && (text[end] == 'e' || text[end] == 'E') {
		from := end + 1
		if from < len(text) && (text[from] == '-' || text[from] == '+') {
			from++
		}
		if from < len(text) && isDigit(text[from]) {
			end = skipDigits(text, from)
		}
	}
	t := token{kind: tokNumber, text: text[at:end], at: at, end: end}
	if end < len(text) && isLetter(text[end]) {
		name := text[at:word(tokWord, text, at, end).end]
		return t, errorAt(text, at, "the name "+clip(name)+" begins with a digit", "get(*, '"+clip(name)+"')")
	}
	return t, nil
}

func skipDigits(text string, at int) int {
	for at < len(text) && isDigit(text[at]) {
		at++
	}
	return at
}

func lexText(text string, at int) (token, error) {
	quote := text[at]
	n := strings.IndexByte(text[at+1:], quote)
	if n < 0 {
		return token{}, errorAt(text, at, "a string that does not end", fmt.Sprintf("a %c behind it", quote))
	}
	t := token{kind: tokText, text: text[at+1 : at+1+n], at: at, end: at + n + 2, quote: quote}
	if t.end < len(text) && text[t.end] == quote {
		other := map[byte]string{'\'': "double", '"': "single"}[quote]
		return t, errorAt(text, t.end, "a quote twice, which does not stand for one",
			other+" quotes around a string that has such a quote")
	}
	return t, nil
}
