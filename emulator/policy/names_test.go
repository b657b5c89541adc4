package policy

import (
	"math/rand/v2"
	"testing"
)

// A table finds what looking at every pattern finds.
func TestNameTable(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	text := func(alphabet string) string {
		var b []byte
		for range random.IntN(6) {
			b = append(b, alphabet[random.IntN(len(alphabet))])
		}
		return string(b)
	}
	for range 2000 {
		var table nameTable
		for range random.IntN(12) {
			table = append(table, newNamePattern(plainGlob(text("ab/*?"))))
		}
		table.sort()
		for range 20 {
			name, want := text("ab/"), false
			for i := range table {
				want = want || table[i].match(name)
			}
			if got := table.match(name); got != want {
				t.Fatalf("match(%q) = %v, want %v in %+v", name, got, want, table)
			}
		}
	}
}
