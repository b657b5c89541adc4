package policy

import (
	"slices"
	"strings"
	"testing"
)

func TestHints(t *testing.T) {
	allow := func(actions string, resources ...string) string { return statementOf("Allow", actions, resources...) }
	const p0 = "P[0].Statement[0] "
	tests := []struct {
		name     string
		policies []string
		action   Action
		resource string
		want     string
		rules    []string
	}{
		{"nothing at all", nil, Connect, "pump-7", "no statement allows iot:Connect: it is needed on client/pump-7", []string{"D-9"}},
		{"client id", []string{allow("iot:Connect", "client/pump-8")}, Connect, "pump-7", p0 +
			"allows iot:Connect on client/pump-8, the device connects as client/pump-7", []string{"D-9"}},
		{"account of Connect", []string{allow("iot:Connect", "arn:aws:iot:us-east-1:000000000000:client/*")}, Connect, "pump-7",
			p0 + `allows iot:Connect on arn:aws:iot:us-east-1:000000000000:client/*, the device connects as arn:aws:iot:us-east-1:123456789012:client/pump-7: the account here is "123456789012", not "000000000000"`,
			[]string{"B-505", "D-9"}},
		{"region of Connect", []string{allow("iot:Connect", "arn:aws:iot:eu-west-1:*:client/*")}, Connect, "pump-7",
			p0 + `allows iot:Connect on arn:aws:iot:eu-west-1:*:client/*, the device connects as arn:aws:iot:us-east-1:123456789012:client/pump-7: the region here is "us-east-1", not "eu-west-1"`,
			[]string{"B-505", "D-9"}},
		{"partition and region", []string{allow("iot:Receive", "arn:aws-cn:iot:cn-north-1:*:topic/a")}, Receive, "a",
			p0 + `allows iot:Receive on arn:aws-cn:iot:cn-north-1:*:topic/a, the message is on arn:aws:iot:us-east-1:123456789012:topic/a: the partition here is "aws", not "aws-cn", the region here is "us-east-1", not "cn-north-1"`,
			[]string{"B-505"}},
		{"type of Connect", []string{allow("iot:*", "topic/pump-7")}, Connect, "pump-7", p0 +
			"allows iot:Connect on topic/pump-7, the device connects as client/pump-7: iot:Connect is judged on client/", []string{"D-9"}},
		{"the actions of HTTPS for a shadow", []string{allow("iot:Connect", "*"), allow("iot:UpdateThingShadow", "thing/pump-7")}, Publish,
			"$aws/things/pump-7/shadow/update", "P[1].Statement[0] allows iot:UpdateThingShadow, which counts over HTTPS alone: over MQTT let it " +
				"have iot:Publish on topic/$aws/things/pump-7/shadow/update, and iot:Subscribe and iot:Receive on what is answered below it",
			[]string{"S-8", "B-126"}},
		{"the actions of HTTPS for a named shadow", []string{allow("iot:GetThingShadow", "thing/pump-7/cfg")}, Subscribe,
			"$aws/things/pump-7/shadow/name/cfg/get/+", p0 + "allows iot:GetThingShadow, which counts over HTTPS alone: over MQTT let it have " +
				"iot:Subscribe on topicfilter/$aws/things/pump-7/shadow/name/cfg/get/+", []string{"S-8", "B-126"}},
		{"the actions of HTTPS for another shadow", []string{allow("iot:GetThingShadow", "thing/pump-8")}, Publish,
			"$aws/things/pump-7/shadow/get", "no statement allows iot:Publish: it is needed on topic/$aws/things/pump-7/shadow/get",
			[]string{"D-11"}},
		{"no Receive", []string{allow("iot:Connect iot:Subscribe iot:Publish", "*")}, Receive, "a/b",
			"no statement allows iot:Receive: it is needed on topic/a/b, iot:Subscribe alone delivers nothing", []string{"D-12", "B-501"}},
		{"Receive on a topicfilter", []string{allow("iot:Subscribe iot:Receive", "topicfilter/a/b")}, Receive, "a/b",
			p0 + "allows iot:Receive on topicfilter/a/b, the message is on topic/a/b: iot:Receive is judged on topic/", []string{"B-502", "D-13"}},
		{"Receive with MQTT wildcards", []string{allow("iot:Receive", "topic/a/#")}, Receive, "a/b",
			p0 + `allows iot:Receive on topic/a/#, the message is on topic/a/b: "+" and "#" are plain characters in a policy, "*" is the wildcard`,
			[]string{"B-503"}},
		{"Receive on a topicfilter with wildcards", []string{allow("iot:Receive", "topicfilter/a/+/c")}, Receive, "a/b/c",
			p0 + `allows iot:Receive on topicfilter/a/+/c, the message is on topic/a/b/c: iot:Receive is judged on topic/; "+" and "#" are plain characters in a policy, "*" is the wildcard`,
			[]string{"B-502", "D-13", "B-503"}},
		{"Publish with MQTT wildcards", []string{allow("iot:Publish", "topic/a/+")}, Publish, "a/b",
			p0 + `allows iot:Publish on topic/a/+, the device publishes to topic/a/b: "+" and "#" are plain characters in a policy, "*" is the wildcard`, []string{"B-503"}},
		{"Subscribe on a topic", []string{allow("iot:Subscribe", "topic/a/*")}, Subscribe, "a/#",
			p0 + "allows iot:Subscribe on topic/a/*, the device subscribes to topicfilter/a/#: iot:Subscribe is judged on topicfilter/",
			[]string{"B-504", "D-13"}},
		{"concrete filter", []string{allow("iot:Subscribe", "topicfilter/department/+/employees")}, Subscribe, "department/engineering/employees",
			p0 + `allows iot:Subscribe on topicfilter/department/+/employees, the device subscribes to topicfilter/department/engineering/employees: "+" and "#" are plain characters in a policy, "*" is the wildcard`,
			[]string{"B-221"}},
		{"undefined variable", []string{allow("iot:Receive", "topic/${iot:Connection.Thing.ThingName}/*")}, Receive, "pump-7/a",
			p0 + "allows iot:Receive on topic/${iot:Connection.Thing.ThingName}/*, the message is on topic/pump-7/a: " +
				"${iot:Connection.Thing.ThingName} is undefined for this connection", []string{"B-506"}},
		{"explicit Deny of Receive", []string{allow("*", "*"), statementOf("Deny", "iot:Receive", "topic/a/*")}, Receive, "a/b",
			"P[1].Statement[0] denies iot:Receive on topic/a/*: a Deny wins over every Allow", []string{"B-507"}},
		{"explicit Deny of Publish", []string{statementOf("Deny", "iot:Publish", "*")}, Publish, "a", p0 +
			"denies iot:Publish on *: a Deny wins over every Allow", []string{"B-131"}},
		{"explicit Deny under conditions", []string{allow("*", "*"),
			`{"Effect": "Deny", "Action": "iot:Publish", "Resource": "*", "Condition": {` +
				`"StringEquals": {"iot:ClientId": ["a", "pump-7"]}, "Null": {"iot:CertificateId": "true"}}}`}, Publish, "a",
			`P[1].Statement[0] denies iot:Publish on * where StringEquals iot:ClientId is "pump-7" and Null iot:CertificateId is absent: ` +
				"a Deny wins over every Allow", []string{"B-131"}},
		{"a star that is none", []string{allow("iot:Publish", "topic/a${*}b*")}, Publish, "axb",
			p0 + "allows iot:Publish on topic/a*b*, the device publishes to topic/axb; " +
				`the "*" in the pattern stands for itself, as in the value of a variable or in ${*}`, []string{"D-11", "B-319", "B-321"}},
		{"RetainPublish", []string{allow("iot:Publish", "*")}, RetainPublish, "a",
			"no statement allows iot:RetainPublish: it is needed on topic/a, besides iot:Publish, when RETAIN is 1", []string{"B-213"}},
		{"Publish elsewhere", []string{allow("iot:Publish", "topic/x", "topic/pump/7/data/*"), allow("iot:Publish", "topic/y")}, Publish,
			"pump/7/state",
			p0 + "allows iot:Publish on topic/pump/7/data/*, the device publishes to topic/pump/7/state", []string{"D-11"}},
		{"slip behind those that begin alike",
			[]string{allow("iot:Publish", "topic/dev7/control/in", "topic/dev7/config/*", "topic/dev7}/control/out", "topic/dev7/control")}, Publish,
			"dev7/control/out",
			p0 + "allows iot:Publish on topic/dev7}/control/out, the device publishes to topic/dev7/control/out", []string{"D-11"}},
		{"slip in another statement", []string{allow("iot:Publish", "topic/pump/7/stat"), allow("iot:Publish", "topic/pmup/7/state/*")}, Publish,
			"pump/7/state/now",
			"P[1].Statement[0] allows iot:Publish on topic/pmup/7/state/*, the device publishes to topic/pump/7/state/now", []string{"D-11"}},
		{"stars that say little", []string{allow("iot:Publish", "topic/a/*", "topic/pump/7/state/x", "topic/*/b")}, Publish, "pump/7/state",
			p0 + "allows iot:Publish on topic/pump/7/state/x, the device publishes to topic/pump/7/state", []string{"D-11"}},
		{"Publish unnamed", []string{allow("iot:Connect", "*"), statementOf("Deny", "iot:Publish", "topic/x")}, Publish, "a",
			"no statement allows iot:Publish: it is needed on topic/a", []string{"D-11"}},
		{"Receive elsewhere", []string{allow("iot:Receive", "topic/a")}, Receive, "b", p0 +
			"allows iot:Receive on topic/a, the message is on topic/b", []string{"D-12"}},
		{"condition", []string{`{"Effect": "Allow", "Action": "iot:Connect", "Resource": "*", "Condition": {"Bool": {"iot:Connection.Thing.IsAttached": "true"}}}`}, Connect, "a",
			p0 + `would allow iot:Connect, but Bool iot:Connection.Thing.IsAttached is absent, want "true"`, []string{"B-132"}},
		{"variable in a condition", []string{`{"Effect": "Allow", "Action": "iot:Connect", "Resource": "*", "Condition": {"StringEquals": {"iot:ClientId": "${x}"}}}`}, Connect, "a",
			p0 + `would allow iot:Connect, but StringEquals iot:ClientId is "pump-7", want "${x}", and ${x} is undefined for this connection`,
			[]string{"B-132", "B-506"}},
		{"variable of another case", []string{allow("iot:Publish", "topic/${iot:clientId}")}, Publish, "pump-7",
			p0 + "has ${iot:clientId}, which is no policy variable: names count as written, write ${iot:ClientId}", []string{"B-338"}},
		{"case", []string{allow("iot:Publish", "topic/Pump/*")}, Publish, "pump/A", p0 +
			"allows iot:Publish on topic/Pump/*, the device publishes to topic/pump/A: case counts", []string{"B-518"}},
		{"leading slash", []string{allow("iot:Publish", "topic/a/b")}, Publish, "/a/b", p0 +
			`allows iot:Publish on topic/a/b, the device publishes to topic//a/b: a leading "/" counts`, []string{"B-208"}},
		{"excluded", []string{`{"Effect": "Allow", "Action": "iot:Receive", "NotResource": "arn:aws:iot:*:*:topic/a*"}`}, Receive, "ab", p0 +
			"allows iot:Receive on everything but topic/a*, the message is on topic/ab", []string{"D-12"}},
		{"another client, beside all topics", []string{allow("iot:Connect iot:Publish", "topic/*", "client/pump-8")}, Connect, "pump-7",
			p0 + "allows iot:Connect on client/pump-8, the device connects as client/pump-7", []string{"D-9"}},
		{"another filter, beside all clients", []string{allow("iot:Connect iot:Subscribe", "topicfilter/a", "client/*")}, Subscribe, "b",
			p0 + "allows iot:Subscribe on topicfilter/a, the device subscribes to topicfilter/b", []string{"D-11"}},
		{"another filter, beside all topics", []string{allow("iot:Subscribe iot:Receive", "topic/*", "topicfilter/a")}, Subscribe, "b",
			p0 + "allows iot:Subscribe on topicfilter/a, the device subscribes to topicfilter/b", []string{"D-11"}},
		{"forgotten beside", []string{allow("iot:Subscribe iot:Receive", "topic/a", "topicfilter/a", "topicfilter/b/*")}, Receive, "b/c",
			p0 + "allows iot:Receive on topicfilter/b/*, the message is on topic/b/c: iot:Receive is judged on topic/", []string{"B-502", "D-13"}},
		{"type left out", []string{allow("iot:Publish", "a/b")}, Publish, "a/b", p0 +
			"allows iot:Publish on a/b, the device publishes to topic/a/b: iot:Publish is judged on topic/", []string{"B-502", "D-13"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := compile(t, testContext(Values{"iot:ClientId": {"pump-7"}}), tt.policies...)
			got := p.Explain(tt.action, tt.resource, nil).Hint
			if got.Text != tt.want || !slices.Equal(got.Rules, tt.rules) {
				t.Errorf("got  %s %v\nwant %s %v", got.Text, got.Rules, tt.want, tt.rules)
			}
		})
	}
}

