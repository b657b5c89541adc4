package main

import (
	"context"
	"time"

	"github.com/suback/suback/cmd/subackbench/load"
)

// starts is how long it takes from the start of the program until it listens, and its
// memory then.
func starts() []experiment {
	started := func(start starter) func(context.Context, *lab) (load.Figures, error) {
		return func(ctx context.Context, l *lab) (load.Figures, error) {
			b, err := start(ctx, l)
			if err != nil {
				return nil, err
			}
			defer b.end()
			return load.Figures{
				"start_ms": float64(b.ready) / float64(time.Millisecond),
				"rss_mb":   float64(load.Resident(b.pid())) / (1 << 20),
			}, nil
		}
	}
	return []experiment{{
		contestants: []contestant{
			{mosquittoColumn, started(startMosquitto)},
			{subackColumn, started(startEmbedded)},
		},
		rows: []row{
			{name: "start", figure: "start_ms", unit: "ms", goal: goal{20, valueAtMost, "keep"}},
			{name: "resident", figure: "rss_mb", unit: "MB", goal: goal{22, valueAtMost, "keep"}},
		},
	}}
}
