package rules

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/trace"
)

func TestRun(t *testing.T) {
	const temps = "SELECT temp FROM 'room/+' WHERE temp > 20"
	const lambdaAlone = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},` +
		`"Action":"sts:AssumeRole"}]}`
	alarm := republish("alarm/${topic(2)}")
	tests := []struct {
		name   string
		make   func(*rig)
		topic  string
		sent   string
		want   []string // what was done
		record string   // operation, outcome and a part of the detail or hint
		source string
	}{
		{"matches", func(s *rig) { s.rule("r", temps, nil, alarm) }, "room/7", `{"temp":21}`,
			[]string{`alarm/7 {"temp":21}`}, `RuleMatch ALLOWED|runs, with {"temp":21}`, "R-15, R-116, R-117"},
		{"each action", func(s *rig) { s.rule("r", temps, nil, alarm, republish("b")) }, "room/7", `{"temp":21}`,
			[]string{`alarm/7 {"temp":21}`, `b {"temp":21}`}, `RuleExecution ALLOWED|republish {"roleArn":"` + role + `","topic":"b"}: message `, "R-22"},
		{"another topic", func(s *rig) { s.rule("r", temps, nil, alarm) }, "hall/7", `{"temp":21}`, nil, "", "R-18"},
		{"not true", func(s *rig) { s.rule("r", temps, nil, alarm) }, "room/7", `{"temp":19}`,
			nil, "RuleMatch NOTE|WHERE is not true: `temp > 20` is false: `temp` is 19", "R-32, R-135"},
		{"not true, what to do", func(s *rig) { s.rule("r", temps, nil, alarm) }, "room/7", `{"temp":19}`,
			nil, `RuleMatch NOTE|publish to "room/7" what makes it true, or change the WHERE of "r"`, "R-135"},
		{"missing", func(s *rig) { s.rule("r", temps, nil, alarm) }, "room/7", `{"tmp":19}`,
			nil, "RuleMatch NOTE|`temp` is Undefined", "R-135"},
		{"no column", func(s *rig) { s.rule("r", "SELECT temp, hum FROM 'a'", nil, republish("b")) }, "a", `{"temp":1}`,
			[]string{`b {"temp":1}`}, "RuleMatch ALLOWED|it has no column for `hum` is Undefined", "R-40"},
		{"disabled", func(s *rig) { s.rule("r", temps, nil, alarm); _ = s.registry.DisableTopicRule("r") },
			"room/7", `{"temp":21}`, nil, "", "R-4"},
		{"replaced", func(s *rig) {
			s.rule("r", temps, nil, alarm)
			_, _ = s.registry.ReplaceTopicRule(registry.TopicRule{RuleName: "r", SQL: "SELECT * FROM 'room/7'",
				Actions: []registry.RuleAction{republish("c")}})
		}, "room/7", `{"temp":1}`, []string{`c {"temp":1}`}, "", "R-11"},
		{"Basic Ingest", func(s *rig) { s.rule("r", "SELECT topic() AS t", nil, republish("b")) }, "$aws/rules/r/a/x", `{}`,
			[]string{`b {"t":"a/x"}`}, "", "R-24, R-25"},
		{"Basic Ingest, none", func(s *rig) { s.rule("s", "SELECT 1 AS a", nil, republish("b")) }, "$aws/rules/r/a/x", `{}`,
			nil, `RuleNotFound NOTE|make a rule "r"`, "R-24"},
		{"Basic Ingest, disabled", func(s *rig) {
			s.rule("r", "SELECT 1 AS a", nil, republish("b"))
			_ = s.registry.DisableTopicRule("r")
		}, "$aws/rules/r/a/x", `{}`, nil, "RuleNotFound NOTE|Rule r not found", "R-24"},
		{"reserved", func(s *rig) { s.rule("r", temps, nil, republish("$$aws/things/${topic(2)}/shadow/update")) },
			"room/7", `{"temp":21}`, []string{`$aws/things/7/shadow/update {"temp":21}`}, "", "R-117"},
		{"one $", func(s *rig) { s.rule("r", temps, nil, republish("$aws/things/7/shadow/update")) }, "room/7", `{"temp":21}`,
			nil, "RuleExecution REFUSED|write $$aws/things/7/shadow/update", "R-117"},
		{"a $ of the topic's own", func(s *rig) {
			s.rule("r", "SELECT state.desired.cfg AS cfg FROM '$aws/things/+/shadow/get/accepted'", nil, republish("${topic()}/desired/cfg"))
		}, "$aws/things/7/shadow/get/accepted", `{"state":{"desired":{"cfg":{"act":true}}}}`,
			[]string{`$aws/things/7/shadow/get/accepted/desired/cfg {"cfg":{"act":true}}`}, "", "R-117"},
		{"an answer itself", func(s *rig) {
			s.rule("r", "SELECT * FROM 'a'", nil, republish("$$aws/things/7/shadow/get/accepted"))
		}, "a", `{}`, nil, "RuleExecution REFUSED|nobody but AWS IoT publishes to", "R-117, guess"},
		{"jobs", func(s *rig) { s.rule("r", temps, nil, republish("$$aws/things/7/jobs/get")) }, "room/7", `{"temp":21}`,
			nil, "RuleExecution REFUSED|AWS republishes to no topic of jobs", "R-117"},
		{"AWS's own", func(s *rig) { s.rule("r", temps, nil, republish("$$aws/events/a")) }, "room/7", `{"temp":21}`,
			nil, "RuleExecution REFUSED|nobody but AWS IoT publishes", "R-117"},
		{"empty topic", func(s *rig) { s.rule("r", temps, nil, republish("${nothing}")) }, "room/7", `{"temp":21}`,
			nil, "RuleExecution REFUSED|the topic is empty", "R-107"},
		{"broken template", func(s *rig) { s.rule("r", temps, nil, republish("${topic(}")) }, "room/7", `{"temp":21}`,
			nil, "RuleExecution REFUSED|actions[0].republish.topic cannot be parsed", "R-109"},
		{"error action", func(s *rig) {
			s.rule("r", temps, republish("failed/${topic(2)}"), republish("+"), alarm, republish("#"))
		}, "room/7", `{"temp":21}`,
			[]string{`alarm/7 {"temp":21}`, `failed/7 {"ruleName":"r","topic":"room/7","cloudwatchTraceId":"ID","clientId":"dev",` +
				`"base64OriginalPayload":"eyJ0ZW1wIjoyMX0=","failures":[` +
				`{"failedAction":"RepublishAction","failedResource":"+","errorMessage":"the topic \"+\" is a filter"},` +
				`{"failedAction":"RepublishAction","failedResource":"#","errorMessage":"the topic \"#\" is a filter"}]}`}, "", "R-130"},
		{"function", func(s *rig) {
			must(s.registry.PutFunction(registry.Function{FunctionName: "f"}))
			s.rule("r", temps, nil, lambda("f"))
		},
			"room/7", `{"temp":21}`, []string{`start f {"temp":21}`}, "RuleExecution ALLOWED|the function was started", "R-119"},
		{"no function", func(s *rig) { s.rule("r", temps, republish("e"), lambda("g")) }, "room/7", `{"temp":21}`,
			[]string{`e {"ruleName":"r","topic":"room/7","cloudwatchTraceId":"ID","clientId":"dev","base64OriginalPayload":"eyJ0ZW1wIjoyMX0=",` +
				`"failures":[{"failedAction":"LambdaAction","failedResource":"arn:aws:lambda:us-east-1:000000000000:function:g",` +
				`"errorMessage":"there is no function arn:aws:lambda:us-east-1:000000000000:function:g"}]}`},
			"RuleExecution REFUSED|make the function first", "R-119"},
		{"no permission", func(s *rig) {
			must(s.registry.PutFunction(registry.Function{FunctionName: "f", Permissions: []registry.Permission{}}))
			s.rule("r", temps, nil, lambda("f"))
		}, "room/7", `{"temp":21}`, nil, "RuleExecution REFUSED|--source-arn arn:aws:iot:us-east-1:000000000000:rule/r", "R-119"},
		{"binary to a function", func(s *rig) {
			must(s.registry.PutFunction(registry.Function{FunctionName: "f"}))
			s.rule("r", "SELECT * FROM 'a'", nil, lambda("f"))
		}, "a", "\xff", nil, "RuleExecution REFUSED|SELECT encode(*, 'base64') AS data", "R-119"},
		{"too large for a function", func(s *rig) {
			must(s.registry.PutFunction(registry.Function{FunctionName: "f"}))
			s.rule("r", "SELECT a, a AS b, a AS c FROM 'a'", nil, lambda("f"))
		}, "a", `{"a":"` + strings.Repeat("x", 100<<10) + `"}`, nil, "RuleExecution REFUSED|and a function gets 262144 at most", "R-119, guess"},
		{"too large to be republished", func(s *rig) { s.rule("r", "SELECT a, a AS b FROM 'a'", nil, republish("b")) },
			"a", `{"a":"` + strings.Repeat("x", 100<<10) + `"}`, nil, "RuleExecution REFUSED|the payload has more than 131072 bytes", "B-808"},
		{"a time zone that is missing", func(s *rig) {
			s.rule("r", "SELECT parse_time('HH', 0, 'Mars/Olympus') AS t, 1 AS n FROM 'a'", nil, republish("b"))
		}, "a", `{}`, []string{`b {"n":1}`},
			"RuleMatch NOTE|there is no such time zone, or this machine has no list of them (package tzdata)", "R-78"},
		{"elsewhere", func(s *rig) {
			s.rule("r", temps, nil, registry.RuleAction{"sqs": {"queueUrl": "http://q/${topic(2)}", "roleArn": role}})
		}, "room/7", `{"temp":21}`, nil, `RuleExecution NOTE|sqs {"queueUrl":"http://q/7","roleArn":"` + role + `"}: recorded, and sent nowhere`, "R-123"},
		{"role that may not", func(s *rig) { s.role("other/*"); s.rule("r", temps, nil, alarm) }, "room/7", `{"temp":21}`,
			nil, `RuleExecution REFUSED|may not publish to "alarm/7"`, "R-118"},
		{"role that does not trust AWS IoT", func(s *rig) {
			s.role("alarm/*")
			must(s.registry.PutRole(registry.Role{RoleName: "r", Policies: []string{"p"}, AssumeRolePolicyDocument: lambdaAlone}))
			s.rule("r", temps, nil, alarm)
		}, "room/7", `{"temp":21}`, nil,
			`RuleExecution REFUSED|AWS IoT may not have the role ` + role + `: its trust policy names no Principal {"Service": "iot.amazonaws.com"}`,
			"R-8a"},
		{"role that may", func(s *rig) { s.role("alarm/*"); s.rule("r", temps, nil, alarm) }, "room/7", `{"temp":21}`,
			[]string{`alarm/7 {"temp":21}`}, "", "R-118"},
		{"role that is not known", func(s *rig) { s.rule("r", temps, nil, alarm) }, "room/7", `{"temp":21}`,
			[]string{`alarm/7 {"temp":21}`}, "RuleExecution NOTE|which is not known here", "R-118"},
		{"another service", func(s *rig) {
			must(s.registry.PutFunction(registry.Function{FunctionName: "f"}))
			s.rule("r", "SELECT aws_lambda('arn:aws:lambda:us-east-1:000000000000:function:f', *).ran AS ran FROM 'a'", nil, republish("b"))
		}, "a", `{}`, []string{`b {"ran":true}`}, "", "R-87"},
		{"another service fails", func(s *rig) {
			must(s.registry.PutFunction(registry.Function{FunctionName: "f"}))
			s.rule("r", "SELECT aws_lambda('arn:aws:lambda:us-east-1:000000000000:function:f', *).ran AS ran FROM 'a'", republish("e"), republish("b"))
		}, "a", `{"a":"fail"}`, nil, "RuleExecution REFUSED|put get_or_default", "R-132"},
		{"registry", func(s *rig) {
			must(s.registry.CreateThing(registry.Thing{ThingName: "t", Attributes: map[string]string{"site": "n"}}))
			s.rule("r", "SELECT get_registry_data('DescribeThing', 't', '"+role+"').attributes.site AS site FROM 'a'", nil, republish("b"))
		}, "a", `{}`, []string{`b {"site":"n"}`}, "", "R-86"},
		{"registry, no thing", func(s *rig) {
			s.rule("r", "SELECT get_registry_data('DescribeThing', 't', '"+role+"') AS t FROM 'a'", nil, republish("b"))
		}, "a", `{}`, nil, `RuleExecution REFUSED|there is no thing "t"`, "R-132"},
		{"chain", func(s *rig) {
			s.rule("r", "SELECT * FROM 'a'", nil, republish("b"))
			s.rule("q", "SELECT clientid() AS c, traceid() AS t FROM 'b'", nil, republish("c"))
		}, "a", `{}`, []string{"b {}", `c {"c":"n/a"}`}, "", "R-15, R-80, R-82, R-117"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newRig(t)
				tt.make(s)
				id := s.send(tt.topic, tt.sent)
				synctest.Wait()
				for i := range s.did {
					s.did[i] = strings.ReplaceAll(s.did[i], id, "ID")
				}
				if !slices.Equal(s.did, tt.want) {
					t.Errorf("got  %q\nwant %q (%s)", s.did, tt.want, tt.source)
				}
				s.recorded(tt.record, tt.source)
				s.end()
			})
		})
	}
}

func must[T any](_ T, err error) {
	if err != nil {
		panic(err)
	}
}

// role makes the role known, with a policy that lets it publish to some topics.
func (s *rig) role(topics string) {
	must(s.registry.CreatePolicy("p", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:Publish",`+
		`"Resource":"arn:aws:iot:us-east-1:000000000000:topic/`+topics+`"}]}`))
	must(s.registry.PutRole(registry.Role{RoleName: "r", Policies: []string{"p"}}))
}

