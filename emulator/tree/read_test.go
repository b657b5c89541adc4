package tree

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// TestRead: what is read, with its places; short forms are long ones.
func TestRead(t *testing.T) {
	tests := []struct {
		name, file, text string
		path             []string
		want             string // kind, text and place
	}{
		{"JSON", "a", `{"a": {"b": [1]}}`, []string{"a", "b"}, "a list  1:13"},
		{"YAML", "a", "a:\n  b: c", []string{"a", "b"}, "a text c 2:6"},
		{"a byte order mark", "a", "\ufeffa: b", []string{"a"}, "a text b 1:4"},
		{"a flow of YAML in a file of that name", "a.yaml", "{a: b}", []string{"a"}, "a text b 1:5"},
		{"a short form", "a", "a: !Sub '${b}'", []string{"a", "Fn::Sub"}, "a text ${b} 1:4"},
		{"a short Ref", "a", "a: !Ref b", []string{"a", "Ref"}, "a text b 1:4"},
		{"a short Condition", "a", "a: !Condition b", []string{"a", "Condition"}, "a text b 1:4"},
		{"a short form within one", "a", "a: !Select [0, !Split [',', b]]", []string{"a", "Fn::Select"}, "a list  1:4"},
		{"a tag of YAML's own", "a", "a: !!str 1", []string{"a"}, "a text 1 1:4"},
		{"an alias", "a", "x: &x {y: z}\na: *x", []string{"a", "y"}, "a text z 1:11"},
		{"a date", "a", "a: 2012-10-17", []string{"a"}, "a text 2012-10-17 1:4"},
		{"nothing", "a", "", nil, "null  1:1"},
	}
	for _, tt := range tests {
		v, err := Read(&Source{File: tt.file, Text: []byte(tt.text)})
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		v = v.Path(tt.path...)
		if v == nil {
			t.Errorf("%s: got nothing at %v", tt.name, tt.path)
			continue
		}
		line, column := v.At.Position()
		if got := fmt.Sprintf("%s %s %d:%d", v.Kind, v.Text, line, column); got != tt.want {
			t.Errorf("%s: got %s, want %s", tt.name, got, tt.want)
		}
	}
}

// TestReadBounds: what is broken, or beyond what is read, is told with its place.
func TestReadBounds(t *testing.T) {
	bomb := "a: &a [x, x, x, x, x, x, x, x, x]\n"
	for c := 'b'; c < 'j'; c++ {
		bomb += fmt.Sprintf("%c: &%c [%s]\n", c, c, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*%c, ", c-1), 9), ", "))
	}
	tests := []struct{ name, text, want string }{
		{"JSON that is none", `{"a": }`, "1: is no JSON: "},
		{"YAML that is none", "a: b\nc: [", "2: is no YAML: "},
		{"too large", strings.Repeat("a", MaxFile+1), "1: has more than 4194304 bytes"},
		{"too deep", strings.Repeat("[", 100) + strings.Repeat("]", 100), "1: is nested deeper than 64 levels"},
		{"too deep by short forms", "a: " + strings.Repeat("!Sub [", 100) + strings.Repeat("]", 100), "1: is nested deeper than 64 levels"},
		{"aliases of aliases", bomb, ": has more than 200000 values"},
		{"an alias within itself", "a: &a [*a]", "1: is nested deeper than 64 levels"},
	}
	for _, tt := range tests {
		_, err := Read(&Source{Text: []byte(tt.text)})
		e := (*Broken)(nil)
		if !errors.As(err, &e) {
			t.Errorf("%s: got %v, want %s", tt.name, err, tt.want)
			continue
		}
		line, _ := e.At.Position()
		if got := fmt.Sprintf("%d: %s", line, e.Text); !strings.Contains(got, tt.want) {
			t.Errorf("%s: got %s, want %s", tt.name, got, tt.want)
		}
	}
}
