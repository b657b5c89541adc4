package main

// policies is what more statements cost in CPU time per delivery: Suback against
// itself.
func policies() []experiment {
	const work = "flow -qos 0 -subs 100"
	const one, fifty = "1 statement", "50 statements"
	return []experiment{{
		contestants: []contestant{
			{one, on(setup{statements: 1}.start, work)},
			{fifty, on(startSuback, work)},
			{subackColumn, on(setup{statements: 150}.start, work)},
		},
		rows: []row{
			{name: "CPU per delivery, 1→100 QoS 0: 50 statements against 1", figure: "cpu_us", unit: "µs",
				of: fifty, against: one, goal: goal{1.05, ratioAtMost, ""}},
			{name: "… 150 statements against 1", figure: "cpu_us", unit: "µs", against: one,
				goal: goal{1.05, ratioAtMost, ""}},
		},
	}}
}
