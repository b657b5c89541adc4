package sql

import "strings"

// A tokenKind is what a token is; operators of the tree are named by theirs.
type tokenKind uint8

const (
	tokEnd tokenKind = iota
	tokWord
	tokVariable // text without the @
	tokNumber
	tokText // text without the quotes
	tokComma
	tokDot
	tokOpen
	tokClose
	tokOpenSquare
	tokCloseSquare
	tokOpenCurly
	tokCloseCurly
	tokColon
	tokPlus
	tokMinus
	tokStar
	tokSlash
	tokPercent
	tokEqual
	tokUnequal
	tokLess
	tokLessEqual
	tokGreater
	tokGreaterEqual
	tokAnd // words that are operators of the tree
	tokOr
	tokNot
)

// signs are the operators as they are written, the longer first.
var signs = []struct {
	text string
	kind tokenKind
}{
	{"<>", tokUnequal}, {"<=", tokLessEqual}, {">=", tokGreaterEqual}, {"<", tokLess}, {">", tokGreater},
	{"=", tokEqual}, {"+", tokPlus}, {"-", tokMinus}, {"*", tokStar}, {"/", tokSlash}, {"%", tokPercent},
	{",", tokComma}, {".", tokDot}, {"(", tokOpen}, {")", tokClose}, {"[", tokOpenSquare}, {"]", tokCloseSquare},
	{"{", tokOpenCurly}, {"}", tokCloseCurly}, {":", tokColon},
}

// String is an operator as it is written.
func (k tokenKind) String() string {
	for _, s := range signs {
		if s.kind == k {
			return s.text
		}
	}
	return map[tokenKind]string{tokAnd: "AND", tokOr: "OR", tokNot: "NOT"}[k]
}

// A token is a piece of a statement.
type token struct {
	kind  tokenKind
	text  string
	at    int // where it begins
	end   int // behind it
	quote byte
}

// is says whether the token is a keyword. They are case-insensitive.
func (t token) is(keyword string) bool {
	return t.kind == tokWord && strings.EqualFold(t.text, keyword)
}

func (t token) isOneOf(keywords ...string) bool {
	for _, k := range keywords {
		if t.is(k) {
			return true
		}
	}
	return false
}
