package emulator_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/emulator/why"
	"github.com/suback/suback/hooks"
)

// Topic rules with real devices, functions and AWS's command line.

// ruleFunctions are the code of a function that answers, or writes what it gets to a file.
var ruleFunctions = map[string]string{
	"python": `import json, os
def handler(event, context):
    if "to" in event:
        with open(os.path.join(os.environ["OUT"], event["to"]), "w") as f: json.dump(event, f)
    return {"twice": 2 * event["temp"]}
`,
	"nodejs": `const fs = require("fs");
exports.handler = async (event) => {
  if (event.to) fs.writeFileSync(process.env.OUT + "/" + event.to, JSON.stringify(event));
  return {twice: 2 * event.temp};
};
`}

// sender is all that the devices may: what they get they could not have published.
const sender = `{"Version": "2012-10-17", "Statement": [
  {"Effect": "Allow", "Action": "iot:Connect", "Resource": "*"},
  {"Effect": "Allow", "Action": "iot:Publish", "Resource": ["arn:aws:iot:*:*:topic/in/*",
    "arn:aws:iot:*:*:topic/$aws/rules/ingest/*"]},
  {"Effect": "Allow", "Action": "iot:RetainPublish", "Resource": "arn:aws:iot:*:*:topic/in/*"},
  {"Effect": "Allow", "Action": "iot:Subscribe", "Resource": "arn:aws:iot:*:*:topicfilter/out/*"},
  {"Effect": "Allow", "Action": "iot:Receive", "Resource": "arn:aws:iot:*:*:topic/out/*"}]}`

// runRules runs an account with a rule and a function for each runtime and SQL version.
func runRules(t *testing.T) (e *emulator.Emulator, out string) {
	t.Helper()
	folder := t.TempDir()
	out = filepath.Join(folder, "out")
	must(t, os.Mkdir(out, 0o700))
	var b strings.Builder
	fmt.Fprint(&b, "functions:\n")
	for runtime, code := range ruleFunctions {
		file := map[string]string{"python": "f.py", "nodejs": "f.js"}[runtime]
		must(t, os.Mkdir(filepath.Join(folder, runtime), 0o700))
		must(t, os.WriteFile(filepath.Join(folder, runtime, file), []byte(code), 0o600))
		fmt.Fprintf(&b, "  %s: {runtime: %s, code: ./%s, handler: f.handler, environment: {OUT: %q}, permissions: [{principal: iot.amazonaws.com, "+
			"action: lambda:InvokeFunction, sourceArn: \"arn:aws:iot:us-east-1:000000000000:rule/%s_*\"}]}\n", runtime, runtime, runtime, out, runtime)
	}
	fmt.Fprint(&b, `shadows: [{thingName: pump-7, shadowName: conf, state: {desired: {on: true}}}]
policies:
  - {policyName: out, policyDocument: {Version: "2012-10-17", Statement: [{Effect: Allow, Action: "iot:Publish", Resource: "arn:aws:iot:us-east-1:000000000000:topic/out/*"},
    {Effect: Deny, Action: "iot:Publish", Resource: "arn:aws:iot:us-east-1:000000000000:topic/out/shut/*"},
    {Effect: Allow, Action: "iot:GetThingShadow", Resource: "arn:aws:iot:us-east-1:000000000000:thing/pump-7/conf"}]}}
roles:
  - {roleName: rule, policies: [out]}
topicRules:
  - ruleName: presence
    sql: SELECT eventType FROM '$aws/events/presence/connected/+'
    actions: [{republish: {topic: "out/presence/${clientId}", roleArn: "arn:aws:iam::000000000000:role/rule"}}]
  - ruleName: ingest
    sql: SELECT topic() AS t
    actions: [{republish: {topic: out/ingest, roleArn: "arn:aws:iam::000000000000:role/rule"}}]
  - ruleName: shadow
    awsIotSqlVersion: "2016-03-23"
    sql: SELECT get_thing_shadow('pump-7', 'conf', 'arn:aws:iam::000000000000:role/rule').state.desired AS want FROM 'in/shadow'
    actions: [{republish: {topic: out/shadow, roleArn: "arn:aws:iam::000000000000:role/rule"}}]
  - ruleName: failing
    sql: SELECT * FROM 'in/failing'
    actions: [{republish: {topic: "out/shut/${topic(2)}", roleArn: "arn:aws:iam::000000000000:role/rule"}}]
    errorAction: {republish: {topic: out/failed, roleArn: "arn:aws:iam::000000000000:role/rule"}}
`)
	for runtime := range ruleFunctions {
		fmt.Fprintf(&b, `  - ruleName: %s_warm
    sql: SELECT temp, topic(3) AS to FROM 'in/warm/%s'
    actions: [{lambda: {functionArn: "arn:aws:lambda:us-east-1:000000000000:function:%[1]s"}}]
`, runtime, runtime)
		for _, version := range []string{"2015-10-08", "2016-03-23"} {
			arn := "arn:aws:lambda:us-east-1:000000000000:function:" + runtime
			fmt.Fprintf(&b, `  - ruleName: %s_%s
    awsIotSqlVersion: "%s"
    sql: SELECT temp, aws_lambda('%s', *).twice AS twice, topic(3) AS to FROM 'in/%s/%s' WHERE temp > 20
    actions:
      - lambda: {functionArn: "%s"}
      - republish: {topic: "out/${topic(2)}/${temp}", qos: 1, roleArn: "arn:aws:iam::000000000000:role/rule"}
`, runtime, version[:4], version, arn, runtime, version, arn)
		}
	}
	file := filepath.Join(folder, "suback.yaml")
	must(t, os.WriteFile(file, []byte(b.String()), 0o600))
	return runFile(t, file, emulator.Options{Authorizer: granting(json.RawMessage(sender))}), out
}