// recorded wants a record: "operation outcome|a part of its text"; "" wants nothing.
func (s *rig) recorded(want, source string) {
	s.t.Helper()
	var all []string
	head, part, _ := strings.Cut(want, "|")
	for _, ev := range s.trace.Events(trace.Filter{}) {
		if string(ev.Operation)+" "+string(ev.Outcome) == head && strings.Contains(ev.Detail+" "+ev.Hint, part) {
			return
		}
		all = append(all, ev.Text())
	}
	if want != "" {
		s.t.Errorf("got no record %q (%s) among:\n%s", want, source, strings.Join(all, "\n"))
	}
}

// What came of each message is in its story, though the trace counts those that are alike.
func TestStory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newRig(t)
		s.rule("r", "SELECT temp FROM 'a' WHERE temp > 20", nil, republish("b"), republish("+"))
		for _, tt := range []struct{ sent, want string }{
			{`{"temp":1}`, "rule r: not true: WHERE is not true: `temp > 20` is false: `temp` is 1\n"},
			{`{"temp":2}`, "rule r: not true: WHERE is not true: `temp > 20` is false: `temp` is 2\n"},
			{`{"temp":21}`, `rule r: executed: {"temp":21}` + "\n" + `    republish {"roleArn":"` + role + `","topic":"b"}: message `},
			{`{"temp":22}`, `republish {"roleArn":"` + role + `","topic":"+"} failed: the topic "+" is a filter` + "\n      hint: "},
		} {
			id := s.send("a", tt.sent)
			synctest.Wait()
			told, _ := s.hook.Story(id)
			if got := told.Text(); !strings.Contains(got, tt.want) {
				t.Errorf("%s: got\n%s\nwant %q (R-135)", tt.sent, got, tt.want)
			}
		}
		if n := len(s.trace.Events(trace.Filter{Outcome: trace.Note, Operation: trace.RuleMatch})); n != 1 {
			t.Errorf("got %d notes, want one that counts (R-135)", n)
		}
		s.engine.Clear()
		if got := s.engine.Told(s.send("x", "")); got != nil {
			t.Errorf("got %+v, want nothing", got)
		}
		s.end()
	})
}

