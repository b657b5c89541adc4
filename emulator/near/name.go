package near

import "strings"

// longest is how many bytes a name has that is compared: none of AWS's is longer
//
const longest = 128

// Name returns the name that is most like a misspelled one, the first of several,
// or "" if none is within a third of its length. Case counts for nothing here.
func Name(name string, names []string) string {
	if len(name) > longest {
		return ""
	}
	best, distance := "", max(1, len(name)/3)+1
	for _, n := range names {
		if d := Edits(strings.ToLower(name), strings.ToLower(n)); d < distance {
			best, distance = n, d
		}
	}
	return best
}

// Edits is the Levenshtein distance of two texts, in bytes. It takes time and, for
// b, room in proportion to their lengths: the caller bounds them.
func Edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
