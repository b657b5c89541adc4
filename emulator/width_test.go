package emulator_test

import (
	"bytes"
	"cmp"
	"go/scanner"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// How many characters a line may have, a tab being one; what is wider cannot be read
// side by side. A line with a text in one piece that is long, or with a raw one, is let
// through.
const (
	codeWidth = 110
	testWidth = 140
	longText  = 60
)

func TestLinesAreNarrow(t *testing.T) {
	t.Parallel()
	err := filepath.WalkDir("..", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() && (d.Name() == "node_modules" || d.Name() == ".git") {
			return cmp.Or(err, fs.SkipDir)
		}
		if filepath.Ext(file) == ".go" {
			checkWidth(t, file)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func checkWidth(t *testing.T, file string) {
	t.Helper()
	most := codeWidth
	if strings.HasSuffix(file, "_test.go") {
		most = testWidth
	}
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	long := longTexts(source)
	for i, line := range bytes.Split(source, []byte("\n")) {
		if n := utf8.RuneCount(line); n > most && !long[i+1] {
			t.Errorf("%s:%d: got %d characters, want at most %d", file, i+1, n, most)
		}
	}
}

// longTexts are the lines that have a long text, by number.
func longTexts(source []byte) map[int]bool {
	lines := map[int]bool{}
	files := token.NewFileSet()
	file := files.AddFile("", -1, len(source))
	var s scanner.Scanner
	s.Init(file, source, nil, 0)
	for {
		at, kind, text := s.Scan()
		if kind == token.EOF {
			return lines
		}
		if kind != token.STRING || len(text) < longText && text[0] != '`' {
			continue
		}
		first := file.Line(at)
		for i := range strings.Count(text, "\n") + 1 {
			lines[first+i] = true
		}
	}
}
