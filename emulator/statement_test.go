package emulator_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/registry"
)

// TestTryStatement: the admin API says of a statement and a message what suback sql says.
func TestTryStatement(t *testing.T) {
	t.Parallel()
	o := emulator.Embedded()
	o.Listeners = free
	e := emulator.Run(t, o)
	ask := func(members string) string { return "{" + members + "}" }
	const hot = `"statement": "SELECT temp FROM 'a/+' WHERE temp > 20", `
	for _, tt := range []struct {
		name, body string
		status     int
		want       string // of the answer
	}{
		{"true", ask(hot + `"payload": "{\"temp\": 21.0}", "topic": "a/b"`), 200, `"text":"{\"temp\":21}","lines":null`},
		{"a topic that FROM matches", ask(hot + `"payload": "{\"temp\": 21}"`), 200, `"matched":true,"payload":{"temp":21},"topic":"a/x"`},
		{"not true", ask(hot + `"payload": "{\"tmp\": 21}"`), 200, "no: `temp \\u003e 20` is Undefined: `temp` is Undefined: the payload has `tmp`"},
		{"another topic", ask(hot + `"payload": "{\"temp\": 21}", "topic": "b"`), 200, `"matched":false,"topic":"b","from":"FROM 'a/+' does not match`},
		{"a client", ask(`"statement": "SELECT clientid() AS c", "clientId": "pump-7"`), 200, `"payload":{"c":"pump-7"}`},
		{"bytes", ask(`"statement": "SELECT *", "payloadBase64": "/wA="`), 200, `"matched":true,"payloadBase64":"/wA="`},
		{"the account", ask(`"statement": "SELECT accountid() AS a"`), 200, `"payload":{"a":"` + o.Config.AccountID},
		{"an older version", ask(`"statement": "SELECT isUndefined(a) AS b", "sqlVersion": "2015-10-08"`), 200,
			"missing: `isUndefined(a)` is Undefined: isUndefined is a function of SQL version 2016"},
		{"another service", ask(`"statement": "SELECT aws_lambda('x', *) AS a"`), 200, "aws_lambda: is not asked when a statement is tried"},
		{"a shadow", ask(`"statement": "SELECT get_thing_shadow('x', 'arn:aws:iam::123456789012:role/r') AS a"`), 200, "is not asked when a statement is tried"},
		{"no statement", ask(`"statement": "SELECT"`), 200, `"column":7,"error":"line 1, column 7 (offset 6): the end: want a value`},
		{"no version", ask(`"statement": "SELECT *", "sqlVersion": "2016"`), 200, "want 2015-10-08, 2016-03-23 or beta"},
		{"no base64", ask(`"statement": "SELECT *", "payloadBase64": "x"`), 400, "want the payload in base64"},
		{"a message that is too large", ask(`"statement": "SELECT *", "payload": "` + strings.Repeat("a", 64<<10) + `"`), 400,
			"more than 65536 bytes, suback sql takes more"},
		{"no JSON", "SELECT *", 400, `want {\"statement\"`},
		{"too much work", ask(fmt.Sprintf(`"statement": "SELECT (SELECT (SELECT (SELECT c FROM a) FROM a) FROM a) AS n", "payload": "{\"a\": [%s0]}"`,
			strings.Repeat("0,", 2000))), 200, "too much for one message"},
	} {
		answer, body := request{"POST", "/_suback/sql", "", "", tt.body}.send(t, e, emulator.HTTP, nil)
		if answer.StatusCode != tt.status || !strings.Contains(body, tt.want) {
			t.Errorf("%s: got %d %.400s, want %d and %s (R-151)", tt.name, answer.StatusCode, body, tt.status, tt.want)
		}
	}
	elsewhere := map[string]string{"Origin": "http://evil.example"}
	answer, _ := request{"POST", "/_suback/sql", "", "", ask(hot)}.send(t, e, emulator.HTTP, elsewhere)
	if answer.StatusCode != http.StatusForbidden {
		t.Errorf("from another page: got %d, want 403", answer.StatusCode)
	}
}

// TestTopicRulesTold: each rule is listed with what became of its latest message, whose
// payload is kept.
func TestTopicRulesTold(t *testing.T) {
	t.Parallel()
	o := emulator.Embedded()
	o.Listeners = free
	o.Config.TopicRules = []registry.TopicRule{
		{RuleName: "hot", SQL: "SELECT temp FROM 'a/+' WHERE temp > 20",
			Actions: []registry.RuleAction{{"sqs": {"queueUrl": "q", "roleArn": "r"}}}},
		{RuleName: "off", SQL: "SELECT * FROM 'a/+'", RuleDisabled: true},
	}
	e := emulator.Run(t, o)
	d := dial(t, e, 5, "tcp", "pump-7", "me", "test")
	mustBe(t, "CONNECT", d.connect(), "ok")
	get := func(path string) string {
		_, body := request{"GET", path, "", "", ""}.send(t, e, emulator.HTTP, nil)
		return body
	}
	type told struct {
		Last struct{ TraceID, Outcome, Topic, ClientID, Detail string }
	}
	last := func(outcome string) (found told) {
		t.Helper()
		eventually(t, "what became of "+outcome, func() bool {
			var all []told
			must(t, json.Unmarshal([]byte(get("/_suback/topic-rules")), &all))
			found = all[0]
			return found.Last.Outcome == outcome
		})
		return found
	}
	if got, want := get("/_suback/topic-rules"), `{"ruleName":"off","sql":"SELECT * FROM 'a/+'","awsIotSqlVersion":"2015-10-08",`+
		`"ruleDisabled":true,"actions":[]}]`; !strings.Contains(got, want) || strings.Contains(got, "last") {
		t.Errorf("before any message: got %s, want %s in it", got, want)
	}
	for _, tt := range []struct{ payload, outcome, detail, kept string }{
		{`{"temp": 21}`, "executed", `{"temp":21}`, `"payload":"{\"temp\": 21}"`},
		{`{"temp": 19}`, "not true", "", `"payload":"{\"temp\": 19}"`},
		{`{"temp": 22, "x": "` + strings.Repeat("x", 5000) + `"}`, "executed", `{"temp":22}`, "the payload is not kept"},
		{"\xff", "not true", "", `"payloadBase64":"/w=="`},
	} {
		mustBe(t, "PUBLISH", d.publish("a/b", 1, false, tt.payload), "ok")
		l := last(tt.outcome).Last
		if l.Topic != "a/b" || l.ClientID != "pump-7" || tt.detail != "" && l.Detail != tt.detail {
			t.Errorf("%.20q: got %+v, want a/b of pump-7 and %q", tt.payload, l, tt.detail)
		}
		if got := get("/_suback/messages/" + l.TraceID + "/payload"); !strings.Contains(got, tt.kept) {
			t.Errorf("%.20q: got %s, want %s", tt.payload, got, tt.kept)
		}
	}
	if got := get("/_suback/messages/nothing/payload"); !strings.Contains(got, "is not kept") {
		t.Errorf("of no message: got %s, want that it is not kept", got)
	}
}
