package lint

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

var yamlError = regexp.MustCompile(`^yaml: (?:line (\d+): )?(.*)$`)

// readYAML reads the first document of a YAML text. The error is a *broken.
func readYAML(src *source) (*value, error) {
	var root yaml.Node
	if err := yaml.Unmarshal(src.text, &root); err != nil {
		m := yamlError.FindStringSubmatch(err.Error())
		if m == nil {
			return nil, &broken{spot{src: src}, "is no YAML: " + err.Error()}
		}
		line, _ := strconv.Atoi(m[1]) // digits, by the pattern, or none
		return nil, &broken{spot{src: src, line: line, column: 1}, "is no YAML: " + m[2]}
	}
	r := &yamlReader{reader{src: src}}
	if len(root.Content) == 0 {
		return &value{kind: null, at: spot{src: src}}, nil
	}
	return r.value(root.Content[0], 0)
}

type yamlReader struct{ reader }

func (r *yamlReader) spot(n *yaml.Node) spot { return spot{src: r.src, line: n.Line, column: n.Column} }

func (r *yamlReader) value(n *yaml.Node, depth int) (*value, error) {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	v := &value{at: r.spot(n)}
	if err := r.count(depth, len(n.Value), v.at); err != nil {
		return nil, err
	}
	switch n.Kind {
	case yaml.MappingNode:
		v.kind = object
		for i := 0; i+1 < len(n.Content); i += 2 {
			below, err := r.value(n.Content[i+1], depth+1)
			if err != nil {
				return nil, err
			}
			v.members = append(v.members, member{n.Content[i].Value, r.spot(n.Content[i]), below})
		}
	case yaml.SequenceNode:
		v.kind = array
		for _, item := range n.Content {
			below, err := r.value(item, depth+1)
			if err != nil {
				return nil, err
			}
			v.items = append(v.items, below)
		}
	default:
		r.scalar(v, n)
	}
	return called(v, n.Tag), nil
}

// scalar reads a text, a number and so on; a date is a text here, as in CloudFormation.
func (r *yamlReader) scalar(v *value, n *yaml.Node) {
	v.kind, v.text = text, n.Value
	switch n.Tag {
	case "!!int", "!!float":
		v.kind = number
		if !isNumber(n.Value) { // .inf, 0x1F, 1_000
			v.kind = text
		}
	case "!!bool":
		v.kind, v.text = boolean, strings.ToLower(n.Value)
		if v.text != "true" && v.text != "false" {
			v.kind = text
		}
	case "!!null":
		v.kind = null
	}
	if v.kind == text {
		v.inside = func(i int) spot { return r.inside(n, i) }
	}
}

// isNumber wants what JSON has as a number.
func isNumber(s string) bool { return jsonNumber.MatchString(s) }

var jsonNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?$`)

// inside is where a byte of a text stands: to the character, but in a text that is folded,
// or quoted over several lines, which is where it begins.
func (r *yamlReader) inside(n *yaml.Node, i int) spot {
	i = min(i, len(n.Value))
	at := r.spot(n)
	before := n.Value[:i]
	switch {
	case n.Style&yaml.LiteralStyle != 0:
		at.line += 1 + strings.Count(before, "\n")
		raw := r.src.line(n.Line + 1)
		for line := n.Line + 1; len(bytes.TrimSpace(raw)) == 0 && line < at.line; line++ {
			raw = r.src.line(line + 1)
		}
		indent := len(raw) - len(bytes.TrimLeft(raw, " "))
		at.column = 1 + indent + utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:])
	case n.Style&yaml.FoldedStyle != 0:
	case n.Style&yaml.DoubleQuotedStyle != 0:
		raw := r.src.line(n.Line)
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
