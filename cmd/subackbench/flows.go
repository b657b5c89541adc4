package main

// flows are messages per second.
func flows() (list []experiment) {
	for _, f := range []struct {
		name  string
		args  string
		goal  goal
		short bool
	}{
		{"1→1 QoS 0", "-qos 0", goal{3.5, ratioAtLeast, ""}, true},
		{"1→1 QoS 1", "-qos 1", goal{5, ratioAtLeast, ""}, true},
		{"100→1 QoS 1", "-qos 1 -pubs 100", goal{2, ratioAtLeast, ""}, false},
		{"1→100 QoS 0", "-qos 0 -subs 100", goal{10, ratioAtLeast, "keep"}, true},
		{"1→100 QoS 1", "-qos 1 -subs 100", goal{6, ratioAtLeast, ""}, true},
		{"1→1000 QoS 1", "-qos 1 -subs 1000", goal{3, ratioAtLeast, ""}, false},
		{"100 pairs QoS 1", "-qos 1 -pairs 100", goal{4, ratioAtLeast, ""}, false},
		{"1→1 QoS 0, 4 KiB", "-qos 0 -size 4096", goal{1.5, ratioAtLeast, ""}, true},
	} {
		args := "flow " + f.args
		e := compared(args, startMosquitto, startEngine, startSuback,
			row{name: f.name, figure: "per_s", unit: "/s", goal: f.goal})
		e.sink, e.short = args, f.short
		list = append(list, e)
	}
	return list
}
