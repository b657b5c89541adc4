package lint

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// statementOf is a policy of one statement; resources may leave out the ARN up to the type.
func statementOf(t *testing.T, effect, actions, resources, condition string) string {
	t.Helper()
	var full []string
	for r := range strings.SplitSeq(resources, " ") {
		if r != "*" && !strings.HasPrefix(r, "arn:") {
			r = "arn:aws:iot:us-east-1:123456789012:" + r
		}
		full = append(full, r)
	}
	list := func(v any) string {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	if condition != "" {
		condition = `,"Condition":` + condition
	}
	return fmt.Sprintf(`{"Version":"2012-10-17","Statement":{"Effect":%q,"Action":%s,"Resource":%s%s}}`, effect,
		list(strings.Split(actions, " ")), list(full), condition)
}

// withoutPool are the findings that one statement alone always may have: others are missing.
func withoutPool(all []Finding) (left []string) {
	for _, f := range all {
		if !slices.ContainsFunc(poolRules(), func(r Rule) bool { return r.ID == f.Rule }) {
			left = append(left, f.Rule)
		}
	}
	return left
}

// What of actions, resources and conditions can meet.
func TestStatements(t *testing.T) {
	tests := []struct {
		actions, resources, condition string
		want                          []string
	}{
		{"iot:Connect", "client/a", "", nil},
		{"iot:Connect", "topic/a", "", []string{"resource-type"}},
		{"iot:Connect iot:Publish", "client/a topic/b", "", nil},
		{"iot:Connect iot:Publish", "topic/b", "", []string{"resource-type"}},
		{"iot:Publish iot:Receive", "topicfilter/b", "", []string{"publish-topicfilter"}},
		{"iot:Publish iot:RetainPublish", "topic/b topicfilter/b", "", []string{"publish-topicfilter"}},
		{"iot:*", "client/a topic/b topicfilter/c thing/d rolealias/e rule/f", "", nil},
		{"iot:*", "rule/f", "", nil},
		{"iot:Pub*", "client/a", "", []string{"resource-type"}},
		{"iot:P?blish", "topic/a", "", nil},
		{"IOT:publish", "topic/a", "", nil},
		{"iot:Publish", "arn:aws:iot:us-east-1:123456789012:*", "", []string{"broad-publish"}},
		{"iot:Subscribe", "arn:aws:iot:us-east-1:123456789012:topic*", "", nil},
		{"iot:Publish", "arn:aws:iot:*", "", []string{"arn-parts", "broad-publish"}},
		{"iot:Publish", "arn:aws:sns:us-east-1:123456789012:a", "", []string{"resource-type"}},
		{"iot:Publish sns:Publish", "arn:aws:sns:us-east-1:123456789012:a topic/a", "", nil},
		{"*", "arn:aws:s3:::bucket", "", nil},
		{"iot:CreateThing", "thing/a", "", nil},
		{"iot:CreateThing iot:Publish", "thing/a topic/b", "", nil},
		{"iot:Publish", "a/b", "", []string{"resource-type"}},
		{"iot:ListRetainedMessages", "*", "", nil},
		{"iot:ListRetainedMessages", "topic/a", "", []string{"resource-type"}},
		{"iot:GetThingShadow", "thing/a/shadow", "", nil},
		{"iotjobsdata:DescribeJobExecution", "thing/a", "", nil},
		{"iot:DescribeJobExecution", "thing/a", "", nil},
		{"iotjobsdata:*", "thing/a", "", nil},
		{"greengrass:Discover", "*", "", []string{"unknown-file"}},
		{"iot:Publish greengrass:Discover", "*", "", nil},
		{"iotdata:Publish", "topic/a", "", []string{"action-unknown"}},
		{"iot:Publsih", "topic/a", "", []string{"action-unknown"}},

		{"iot:Publish", "topic/a/#", "", []string{"topic-mqtt-wildcard"}},
		{"iot:Publish", "topic/a/${iot:Connection.Thing.Attributes[c++]}", "", nil},
		{"iot:Subscribe", "topicfilter/a/#", "", nil},
		{"iot:Subscribe", "topicfilter/a/+/b*", "", nil},
		{"iot:Subscribe", "topicfilter/a+/b", "", []string{"filter-misplaced"}},
		{"iot:Subscribe", "topicfilter/$share/g/a/#", "", nil},
		{"iot:Receive", "topic/$share/*/a", "", nil},
		{"iot:Subscribe", "topicfilter/$share/g/#/a", "", []string{"filter-misplaced"}},
		{"iot:Publish", "topic/$aws/things/a/shadow/update", "", nil},
		{"iot:Publish", "topic/$aws/things/a/shadow/update/accepted", "", []string{"reserved-topic"}},
		{"iot:Publish iot:Receive", "topic/$aws/things/a/shadow/update/accepted", "", nil},
		{"iot:Receive", "topic/$aws/things/a/shadow/update/accepted", "", nil},
		{"iot:Publish", "topic/$aws/rules/r/a", "", nil},
		{"iot:Publish", "topic/$aws/things/*/shadow/update/accepted", "", nil},
		{"iot:Subscribe", "topicfilter/$aws/events/#", "", nil},

		{"iot:Connect", "client/*", "", []string{"broad-connect"}},
		{"iot:Connect", "client/?*", "", nil},
		{"iot:Connect", "client/*", `{"Bool":{"iot:Connection.Thing.IsAttached":"true"}}`, nil},
		{"iot:Connect", "client/${iot:ClientId}", "", nil},
		{"iot:Connect", "client/a", `{"StringEquals":{"IOT:clientid":"a"}}`, nil},
		{"iot:Connect", "client/a", `{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}`, nil},
		{"iot:Connect", "client/a", `{"StringEquals":{"iot:ClientID":"a","iot:Nonsense":"b"}}`, []string{"key-unknown"}},
		{"iot:Connect", "client/a", `{"StringEquals":{"iot:Connection.Thing.Attributes[a]":"b"}}`, nil},
		{"iot:Connect", "client/a", `{"StringEquals":{"iot:Certificate.Subject.CommonName.List":"b"}}`, nil},
		{"iot:Connect", "client/a", `{"ForAllValues:StringEquals":{"iot:ConnectAttributes":[]}}`, nil},
		{"iot:Connect", "client/a", `{"StringEquals":{"iot:ConnectAttributes":[]}}`, []string{"condition-odd"}},
		{"iot:Connect", "client/a", `{"ForAnyValue:StringEquals":{"iot:ConnectAttributes":[]}}`, []string{"condition-never"}},
		{"iot:Publish", "topic/a", `{"Null":{"iot:LastWillTopic":"true"}}`, nil},
		{"iot:Publish", "topic/a", `{"ArnNotLike":{"iot:LastWillTopic":"arn:aws:iot:us-east-1:123456789012:topic/b"}}`, nil},
		{"iot:Publish", "topic/a", `{"ArnLike":{"iot:LastWillTopic":"arn:aws:iot:us-east-1:123456789012:topic/b"}}`,
			[]string{"condition-never"}},
		{"iot:*", "client/a", `{"ArnLike":{"iot:LastWillTopic":"arn:aws:iot:us-east-1:123456789012:topic/b"}}`, nil},
		{"iot:SendDirectMessage", "client/a", `{"StringLike":{"iot:Topic":"a/*"}}`, nil},
	}
	for _, tt := range tests {
		text := statementOf(t, "Allow", tt.actions, tt.resources, tt.condition)
		all := Text("p.json", []byte(text), Options{})
		if got := withoutPool(all); !slices.Equal(got, tt.want) {
			t.Errorf("%s on %s %s: got %+v, want %q", tt.actions, tt.resources, tt.condition, all, tt.want)
		}
	}
}

// Nothing is said against a Deny of everything, which is what many end with.
func TestDenyIsNotBroad(t *testing.T) {
	text := statementOf(t, "Deny", "iot:*", "*", `{"Bool":{"aws:SecureTransport":"false"}}`)
	if all := Text("p.json", []byte(text), Options{}); len(all) > 0 {
		t.Errorf("got %+v, want nothing", all)
	}
}
