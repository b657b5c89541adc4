package policy

import "slices"

// Hiding returns d as it is where some variables and condition keys do not
// exist, whatever the Context has: those of IAM in a policy of AWS IoT [B-335].
func (d *Document) Hiding(keys ...string) *Document {
	hiding := *d
	hiding.hidden = append(slices.Clone(d.hidden), keys...)
	return &hiding
}
