package main

// durables are rows in which what is acknowledged outlives the program: with --state.
// Mosquitto has persistence, which it writes now and then.
func durables() []experiment {
	state := setup{statements: 50, state: true}.start
	retained := compared("retained -n 10000 -per-client 50", startMosquitto, startEngine, startSuback,
		row{name: "fetch 10 k retained, 200 clients that connect for it", figure: "per_s", unit: "/s",
			goal: goal{1.5, ratioAtLeast, ""}},
		row{name: "… that are connected", figure: "fetch_per_s", unit: "/s", goal: goal{1.5, ratioAtLeast, ""}})
	persistent := compared("flow -qos 1 -persistent", startMosquittoDurable, nil, state,
		row{name: "--state, QoS 1 to a persistent session", figure: "per_s", unit: "/s",
			goal: goal{1, ratioAtLeast, ""}})
	persistent.short = true
	absent := compared("offline -drain=false", startMosquittoDurable, nil, state,
		row{name: "--state, queue for an absent session", figure: "per_s", unit: "/s",
			goal: goal{1, ratioAtLeast, ""}})
	return []experiment{retained, persistent, absent}
}
