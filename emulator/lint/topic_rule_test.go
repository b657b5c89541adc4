package lint

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// inRule is the input of CreateTopicRule.
func inRule(sql, version, actions, more string) string {
	return fmt.Sprintf(`{"ruleName": "r", "topicRulePayload": {"sql": %q, "awsIotSqlVersion": %q, "actions": [%s], "errorAction": {}%s}}`,
		sql, version, actions, more)
}

func republish(to string) string {
	return fmt.Sprintf(`{"republish": {"topic": %q, "roleArn": "x"}}`, to)
}

// TestTopicRules: what AWS takes of a rule and nobody means, and how it goes away.
func TestTopicRules(t *testing.T) {
	const v2016, v2015 = "2016-03-23", "2015-10-08"
	item := func(keys string) string { return `{"dynamoDB": {"tableName": "t", "roleArn": "x", ` + keys + `}}` }
	for _, tt := range []struct {
		name, text string
		want       string // "line:column rule: part // part" of text and cure; "" for no finding
	}{
		{"a rule", inRule("SELECT * FROM 'a/+'", v2016, republish("b"), ""), ""},
		{"2015 by name", inRule("SELECT * FROM 'a/+'", v2015, republish("b"), ""), ""},
		{"alone", `{"sql": "SELECT * FROM 'a'", "actions": []}`, "1:9 rule-version: has no SQL version, which is 2015-10-08 then"},
		{"as GetTopicRule answers", `{"ruleArn": "x", "rule": {"ruleName": "q", "sql": "SELECT", "awsIotSqlVersion": "2016-03-23"}}`,
			"1:58 rule-sql: q: the end // write a value"},
		{"of a version that there is not", inRule("SELECT * FROM 'a'", "2016", "", ""), `1:88 rule-sql: SQL version "2016" // write 2015-10-08, 2016`},
		{"a function that there is not", inRule("SELECT isUndefned(a)", v2016, "", ""), "1:55 rule-sql: isUndefned // write isUndefined"},
		{"2016 in 2015", inRule("SELECT * FROM 'a' WHERE isUndefined(b)", v2015, "", ""),
			"1:72 rule-statement: Undefined in 2015-10-08 // set awsIotSqlVersion to 2016-03-23"},
		{"a field that is missing in OR", inRule("SELECT * FROM 'a' WHERE b = 1 OR c = 2", v2016, "", ""),
			"1:72 rule-statement: when `b` is missing, all of `b = 1 OR c = 2` is Undefined // write get_or_default(b, …)"},
		{"which get_or_default cures", inRule("SELECT * FROM 'a' WHERE get_or_default(b, 0) = 1 OR get_or_default(c, 0) = 2", v2016, "", ""), ""},
		{"no arguments", inRule("SELECT abs() AS a FROM 'a'", v2016, "", ""), "rule-statement: abs wants 1 argument // write what has a value"},
		{"bytes with a field", inRule("SELECT encode(*, 'base64') AS d, t FROM 'a'", v2016, "", ""), "rule-statement: `t` is Undefined where the payload is no JSON"},
		{"from *", inRule("SELECT * FROM 'a/*'", v2016, "", ""), "1:63 rule-filter: * is a policy's wildcard"},

		{"into its own FROM", inRule("SELECT * FROM 'a/#'", v2016, republish("a/${topic(2)}/x"), ""), `rule-loop: "a/${topic(2)}/x", which it is from itself ('a/#')`},
		{"into topic()", inRule("SELECT * FROM 'a/+/b'", v2016, republish("${topic()}"), ""), "rule-loop: goes round"},
		{"into topic() below", inRule("SELECT * FROM 'a/+/b'", v2016, republish("again/${TOPIC( )}"), ""), ""},
		{"into AWS's", inRule("SELECT * FROM '$aws/things/+/shadow/get'", v2016, republish("$$aws/things/${topic(3)}/shadow/get"), ""),
			"rule-loop: "},
		{"into another level", inRule("SELECT * FROM 'a/b'", v2016, republish("a/${x}"), ""), ""},
		{"a WHERE of the topic", inRule("SELECT * FROM 'a/#' WHERE topic(2) <> 'x'", v2016, republish("a/x"), ""), ""},
		{"after an error", `{"sql": "SELECT * FROM 'a/#'", "awsIotSqlVersion": "2016-03-23", "actions": [], "errorAction": ` + republish("a/failed") + `}`, "rule-loop: "},
		{"without FROM", inRule("SELECT *", v2016, republish("a"), ""), ""},

		{"an object", inRule("SELECT * FROM 'a'", v2016, `{"s3": {"bucketName": "b", "key": "k"}}`, ""), `rule-overwrites: each message into "k" of s3 // write ${…}`},
		{"an object each", inRule("SELECT * FROM 'a'", v2016, `{"s3": {"bucketName": "b", "key": "k/${newuuid()}"}}`, ""), ""},
		{"an item", inRule("SELECT * FROM 'a'", v2016, item(`"hashKeyValue": "h", "rangeKeyValue": "r"`), ""), `rule-overwrites: "h" of dynamoDB`},
		{"an item in a range", inRule("SELECT * FROM 'a'", v2016, item(`"hashKeyValue": "h", "rangeKeyValue": "${timestamp()}"`), ""), ""},
		{"an item that goes", inRule("SELECT * FROM 'a'", v2016, item(`"hashKeyValue": "h", "operation": "DELETE"`), ""), ""},

		{"disabled", inRule("SELECT * FROM 'a'", v2016, "", `, "ruleDisabled": true`), "rule-disabled: r is disabled // leave ruleDisabled out"},
		{"no error action", `{"sql": "SELECT * FROM 'a'", "awsIotSqlVersion": "2016-03-23", "actions": [` + republish("b") + `]}`,
			"rule-error-action: the rule has no error action // add errorAction"},
		{"no action either", `{"sql": "SELECT * FROM 'a'", "awsIotSqlVersion": "2016-03-23", "actions": []}`, ""},
		{"a rule that is none", `{"sql": 7}`, "rule-version: "},
	} {
		checkOnly(t, tt.name, Text("rule.json", []byte(tt.text), Options{}), tt.want)
	}
}

