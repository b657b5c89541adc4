package stack

import (
	"fmt"

	"github.com/suback/suback/emulator/tree"
)

// maxMembers is how many an object or a list of a template may have.
const maxMembers = 5_000

// bounded wants no more members anywhere than can be gone over.
func bounded(v *tree.Value) error {
	what, n := "members", len(v.Members)
	if v.Kind == tree.Array {
		what, n = "items", len(v.Items)
	}
	if n > maxMembers {
		return fmt.Errorf("%s:%d: has %d %s, want at most %d in one place",
			v.At.File(), v.At.Line(), n, what, maxMembers)
	}
	for _, m := range v.Members {
		if err := bounded(m.Value); err != nil {
			return err
		}
	}
	for _, item := range v.Items {
		if err := bounded(item); err != nil {
			return err
		}
	}
	return nil
}