// AWS's log has an entry for each step, in order [B-912, R-134].
func TestLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		s := newRig(t)
		s.engine.Trace = trace.New(trace.Options{
			Every: trace.CloudWatch(&log, "000000000000", func(trace.Event) slog.Level { return slog.LevelDebug })})
		must(s.registry.PutFunction(registry.Function{FunctionName: "f"}))
		s.rule("r", "SELECT aws_lambda('arn:aws:lambda:us-east-1:000000000000:function:f', *) AS a FROM 'a' WHERE a = 1",
			republish("e"), republish("b"), republish("+"))
		s.send("a", `{"a":1}`)
		s.send("a", `{"a":2}`)
		synctest.Wait()
		s.end()
		var got []string
		for line := range strings.Lines(log.String()) {
			var entry struct{ LogLevel, EventType, Status, RuleAction, ClientID string }
			if err := json.Unmarshal([]byte(line), &entry); err != nil {
				t.Fatal(err)
			}
			got = append(got, strings.TrimSpace(entry.LogLevel+" "+entry.EventType+" "+entry.Status+" "+entry.ClientID+" "+entry.RuleAction))
		}
		want := []string{"INFO RuleMatch Success dev", "DEBUG FunctionExecution Success N/A",
			"DEBUG StartingRuleExecution Success dev RepublishAction", "INFO RuleExecution Success dev RepublishAction",
			"DEBUG StartingRuleExecution Success dev RepublishAction", "ERROR RuleExecution Failure dev RepublishAction",
			"DEBUG StartingRuleExecution Success dev RepublishAction", "INFO RuleExecution Success dev RepublishAction",
			"INFO RuleMatch Success dev"}
		if !slices.Equal(got, want) {
			t.Errorf("got\n%s\nwant\n%s (R-134)", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	})
}

