package lint

// topicRuleRules are the findings of the rules that see messages, and act on them.
func topicRuleRules() []Rule {
	return []Rule{
		{"rule-sql", Error, "AWS refuses the SQL of a topic rule.", []string{"R-7"}, "rule-sql.json"},
		{"rule-filter", Error, "The FROM of a topic rule is a topic filter of MQTT.", []string{"B-1111", "B-657"},
			"rule-filter.yaml"},
		{"rule-republish", Error, "A topic of AWS's is written with $$ where ${…} is substituted.",
			[]string{"B-1121"}, "rule-republish.yaml"},
		{"rule-version", Warning, "Without awsIotSqlVersion a topic rule has the SQL of 2015-10-08.",
			[]string{"R-3", "R-153"}, "rule-version.json"},
		{"rule-statement", Warning, "AWS takes the SQL, and it does not do what it seems to.",
			[]string{"R-32", "R-89", "R-153"}, "rule-statement.json"},
		{"rule-loop", Warning, "A topic rule publishes what it sees again.", []string{"R-23", "R-153"},
			"rule-loop.json"},
		{"rule-overwrites", Warning, "An action writes into the same object or item with every message.",
			[]string{"R-121", "R-153"}, "rule-overwrites.json"},
		{"rule-unknown", Warning, "A topic rule names a role or a function that the file does not have.",
			[]string{"R-118", "R-119"}, "rule-unknown.yaml"},
		{"rule-event-off", Warning, "A topic rule is from events of the registry, which are off at first.",
			[]string{"A-344"}, "rule-event-off.yaml"},
		{"rule-error-action", Info, "What an action fails to do is nowhere without an error action.",
			[]string{"R-130"}, "rule-error-action.json"},
		{"rule-disabled", Info, "A topic rule is disabled, and sees nothing.", []string{"R-4"},
			"rule-disabled.json"},
		{"rule-unpublished", Info, "No policy of the file lets anyone publish what a topic rule is from.",
			[]string{"R-15", "R-16"}, "rule-unpublished.yaml"},
	}
}
