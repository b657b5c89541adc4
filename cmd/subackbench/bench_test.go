package main

import (
	"context"
	"io"
	"regexp"
	"strings"
	"testing"

	"github.com/suback/suback/cmd/subackbench/load"
)

func TestChoose(t *testing.T) {
	tests := []struct {
		rows    string
		short   bool
		has     []string
		hasNot  []string
		atLeast int
	}{
		{"", false, []string{"1→1 QoS 0", "start", "storm of 10000"}, nil, 25},
		{"", true, []string{"1→1 QoS 0", "connects/s, no function"}, []string{"start", "storm", "9,500"}, 5},
		{"^start$", false, []string{"start; resident"}, []string{"1→1"}, 1},
		{"nothing", false, nil, []string{"1→1"}, 0},
	}
	for _, test := range tests {
		var names []string
		chosen := choose(experiments(), settings{rows: regexp.MustCompile(test.rows), short: test.short})
		for _, e := range chosen {
			names = append(names, e.rowNames())
		}
		text := strings.Join(names, "\n")
		for _, name := range test.has {
			if !strings.Contains(text, name) {
				t.Errorf("-rows %q: got no %s", test.rows, name)
			}
		}
		for _, name := range test.hasNot {
			if strings.Contains(text, name) {
				t.Errorf("-rows %q, short %v: got %s", test.rows, test.short, name)
			}
		}
		if len(chosen) < test.atLeast {
			t.Errorf("-rows %q: got %d experiments, want %d", test.rows, len(chosen), test.atLeast)
		}
	}
}

// With -short a ratio that is far below its goal is measured again, and only twice is
// a failure.
func TestShort(t *testing.T) {
	tests := []struct {
		name   string
		ratios []float64 // of the first measurement and the second
		short  bool
		runs   int
		fails  bool
	}{
		{"good", []float64{4}, true, 1, false},
		{"below, not far", []float64{2}, true, 1, false},
		{"far below once", []float64{1, 3}, true, 2, false},
		{"far below twice", []float64{1, 1.2}, true, 2, true},
		{"not short", []float64{1}, false, 1, false},
	}
	for _, test := range tests {
		runs := 0
		e := experiment{
			contestants: []contestant{
				{mosquittoColumn, func(context.Context, *lab) (load.Figures, error) { return load.Figures{"per_s": 1}, nil }},
				{subackColumn, func(context.Context, *lab) (load.Figures, error) {
					runs++
					return load.Figures{"per_s": test.ratios[runs-1]}, nil
				}},
			},
			rows: []row{{name: "work", figure: "per_s", goal: goal{4, ratioAtLeast, ""}}},
		}
		r := report{settings: settings{pairs: 1, short: test.short}, stdout: io.Discard}
		err := r.add((&lab{log: io.Discard}).lines(t.Context(), e, r.settings))
		if err == nil {
			err = r.verdict()
		}
		if runs != test.runs || (err != nil) != test.fails {
			t.Errorf("%s: got %d measurements and %v, want %d", test.name, runs, err, test.runs)
		}
	}
}
