package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/suback/suback/cmd/subackbench/load"
)

// slowPairs is how many pairs are enough for an experiment that is slow.
const slowPairs = 3

// samples are the runs of an experiment.
type samples struct {
	runs   map[string][]load.Figures // by contestant; the i-th ones are neighbours
	failed map[string]error          // why a contestant has none
	sink   load.Figures              // the generator's ceiling, nil if it was not measured
}

// measure has the contestants of an experiment run in turn, pairs times, each second
// time in the other order. One that fails does not run again.
func (l *lab) measure(ctx context.Context, e experiment, pairs int) samples {
	s := samples{runs: map[string][]load.Figures{}, failed: map[string]error{}}
	if e.slow {
		pairs = min(pairs, slowPairs)
	}
	for pair := range pairs {
		order := slices.Clone(e.contestants)
		if pair%2 == 1 {
			slices.Reverse(order)
		}
		for _, c := range order {
			l.sample(ctx, c, &s)
		}
	}
	if e.sink != "" && ctx.Err() == nil {
		s.sink, _ = on(startSink, e.sink)(ctx, l)
	}
	return s
}

func (l *lab) sample(ctx context.Context, c contestant, s *samples) {
	if s.failed[c.name] != nil || ctx.Err() != nil {
		return
	}
	start := time.Now()
	f, err := c.measure(ctx, l)
	if err != nil {
		s.failed[c.name] = err
		delete(s.runs, c.name) // its runs have no neighbours any more
		var skip skipped
		if !errors.As(err, &skip) && ctx.Err() == nil {
			fmt.Fprintf(l.log, "  %s: %v\n", c.name, err)
		}
		return
	}
	s.runs[c.name] = append(s.runs[c.name], f)
	fmt.Fprintf(l.log, "  %-12s %4.1f s  %s\n", c.name, time.Since(start).Seconds(), brief(f))
}

// brief is figures on a line.
func brief(f load.Figures) (text string) {
	for _, name := range []string{"per_s", "fetch_per_s", "p50_ms", "p99_ms", "max_ms", "connack_ms", "kb_each",
		"start_ms", "create_ms", "list_ms", "cpu_us", "rss_mb", "own_cpu"} {
		if value, has := f[name]; has {
			text += fmt.Sprintf(" %s=%s", name, number(value))
		}
	}
	return text
}

// figures are a figure of a contestant's runs.
func (s samples) figures(contestant, figure string) (values []float64) {
	for _, f := range s.runs[contestant] {
		if value, has := f[figure]; has {
			values = append(values, value)
		}
	}
	return values
}
