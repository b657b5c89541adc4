package main

import (
	"strings"
	"testing"
)

// The head says what makes figures doubtful.
func TestHead(t *testing.T) {
	tests := []struct {
		name string
		lab  lab
		want string
	}{
		{"two CPUs", lab{broker: 0, generator: 3}, "Whatever is measured is on CPU 0, the generator on CPU 3."},
		{"one CPU", lab{broker: noCPU, generator: noCPU}, "tied to no CPU"},
		{"no Mosquitto", lab{}, "no Mosquitto (apt-get install mosquitto)"},
	}
	for _, test := range tests {
		got := test.lab.head(settings{pairs: 5, seconds: 2})
		if !strings.Contains(got, test.want) || !strings.HasSuffix(got, "\n\n"+tableHead) {
			t.Errorf("%s: got\n%swant %s", test.name, got, test.want)
		}
	}
}

func TestBusy(t *testing.T) {
	for average, want := range map[float64]string{-1: "", 0.3: "quiet", 1: "quiet", 10.2: "busy before (load average 10.2)"} {
		if got := busy(average); !strings.Contains(got, want) || (want == "") != (got == "") {
			t.Errorf("%v: got %q, want %q", average, got, want)
		}
	}
}