// TestTopicRules: what a device publishes goes by a rule, which asks a function, to another
// function and another device; each by its own rights [B-726, R-15, R-17, R-87, R-117 to R-119, B-832].
func TestTopicRules(t *testing.T) {
	t.Parallel()
	e, out := runRules(t)
	warmUp(t, e, out)
	for _, version := range []int{4, 5} {
		receiver := dial(t, e, version, "tcp", fmt.Sprint("receiver", version), "", "")
		mustBe(t, "connect", receiver.connect(), "ok")
		mustBe(t, "subscribe", receiver.subscribe("out/#"), "ok")
		d := dial(t, e, version, "tcp", fmt.Sprint("device", version), "", "")
		mustBe(t, "connect", d.connect(), "ok")
		event, own := receiver.receive(t), fmt.Sprintf(`out/presence/receiver%d {"eventType":"connected"}`, version)
		if event == own { // its rule may not have come to it before the subscription
			event = receiver.receive(t)
		}
		mustBe(t, "event", event, fmt.Sprintf(`out/presence/device%d {"eventType":"connected"}`, version))
		for runtime := range ruleFunctions {
			for _, sql := range []string{"2015-10-08", "2016-03-23"} {
				topic := fmt.Sprintf("in/%s/%s", runtime, sql)
				mustBe(t, "publish", d.publish(topic, 1, false, `{"temp":19}`), "ok")
				mustBe(t, "publish", d.publish(topic, 1, false, `{"temp":21}`), "ok")
				mustBe(t, topic, receiver.receive(t), fmt.Sprintf(`out/%s/21 {"temp":21,"twice":42,"to":"%s"}`, runtime, sql))
				eventually(t, "a file of the function", func() bool {
					text, _ := os.ReadFile(filepath.Join(out, sql))
					return strings.Contains(string(text), `twice`)
				})
				must(t, os.Remove(filepath.Join(out, sql)))
			}
		}
		mustBe(t, "publish", d.publish("in/shadow", 1, false, "{}"), "ok")
		mustBe(t, "shadow", receiver.receive(t), `out/shadow {"want":{"on":true}}`)
		mustBe(t, "publish", d.publish("$aws/rules/ingest/a/b", 1, false, "x"), "ok")
		mustBe(t, "Basic Ingest", receiver.receive(t), `out/ingest {"t":"a/b"}`) // B-1101, R-24, R-25
		mustBe(t, "publish", d.publish("in/failing", 1, true, "x"), "ok")        // retained, and a message like any other (B-726)
		failed := receiver.receive(t)
		for _, part := range []string{`out/failed {"ruleName":"failing","topic":"in/failing","cloudwatchTraceId":"`,
			fmt.Sprintf(`"clientId":"device%d","base64OriginalPayload":"eA==","failures":[{"failedAction":"RepublishAction","failedResource":"out/shut/failing"`, version)} {
			if !strings.Contains(failed, part) {
				t.Errorf("the error action got %q, want %q (R-130)", failed, part)
			}
		}
	}
	explained(t, e, cause{operation: trace.RuleMatch, outcome: trace.Note, client: "device4", detail: "`temp > 20` is false: `temp` is 19"})
	explained(t, e, cause{operation: trace.RuleExecution, client: "device5", reason: "RuleExecutionFailure", detail: `may not publish to "out/shut/failing"`})
	f := asks(t, e, mistake{client: "receiver5", args: []string{"--topic", "out/shut/failing"}, found: why.RuleFailed})
	mustBe(t, "why", string(f.Found), string(why.RuleFailed))
	story := e.Messages(hooks.Selection{Topic: "in/failing", Limit: 1})[0]
	if told, _ := e.Story(story.ID); len(told.Rules) != 1 || !strings.Contains(told.Text(), "rule failing: executed: x\n    republish ") {
		t.Errorf("the story says\n%s\nwant what the rule did (R-135)", told.Text())
	}
	e.Reset()
	mustBe(t, "rules", fmt.Sprint(len(emulator.RegistryOf(e).TopicRules())), "10")
}

