package policy

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func testContext(v Values) Context {
	return Context{Partition: "aws", Region: "us-east-1", Account: "123456789012", Values: v}
}

// statementOf writes a statement. A resource without "arn:" belongs to the
// account of testContext.
func statementOf(effect, actions string, resources ...string) string {
	for i, r := range resources {
		if r != "*" && !strings.HasPrefix(r, "arn:") {
			r = "arn:aws:iot:us-east-1:123456789012:" + r
		}
		resources[i] = fmt.Sprintf("%q", r)
	}
	return fmt.Sprintf(`{"Effect": %q, "Action": ["%s"], "Resource": [%s]}`, effect, strings.ReplaceAll(actions, " ", `", "`),
		strings.Join(resources, ", "))
}

// compile pools documents of one statement each.
func compile(t testing.TB, ctx Context, statements ...string) *Policy {
	t.Helper()
	var docs []*Document
	for i, s := range statements {
		docs = append(docs, parse(t, fmt.Sprintf("P[%d]", i), document(s)))
	}
	return Compile(docs, ctx)
}

// agree holds Allows and Explain against each other.
func agree(t testing.TB, docs []*Document, name string, v Values) {
	t.Helper()
	ctx := testContext(v)
	ctx.Now = func() time.Time { return time.Unix(1_700_000_000, 0) }
	p := Compile(docs, ctx)
	for _, a := range append(knownActions(), "iot:Other", "IOT:publish", "iotjobsdata:X") {
		d := p.Explain(a, name, nil)
		if got := p.Allows(a, name); got != d.Allowed {
			t.Fatalf("%s on %q: Allows %v, Explain %v", a, name, got, d.Allowed)
		}
		if byARN := p.ExplainARN(a, d.Resource, nil); byARN.Allowed != d.Allowed {
			t.Fatalf("%s on %q: Explain %v, ExplainARN %v", a, name, d.Allowed, byARN.Allowed)
		}
		if d.Allowed && d.Hint.Text != "" {
			t.Fatalf("%s on %q: allowed, but hint %q", a, name, d.Hint.Text)
		}
		for _, c := range d.Considered {
			if c.Position < -1 || c.Position > len(c.Text) {
				t.Fatalf("position %d in %q", c.Position, c.Text)
			}
		}
	}
}

