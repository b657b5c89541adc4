package main

import (
	"slices"
	"testing"
)

func TestSpreadOf(t *testing.T) {
	tests := []struct {
		values []float64
		want   spread
	}{
		{[]float64{7}, spread{7, 7, 7}},
		{[]float64{3, 1, 2}, spread{2, 1, 3}},
		{[]float64{4, 1, 2, 9}, spread{3, 1, 9}},
		{[]float64{0, 0}, spread{0, 0, 0}},
	}
	for _, test := range tests {
		before := slices.Clone(test.values)
		if got := spreadOf(test.values); got != test.want {
			t.Errorf("%v: got %v, want %v", test.values, got, test.want)
		}
		if !slices.Equal(test.values, before) {
			t.Errorf("got %v afterwards, want %v: neighbours stay neighbours", test.values, before)
		}
	}
}

func TestRatios(t *testing.T) {
	tests := []struct{ of, to, want []float64 }{
		{[]float64{10, 20}, []float64{5, 40}, []float64{2, .5}},
		{[]float64{10, 20, 30}, []float64{5}, []float64{2}},
		{[]float64{10, 20}, []float64{0, 10}, []float64{2}},
		{nil, []float64{1}, nil},
	}
	for _, test := range tests {
		if got := ratios(test.of, test.to); !slices.Equal(got, test.want) {
			t.Errorf("%v to %v: got %v, want %v", test.of, test.to, got, test.want)
		}
	}
}