// checkOnly wants one finding, with these parts, or none.
func checkOnly(t *testing.T, name string, all []Finding, want string) {
	t.Helper()
	if want == "" {
		if len(all) > 0 {
			t.Errorf("%s: got %+v, want nothing (R-153)", name, all)
		}
		return
	}
	if len(all) != 1 {
		t.Errorf("%s: got %+v, want %s alone (R-153)", name, all, want)
		return
	}
	f := all[0]
	got := fmt.Sprintf("%d:%d %s: %s %s", f.Line, f.Column, f.Rule, f.Text, f.Cure)
	head, text, _ := strings.Cut(want, ": ")
	for _, part := range append(strings.Split(text, " // "), head+": ") {
		if strings.Contains(got, part) {
			continue
		}
		t.Errorf("%s: got %q, want %q in it (R-153)", name, got, want)
	}
}

// TestTopicRulesOfConfig: a suback.yaml has more than a rule's text.
func TestTopicRulesOfConfig(t *testing.T) {
	const policies = `
policies:
  - policyName: p
    policyDocument: {Version: "2012-10-17", Statement: {Effect: Allow, Action: "iot:Publish", Resource: "arn:aws:iot:us-east-1:000000000000:topic/a/*"}}
`
	rule := func(from, action string) string {
		return "topicRules:\n  - {ruleName: r, awsIotSqlVersion: \"2016-03-23\", sql: \"SELECT * FROM '" + from + "'\", actions: [" + action +
			"], errorAction: {republish: {topic: z, roleArn: 'arn:aws:iam::000000000000:role/x'}}}\n"
	}
	const runtime = "runtime: python, code: ., handler: a.b"
	invoke := "{lambda: {functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:f'}}"
	for _, tt := range []struct{ name, text, want string }{
		{"what a device may publish", policies + rule("a/+", ""), ""},
		{"what none may", policies + rule("b/+", ""), "rule-unpublished: r is from 'b/+' // allow iot:Publish on topic/b/*"},
		{"what AWS publishes", policies + rule("$aws/events/#", ""), ""},
		{"events that are off", rule("$aws/events/thing/+/created", ""),
			"2:72 rule-event-off: type THING are off // write eventConfigurations: {THING: {Enabled: true}}"},
		{"in double quotes", strings.ReplaceAll(rule("$aws/events/thingGroup/#", ""), "FROM '$aws/events/thingGroup/#'",
			`FROM \"$aws/events/thingGroup/#\"`),
			"rule-event-off: type THING_GROUP are off"},
		{"events that are on", "eventConfigurations: {THING: {Enabled: true}}\n" + rule("$aws/events/thing/+/created", ""), ""},
		{"others that are on", "eventConfigurations: {THING: {Enabled: true}}\n" + rule("$aws/events/thingType/+/created", ""),
			"rule-event-off: THING_TYPE are"},
		{"on, and off again", "eventConfigurations: {THING: {Enabled: false}}\n" + rule("$aws/events/thing/+/created", ""),
			"rule-event-off: THING are"},
		{"events that are always on", rule("$aws/events/presence/connected/+", ""), ""},
		{"without policies", rule("b/+", ""), ""},
		{"with an authorizer", policies + "authorizers: [{authorizerName: a, authorizerFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:g', " +
			"signingDisabled: true, status: ACTIVE}]\n" + rule("b/+", ""), ""},
		{"what another rule publishes", policies + strings.Replace(rule("b/+", ""), "topic: z", "topic: 'b/${c}'", 1), "rule-loop: "},
		{"Basic Ingest", strings.Replace(policies, "topic/a/*", "topic/$aws/rules/r/*", 1) + rule("b/+", ""), ""},
		{"of another rule", strings.Replace(policies, "topic/a/*", "topic/$aws/rules/q/*", 1) + rule("b/+", ""), "rule-unpublished: "},

		{"a role", "roles: [{roleName: x}]\n" + rule("a", ""), ""},
		{"another role", "roles: [{roleName: y}]\n" + rule("a", ""), "rule-unknown: role/x\", which is none of roles (y)"},

		{"a function", "functions: {f: {" + runtime + ", permissions: [{statementId: s, action: 'lambda:InvokeFunction', principal: iot.amazonaws.com}]}}\n" +
			rule("a", invoke), ""},
		{"without a permission", "functions: {f: {" + runtime + "}}\n" + rule("a", invoke), "permission-missing: r invokes f"},
		{"with that of another service", "functions: {f: {" + runtime + ", permissions: [{statementId: s, action: 'lambda:InvokeFunction', principal: s3.amazonaws.com}]}}\n" +
			rule("a", invoke), "permission-missing: "},
		{"another function", "functions: {g: {" + runtime + "}}\n" + rule("a", invoke), "rule-unknown: none of functions"},
		{"no functions", rule("a", invoke), ""},
		{"what the gateway refuses", rule("a", "") + "  - {ruleName: s, sql: SELECT, actions: []}\n", "3:30 rule-sql: s: the end"},
	} {
		all := slices.DeleteFunc(Text("suback.yaml", []byte(tt.text), Options{}), func(f Finding) bool {
			return f.Rule == "rule-version" || f.Rule == "broad-publish"
		})
		checkOnly(t, tt.name, all, tt.want)
	}
}

// TestTemplatePermission: a rule's function needs one as an authorizer's does.
func TestTemplatePermission(t *testing.T) {
	const head = `
Resources:
  Code: {Type: AWS::Lambda::Function, Properties: {Handler: a.b}}
  Rule:
    Type: AWS::IoT::TopicRule
    Properties:
      TopicRulePayload:
        AwsIotSqlVersion: "2016-03-23"
        Sql: SELECT * FROM 'a'
        Actions: [{Lambda: {FunctionArn: !GetAtt Code.Arn}}]
        ErrorAction: {Republish: {Topic: failed, RoleArn: x}}
`
	checkOnly(t, "none", Text("t.yaml", []byte(head), Options{}), "4:3 permission-missing: Rule: no AWS::Lambda::Permission")
	const permission = "  May: {Type: AWS::Lambda::Permission, Properties: {Action: lambda:InvokeFunction, Principal: iot.amazonaws.com}}\n"
	checkOnly(t, "one", Text("t.yaml", []byte(head+permission), Options{}), "")
}
