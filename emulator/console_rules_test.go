package emulator_test

import (
	"testing"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/registry"
)

// testConsoleRules: the page shows what became of a rule's latest message, and tries its
// statement on it until it is true; a message of the trace can be opened there.
func testConsoleRules(t *testing.T, browser *chrome) {
	o := emulator.Embedded()
	o.Listeners = free
	o.Config.TopicRules = []registry.TopicRule{{RuleName: "hot", AwsIotSqlVersion: "2016-03-23",
		SQL:     "SELECT temp AS t FROM 'pump/+/state' WHERE temperature > 20",
		Actions: []registry.RuleAction{{"republish": {"topic": "alarms", "roleArn": "arn:aws:iam::123456789012:role/app"}}}}}
	e := emulator.Run(t, o)
	p := openConsole(t, browser, e)
	p.text(".topic-rules li", "has met no message")
	p.text(".topic-rules .result pre", `{"temp":21,"pump":"7"}`)
	d := dial(t, e, 5, "tcp", "pump-7", "me", "test")
	mustBe(t, "CONNECT", d.connect(), "ok")
	mustBe(t, "PUBLISH", d.publish("pump/7/state", 1, false, `{"temp": 30.50, "<b>": 1}`), "ok")
	p.text(".topic-rules li", "not true")
	p.click(".topic-rules li button", "Try it")
	p.text(".topic-rules .reasons", "no: `temperature > 20` is Undefined: `temperature` is Undefined: the payload has `temp`")
	p.text(".topic-rules .verdict.no", "Nothing happens")
	p.fill("Statement", "statement", `SELECT temp AS t, clientid() AS c, "<b>x" AS b FROM 'pump/+/state' WHERE temp > 20`)
	p.text(".topic-rules .result pre", `{"t":30.50,"c":"pump-7","b":"<b>x"}`)
	p.fill("Statement", "statement", "SELECT temp FROM 'pump/+/state' WHERE isUndefned(temp)")
	p.text(".topic-rules .verdict.no", "line 1, column 39 (offset 38): there is no function isUndefned: want isUndefined")

	mustBe(t, "PUBLISH", d.publish("tank/7", 1, false, `{"level": 1}`), "ok") // which no rule meets
	p.click(".timeline button", "tank/7")
	p.click(".detail .story button", "Try a rule on it")
	p.text(".topic-rules form", "the payload is not kept")
	p.shows("hands.field('Statement', 'topic').value", "tank/7")
	p.click(".timeline button", "pump/7/state")
	p.text(".detail .story", "hot not true WHERE is not true: `temperature > 20` is Undefined")
	p.click(".detail .story button", "Try a rule on it")
	p.shows("hands.field('Statement', 'payload').value", `{"temp": 30.50, "<b>": 1}`)
}
