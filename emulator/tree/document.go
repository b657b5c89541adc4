package tree

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// A BrokenYAML is where a text is no YAML, and what is wanted there.
type BrokenYAML struct {
	Line int // from 1
	Text string
}

func (b *BrokenYAML) Error() string { return fmt.Sprintf("line %d: %s", b.Line, b.Text) }

// Document reads the only document of a YAML text; of an empty one the node has no content.
// The error is a *[BrokenYAML].
func Document(text []byte) (*yaml.Node, error) {
	root, more := new(yaml.Node), new(yaml.Node)
	d := yaml.NewDecoder(bytes.NewReader(text))
	err := d.Decode(root)
	if err == nil {
		err = d.Decode(more)
	}
	switch {
	case errors.Is(err, io.EOF):
		return root, nil
	case err != nil:
		return nil, broken(text, err)
	case len(more.Content) > 0 && more.Content[0].Tag != "!!null":
		return nil, &BrokenYAML{more.Content[0].Line, "a second document begins, want one in a file"}
	}
	return root, nil
}

var (
	yamlError = regexp.MustCompile(`^(?:yaml: )?(?:line (\d+): )?(.*)$`)

	// parserError is one for which the library says the line before.
	parserError = regexp.MustCompile(`^did not find expected (key|node content|'|<)`)
	noAnchor    = regexp.MustCompile(`^unknown anchor '(.*)' referenced$`)
)

// wanted is what is to be done about the library's commonest errors.
var wanted = map[string]string{
	"did not find expected key": "want the keys in one column, and nothing behind a text in quotes",
	"did not find expected node content": "want a value here, and of brackets and commas neither too many " +
		"nor too few",
	"did not find expected ',' or ']'": "want a ] for the list that begins here",
	"did not find expected ',' or '}'": "want a } for what begins here",
	"could not find expected ':'":      "want key: value",
	"mapping values are not allowed in this context": "want each key in a line of its own and in the column " +
		"of the others, a space behind its colon, and a text with a colon in quotes",
	"found character that cannot start any token": "want spaces for tabs, and a text that begins with @, % " +
		"or ` in quotes",
	"found a tab character that violates indentation":       "want spaces",
	"did not find expected alphabetic or numeric character": `want a text that begins with * or & in quotes: "*"`,
	"found unexpected end of stream":                        "want the quotes closed that begin here",
}

// broken is an error of the library's with its place. No value is in it, which may be a secret.
func broken(text []byte, err error) *BrokenYAML {
	m := yamlError.FindStringSubmatch(err.Error())
	if m == nil {
		return &BrokenYAML{1, err.Error()}
	}
	line, _ := strconv.Atoi(m[1]) // digits, by the pattern, or none
	says := m[2]
	switch anchor := noAnchor.FindStringSubmatch(says); {
	case strings.Contains(says, "UTF-8"), strings.Contains(says, "control characters"):
		line, says = lineOf(text, bytes.IndexFunc(text, isOdd)), "a character that is no text, want UTF-8"
	case anchor != nil:
		line = lineOf(text, bytes.Index(text, []byte("*"+anchor[1])))
		says = "* names an anchor that is not there, want a text that begins with * in quotes"
	case parserError.MatchString(says):
		line++
	}
	if want := wanted[says]; want != "" {
		says += ", " + want
	}
	return &BrokenYAML{min(max(line, 1), lineOf(text, len(bytes.TrimRight(text, "\n")))), says}
}

func lineOf(text []byte, at int) int { return 1 + bytes.Count(text[:max(at, 0)], []byte("\n")) }

// isOdd says whether YAML does not have the character.
func isOdd(r rune) bool {
	return r == utf8.RuneError || r < ' ' && r != '\t' && r != '\n' && r != '\r' ||
		r >= 0x7f && r < 0xa0 && r != 0x85 || r == 0xfffe || r == 0xffff
}
