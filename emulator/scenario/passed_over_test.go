package scenario

import (
	"slices"
	"strings"
	"testing"
)

// TestPassedOver: the steps that a target has nothing for are told wherever results are, and
// what it was not asked settles no guess.
func TestPassedOver(t *testing.T) {
	t.Parallel()
	const guess = "B-207"
	tests := []struct {
		what, steps string
		over        []string
	}{
		{"none", "[{connect: a}]", nil},
		{"a step", "[{connect: a}, {trace: {client: a}}]", []string{"2"}},
		{"one of the other version", "[{connect: a}, {trace: {client: a}, only: 3.1.1}]", nil},
		{"one in parallel", "[{connect: a}, {parallel: [{ping: a}, {trace: {client: a}}]}]", []string{"2.2"}},
		{"one in parallel of the other version", "[{connect: a}, {parallel: [{ping: a}, {trace: {client: a}}], only: 3.1.1}]", nil},
	}
	for _, tt := range tests {
		t.Run(tt.what, func(t *testing.T) {
			s := must(Parse("a.yaml", []byte("name: n\nrules: ["+guess+"]\nversions: [5]\nsteps: "+tt.steps)))
			c := Cases(s, TLS)[0]
			here, there := &Result{Case: c}, &Result{Case: c, PassedOver: c.traces(c.Steps, "")}
			if !slices.Equal(there.PassedOver, tt.over) {
				t.Fatalf("got %q, want %q", there.PassedOver, tt.over)
			}
			settled := len(NewComparison([2]string{"emulator", "aws"}, true, []*Result{here}, []*Result{there}).Findings()) > 0
			if settled != (tt.over == nil) {
				t.Errorf("the guess is settled: %v, want it if nothing is passed over", settled)
			}
			var tap, junit strings.Builder
			if err := WriteTAP(&tap, []*Result{there}); err != nil {
				t.Fatal(err)
			}
			if err := WriteJUnit(&junit, []*Result{there}); err != nil {
				t.Fatal(err)
			}
			for name, text := range map[string]string{"text": there.Text(), "TAP": tap.String(), "JUnit": junit.String()} {
				want := "but for the trace (step " + strings.Join(tt.over, ", ") + ")"
				if strings.Contains(text, want) != (tt.over != nil) {
					t.Errorf("%s is\n%s\nwant %q: %v", name, text, want, tt.over != nil)
				}
			}
		})
	}
}
