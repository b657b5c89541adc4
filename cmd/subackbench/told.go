package main

// told is what stories cost in CPU time per message: Suback against itself without them.
func told() (list []experiment) {
	const off = "stories off"
	for _, f := range []struct{ name, args string }{
		{"1→1 QoS 0", "-qos 0"},
		{"1→1 QoS 1", "-qos 1"},
		{"1→100 QoS 0", "-qos 0 -subs 100"},
		{"1→100 QoS 1", "-qos 1 -subs 100"},
	} {
		work := "flow " + f.args
		list = append(list, experiment{
			contestants: []contestant{
				{off, on(setup{statements: 50, untold: true}.start, work)},
				{subackColumn, on(startSuback, work)},
			},
			rows: []row{{name: "CPU per message, " + f.name + ": with stories against without", figure: "cpu_us",
				unit: "µs", against: off, goal: goal{1.03, ratioAtMost, ""}}},
		})
	}
	return list
}
