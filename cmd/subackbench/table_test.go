package main

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/suback/suback/cmd/subackbench/load"
)

func TestLines(t *testing.T) {
	perSecond := func(values ...float64) (all []load.Figures) {
		for _, v := range values {
			all = append(all, load.Figures{"per_s": v, "cpu_us": 1e6 / v, "rss_mb": 20, "own_cpu": .25, "p99_ms": 2})
		}
		return all
	}
	flow := row{name: "1→1", figure: "per_s", unit: "/s", goal: goal{4, ratioAtLeast, ""}}
	tests := []struct {
		name string
		rows []row
		samples
		want []string
	}{
		{"three brokers", []row{flow}, samples{
			runs: map[string][]load.Figures{
				mosquittoColumn: perSecond(1000, 2000, 1500), engineColumn: perSecond(1000, 1000, 1000), subackColumn: perSecond(5000, 6000, 9000),
			},
			sink: load.Figures{"per_s": 3_000_000},
		}, []string{"| 1→1 | 1500/s (1000–2000) | 1000/s | 6000/s (5000–9000) | 5 (3–6) | 5 (3–6) | ≥ 4 | yes | " +
			"667 / 1000 / 167 µs; 20 / 20 / 20 MB | 0.25 (3 M/s) |\n"}},
		{"no Mosquitto", []row{flow}, samples{
			runs:   map[string][]load.Figures{subackColumn: perSecond(5000)},
			failed: map[string]error{mosquittoColumn: skipped("it is not installed")},
		}, []string{"| 1→1 | skipped: it is not installed | – | 5000/s | – | – | ≥ 4 |  | 200 µs; 20 MB | 0.25 |\n"}},
		{"failed", []row{flow}, samples{
			runs:   map[string][]load.Figures{mosquittoColumn: perSecond(1000)},
			failed: map[string]error{subackColumn: errors.New("CONNACK 0x5 | refused\nmore")},
		}, []string{"| 1→1 | 1000/s | – | CONNACK 0x5 / refused | – | – | ≥ 4 |  | 1000 µs; 20 MB |  |\n"}},
		{"a second row, and peers without a column", []row{
			{name: "p99", figure: "p99_ms", unit: "ms", against: "quiet", goal: goal{2, ratioAtMost, ""}},
			{name: "… rate", figure: "per_s", unit: "/s", of: "less", against: "quiet"},
		}, samples{runs: map[string][]load.Figures{
			"quiet": perSecond(1000), "less": perSecond(2000), subackColumn: perSecond(3000)},
		}, []string{
			"| p99 | – | – | 2 ms (quiet: 2 ms) | 1 | – | ≤ 2 | yes | 333 µs; 20 MB | 0.25 |\n",
			"| … rate | – | – | 2000/s (quiet: 1000/s) | – | – | – |  |  |  |\n",
		}},
	}
	for _, test := range tests {
		var got []string
		for _, l := range (experiment{rows: test.rows}).lines(test.samples) {
			got = append(got, l.String())
		}
		if g, w := strings.Join(got, ""), strings.Join(test.want, ""); g != w {
			t.Errorf("%s: got\n%swant\n%s", test.name, g, w)
		}
	}
}

// The columns of a line are those of the head.
func TestTableHead(t *testing.T) {
	head, rule, _ := strings.Cut(tableHead, "\n")
	columns := strings.Count(line{}.String(), "|")
	if strings.Count(head, "|") != columns || strings.Count(rule, "|") != columns {
		t.Errorf("got %q and %q, want %d bars as a line has", head, rule, columns)
	}
}

// Neighbours alternate, each second pair the other way round, and who fails does not
// run again.
func TestMeasure(t *testing.T) {
	var ran []string
	one := func(name string, err error) contestant {
		return contestant{name, func(context.Context, *lab) (load.Figures, error) {
			ran = append(ran, name)
			return load.Figures{"per_s": float64(len(ran))}, err
		}}
	}
	e := experiment{contestants: []contestant{one("a", nil), one("b", errors.New("broken")), one("c", nil)}}
	s := (&lab{log: io.Discard}).measure(t.Context(), e, 3)
	if got := strings.Join(ran, ""); got != "abccaac" {
		t.Errorf("got the order %s, want abc, ca, ac", got)
	}
	if len(s.runs["a"]) != 3 || len(s.runs["c"]) != 3 || s.runs["b"] != nil || s.failed["b"] == nil {
		t.Errorf("got %v, %v, want three runs of a and c, and why b failed", s.runs, s.failed)
	}
	ran = nil
	e.slow = true
	(&lab{log: io.Discard}).measure(t.Context(), e, 9)
	if got := strings.Count(strings.Join(ran, ""), "a"); got != slowPairs {
		t.Errorf("got %d pairs of a slow one, want %d", got, slowPairs)
	}
}
