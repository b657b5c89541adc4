package lint

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// What only a deployment knows is never found fault with, and what is beside it is.
func TestIntrinsicFunctions(t *testing.T) {
	const rest = `
          - {Effect: Allow, Action: iot:Connect, Resource: !Sub "arn:aws:iot:${AWS::Region}:${AWS::AccountId}:client/pump"}`
	tests := []struct {
		name, statement string
		want            []string
	}{
		{"Sub", `{Effect: Allow, Action: iot:Publish, Resource: !Sub "arn:aws:iot:${AWS::Region}:${AWS::AccountId}:topic/a"}`, nil},
		{"Sub of another type", `{Effect: Allow, Action: iot:Publish, Resource: !Sub "arn:${AWS::Partition}:iot:${R}:${A}:topicfilter/a"}`,
			[]string{"publish-topicfilter"}},
		{"Sub of a variable", `{Effect: Allow, Action: iot:Publish, Resource: !Sub "arn:aws:iot:${R}:${A}:topic/${!iot:ClientId}/a"}`, nil},
		{"Sub of a variable that it takes for a resource",
			`{Effect: Allow, Action: iot:Publish, Resource: !Sub "arn:aws:iot:${R}:${A}:topic/${iot:ClientId}"}`, []string{"template-variable"}},
		{"Join of a variable",
			`{Effect: Allow, Action: iot:Publish, Resource: !Join ["", ["arn:aws:iot:", !Ref R, ":", !Ref A, ":topic/${iot:ClientId}"]]}`,
			nil},
		{"Join of a Sub and a variable", `{Effect: Allow, Action: iot:Publish, Resource: !Join ["", [!Sub "arn:aws:iot:${R}:${A}:topic/", ` +
			`"${iot:ClientId}", !Sub "/${!iot:ClientId}"]]}`, nil},
		{"Join of a Sub that has one", `{Effect: Allow, Action: iot:Publish, Resource: !Join ["/", [!Sub "arn:aws:iot:${R}:${A}:topic", ` +
			`"${iot:ClientId}", !Sub "${iot:ClientId}"]]}`, []string{"template-variable"}},
		{"no Sub", `{Effect: Allow, Action: iot:Publish, Resource: "arn:aws:iot:${AWS::Region}:*:topic/a"}`, []string{"template-variable"}},
		{"Sub of a misspelt variable", `{Effect: Allow, Action: iot:Publish, Resource: !Sub "arn:aws:iot:${R}:${A}:topic/${!iot:ClientID}/a"}`,
			[]string{"variable-unknown"}},
		{"Sub with its own map", `{Effect: Allow, Action: iot:Publish, Resource: !Sub ["arn:aws:iot:${R}:${A}:client/a", {R: x, A: y}]}`,
			[]string{"resource-type"}},
		{"Sub of all", `{Effect: Allow, Action: iot:Publish, Resource: !Sub "${Topic}"}`, nil},
		{"Sub of the type", `{Effect: Allow, Action: iot:Publish, Resource: !Sub "arn:aws:iot:${R}:${A}:${Kind}/a"}`, nil},
		{"Ref", `{Effect: Allow, Action: iot:Publish, Resource: !Ref Topic}`, nil},
		{"GetAtt", `{Effect: Allow, Action: iot:Publish, Resource: !GetAtt Topic.Arn}`, nil},
		{"Join", `{Effect: Allow, Action: iot:Publish, Resource: !Join ["", ["arn:aws:iot:", !Ref R, ":", !Ref A, ":topic/a"]]}`, nil},
		{"Join of another type", `{Effect: Allow, Action: iot:Publish, Resource: !Join [":", ["arn:aws:iot", !Ref R, !Ref A, client/a]]}`,
			[]string{"resource-type"}},
		{"long forms", `{Effect: Allow, Action: iot:Publish, Resource: {"Fn::Join": [":", ["arn:aws:iot", {Ref: R}, {Ref: A}, client/a]]}}`,
			[]string{"resource-type"}},
		{"long Sub", `{Effect: Allow, Action: iot:Publish, Resource: {"Fn::Sub": "arn:aws:iot:${R}:${A}:topic/+"}}`,
			[]string{"topic-mqtt-wildcard"}},
		{"an action", `{Effect: Allow, Action: !Ref Action, Resource: !Ref Topic}`, nil},
		{"an effect", `{Effect: !If [Open, Allow, Deny], Action: iot:Publish, Resource: !Ref Topic}`, nil},
		{"a condition", `{Effect: Allow, Action: iot:Publish, Resource: "*", Condition: !If [A, {}, {}]}`, nil},
		{"an operator's keys", `{Effect: Allow, Action: iot:Publish, Resource: "*", Condition: {Bool: !Ref B}}`, nil},
		{"a statement", `!If [Open, {Effect: Allow}, !Ref "AWS::NoValue"]`, nil},
		{"ImportValue within Sub", `{Effect: Allow, Action: iot:Publish, Resource: !Sub ["arn:aws:iot:${R}:1:topic/a", {R: !ImportValue x}]}`,
			[]string{"arn-placeholder"}},
		{"mapping in two accounts", `{Effect: Allow, Action: iot:Publish, Resource: !Sub "arn:aws:iot:${R}:123456789012:topic/a"}`, nil},
		{"no ARN", `{Effect: Allow, Action: iot:Publish, Resource: topic/a}`, []string{"malformed"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text := inTemplate("PolicyDocument:", fmt.Sprintf("\n        Version: '2012-10-17'\n        Statement:\n          - %s%s",
				tt.statement, rest))
			all := Text("t.yaml", []byte(text), Options{})
			if got := ids(all); !slices.Equal(got, tt.want) {
				t.Errorf("got %q, want %q: %+v\n%s", got, tt.want, all, text)
			}
			for _, f := range all {
				if strings.Contains(f.Text+f.Cure, unknown) {
					t.Errorf("got %q %q, want it readable", f.Text, f.Cure)
				}
			}
		})
	}
}

// The Serverless Framework puts its own variables into all texts of serverless.yml.
func TestServerless(t *testing.T) {
	const head = "service: pumps\nresources:\n  "
	tests := []struct {
		resource string
		want     []string
	}{
		{"${self:custom.topic}", nil},
		{"arn:aws:iot:${aws:region}:${aws:accountId}:topic/a", nil},
		{"arn:aws:iot:${self:provider.region}:*:topicfilter/a", []string{"publish-topicfilter"}},
		{"arn:aws:iot:${AWS::Region}:${AWS::AccountId}:topic/${iot:ClientId}/${iot:clientID}", []string{"variable-unknown"}},
	}
	for _, tt := range tests {
		text := head + strings.ReplaceAll(inTemplate("PolicyDocument:", `
        Version: '2012-10-17'
        Statement: [{Effect: Allow, Action: iot:Publish, Resource: "`+tt.resource+`"}]`), "\n", "\n  ")
		if all := Text("serverless.yml", []byte(text), Options{}); !slices.Equal(ids(all), tt.want) {
			t.Errorf("%s: got %+v, want %q", tt.resource, all, tt.want)
		}
	}
}

// A whole document, or all of Statement, may be unknown.
func TestOpaqueDocuments(t *testing.T) {
	for _, key := range []string{"PolicyDocument: !Ref Document", "PolicyDocument: {Version: !Ref V, Statement: !Ref S}",
		"PolicyDocument: {'Fn::Transform': {Name: AWS::Include}}", "PolicyName: p"} {
		if all := Text("t.yaml", []byte(inTemplate(key, "")), Options{}); len(all) > 0 {
			t.Errorf("%s: got %+v, want nothing", key, all)
		}
	}
}
