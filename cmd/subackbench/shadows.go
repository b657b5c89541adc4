package main

import (
	"context"
	"strings"
	"time"

	"github.com/suback/suback/cmd/subackbench/load"
)

// shadows are updates of device shadows, which Mosquitto does not have: beside plain
// messages, and a thousand things of them beside a healthy pair.
func shadows() []experiment {
	const messages, state, quiet = "messages", "--state", "quiet"
	const fifty = "shadow -n 50 -qos 1"
	rate := func(name, of string) row {
		return row{name: name, figure: "per_s", unit: "/s", of: of, against: messages}
	}
	return []experiment{
		{
			contestants: []contestant{
				{messages, on(startEmbedded, "flow -pairs 50 -qos 1 -window 8")},
				{subackColumn, on(startEmbedded, fifty)},
				{state, on(setup{state: true}.start, fifty)},
			},
			rows: []row{
				rate("shadow updates of 50 things, 8 each at once, against plain messages of 50 pairs", subackColumn),
				{name: "… CPU per update", figure: "cpu_us", unit: "µs", against: messages},
				rate("… with --state", state),
			},
		},
		{
			contestants: []contestant{{quiet, updated(0)}, {subackColumn, updated(1000)}},
			rows: []row{
				{name: "1,000 things that update 5 times per second each: healthy p99, against quiet", figure: "p99_ms",
					unit: "ms", against: quiet, goal: goal{2, ratioAtMost, ""}},
				{name: "… healthy p50", figure: "p50_ms", unit: "ms", against: quiet},
				{name: "… updates answered", figure: "updates_per_s", unit: "/s", against: quiet},
				{name: "… its cores", figure: "cpu", unit: "", against: quiet},
				{name: "… its memory", figure: "rss_mb", unit: "MB", against: quiet},
			},
		},
	}
}

// updated measures a healthy pair beside n things, each of which is updated 5 times per
// second. Their generator gives way to the pair's, with which it shares a CPU.
func updated(n int) func(context.Context, *lab) (load.Figures, error) {
	return func(ctx context.Context, l *lab) (load.Figures, error) {
		if err := l.needFiles(n + 300); err != nil {
			return nil, err
		}
		b, err := startEmbedded(ctx, l)
		if err != nil {
			return nil, err
		}
		defer b.end()
		var updates load.Figures
		var failed error
		done := make(chan struct{})
		if n == 0 {
			close(done)
		} else {
			go func() {
				defer close(done)
				args := l.loadArgs(b, strings.Fields("shadow -paced -id things -n "+decimal(n)+" -rate "+decimal(5*n)+
					" -duration "+(l.time(2)+3*time.Second).String()))
				updates, failed = l.figures(ctx, command{path: l.self, args: args, cpu: l.generator, calm: true})
			}()
			time.Sleep(time.Second) // they connect
		}
		healthy := "latency -rate 2000 -qos 1 -id healthy -duration " + l.time(2).String()
		f, err := l.load(ctx, b, strings.Fields(healthy)...)
		<-done
		if err != nil {
			return nil, err
		}
		delete(f, "cpu_us") // it is not the healthy pair's alone
		f["updates_per_s"] = updates["per_s"]
		f["rss_mb"] = max(f["rss_mb"], updates["rss_mb"])
		return f, failed
	}
}
