package store

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A damage is what is wrong with a file, and what is not.
type damage struct {
	of    map[string]error // by bucket
	whole map[string]int   // records by bucket
}

func newDamage() *damage { return &damage{of: map[string]error{}, whole: map[string]int{}} }

// add notes the first thing that is wrong with a bucket.
func (d *damage) add(bucket string, err error) {
	if d.of[bucket] == nil {
		d.of[bucket] = err
	}
}

// err is nil if there is no damage.
func (d *damage) err() error {
	if len(d.of) == 0 {
		return nil
	}
	return d
}

// Error names each bucket that is damaged, and what there is in the others.
func (d *damage) Error() string {
	var damaged, whole []string
	for _, name := range slices.Sorted(maps.Keys(d.of)) {
		damaged = append(damaged, fmt.Sprintf("%s: %v", name, d.of[name]))
	}
	for _, name := range slices.Sorted(maps.Keys(d.whole)) {
		if n := d.whole[name]; n > 0 {
			whole = append(whole, fmt.Sprintf("%s (%d)", name, n))
		}
	}
	text := strings.Join(damaged, "; ")
	if len(whole) > 0 {
		text += "; whole are " + strings.Join(whole, ", ")
	}
	return text
}
