package tree

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// Read reads JSON, or YAML: its first document. The error is a *[Broken].
func Read(src *Source) (*Value, error) {
	if len(src.Text) > MaxFile {
		return nil, &Broken{src.Start(), fmt.Sprintf("has more than %d bytes", MaxFile)}
	}
	src.Text = bytes.TrimPrefix(src.Text, []byte("\ufeff")) // places are what an editor shows: without it
	trimmed := bytes.TrimSpace(src.Text)
	isJSON := len(trimmed) > 0 && bytes.IndexByte([]byte(`{["`), trimmed[0]) >= 0
	if !isJSON {
		return readYAML(src)
	}
	v, err := readJSON(src)
	if err != nil && isYAML(src.File) {
		return readYAML(src)
	}
	return v, err
}

func isYAML(file string) bool {
	return slices.Contains([]string{".yaml", ".yml", ".template"}, strings.ToLower(filepath.Ext(file)))
}

// Unwrap reads the JSON that a text holds. The error is a *[Broken].
func (v *Value) Unwrap() (*Value, error) {
	return readJSON(&Source{Text: []byte(v.Text), outer: v.Within})
}