func TestDecide(t *testing.T) {
	allow := func(actions string, resources ...string) string { return statementOf("Allow", actions, resources...) }
	deny := func(actions string, resources ...string) string { return statementOf("Deny", actions, resources...) }
	client := Values{"iot:ClientId": {"pump-7"}}
	star := Values{"iot:ClientId": {"*"}}
	plus := Values{"iot:ClientId": {"+"}}
	tests := []struct {
		name     string
		policies []string
		values   Values
		action   Action
		resource string
		want     bool
		source   string
	}{
		{"nothing", nil, nil, Connect, "a", false, "B-131, B-119"},
		{"allowed", []string{allow("iot:Connect", "client/a")}, nil, Connect, "a", true, "B-131"},
		{"deny wins", []string{allow("iot:*", "*"), deny("iot:Publish", "topic/a")}, nil, Publish, "a", false, "B-131"},
		{"deny wins in whatever order", []string{deny("iot:Publish", "topic/a"), allow("iot:*", "*")}, nil, Publish, "a", false, "B-131"},
		{"deny elsewhere", []string{allow("iot:*", "*"), deny("iot:Publish", "topic/a")}, nil, Publish, "b", true, "B-131"},
		{"documents are pooled", []string{allow("iot:Connect", "client/a"), allow("iot:Publish", "topic/a")}, nil, Publish, "a", true, "B-130"},
		{"everything", []string{allow("*", "*")}, nil, Receive, "a", true, "B-112"},
		{"lone star", []string{allow("iot:Publish", "*")}, nil, Publish, "a", true, "B-112, B-205"},
		{"star covers type and name", []string{allow("iot:Publish", "arn:aws:iot:us-east-1:123456789012:*")}, nil, Publish, "a", true, "B-205"},
		{"short ARN", []string{allow("iot:Publish", "arn:aws:iot:*")}, nil, Publish, "a", true, "B-206, guess: IAM"},
		{"short ARN of another service", []string{allow("iot:Publish", "arn:aws:s3:*")}, nil, Publish, "a", false, "B-206"},
		{"action wildcard", []string{allow("iot:Pub*", "*")}, nil, Publish, "a", true, "B-123"},
		{"action question mark", []string{allow("iot:Receiv?", "*")}, nil, Receive, "a", true, "B-123"},
		{"action case", []string{allow("IOT:publish", "*")}, nil, Publish, "a", true, "B-124"},
		{"asked in another case", []string{allow("iot:Publish", "topic/a")}, nil, "IOT:PUBLISH", "a", true, "B-124"},
		{"unknown action never matches", []string{allow("iot:Fly", "*")}, nil, Publish, "a", false, "B-125"},
		{"shadow actions do not matter to MQTT", []string{allow("iot:UpdateThingShadow", "*")}, nil, Publish, "$aws/things/a/shadow/update",
			false, "B-126"},
		{"NotAction", []string{`{"Effect": "Allow", "NotAction": "iot:Connect", "Resource": "*"}`}, nil, Publish, "a", true, "B-107"},
		{"NotAction excludes", []string{`{"Effect": "Allow", "NotAction": "iot:Connect", "Resource": "*"}`}, nil, Connect, "a", false, "B-107"},
		{"NotResource", []string{`{"Effect": "Allow", "Action": "iot:Receive", "NotResource": "arn:aws:iot:*:*:topic/a/restricted/*"}`}, nil,
			Receive, "a/b", true, "B-106, B-223"},
		{"NotResource excludes", []string{`{"Effect": "Allow", "Action": "iot:Receive", "NotResource": "arn:aws:iot:*:*:topic/a/restricted/*"}`},
			nil, Receive, "a/restricted/x", false, "B-106, B-223"},
		{"NotResource, undefined variable", []string{`{"Effect": "Allow", "Action": "iot:Receive", "NotResource": "arn:aws:iot:*:*:topic/${x}"}`},
			nil, Receive, "a", true, "B-240"},
		{"other region", []string{allow("iot:Publish", "arn:aws:iot:eu-west-1:123456789012:topic/a")}, nil, Publish, "a", false, "B-202"},
		{"other account", []string{allow("iot:Publish", "arn:aws:iot:us-east-1:000000000000:topic/a")}, nil, Publish, "a", false, "B-202"},
		{"other partition", []string{allow("iot:Publish", "arn:aws-cn:iot:us-east-1:123456789012:topic/a")}, nil, Publish, "a", false, "B-202"},
		{"wildcards in region and account", []string{allow("iot:Publish", "arn:aws:iot:*:*:topic/a")}, nil, Publish, "a", true, "B-206"},
		{"wildcard does not swallow a colon", []string{allow("iot:Publish", "arn:aws:*:123456789012:topic/a")}, nil, Publish, "a", false,
			"B-206"},
		{"colons in a topic", []string{allow("iot:Publish", "topic/a:b:*")}, nil, Publish, "a:b:c:d", true, "B-206"},
		{"leading slash", []string{allow("iot:Publish", "topic/a")}, nil, Publish, "/a", false, "B-208"},
		{"leading slash, written", []string{allow("iot:Publish", "topic//a")}, nil, Publish, "/a", true, "B-208"},
		{"topic grants no Subscribe", []string{allow("iot:*", "topic/a")}, nil, Subscribe, "a", false, "B-209"},
		{"topicfilter grants no Receive", []string{allow("iot:*", "topicfilter/a")}, nil, Receive, "a", false, "B-209, B-502"},
		{"client grants Connect only", []string{allow("iot:*", "client/a")}, nil, Publish, "a", false, "B-209"},
		{"topic* covers topicfilter", []string{allow("iot:*", "topic*")}, nil, Subscribe, "a", true, "B-203"},
		{"client id of the connection", []string{allow("iot:Connect", "client/${iot:ClientId}")}, client, Connect, "pump-7", true,
			"B-210, B-320"},
		{"another client id", []string{allow("iot:Connect", "client/${iot:ClientId}")}, client, Connect, "pump-8", false, "B-210"},
		{"RetainPublish is its own", []string{allow("iot:Publish", "*")}, nil, RetainPublish, "a", false, "B-213"},
		{"filter text is opaque", []string{allow("iot:Subscribe", "topicfilter/a/*")}, nil, Subscribe, "a/b/#", true, "B-222"},
		{"plus means itself", []string{allow("iot:Subscribe", "topicfilter/department/+/employees")}, nil, Subscribe, "department/+/employees",
			true, "B-221"},
		{"plus means nothing else", []string{allow("iot:Subscribe", "topicfilter/department/+/employees")}, nil, Subscribe,
			"department/engineering/employees", false, "B-221"},
		{"a Deny below does not stop the filter above",
			[]string{allow("iot:Subscribe", "topicfilter/a/*"), deny("iot:Subscribe", "topicfilter/a/restricted/*")}, nil, Subscribe, "a/#", true,
			"B-223"},
		{"shared subscription", []string{allow("iot:Subscribe", "topicfilter/$share/*/test/topic")}, nil, Subscribe, "$share/g/test/topic", true,
			"B-224"},
		{"shared subscription needs its text", []string{allow("iot:Subscribe", "topicfilter/test/topic")}, nil, Subscribe, "$share/g/test/topic",
			false, "B-224"},
		{"topic/* covers $aws", []string{allow("iot:Publish", "topic/*")}, nil, Publish, "$aws/rules/r/x", true, "B-233, B-232"},
		{"undefined variable", []string{allow("iot:Publish", "topic/${iot:Connection.Thing.ThingName}/a")}, nil, Publish, "x/a", false,
			"B-318, B-328"},
		{"undefined variable does not match its text", []string{allow("iot:Publish", "topic/${x}")}, nil, Publish, "${x}", false, "B-318, B-334"},
		{"undefined variable spoils its element only", []string{allow("iot:Publish", "topic/${x}", "topic/a")}, nil, Publish, "a", true, "B-318"},
		{"attribute that the thing does not have", []string{allow("iot:Publish", "topic/${iot:Connection.Thing.Attributes[floor]}/a")}, nil,
			Publish, "/a", false, "B-318, B-327"},
		{"what the device sent to its authorizer",
			[]string{allow("iot:Publish", "topic/${token}/a", "topic/${username}/a", "topic/${customauth:token}/a")}, nil, Publish, "me/a", false,
			"B-336"},
		{"Deny with an undefined variable", []string{allow("*", "*"), deny("iot:Publish", "topic/${x}*")}, nil, Publish, "a", true, "B-240"},
		{"wildcard in a value", []string{allow("iot:Publish", "topic/${iot:ClientId}")}, star, Publish, "a", false, "B-321"},
		{"wildcard in a value means itself", []string{allow("iot:Publish", "topic/${iot:ClientId}")}, star, Publish, "*", true, "B-321"},
		{"plus in a client id", []string{allow("iot:Subscribe", "topicfilter/my/${iot:ClientId}/topic")}, plus, Subscribe, "my/+/topic", true,
			"B-320"},
		{"escaped star", []string{allow("iot:Publish", "topic/${*}")}, nil, Publish, "a", false, "B-319"},
		{"Cognito's variable", []string{allow("iot:Publish", "topic/${cognito-identity.amazonaws.com:sub}")}, nil, Publish, "x", false, "B-335"},
		{"list action on star", []string{allow("iot:ListRetainedMessages", "*")}, nil, ListRetainedMessages, "", true, "B-121"},
		{"list action on an ARN", []string{allow("iot:ListRetainedMessages", "topic/*")}, nil, ListRetainedMessages, "", false, "B-121"},
		{"list action has no name", []string{allow("iot:ListRetainedMessages", "*")}, nil, ListRetainedMessages, "x", true, "B-121"},
		{"shadow", []string{allow("iot:GetThingShadow", "thing/pump/*")}, nil, GetThingShadow, "pump/config", true, "B-121"},
		{"jobs", []string{allow("iotjobsdata:*", "thing/pump")}, nil, "iotjobsdata:DescribeJobExecution", "pump", true, "B-121"},
		{"role alias", []string{allow("iot:AssumeRoleWithCertificate", "rolealias/a")}, nil, AssumeRoleWithCertificate, "a", true, "B-121"},
		{"connection API", []string{allow("iot:DeleteConnection", "client/a")}, nil, DeleteConnection, "a", true, "B-121"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := compile(t, testContext(tt.values), tt.policies...)
			if got := p.Allows(tt.action, tt.resource); got != tt.want {
				t.Errorf("%s on %q: got %v, want %v (%s)\n%s", tt.action, tt.resource, got, tt.want, tt.source, strings.Join(tt.policies, "\n"))
			}
			agree(t, p.docs, tt.resource, tt.values)
		})
	}
}

