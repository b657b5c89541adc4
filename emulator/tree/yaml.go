package tree

import (
	"bytes"
	"regexp"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// readYAML reads the first document of a YAML text. The error is a *Broken.
func readYAML(src *Source) (*Value, error) {
	var root yaml.Node
	if err := yaml.Unmarshal(src.Text, &root); err != nil {
		at := broken(src.Text, err)
		return nil, &Broken{Spot{src: src, line: at.Line, column: 1}, "is no YAML: " + at.Text}
	}
	r := &yamlReader{reader{src: src}}
	if len(root.Content) == 0 {
		return &Value{Kind: Null, At: Spot{src: src}}, nil
	}
	return r.value(root.Content[0], 0)
}

type yamlReader struct{ reader }

func (r *yamlReader) spot(n *yaml.Node) Spot { return Spot{src: r.src, line: n.Line, column: n.Column} }

func (r *yamlReader) value(n *yaml.Node, depth int) (*Value, error) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	v := &Value{At: r.spot(n)}
	if err := r.count(depth, len(n.Value), v.At); err != nil {
		return nil, err
	}
	switch n.Kind {
	case yaml.MappingNode:
		v.Kind = Object
		for i := 0; i+1 < len(n.Content); i += 2 {
			below, err := r.value(n.Content[i+1], depth+1)
			if err != nil {
				return nil, err
			}
			v.Members = append(v.Members, Member{n.Content[i].Value, r.spot(n.Content[i]), below})
		}
	case yaml.SequenceNode:
		v.Kind = Array
		for _, item := range n.Content {
			below, err := r.value(item, depth+1)
			if err != nil {
				return nil, err
			}
			v.Items = append(v.Items, below)
		}
	default:
		r.scalar(v, n)
	}
	return called(v, n), nil
}

// called is a value with a tag such as !Sub as the long form that it stands for.
func called(v *Value, n *yaml.Node) *Value {
	name, is := strings.CutPrefix(n.Tag, "!")
	if !is || strings.HasPrefix(name, "!") {
		return v
	}
	if name != "Ref" && name != "Condition" {
		name = "Fn::" + name
	}
	return &Value{Kind: Object, At: v.At, IsShort: true, Members: []Member{{Name: name, At: v.At, Value: v}}}
}

// scalar reads a text, a number and so on; a date is a text here, as in CloudFormation.
func (r *yamlReader) scalar(v *Value, n *yaml.Node) {
	v.Kind, v.Text = Text, n.Value
	switch n.Tag {
	case "!!int", "!!float":
		v.Kind = Number
		if !isNumber(n.Value) { // .inf, 0x1F, 1_000
			v.Kind = Text
		}
	case "!!bool":
		v.Kind, v.Text = Boolean, strings.ToLower(n.Value)
		if v.Text != "true" && v.Text != "false" {
			v.Kind = Text
		}
	case "!!null":
		v.Kind = Null
	}
	if v.Kind == Text {
		v.Inside = func(i int) Spot { return r.inside(n, i) }
	}
}

// isNumber wants what JSON has as a number.
func isNumber(s string) bool { return jsonNumber.MatchString(s) }

var jsonNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)

// inside is where a byte of a text stands: to the character, but in a text that is folded,
// or quoted over several lines, which is where it begins.
func (r *yamlReader) inside(n *yaml.Node, i int) Spot {
	i = min(i, len(n.Value))
	at := r.spot(n)
	before := n.Value[:i]
	switch {
	case n.Style&yaml.LiteralStyle != 0:
		at.line += 1 + strings.Count(before, "\n")
		raw := r.src.Line(n.Line + 1)
		for line := n.Line + 1; len(bytes.TrimSpace(raw)) == 0 && line < at.line; line++ {
			raw = r.src.Line(line + 1)
		}
		indent := len(raw) - len(bytes.TrimLeft(raw, " "))
		at.column = 1 + indent + utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:])
	case n.Style&yaml.FoldedStyle != 0:
	case n.Style&yaml.DoubleQuotedStyle != 0:
		raw := r.src.Line(n.Line)
		start := bytesOf(raw, n.Column-1)
		if end := insideString(raw, start, i); end < len(raw) {
			at.column = 1 + utf8.RuneCount(raw[:end])
		}
	case n.Style&yaml.SingleQuotedStyle != 0:
		at.column += 1 + utf8.RuneCountInString(before) + strings.Count(before, "'")
	default:
		at.column += utf8.RuneCountInString(before)
	}
	return at
}

// bytesOf is how many bytes so many characters at the beginning of a line have.
func bytesOf(line []byte, characters int) (n int) {
	for ; characters > 0 && n < len(line); characters-- {
		_, size := utf8.DecodeRune(line[n:])
		n += size
	}
	return n
}
