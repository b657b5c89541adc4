package main

import "testing"

func TestQuantity(t *testing.T) {
	tests := []struct {
		v    float64
		unit string
		want string
	}{
		{0, "", "0"},
		{0.0001, "ms", "0 ms"},
		{0.05, "MB", "0.05 MB"},
		{0.333333, "", "0.333"},
		{1, "ms", "1 ms"},
		{2.567, "", "2.57"},
		{9.999, "", "10"},
		{12.34, "MB", "12.3 MB"},
		{100, "KB", "100 KB"},
		{3759.4, "/s", "3759/s"},
		{46_000, "/s", "46 k/s"},
		{207_123, "/s", "207 k/s"},
		{1_385_000, "/s", "1.39 M/s"},
	}
	for _, test := range tests {
		if got := quantity(test.v, test.unit); got != test.want {
			t.Errorf("%v: got %q, want %q", test.v, got, test.want)
		}
	}
}

func TestSpreadText(t *testing.T) {
	tests := []struct {
		of   spread
		want string
	}{
		{spread{2, 1, 3}, "2 MB (1–3)"},
		{spread{27.21, 27.19, 27.23}, "27.2 MB"},
	}
	for _, test := range tests {
		if got := test.of.text("MB"); got != test.want {
			t.Errorf("%v: got %q, want %q", test.of, got, test.want)
		}
	}
	var none *spread
	if got := none.orNone(); got != "–" {
		t.Errorf("got %q of nothing, want –", got)
	}
}
