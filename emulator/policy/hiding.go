package policy

import "slices"

// Hiding returns d as it is where some variables and condition keys do not
// exist, whatever the Context has: those of IAM in a policy of AWS IoT [B-335]. The
// same keys, in the same order, give the same Document again.
func (d *Document) Hiding(keys ...string) *Document {
	hidden := append(slices.Clone(d.hidden), keys...)
	d.shared.mu.Lock()
	defer d.shared.mu.Unlock()
	for _, known := range d.shared.hiding {
		if slices.Equal(known.hidden, hidden) {
			return known
		}
	}
	hiding := *d
	hiding.hidden, hiding.shared = hidden, &shared{}
	d.shared.hiding = keepNewest(d.shared.hiding, &hiding)
	return &hiding
}
