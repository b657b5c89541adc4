package main

import "slices"

// A spread is a median with the least and the most.
type spread struct{ median, least, most float64 }

// spreadOf is of values, of which there is one at least. Of an even number the
// median is the mean of the two in the middle.
func spreadOf(values []float64) spread {
	v := slices.Sorted(slices.Values(values))
	n := len(v)
	return spread{(v[(n-1)/2] + v[n/2]) / 2, v[0], v[n-1]}
}

// ratioSpread is of the ratios of neighbours, nil if there are none.
func ratioSpread(of, to []float64) *spread {
	all := ratios(of, to)
	if len(all) == 0 {
		return nil
	}
	s := spreadOf(all)
	return &s
}

// ratios are those of neighbours, of which there are as many as the shorter has. A
// peer of 0 has none.
func ratios(of, to []float64) (all []float64) {
	for i := range min(len(of), len(to)) {
		if to[i] != 0 {
			all = append(all, of[i]/to[i])
		}
	}
	return all
}
