package control

import (
	"slices"
	"testing"
)

func TestActions(t *testing.T) {
	got := Actions()
	if !slices.IsSorted(got) || !slices.Contains(got, "CreatePolicyVersion") || slices.Contains(got, "Publish") {
		t.Errorf("got %d names, want those of the control plane, sorted", len(got))
	}
}
