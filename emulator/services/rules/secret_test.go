package rules

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/trace"
)

// Of an action's parameters what lets somebody in is not shown, and all else is.
func TestShown(t *testing.T) {
	for _, tt := range []struct{ action, parameters, want string }{
		{"salesforce", `{"token":"abc","url":"https://a"}`, `{"token":"(not shown)","url":"https://a"}`},
		{"http", `{"headers":[{"key":"Authorization","value":"Bearer abc"}],"url":"https://a"}`,
			`{"headers":[{"key":"Authorization","value":"(not shown)"}],"url":"https://a"}`},
		{"http", `{"confirmationUrl":"https://a?","url":"https://a/f?code=abc"}`, `{"confirmationUrl":"https://a?","url":"https://a/f?(not shown)"}`},
		{"kafka", `{"clientProperties":{"acks":"1","sasl.scram.password":"p","sasl.mechanism":"m","ssl.keystore.password":"p"},"topic":"t"}`,
			`{"clientProperties":{"acks":"1","sasl.mechanism":"(not shown)","sasl.scram.password":"(not shown)",` +
				`"ssl.keystore.password":"(not shown)"},"topic":"t"}`},
		{"republish", `{"headers":{"userProperties":[{"key":"token","value":"v"}]},"qos":1,"topic":"t"}`,
			`{"headers":{"userProperties":[{"key":"token","value":"v"}]},"qos":1,"topic":"t"}`},
	} {
		var v map[string]any
		if err := json.Unmarshal([]byte(tt.parameters), &v); err != nil {
			t.Fatal(err)
		}
		got, err := plainJSON(shown(tt.action, v, nil))
		if err != nil || string(got) != tt.want {
			t.Errorf("%s: got %s (%v), want %s", tt.action, got, err, tt.want)
		}
		if again, _ := plainJSON(v); string(again) == string(got) && string(got) != tt.parameters {
			t.Errorf("%s: the parameters themselves have changed", tt.action)
		}
	}
}

// written is all that is told of a message: its story, the trace, and AWS's log.
func (s *rig) written(id string) string {
	told, err := json.Marshal(s.engine.Told(id))
	must(told, err)
	all := string(told)
	for _, ev := range s.trace.Events(trace.Filter{}) {
		all += "\n" + ev.Text() + fmt.Sprintf(" %+v", ev)
	}
	return all
}

// last is the payload that was published last.
func (s *rig) last() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, payload, _ := strings.Cut(s.did[len(s.did)-1], " ")
	return payload
}

