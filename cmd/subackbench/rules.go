package main

import (
	"fmt"
	"strings"
)

// rules are topic rules, which Mosquitto does not have: a hundred whose FROM does not match
// beside none, and one whose WHERE is true and that republishes, beside the same messages as
// they are.
func rules() []experiment {
	const none, hundred, work = "none", "100 rules", "flow -qos 0 -window 500"
	var others, one strings.Builder
	for i := range 100 {
		from := []string{"bench/t0/state/%d", "bench/%d/state", "room/+/%d", "room/%d/#"}[i%4]
		writeRule(&others, fmt.Sprintf("r%d", i), fmt.Sprintf(from, i+1000), "lost")
	}
	writeRule(&one, "again", "bench/+/state", "bench/again/${topic(2)}")
	return []experiment{{
		contestants: []contestant{
			{none, on(setup{statements: 1}.start, work)},
			{hundred, on(setup{statements: 1, rules: others.String()}.start, work)},
			{subackColumn, on(setup{statements: 1, rules: one.String()}.start, work+" -filter bench/again/+")},
		},
		rows: []row{
			{name: "100 topic rules that do not match, CPU per message against none", figure: "cpu_us", unit: "µs",
				of: hundred, against: none, goal: goal{1.05, ratioAtMost, ""}},
			{name: "… messages per second", figure: "per_s", unit: "/s", of: hundred, against: none},
			{name: "one topic rule with WHERE that republishes all, against none", figure: "per_s", unit: "/s",
				against: none},
			{name: "… CPU per message", figure: "cpu_us", unit: "µs", against: none},
		},
	}}
}

// writeRule adds a rule to the topicRules of suback.yaml.
func writeRule(b *strings.Builder, name, from, to string) {
	fmt.Fprintf(b, "  - {ruleName: %s, awsIotSqlVersion: %q, sql: %q, actions: [{republish: {topic: %q, roleArn: %q}}]}\n",
		name, "2016-03-23", "SELECT * FROM '"+from+"' WHERE topic(1) = 'bench' AND length(topic(2)) < 20", to,
		"arn:aws:iam::000000000000:role/bench")
}
