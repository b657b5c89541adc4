package main

// delays are how long a message takes at 2,000 per second.
func delays() []experiment {
	return []experiment{
		compared("latency -rate 2000 -qos 0", startMosquitto, startEngine, startSuback,
			row{name: "p99 at 2,000/s, QoS 0", figure: "p99_ms", unit: "ms", goal: goal{1, ratioAtMost, "keep"}}),
		compared("latency -rate 2000 -qos 1", startMosquitto, startEngine, startSuback,
			row{name: "p99 at 2,000/s, QoS 1", figure: "p99_ms", unit: "ms", goal: goal{.5, ratioAtMost, "keep"}}),
	}
}
