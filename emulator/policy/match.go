package policy

import (
	"strings"
	"unicode/utf8"
)

// A glob is a pattern: text in which two bytes that no UTF-8 text contains
// stand for the wildcards. So "*" and "?" can be ordinary characters of it.
//
//   - * is any run of characters, the empty one included, "/" included [B-203]
//   - ? is exactly one character, a Unicode code point [B-203, guess: not a byte]
//   - all else is compared byte for byte: case counts, nothing is normalised
//     [B-207, guess]
//   - + and # are ordinary characters [B-204]
type glob string

const (
	run glob = "\xff" // *
	one glob = "\xfe" // ?
)

// literal is the pattern with its wildcards as plain characters, for those who
// know no wildcards.
func (g glob) literal() string {
	return strings.NewReplacer(string(run), "*", string(one), "?").Replace(string(g))
}

// match takes time proportional to the text between wildcards, at worst
// len(g)·len(text): the leftmost place for each part between two stars is
// always a right one, so nothing is tried twice.
func (g glob) match(text string) bool {
	head, rest, open := strings.Cut(string(g), string(run))
	n := matchHead(head, text)
	if n < 0 || !open {
		return n == len(text)
	}
	text = text[n:]
	for {
		part, after, more := strings.Cut(rest, string(run))
		if !more {
			return matchTail(part, text)
		}
		_, end := find(part, text)
		if end < 0 {
			return false
		}
		text, rest = text[end:], after
	}
}

// matchHead returns how many bytes of text the part takes, or -1.
func matchHead(part, text string) int {
	if strings.HasPrefix(text, part) {
		return len(part)
	}
	if strings.IndexByte(part, one[0]) < 0 {
		return -1
	}
	if n, whole := common(part, text); whole {
		return n
	}
	return -1
}

// common returns how many bytes of text agree with the beginning of part, and
// whether that was all of part. It stops between characters.
func common(part, text string) (n int, whole bool) {
	for part != "" {
		if n == len(text) {
			return n, false
		}
		_, size := utf8.DecodeRuneInString(text[n:])
		switch {
		case part[0] == one[0]:
			part = part[1:]
		case strings.HasPrefix(part, text[n:n+size]):
			part = part[size:]
		default:
			return n, false
		}
		n += size
	}
	return n, true
}

// find returns the leftmost place of part in text, or -1, -1.
func find(part, text string) (start, end int) {
	if strings.IndexByte(part, one[0]) < 0 {
		if start = strings.Index(text, part); start < 0 {
			return -1, -1
		}
		return start, start + len(part)
	}
	for start <= len(text) {
		if n, whole := common(part, text[start:]); whole {
			return start, start + n
		}
		if start == len(text) {
			break
		}
		_, size := utf8.DecodeRuneInString(text[start:])
		start += size
	}
	return -1, -1
}

// matchTail reports whether text ends with part.
func matchTail(part, text string) bool {
	if strings.IndexByte(part, one[0]) < 0 {
		return strings.HasSuffix(text, part)
	}
	start := len(text)
	for range utf8.RuneCountInString(part) { // a wildcard byte counts as one
		if start == 0 {
			return false
		}
		_, size := utf8.DecodeLastRuneInString(text[:start])
		start -= size
	}
	n, whole := common(part, text[start:])
	return whole && start+n == len(text)
}

// reach returns the byte of text at which a match of g breaks: the furthest one
// up to which text and pattern agree. It is len(text) when text ends too soon.
func (g glob) reach(text string) int {
	head, rest, open := strings.Cut(string(g), string(run))
	n, whole := common(head, text)
	if !whole {
		return n
	}
	for open {
		var part string
		part, rest, open = strings.Cut(rest, string(run))
		if _, end := find(part, text[n:]); end >= 0 && open {
			n += end
			continue
		}
		return n + furthest(part, text[n:])
	}
	return n
}

// furthest is where the best attempt at part ends in text; 0 when not even one
// character of it is there.
func furthest(part, text string) int {
	best := 0
	for i := range text {
		if n, _ := common(part, text[i:]); n > 0 && i+n > best {
			best = i + n
		}
	}
	return best
}

// after returns the patterns that the rest of a text has to match once prefix
// has been read: none if g cannot begin with prefix, several if a star may or
// may not have ended within it.
func (g glob) after(prefix string) []glob {
	for prefix != "" && g != "" && g[0] == prefix[0] && g[0] < one[0] {
		g, prefix = g[1:], prefix[1:]
	}
	states := map[int]bool{0: true}
	for prefix != "" {
		_, size := utf8.DecodeRuneInString(prefix)
		r := prefix[:size]
		prefix = prefix[size:]
		next := map[int]bool{}
		for at := range states {
			for at < len(g) && g[at] == run[0] {
				next[at] = true
				at++
			}
			switch {
			case at < len(g) && g[at] == one[0]:
				next[at+1] = true
			case strings.HasPrefix(string(g[at:]), r):
				next[at+size] = true
			}
		}
		states = next
	}
	var rests []glob
	for at := range len(g) + 1 {
		if states[at] {
			rests = append(rests, g[at:])
		}
	}
	return rests
}