// An empty Resource, which an authorizer's answer may have, is a reason of its own: no
// other statement is nearer.
func TestHintOnNothing(t *testing.T) {
	tests := []struct {
		name, statements, want string
		rules                  []string
	}{
		{"alone", statementOf("Allow", "iot:Connect"),
			"P[0].Statement[0] allows iot:Connect on nothing, its Resource is an empty list: it is needed on client/pump-7",
			[]string{"B-111", "D-9"}},
		{"beside one that names another", statementOf("Allow", "iot:Connect") + "," + statementOf("Allow", "iot:Connect", "client/pump-8"),
			"P[0].Statement[1] allows iot:Connect on client/pump-8, the device connects as client/pump-7", []string{"D-9"}},
	}
	for _, tt := range tests {
		text := `{"Version": "2012-10-17", "Statement": [` + tt.statements + `]}`
		doc, err := ParseAnswered("P[0]", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		got := Compile([]*Document{doc}, testContext(nil)).Explain(Connect, "pump-7", nil).Hint
		if got.Text != tt.want || !slices.Equal(got.Rules, tt.rules) {
			t.Errorf("%s: got %s %v, want %s %v", tt.name, got.Text, got.Rules, tt.want, tt.rules)
		}
	}
}

// TestHintBeside: what the caller knows stands behind the policy's own hint.
func TestHintBeside(t *testing.T) {
	doc, err := Parse("p", []byte(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iot:Connect","Resource":"*"}}`))
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	p := Compile([]*Document{doc}, Context{Partition: "aws", Region: "us-east-1", Account: "000000000000", Hint: func(d Decision) Hint {
		asked++
		return Hint{Text: "no group either", Rules: []string{"D-30"}}
	}})
	d := p.Explain(Publish, "a", nil)
	if !strings.HasSuffix(d.Hint.Text, "topic/a; no group either") || !slices.Equal(d.Hint.Rules, []string{"D-11", "D-30"}) {
		t.Errorf("got %+v, want both hints (D-11, D-30)", d.Hint)
	}
	if d := p.Explain(Connect, "a", nil); asked != 1 || d.Hint.Text != "" {
		t.Errorf("allowed: asked %d times, got %+v, want no hint (B-131)", asked, d.Hint)
	}
}
