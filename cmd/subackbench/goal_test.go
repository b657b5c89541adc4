package main

import "testing"

func TestJudge(t *testing.T) {
	of := func(v float64) *spread { return &spread{v, v / 10, v * 10} } // the median counts
	tests := []struct {
		name         string
		goal         goal
		value, ratio *spread
		want         verdict
	}{
		{"no goal", goal{}, of(1), of(1), unknown},
		{"at least, just so", goal{3, ratioAtLeast, ""}, of(1), of(3), met},
		{"at least, above", goal{3, ratioAtLeast, ""}, of(1), of(9), met},
		{"at least, below", goal{3, ratioAtLeast, ""}, of(100), of(2.9), missed},
		{"at least, half of it", goal{3, ratioAtLeast, ""}, of(100), of(1.5), missed},
		{"at least, below half", goal{3, ratioAtLeast, ""}, of(100), of(1.4), farBelow},
		{"at least, no peer", goal{3, ratioAtLeast, ""}, of(100), nil, unknown},
		{"at most, just so", goal{2, ratioAtMost, ""}, of(100), of(2), met},
		{"at most, above", goal{2, ratioAtMost, ""}, of(1), of(2.1), missed},
		{"at most, twice", goal{2, ratioAtMost, ""}, of(1), of(4.1), farBelow},
		{"value, just so", goal{16, valueAtMost, ""}, of(16), of(100), met},
		{"value, no peer", goal{16, valueAtMost, ""}, of(16), nil, met},
		{"value, above: no ratio that falls below", goal{16, valueAtMost, ""}, of(198), of(100), missed},
		{"value, nothing", goal{16, valueAtMost, ""}, nil, nil, unknown},
		{"none at all", goal{0, valueAtMost, ""}, of(0), nil, met},
		{"one where none may be", goal{0, valueAtMost, ""}, of(1), nil, missed},
	}
	for _, test := range tests {
		if got := test.goal.judge(test.value, test.ratio); got != test.want {
			t.Errorf("%s: got %d, want %d", test.name, got, test.want)
		}
	}
}

func TestGoalText(t *testing.T) {
	tests := []struct {
		goal       goal
		unit, want string
	}{
		{goal{}, "/s", "–"},
		{goal{3.5, ratioAtLeast, ""}, "/s", "≥ 3.5"},
		{goal{1, ratioAtMost, "keep"}, "ms", "≤ 1, keep"},
		{goal{16, valueAtMost, "stretch 12"}, "KB", "≤ 16 KB, stretch 12"},
		{goal{0, valueAtMost, ""}, "", "≤ 0"},
	}
	for _, test := range tests {
		if got := test.goal.text(test.unit); got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}
