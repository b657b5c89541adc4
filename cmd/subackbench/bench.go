package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

// bench measures what the flags say and prints the table, each row as soon as it is
// there.
func bench(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	s, err := parse(args, stderr)
	if err != nil {
		return err
	}
	chosen := choose(experiments(), s)
	if len(chosen) == 0 {
		return fmt.Errorf("-rows %s: no row is like that", s.rows)
	}
	l, err := newLab(ctx, s.seconds, s.suback, stderr)
	if err != nil {
		return err
	}
	defer l.close()
	t := &report{settings: s, stdout: stdout}
	if err := t.write(l.head(s)); err != nil {
		return err
	}
	for _, e := range chosen {
		fmt.Fprintln(stderr, e.rowNames())
		lines := l.lines(ctx, e, s)
		if ctx.Err() != nil {
			return errors.New("interrupted")
		}
		if err := t.add(lines); err != nil {
			return err
		}
	}
	return t.verdict()
}

// lines measures an experiment; with -short a second time if a ratio is far below its
// goal, which once may be chance.
func (l *lab) lines(ctx context.Context, e experiment, s settings) []line {
	lines := e.lines(l.measure(ctx, e, s.pairs))
	if s.short && anyFar(lines) && ctx.Err() == nil {
		fmt.Fprintf(l.log, "  again: a ratio is below half of its goal\n")
		lines = e.lines(l.measure(ctx, e, s.pairs))
	}
	return lines
}

func anyFar(lines []line) bool {
	return slices.ContainsFunc(lines, func(l line) bool { return l.verdict == farBelow })
}

// choose has the experiments with a row that is wanted.
func choose(list []experiment, s settings) (chosen []experiment) {
	for _, e := range list {
		wanted := slices.ContainsFunc(e.rows, func(r row) bool { return s.rows.MatchString(r.name) })
		switch {
		case wanted && !s.short:
			chosen = append(chosen, e)
		case wanted && e.short:
			chosen = append(chosen, e.shortened())
		}
	}
	return chosen
}

// shortened leaves out what no verdict depends on: the engine, and the generator's
// ceiling.
func (e experiment) shortened() experiment {
	isEngine := func(c contestant) bool { return c.name == engineColumn }
	e.contestants = slices.DeleteFunc(slices.Clone(e.contestants), isEngine)
	e.sink = ""
	return e
}

// A report is what has been printed.
type report struct {
	settings
	stdout io.Writer
	text   strings.Builder
	far    []string // rows that were below half of their goal twice
}

// add prints lines and remembers which of them make -short fail.
func (t *report) add(lines []line) error {
	for _, l := range lines {
		if err := t.write(l.String()); err != nil {
			return err
		}
		if l.verdict == farBelow && t.short {
			t.far = append(t.far, l.name)
		}
	}
	return nil
}

// write prints, and writes all that was printed to the output file.
func (t *report) write(text string) error {
	t.text.WriteString(text)
	if _, err := io.WriteString(t.stdout, text); err != nil {
		return err
	}
	if t.output == "" {
		return nil
	}
	return os.WriteFile(t.output, []byte(t.text.String()), 0o644)
}

func (t *report) verdict() error {
	if len(t.far) == 0 {
		return nil
	}
	return fmt.Errorf("twice below half of the goal: %s", strings.Join(t.far, "; "))
}
