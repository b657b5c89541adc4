package policy

import (
	"math"
	"strings"
)

// Which of several patterns was meant: the one with the fewest edits, wherever
// they are. A star takes in anything, so edits alone would favour patterns that
// say little; characters that agree count for a pattern, and edits against it.
// It is for a person's eye, and decides nothing.

const (
	edit = 2 // what a character too many, too few or wrong takes away from those that agree

	// maxCells bounds what the patterns of one decision may cost: a cell is a
	// character of a pattern beside one of the request, some nanoseconds. It is
	// enough for 35 patterns of 60 characters. The rest counts by where it breaks.
	maxCells = 128 << 10

	unlike = math.MinInt32
)

// likeness says how like the request a pattern is; more is more. It takes what it
// costs from q.cells.
func (q request) likeness(e element) int {
	have := strings.SplitN(q.arn, ":", len(e.fields))
	if len(have) != len(e.fields) {
		return unlike
	}
	last := len(have) - 1
	if *q.cells -= len(e.fields[last]) * len(have[last]); *q.cells < 0 {
		return unlike
	}
	score := e.fields[last].align(have[last])
	for i, field := range have[:last] {
		if !e.fields[i].match(field) {
			score -= edit
		}
	}
	return score
}

// align is the best alignment of a pattern with a text: the characters that agree
// less the edits.
func (g glob) align(text string) int {
	row := make([]int, len(text)+1) // the best for the pattern so far and text[:j]
	for j := range row {
		row[j] = -edit * j
	}
	for i := range len(g) {
		diagonal := row[0]
		if g[i] != run[0] {
			row[0] -= edit
		}
		for j := range len(text) {
			above := row[j+1]
			switch g[i] {
			case run[0]:
				row[j+1] = max(above, row[j])
			case text[j]:
				row[j+1] = max(diagonal+1, above-edit, row[j]-edit)
			case one[0]:
				row[j+1] = max(diagonal, above-edit, row[j]-edit)
			default:
				row[j+1] = max(diagonal, above, row[j]) - edit
			}
			diagonal = above
		}
	}
	return row[len(text)]
}
