package main

import (
	"context"
	"strings"

	"github.com/suback/suback/cmd/subackbench/load"
)

// residents are clients that are there and do nothing, and what they cost.
func residents() []experiment {
	idle := compared("idle -n 2000 -per-client 1 -duration 1s", startMosquitto, startEngine, startSuback,
		row{name: "KB per idle subscribed connection", figure: "kb_each", unit: "KB",
			goal: goal{16, valueAtMost, "stretch 12"}})
	many := experiment{slow: true, rows: []row{
		{name: "p99 with 9,500 idle clients", figure: "p99_ms", unit: "ms", goal: goal{2, valueAtMost, ""}},
		{name: "… their memory", figure: "rss_mb", unit: "MB", goal: goal{160, valueAtMost, ""}},
	}}
	for _, c := range []struct {
		name  string
		start starter
	}{{mosquittoColumn, startMosquitto}, {engineColumn, startEngine}, {subackColumn, startSuback}} {
		many.contestants = append(many.contestants, contestant{c.name, beside(c.start, 9500)})
	}
	return []experiment{idle, many}
}

// beside measures the latency of one healthy pair beside n idle clients.
func beside(start starter, n int) func(context.Context, *lab) (load.Figures, error) {
	return func(ctx context.Context, l *lab) (load.Figures, error) {
		if err := l.needFiles(n + 300); err != nil {
			return nil, err
		}
		b, err := start(ctx, l)
		if err != nil {
			return nil, err
		}
		defer b.end()
		args := []string{"idle", "-n", decimal(n), "-per-client", "1", "-duration", "1s", "-hold", "-id", "idle"}
		held, err := l.hold(ctx, b, args...)
		if err != nil {
			return nil, err
		}
		defer held.end()
		return l.load(ctx, b, strings.Fields("latency -rate 2000 -qos 0")...)
	}
}
