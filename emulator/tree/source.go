package tree

import (
	"bytes"
	"sort"
	"unicode/utf8"
)

// Where a value stands
//
//   - lines and columns count from 1, columns in characters
//   - a value keeps how to find its place, and the place is found for a finding alone: a
//     file may be one line of megabytes
//   - a text that holds JSON has places within it, however often it is wrapped

// A Source is a text that values were read from: a file, or a text within one.
type Source struct {
	File  string // "" of a text within a file
	Text  []byte
	lines []int          // where each line begins; made when it is first asked for
	outer func(int) Spot // where a byte of this text stands; nil for a file's own
}

// A Spot is a place in a source: a byte of it, or a line and column if there is a line.
type Spot struct {
	src          *Source
	off          int
	line, column int
}

// File is the file that a spot is in.
func (s Spot) File() string {
	if s.src != nil && s.src.outer != nil {
		return s.src.outer(s.off).File()
	}
	if s.src == nil {
		return ""
	}
	return s.src.File
}

// Position returns the line and column in the file.
func (s Spot) Position() (line, column int) {
	switch {
	case s.line > 0 || s.src == nil:
		return max(s.line, 1), max(s.column, 1)
	case s.src.outer != nil:
		return s.src.outer(s.off).Position()
	}
	return s.src.position(s.off)
}

// Line returns the line in the file alone, which is found at once however long the line is.
func (s Spot) Line() int {
	switch {
	case s.line > 0 || s.src == nil:
		return max(s.line, 1)
	case s.src.outer != nil:
		return s.src.outer(s.off).Line()
	}
	return s.src.lineOf(s.off)
}

// At is a place by its line, from 1, and column.
func (s *Source) At(line, column int) Spot { return Spot{src: s, line: line, column: column} }

// Start is where the text begins.
func (s *Source) Start() Spot { return Spot{src: s} }

func (s *Source) position(off int) (line, column int) {
	off = min(off, len(s.Text))
	line = s.lineOf(off)
	return line, 1 + utf8.RuneCount(s.Text[s.lines[line-1]:off])
}

func (s *Source) lineOf(off int) int {
	if s.lines == nil {
		s.lines = []int{0}
		for i, b := range s.Text {
			if b == '\n' {
				s.lines = append(s.lines, i+1)
			}
		}
	}
	return sort.SearchInts(s.lines, min(off, len(s.Text))+1)
}

// Line returns the bytes of a line, from 1; nil if there is none.
func (s *Source) Line(n int) []byte {
	s.position(0)
	if n < 1 || n > len(s.lines) {
		return nil
	}
	text := s.Text[s.lines[n-1]:]
	if end := bytes.IndexByte(text, '\n'); end >= 0 {
		text = text[:end]
	}
	return text
}
