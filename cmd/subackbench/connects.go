package main

import (
	"context"

	"github.com/suback/suback/cmd/subackbench/load"
)

// connects are CONNECTs that come and go, 50 at once.
func connects() []experiment {
	plain := compared("connect", startMosquitto, startEngine, startEmbedded,
		row{name: "connects/s, no function", figure: "per_s", unit: "/s", goal: goal{1.2, ratioAtLeast, ""}})
	plain.short = true
	function := compared("connect", startMosquitto, nil, startSuback,
		row{name: "connects/s through the executable", figure: "per_s", unit: "/s"},
		row{name: "its own CPU per connect", figure: "cpu_us", unit: "µs", goal: goal{300, valueAtMost, ""}})
	const alone = "the function alone"
	node := setup{node: true}.start
	warm := experiment{
		contestants: []contestant{
			{alone, functionAlone},
			{subackColumn, on(node, "connect -parallel 1")},
		},
		rows: []row{{name: "CONNECT through warm Node.js, against " + alone, figure: "connack_ms", unit: "ms",
			against: alone, goal: goal{1.3, ratioAtMost, ""}}},
	}
	return []experiment{plain, function, warm, thousand(node)}
}

// thousand is 1,000 clients at once through a Node.js function that is warm.
func thousand(node starter) experiment {
	measure := on(node, "connect -n 1000 -parallel 1000")
	return experiment{
		contestants: []contestant{{subackColumn, func(ctx context.Context, l *lab) (load.Figures, error) {
			if err := l.needFiles(2100); err != nil {
				return nil, err
			}
			return measure(ctx, l)
		}}},
		rows: []row{
			{name: "1,000 at once through Node.js: the slowest", figure: "max_ms", unit: "ms",
				goal: goal{1000, valueAtMost, ""}},
			{name: "… and refused", figure: "failures", goal: goal{0, valueAtMost, ""}},
		},
	}
}
