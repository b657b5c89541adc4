package lint

import (
	"hash/fnv"
	"strings"
	"unicode/utf8"
)

// Patterns for names
//
//   - a policy's * and ? match across "/" [B-203]
//   - a variable, and what is unknown, may be any text: so nothing is found where nothing
//     may be
//   - MQTT's + and # are read as such where a filter, or a mistake for one, is meant

// A pattern is a name with wildcards, a token each: a character, or one of these.
type pattern []rune

const (
	anyRun   rune = -1 - iota // *, #
	anyLevel                  // +: a run without "/"
	anyOne                    // ?
	anyText                   // what is unknown; below it, a variable each
)

func isRun(r rune) bool { return r == anyRun || r == anyLevel || r <= anyText }

// policyPattern reads a text of a policy.
func policyPattern(s string) (p pattern) {
	for s != "" {
		r, size := utf8.DecodeRuneInString(s)
		switch {
		case r == '*':
			r = anyRun
		case r == '?':
			r = anyOne
		case string(r) == unknown:
			r = anyText
		case strings.HasPrefix(s, "${") && strings.IndexByte(s, '}') > 0:
			r, size = dollar(s)
		}
		p, s = append(p, r), s[size:]
	}
	return p
}

// dollar reads ${…}: a variable, or ${*} for the character [B-319].
func dollar(s string) (r rune, size int) {
	end := strings.IndexByte(s, '}')
	name := s[2:end]
	if name == "*" || name == "?" || name == "$" {
		return rune(name[0]), end + 1
	}
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(name)) // never fails
	return anyText - 1 - rune(sum.Sum32()>>2), end + 1
}

// asFilter reads MQTT's wildcards too. A ? may stand for one of them, so it is anything.
func (p pattern) asFilter() pattern {
	made := make(pattern, len(p))
	for i, r := range p {
		switch r {
		case '#', anyOne:
			r = anyRun
		case '+':
			r = anyLevel
		}
		made[i] = r
	}
	return made
}

// maxSteps bounds what two patterns may cost; beyond it they are taken to meet.
const maxSteps = 1 << 22

// meets reports whether there is a text that both patterns match.
func (p pattern) meets(q pattern) bool {
	if len(p)*len(q) > maxSteps {
		return true
	}
	row, next := make([]bool, len(q)+1), make([]bool, len(q)+1)
	row[0] = true
	spread(row, q)
	for _, r := range p {
		step(r, q, row, next)
		spread(next, q)
		row, next = next, row
	}
	return row[len(q)]
}

// spread goes over wildcards of q that may be empty.
func spread(row []bool, q pattern) {
	for j, r := range q {
		if row[j] && isRun(r) {
			row[j+1] = true
		}
	}
}

// step takes in token r of p: next[j] is whether p up to r and q[:j] may match the same,
// row[j] whether p before r may.
func step(r rune, q pattern, row, next []bool) {
	next[0] = row[0] && isRun(r)
	for j, other := range q {
		switch {
		case isRun(r):
			next[j+1] = row[j+1] || next[j] && takes(r, other) || isRun(other) && row[j+1]
		case isRun(other):
			next[j+1] = row[j+1] && takes(other, r)
		default:
			next[j+1] = row[j] && (r == other || r == anyOne || other == anyOne)
		}
	}
}

// takes reports whether a run may have in it what a token stands for.
func takes(run, r rune) bool { return run != anyLevel || r != '/' }

// covers reports whether p surely matches all that q matches.
func (p pattern) covers(q pattern) bool {
	if len(p)*len(q) > maxSteps {
		return false
	}
	row := make([]bool, len(q)+1) // whether p so far may have taken q[:j]
	row[0] = true
	for _, r := range p {
		if r == anyRun {
			for j := range q {
				row[j+1] = row[j+1] || row[j]
			}
			continue
		}
		for j := len(q); j > 0; j-- {
			other := q[j-1]
			same := r == other && r != anyText || r == anyOne && other >= 0
			row[j] = row[j-1] && same
		}
		row[0] = false
	}
	return row[len(q)]
}
