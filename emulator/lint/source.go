package lint

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

// A source is a text that values were read from: a file, or a text within one.
type source struct {
	file  string // "" of a text within a file
	text  []byte
	lines []int          // where each line begins; made when it is first asked for
	outer func(int) spot // where a byte of this text stands; nil for a file's own
}

// A spot is a place in a source: a byte of it, or a line and column if there is a line.
type spot struct {
	src          *source
	off          int
	line, column int
}

// file is the file that a spot is in.
func (s spot) file() string {
	if s.src != nil && s.src.outer != nil {
		return s.src.outer(s.off).file()
	}
	if s.src == nil {
		return ""
	}
	return s.src.file
}

// position returns the line and column in the file.
func (s spot) position() (line, column int) {
	switch {
	case s.line > 0 || s.src == nil:
		return max(s.line, 1), max(s.column, 1)
	case s.src.outer != nil:
		return s.src.outer(s.off).position()
	}
	return s.src.position(s.off)
}

func (s *source) position(off int) (line, column int) {
	if s.lines == nil {
		s.lines = []int{0}
		for i, b := range s.text {
			if b == '\n' {
				s.lines = append(s.lines, i+1)
			}
		}
	}
	off = min(off, len(s.text))
	line = sort.SearchInts(s.lines, off+1)
	return line, 1 + utf8.RuneCount(s.text[s.lines[line-1]:off])
}

// line returns the bytes of a line, from 1; nil if there is none.
func (s *source) line(n int) []byte {
	s.position(0)
	if n < 1 || n > len(s.lines) {
		return nil
	}
	text := s.text[s.lines[n-1]:]
	if end := bytes.IndexByte(text, '\n'); end >= 0 {
		text = text[:end]
	}
	return text
}