func TestZeroPolicyRefuses(t *testing.T) {
	if p := new(Policy); p.Allows(Connect, "a") || p.Explain(Connect, "a", nil).Allowed {
		t.Error("allowed, want an implicit deny (B-131)")
	}
	if p := Compile([]*Document{nil}, Context{}); p.Allows(Connect, "a") {
		t.Error("allowed, want an implicit deny (B-131)")
	}
}

func FuzzAgree(f *testing.F) {
	f.Add("topic/${iot:ClientId}/*", "topic*", "a/b", "a", "StringLike", "iot:ClientId", "?")
	f.Add("topic/+/${x}", "*", "+/x", "*", "ForAllValues:StringNotEquals", "iot:ConnectAttributes", "")
	f.Add("*:${$}*", "topicfilter/#", "", "", "DateLessThan", "aws:CurrentTime", "2030-01-01")
	f.Add("topic/a", "topic/a", "a", "1", "Null", "iot:x", "true")
	f.Fuzz(func(t *testing.T, allow, deny, name, id, op, key, want string) {
		var docs []*Document
		for _, s := range []string{
			statementOf("Allow", "iot:*", allow, "topic/"+allow),
			fmt.Sprintf(`{"Effect": "Deny", "NotAction": "iot:Connect", "Resource": %q, "Condition": {%q: {%q: %q}}}`, "arn:aws:iot:*:*:"+deny, op,
				key, want),
			fmt.Sprintf(`{"Effect": "Allow", "Action": "iot:R*", "NotResource": %q, "Condition": {%q: {%q: [%q, "x"]}}}`, "arn:aws:iot:*:*:"+deny,
				op, key, want),
		} {
			if d, err := Parse("p", []byte(document(s))); err == nil {
				docs = append(docs, d)
			}
		}
		agree(t, docs, name, Values{"iot:ClientId": {id}, key: {name, id}})
	})
}