// What get_secret gives is in nothing that is told, wherever a rule has it; what has nothing to do
// with it is.
func TestGetSecretIsNotTold(t *testing.T) {
	const get = `get_secret('door', 'SecretString', '` + role + `')`
	const template, plain = "${" + get + "}", "SELECT * FROM 'a'"
	republishing := func(headers m) registry.RuleAction {
		return registry.RuleAction{"republish": {"topic": "b", "roleArn": role, "headers": headers}}
	}
	for _, tt := range []struct {
		name, sql string
		action    registry.RuleAction
		want      string // told
		document  string // a part of what the error action gets; "" of an action that is done
	}{
		{"result", "SELECT " + get + " AS v FROM 'a'", republish("b"), "runs, with 14 bytes, not shown: get_secret", ""},
		{"variable", "SET @v = " + get + " SELECT 1 AS n FROM 'a'", republish("b/${@v}"), `"topic":"(not shown)"`, ""},
		{"variable of a variable", "SET @v = " + get + ", @w = concat(@v, 'x') SELECT 1 AS n FROM 'a'", republish("b/${@w}#"),
			"actions[0].republish.topic has a value of get_secret", `\"b/geheimx#\" is a filter`},
		{"WHERE", "SELECT 1 AS n FROM 'a' WHERE " + get + " = 'x'", republish("b"), "a value from get_secret, which is not shown", ""},
		{"what ends a rule", "SELECT get_registry_data('DescribeThing', " + get + ", '" + role + "') AS v FROM 'a'", republish("b"),
			"why is not shown: the statement calls get_secret", ""},
		{"note", "SELECT time_to_epoch(" + get + ", 'yyyy') AS v FROM 'a'", republish("b"), "what it notes is not shown", ""},
		{"topic", plain, republish("b/" + template), `"topic":"(not shown)"`, ""},
		{"failing topic", plain, republish(template + "/#"), "in place of get_secret in actions[0].republish.topic", `\"geheim/#\" is a filter`},
		{"messageExpiry", plain, republishing(m{"messageExpiry": template}),
			"actions[0].republish.headers.messageExpiry has a value of get_secret", `messageExpiry is \"geheim\"`},
		{"correlationData", plain, republishing(m{"correlationData": "-" + template}),
			"actions[0].republish.headers.correlationData has a value of get_secret", "which is not base64"},
		{"user property", plain, republishing(m{"userProperties": []any{m{"key": "k", "value": template}}}),
			`"userProperties":[{"key":"k","value":"(not shown)"}]`, ""},
		{"path of a URL", plain, post(m{"url": "http://localhost/" + template}), `"url":"(not shown)"`, `"failedResource":"http://localhost/geheim"`},
		{"host of a URL", plain, post(m{"url": "http://" + template + ".example", "confirmationUrl": "http://" + template + ".example"}),
			"actions[0].http.confirmationUrl has a value of get_secret", "nothing is sent to geheim.example"},
		{"header", plain, post(m{"headers": header("Authorization", template)}), "is IN_PROGRESS, not ENABLED", "is IN_PROGRESS, not ENABLED"},
		{"bucket", plain, actionOf(`{"s3":{"bucketName":"b","key":"` + template + `"}}`), "with an answer that is not shown", ""},
		{"queue", plain, actionOf(`{"sqs":{"queueUrl":"http://` + template + `"}}`), `why is not shown`, `queueUrl is \"http://geheim\"`},
		{"service that says what it got", "SELECT " + get + " AS v FROM 'a'", actionOf(`{"kinesis":{"streamName":"s"}}`),
			"answered 400 X: (not shown)", "not geheim"},
		{"nowhere", plain, actionOf(`{"iotEvents":{"inputName":"` + template + `"}}`), `"inputName":"(not shown)"`, ""},
		{"no such secret", plain, republish("${get_secret('none', 'SecretBinary', '" + role + "')}"),
			`the secret "none" has no SecretBinary`, "has no SecretBinary"},
		{"others", plain, republish("b/#"), `the topic "b/#" is a filter`, "is a filter"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			services, s := newStub(t), newRig(t)
			services.answers["GetSecretValue"] = says(200, `{"SecretString":"geheim"}`)
			services.answers["PutRecord"] = says(400, `{"__type":"X","message":"not geheim"}`)
			s.at(services.URL)
			s.rule("r", tt.sql, republish("failed"), tt.action)
			id := s.send("a", "{}")
			s.told(id)
			all := s.written(id)
			if strings.Contains(all, "geheim") || !strings.Contains(all, tt.want) {
				t.Errorf("got %s\nwant no secret, and %s in it (R-88)", all, tt.want)
			}
			if got := strings.Join(s.did, " "); tt.document != "" && !strings.Contains(got, tt.document) {
				t.Errorf("got %s for the error action, want %s in it (R-130)", got, tt.document)
			}
		})
	}
}

// A server that answers with what it got does not have the secret told.
func TestGetSecretOfEcho(t *testing.T) {
	const get = `get_secret('door', 'SecretString', '` + role + `')`
	for _, tt := range []struct {
		sql  string
		more m
		want string
	}{
		{"SELECT * FROM 'a'", m{"headers": header("Authorization", "${"+get+"}")}, "answered 400 Bad Request"},
		{"SELECT " + get + " AS v FROM 'a'", nil, "answered 400 Bad Request"},
		{"SELECT * FROM 'a'", nil, "answered 400 Bad Request: you said geheim"},
	} {
		services, s := newStub(t), newRig(t)
		services.answers["GetSecretValue"] = says(200, `{"SecretString":"geheim"}`)
		services.answers["POST /in"] = says(400, "you said geheim")
		s.at(services.URL)
		action := post(tt.more)
		action["http"]["url"], action["http"]["confirmationUrl"] = services.URL+"/in", services.URL
		s.rule("r", tt.sql, nil, action)
		s.enable()
		id := s.send("a", "{}")
		hint := s.told(id).Actions[0].Hint
		if all := s.written(id); !strings.HasSuffix(hint, tt.want) ||
			strings.Contains(all, "geheim") != strings.Contains(tt.want, "geheim") {
			t.Errorf("%s %v: got %s in %s, want %s (R-88)", tt.sql, tt.more, hint, all, tt.want)
		}
	}
}