// warmUp runs each function by an action, which waits for it: aws_lambda does so for 2 s
// only, and on a busy machine a process may take longer to start.
func warmUp(t *testing.T, e *emulator.Emulator, out string) {
	t.Helper()
	d := dial(t, e, 4, "tcp", "warm", "", "")
	mustBe(t, "connect", d.connect(), "ok")
	defer d.disconnect()
	for runtime := range ruleFunctions {
		mustBe(t, "publish", d.publish("in/warm/"+runtime, 1, false, `{"temp":1}`), "ok")
		eventually(t, "a file of the function", func() bool {
			_, err := os.Stat(filepath.Join(out, runtime))
			return err == nil
		})
	}
}

// TestAWSCommandLineTopicRules: a rule that the command line makes runs at once, and no
// longer when it is disabled or deleted.
func TestAWSCommandLineTopicRules(t *testing.T) {
	t.Parallel()
	e := emulator.Run(t, emulator.Options{Listeners: free, Authorizer: granting(json.RawMessage(everythingBut))})
	c := newCLI(t, e)
	payload := func(sql string) string {
		return "file://" + c.write("rule.json", []byte(`{"sql": "`+sql+`", "awsIotSqlVersion": "2016-03-23", "actions": [
			{"republish": {"topic": "open/${topic(2)}/hot", "qos": 1, "roleArn": "arn:aws:iam::000000000000:role/rule"}}]}`))
	}
	c.refused("SqlParseException", "", "R-7", "iot", "create-topic-rule", "--rule-name", "hot", "--topic-rule-payload", payload("SELECT FROM"))
	c.aws("", "R-4", "iot", "create-topic-rule", "--rule-name", "hot", "--topic-rule-payload",
		payload("SELECT temp FROM 'rooms/+' WHERE temp > 30"))
	d := dial(t, e, 5, "tcp", "d", "", "")
	mustBe(t, "connect", d.connect(), "ok")
	mustBe(t, "subscribe", d.subscribe("open/#"), "ok")
	mustBe(t, "publish", d.publish("rooms/7", 1, false, `{"temp":31}`), "ok")
	mustBe(t, "receive", d.receive(t), `open/7/hot {"temp":31}`)
	c.aws("", "R-4", "iot", "replace-topic-rule", "--rule-name", "hot", "--topic-rule-payload", payload("SELECT VALUE temp FROM 'rooms/+'"))
	mustBe(t, "publish", d.publish("rooms/7", 1, false, `{"temp":1}`), "ok")
	mustBe(t, "receive", d.receive(t), `open/7/hot 1`)
	c.aws("", "R-4", "iot", "disable-topic-rule", "--rule-name", "hot")
	mustBe(t, "publish", d.publish("rooms/7", 1, false, `{"temp":2}`), "ok")
	c.aws("", "R-4", "iot", "enable-topic-rule", "--rule-name", "hot")
	mustBe(t, "publish", d.publish("rooms/7", 1, false, `{"temp":3}`), "ok")
	mustBe(t, "receive", d.receive(t), `open/7/hot 3`)
	c.aws("", "R-4", "iot", "delete-topic-rule", "--rule-name", "hot")
	c.refused("UnauthorizedException", "Access to topic rule 'hot' was denied", "R-5", "iot", "get-topic-rule", "--rule-name", "hot")
}

// TestTopicRulesReload: a rule that the file changed runs as the file says, at once.
func TestTopicRulesReload(t *testing.T) {
	t.Parallel()
	config := func(sql string) *emulator.Config {
		file := filepath.Join(t.TempDir(), "suback.yaml")
		must(t, os.WriteFile(file, []byte("topicRules: [{ruleName: r, sql: \""+sql+
			"\", actions: [{republish: {topic: open/out, roleArn: \"arn:aws:iam::000000000000:role/r\"}}]}]\n"), 0o600))
		c, err := emulator.LoadConfig(file)
		must(t, err)
		return c
	}
	e := emulator.Run(t, emulator.Options{Config: config("SELECT a FROM 'open/in'"), Authorizer: granting(json.RawMessage(everythingBut))})
	d := dial(t, e, 5, "tcp", "d", "", "")
	mustBe(t, "connect", d.connect(), "ok")
	mustBe(t, "subscribe", d.subscribe("open/out"), "ok")
	mustBe(t, "publish", d.publish("open/in", 1, false, `{"a":1,"b":2}`), "ok")
	mustBe(t, "receive", d.receive(t), `open/out {"a":1}`)
	must(t, e.Reload(config("SELECT b FROM 'open/in'")))
	mustBe(t, "publish", d.publish("open/in", 1, false, `{"a":1,"b":2}`), "ok")
	mustBe(t, "receive", d.receive(t), `open/out {"b":2}`)
}
