package main

// secures are rows over TLS.
func secures() (list []experiment) {
	for _, s := range []struct{ name, args string }{
		{"TLS 1→1 QoS 0", "flow -scheme tls -qos 0"},
		{"TLS 1→1 QoS 1", "flow -scheme tls -qos 1"},
		{"WSS 1→1 QoS 0", "flow -scheme wss -qos 0"},
		{"WSS 1→1 QoS 1", "flow -scheme wss -qos 1"},
	} {
		list = append(list, compared(s.args, startMosquitto, startEngine, startSuback,
			row{name: s.name, figure: "per_s", unit: "/s", goal: goal{3.2, ratioAtLeast, "keep"}}))
	}
	return append(list, compared("connect -scheme tls", startMosquitto, startEngine, startEmbedded,
		row{name: "TLS connects/s, no function", figure: "per_s", unit: "/s", goal: goal{1.2, ratioAtLeast, ""}}))
}
