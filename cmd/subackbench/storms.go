package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/suback/suback/cmd/subackbench/load"
)

// stormSeconds is how long a storm lasts.
const stormSeconds = 5

// storms are ten MQTT 5 clients that are refused again and again, beside a healthy
// pair at 2,000 messages per second.
func storms() (list []experiment) {
	const quiet = "quiet"
	for _, kind := range []struct {
		name, many string
		start      starter
	}{
		{"publish", "publishes", startSuback},
		{"subscribe", "subscribes", startSuback},
		{"connect", "connects", startEmbedded},
	} {
		e := experiment{contestants: []contestant{{quiet, storm(kind.start, kind.name, 0, stormSeconds)}}}
		for _, rate := range []int{1000, 3000, 10000} {
			of := subackColumn
			if rate < 10000 {
				of = fmt.Sprintf("%d/s", rate)
			}
			e.contestants = append(e.contestants, contestant{of, storm(kind.start, kind.name, rate, stormSeconds)})
			e.rows = append(e.rows, stormRows(kind.many, rate, of, quiet)...)
		}
		list = append(list, e)
	}
	return list
}

func stormRows(many string, rate int, of, quiet string) []row {
	more := func(name, figure, unit string, g goal) row {
		return row{name: "… " + name, figure: figure, unit: unit, of: of, against: quiet, goal: g}
	}
	return []row{
		{name: fmt.Sprintf("storm of %d refused %s/s: healthy p99, against quiet", rate, many), figure: "p99_ms",
			unit: "ms", of: of, against: quiet, goal: goal{2, ratioAtMost, ""}},
		more("healthy p50", "p50_ms", "ms", goal{}),
		more("refused", "refused_per_s", "/s", goal{}),
		more("its cores", "cpu", "", goal{}),
		more("its memory", "rss_mb", "MB", goal{64, valueAtMost, ""}),
		more(fmt.Sprintf("its log in %d s", stormSeconds), "log_mb", "MB", goal{1, valueAtMost, ""}),
	}
}

// storm measures the healthy pair beside so many refusals per second, 0 for none, for two seconds at
// least. The storm's generator gives way to the pair's, with which it shares a CPU.
func storm(start starter, kind string, rate, seconds int) func(context.Context, *lab) (load.Figures, error) {
	return func(ctx context.Context, l *lab) (load.Figures, error) {
		b, err := start(ctx, l)
		if err != nil {
			return nil, err
		}
		defer b.end()
		var refused load.Figures
		var failed error
		done := make(chan struct{})
		if rate == 0 {
			close(done)
		} else {
			go func() {
				defer close(done)
				refused, failed = l.storm(ctx, b, kind, rate, seconds)
			}()
			time.Sleep(200 * time.Millisecond) // its clients connect
		}
		f, err := l.load(ctx, b, strings.Fields(fmt.Sprintf(
			"latency -rate 2000 -qos 1 -id healthy -duration %ds", seconds-1))...)
		<-done
		if err != nil {
			return nil, err
		}
		delete(f, "cpu_us") // it is not the healthy pair's alone
		f["refused_per_s"] = refused["refused"] / float64(seconds)
		f["rss_mb"] = max(f["rss_mb"], refused["rss_mb"])
		f["log_mb"] = float64(b.logged()) / (1 << 20)
		return f, failed
	}
}

func (l *lab) storm(ctx context.Context, b *broker, kind string, rate, seconds int) (load.Figures, error) {
	args := l.loadArgs(b, strings.Fields(fmt.Sprintf("storm -n 10 -kind %s -rate %d -id storm -duration %ds",
		kind, rate, seconds)))
	if kind == "connect" {
		args = append(args, "-pass", "wrong")
	}
	return l.figures(ctx, command{path: l.self, args: args, cpu: l.generator, calm: true})
}
