package main

import (
	"errors"
	"strings"
	"testing"
)

// What rows are of and against takes part, names are told apart, and a ratio has a
// peer.
func TestExperimentsAreSound(t *testing.T) {
	seen := map[string]bool{}
	for _, e := range experiments() {
		takesPart := map[string]bool{}
		for _, c := range e.contestants {
			takesPart[c.name] = true
		}
		for _, r := range e.rows {
			if seen[r.name] && !strings.HasPrefix(r.name, "…") {
				t.Errorf("%s: got it twice", r.name)
			}
			seen[r.name] = true
			if !takesPart[r.contestant()] || r.goal.isRatio() && !takesPart[r.peer()] {
				t.Errorf("%s: got %v, want %s and %s among them", r.name, takesPart, r.contestant(), r.peer())
			}
		}
	}
}

// Too few descriptors skip a row, by its name.
func TestNeedFiles(t *testing.T) {
	tests := []struct {
		has, needs int
		skips      bool
	}{
		{20_000, 9_800, false},
		{1_024, 9_800, true},
		{0, 9_800, false}, // not known
	}
	for _, test := range tests {
		err := (&lab{files: test.has}).needFiles(test.needs)
		var skip skipped
		if errors.As(err, &skip) != test.skips {
			t.Errorf("%d of %d: got %v", test.needs, test.has, err)
		}
	}
}

func TestBrokerArgs(t *testing.T) {
	l := testLab(t)
	p, err := l.start(t.Context(), command{path: l.self, args: []string{"load", "sink", "-addr", "127.0.0.1:0"}, cpu: noCPU})
	if err != nil {
		t.Fatal(err)
	}
	defer p.end()
	b := &broker{child: p, tcp: "tcp:1", tls: "tls:2", wss: "wss:3", alpn: "mqtt"}
	tests := []struct{ args, want string }{
		{"flow -qos 1", "-addr tcp:1 -pid N -user load -pass test"},
		{"flow -scheme tls -qos 1", "-addr tls:2 -pid N -alpn mqtt -user load -pass test"},
		{"flow -scheme wss", "-addr wss:3 -pid N -user load -pass test"},
	}
	for _, test := range tests {
		got := strings.Replace(strings.Join(b.args(strings.Fields(test.args)), " "), decimal(p.pid()), "N", 1)
		if got != test.want {
			t.Errorf("%s: got %s, want %s", test.args, got, test.want)
		}
	}
}