// A rule that waits holds up nobody else; what finds no room is told, and the end waits
// for a second.
func TestBounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newRig(t)
		s.hold = make(chan struct{})
		must(s.registry.PutFunction(registry.Function{FunctionName: "f"}))
		s.rule("slow", "SELECT get_or_default(aws_lambda('arn:aws:lambda:us-east-1:000000000000:function:f', *), 1) AS a FROM 'a'", nil, republish("b"))
		s.rule("quick", "SELECT * FROM 'a'", nil, republish("c"))
		for range mostInLane + 10 {
			s.send("a", `{}`)
			synctest.Wait()
		}
		if n := len(s.did); n != mostInLane+10 {
			t.Errorf("the quick rule has done %d, want all of %d", n, mostInLane+10)
		}
		s.recorded(`RuleMessageThrottled NOTE|the rule "slow" did not see this message`, "R-134")
		start := time.Now()
		if err := s.engine.Close(); err == nil || !strings.Contains(err.Error(), "no rule has seen them") {
			t.Errorf("got %v, want an error that says how much was given up", err)
		}
		if took := time.Since(start); took > endTime {
			t.Errorf("the end took %v, want %v", took, endTime)
		}
	})
}

// What waits at a reset is not seen any more.
func TestClear(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newRig(t)
		s.hold = make(chan struct{})
		must(s.registry.PutFunction(registry.Function{FunctionName: "f"}))
		s.rule("r", "SELECT aws_lambda('arn:aws:lambda:us-east-1:000000000000:function:f', *) AS a FROM 'a'", nil, republish("b"))
		for range 3 {
			s.send("a", `{}`)
		}
		synctest.Wait()
		s.engine.Clear()
		close(s.hold)
		synctest.Wait()
		if len(s.did) != 1 || s.engine.lanes.bytes != 0 || len(s.engine.lanes.waiting) != 0 {
			t.Errorf("got %q, %d bytes, %d lanes, want the one that was at work alone", s.did, s.engine.lanes.bytes, len(s.engine.lanes.waiting))
		}
		s.end()
	})
}

// A rule that republishes into its own filter ends.
func TestLoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newRig(t)
		s.rule("r", "SELECT * FROM 'a'", nil, republish("a"))
		s.send("a", "x")
		synctest.Wait()
		if n := len(s.did); n != 8 {
			t.Errorf("it was republished %d times, want 8 (R-23)", n)
		}
		s.recorded("Publish-In NOTE|have the rule republish to a topic that its FROM does not match", "R-23")
		s.end()
	})
}

// A fault costs one message.
func TestPanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newRig(t)
		s.engine.Publish = nil
		s.rule("r", "SELECT * FROM 'a' WHERE a = 1", nil, republish("b"))
		s.send("a", `{"a":1}`)
		s.send("a", `{"a":2}`)
		synctest.Wait()
		s.recorded("RuleExecution REFUSED|this is a fault of the gateway's own", "M-1")
		s.recorded("RuleMatch NOTE|`a` is 2", "R-135")
		s.end()
	})
}
