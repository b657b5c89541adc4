package sql

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// An Error is a statement or a template that is refused: AWS's SqlParseException.
type Error struct {
	Offset       int    // in bytes, from 0
	Line, Column int    // from 1; columns are characters
	Problem      string // what was found, with the user's own names
	Want         string // what would have been right
}

// Error is the place, what was found there, and what was wanted.
func (e *Error) Error() string {
	text := fmt.Sprintf("line %d, column %d (offset %d): %s", e.Line, e.Column, e.Offset, e.Problem)
	if e.Want != "" {
		text += ": want " + e.Want
	}
	return text
}

// errorAt makes an error at an offset of a text.
func errorAt(text string, offset int, problem, want string) *Error {
	offset = min(offset, len(text))
	before := text[:offset]
	line := strings.LastIndexByte(before, '\n') + 1
	return &Error{
		Offset: offset, Line: 1 + strings.Count(before, "\n"), Column: 1 + utf8.RuneCountInString(before[line:]),
		Problem: problem, Want: want,
	}
}
