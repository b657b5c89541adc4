package shadow

import (
	"strconv"
	"unicode/utf8"
)

// How a node is written: as AWS does, without spaces, members in the order they came.
// Numbers keep their text, so that none loses a digit.

// appendValue appends the JSON of a node.
func (n *node) appendValue(b []byte) []byte {
	switch n.kind {
	case object:
		return n.appendMembers(b, (*node).appendValue)
	case array:
		return n.appendItems(b, (*node).appendValue)
	}
	return append(b, n.text...)
}

// appendTimes appends the metadata of a node: it mirrors it, with the time of each leaf
// and of each element of an array [S-46].
func (n *node) appendTimes(b []byte) []byte {
	switch n.kind {
	case object:
		return n.appendMembers(b, (*node).appendTimes)
	case array:
		return n.appendItems(b, (*node).appendTimes)
	}
	b = append(b, `{"timestamp":`...)
	b = strconv.AppendInt(b, n.at, 10)
	return append(b, '}')
}

func (n *node) appendMembers(b []byte, value func(*node, []byte) []byte) []byte {
	b = append(b, '{')
	for i, name := range n.names {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendText(b, name), ':')
		b = value(n.items[i], b)
	}
	return append(b, '}')
}

func (n *node) appendItems(b []byte, value func(*node, []byte) []byte) []byte {
	b = append(b, '[')
	for i, item := range n.items {
		if i > 0 {
			b = append(b, ',')
		}
		b = value(item, b)
	}
	return append(b, ']')
}

// size is how many bytes the JSON of a node has; none for nil.
func (n *node) size() int {
	if n == nil {
		return 0
	}
	return len(n.appendValue(nil))
}

// appendText appends a text as JSON. What JSON does not want escaped is not: package json
// would escape some more.
func appendText(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	plain := 0
	for plain < len(s) && s[plain] >= ' ' && s[plain] < utf8.RuneSelf && s[plain] != '"' && s[plain] != '\\' {
		plain++
	}
	b = append(append(b, '"'), s[:plain]...)
	for _, r := range s[plain:] {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r == '\n':
			b = append(b, `\n`...)
		case r == '\r':
			b = append(b, `\r`...)
		case r == '\t':
			b = append(b, `\t`...)
		case r < ' ':
			b = append(b, '\\', 'u', '0', '0', hex[r>>4], hex[r&15])
		default:
			b = utf8.AppendRune(b, r)
		}
	}
	return append(b, '"')
}
