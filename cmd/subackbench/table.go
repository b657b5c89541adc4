package main

import (
	"fmt"
	"strings"
)

// A line is a row of the table as it was measured.
type line struct {
	row
	cells   map[string]string // by column
	ratio   *spread
	verdict verdict
	byCPU   *spread // the ratio of CPU time per message, the peer's to its own
	cost    string  // CPU per message, memory
	use     string  // of the generator: cores, and its ceiling
}

// lines are the rows of an experiment.
func (e experiment) lines(s samples) (all []line) {
	for i, r := range e.rows {
		l := line{row: r, cells: map[string]string{}}
		for _, column := range []string{mosquittoColumn, engineColumn} {
			l.cells[column] = s.cell(column, r)
		}
		l.cells[subackColumn] = s.cell(r.contestant(), r)
		if r.peer() != mosquittoColumn { // whom the ratio is to has no column
			l.cells[mosquittoColumn] = "–"
			if peer := s.cell(r.peer(), r); peer != "–" {
				l.cells[subackColumn] += " (" + r.peer() + ": " + peer + ")"
			}
		}
		values := s.figures(r.contestant(), r.figure)
		if r.hasRatio() {
			l.ratio = ratioSpread(values, s.figures(r.peer(), r.figure))
		}
		if r.isRate() {
			l.byCPU = ratioSpread(s.figures(r.peer(), "cpu_us"), s.figures(r.contestant(), "cpu_us"))
		}
		if len(values) > 0 {
			spread := spreadOf(values)
			l.verdict = r.goal.judge(&spread, l.ratio)
		}
		if i == 0 {
			l.cost, l.use = s.cost(r), s.use(r)
		}
		all = append(all, l)
	}
	return all
}

// cell is a contestant's figure: its median with least and most, or why there is none.
func (s samples) cell(contestant string, r row) string {
	if err := s.failed[contestant]; err != nil {
		first, _, _ := strings.Cut(err.Error(), "\n")
		return strings.ReplaceAll(first, "|", "/")
	}
	values := s.figures(contestant, r.figure)
	if len(values) == 0 {
		return "–"
	}
	return spreadOf(values).text(r.unit)
}

// cost is the CPU time per message and the memory of the three that have a column, and
// of whom the row is about.
func (s samples) cost(r row) string {
	var parts []string
	for _, figure := range []struct{ name, unit string }{{"cpu_us", " µs"}, {"rss_mb", " MB"}} {
		var each []string
		for _, contestant := range []string{mosquittoColumn, engineColumn, r.contestant()} {
			if v := s.figures(contestant, figure.name); len(v) > 0 {
				each = append(each, number(spreadOf(v).median))
			}
		}
		if len(each) > 0 {
			parts = append(parts, strings.Join(each, " / ")+figure.unit)
		}
	}
	return strings.Join(parts, "; ")
}

func (s samples) use(r row) string {
	v := s.figures(r.contestant(), "own_cpu")
	if len(v) == 0 {
		return ""
	}
	text := fmt.Sprintf("%.2f", spreadOf(v).median)
	if ceiling, has := s.sink[r.figure]; has {
		text += " (" + quantity(ceiling, r.unit) + ")"
	}
	return text
}

// tableHead is the first two lines of the table.
const tableHead = "| Work | Mosquitto+ACL | bare engine | Suback | ratio (min–max) | ratio by CPU | goal | met | CPU each, memory: M / e / S | " +
	"generator: cores (ceiling) |\n|---|---|---|---|---|---|---|---|---|---|\n"

// String is the line in Markdown.
func (l line) String() string {
	mark := map[verdict]string{unknown: "", met: "yes", missed: "**no**", farBelow: "**no**, far"}[l.verdict]
	cells := []string{l.name, l.cells[mosquittoColumn], l.cells[engineColumn], l.cells[subackColumn],
		l.ratio.orNone(), l.byCPU.orNone(), l.goal.text(l.unit), mark, l.cost, l.use}
	return "| " + strings.Join(cells, " | ") + " |\n"
}
