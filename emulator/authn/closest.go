package authn

import (
	"slices"
	"strings"

	"github.com/suback/suback/emulator/registry"
)

// closest returns the name that is most like a misspelled one, or "" if none
// is within a third of its length. Case counts for nothing here.
func closest(name string, names []string) string {
	if len(name) > 128 { // no name is longer
		return ""
	}
	best, distance := "", max(1, len(name)/3)+1
	for _, n := range names {
		if d := edits(strings.ToLower(name), strings.ToLower(n)); d < distance {
			best, distance = n, d
		}
	}
	return best
}

// NearKey says whether an access key id is that of configured keys but for its
// case, white space around it, or a slip: whoever means those must have their
// secret, and is not one of the strangers whom the APIs let in.
func (a *Authenticator) NearKey(id string) bool {
	const slip, fewest = 2, 8 // edits; bytes of an id that can be told from others then
	id = strings.ToLower(strings.TrimSpace(id))
	return slices.ContainsFunc(a.Registry.Credentials(), func(c registry.Credential) bool {
		known := strings.ToLower(c.AccessKeyID)
		return id == known || len(id) >= fewest && len(id) <= 128 && edits(id, known) <= slip
	})
}

// edits is the Levenshtein distance of two texts, in bytes.
func edits(a, b string) int {
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
