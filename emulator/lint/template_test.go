package lint

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/cloudformation"
	"github.com/suback/suback/emulator/config"
)

// What a template has beside policies.
func TestTemplateResources(t *testing.T) {
	const authorizer = "AWS::IoT::Authorizer"
	const domain = "AWS::IoT::DomainConfiguration"
	const rule = "AWS::IoT::TopicRule"
	tests := []struct {
		name, kind, properties string
		want                   []string
	}{
		{"an authorizer", authorizer, "{AuthorizerFunctionArn: !Ref F, SigningDisabled: true, Status: ACTIVE}", nil},
		{"with a name", authorizer, "{AuthorizerName: 'my authorizer', AuthorizerFunctionArn: !Ref F, SigningDisabled: true, Status: ACTIVE}",
			[]string{"authorizer-refused"}},
		{"with a name that nobody knows", authorizer,
			"{AuthorizerName: !Sub '${Stage} pumps', AuthorizerFunctionArn: !Ref F, SigningDisabled: true, Status: ACTIVE}", nil},
		{"with signing", authorizer, "{AuthorizerFunctionArn: !Ref F, TokenKeyName: t, TokenSigningPublicKeys: {k: !Ref K}, Status: ACTIVE}", nil},
		{"without keys", authorizer, "{AuthorizerFunctionArn: !Ref F, TokenKeyName: t, Status: ACTIVE}", []string{"authorizer-refused"}},
		{"with a key of nothing", authorizer, "{AuthorizerFunctionArn: !Ref F, TokenKeyName: t, TokenSigningPublicKeys: {k: x}, Status: ACTIVE}",
			[]string{"authorizer-refused"}},
		{"with another status", authorizer, "{AuthorizerFunctionArn: !Ref F, SigningDisabled: true, Status: ENABLED}",
			[]string{"authorizer-refused"}},
		{"inactive", authorizer, "{AuthorizerFunctionArn: !Ref F, SigningDisabled: true, Status: INACTIVE}", []string{"authorizer-inactive"}},
		{"of a status that nobody knows", authorizer, "{AuthorizerFunctionArn: !Ref F, SigningDisabled: true, Status: !Ref S}", nil},
		{"a domain", domain, "{DomainName: !Ref D, AuthenticationType: CUSTOM_AUTH, ApplicationProtocol: MQTT_WSS}", nil},
		{"of a pair that is none", domain, "{DomainName: a.example.test, AuthenticationType: AWS_X509, ApplicationProtocol: MQTT_WSS}",
			[]string{"domain-refused"}},
		{"of half a pair that nobody knows", domain, "{DomainName: a.example.test, AuthenticationType: !Ref T, ApplicationProtocol: MQTT_WSS}", nil},
		{"with an authorizer alone", domain, "{DomainName: a.example.test, AuthorizerConfig: {DefaultAuthorizerName: pumps}}",
			[]string{"domain-refused"}},
		{"with one that nobody knows", domain, "{DomainName: a.example.test, AuthorizerConfig: {DefaultAuthorizerName: !Ref A, AllowAuthorizerOverride: false}}",
			nil},
		{"with TLS that there is not", domain, "{DomainName: a.example.test, TlsConfig: {SecurityPolicy: TLS13}}", []string{"domain-refused"}},
		{"a rule", rule, `{TopicRulePayload: {AwsIotSqlVersion: "2016-03-23", Sql: "SELECT topic(2) AS t FROM 'a/+/b/#' WHERE x = '*'", Actions: []}}`, nil},
		{"from #/a", rule, `{TopicRulePayload: {AwsIotSqlVersion: "2016-03-23", Sql: "select * from '#/a'", Actions: []}}`, []string{"rule-filter"}},
		{"from *", rule, `{TopicRulePayload: {AwsIotSqlVersion: "2016-03-23", Sql: "SELECT * FROM \"a/*\"", Actions: []}}`, []string{"rule-filter"}},
		{"from what nobody knows", rule, `{TopicRulePayload: {AwsIotSqlVersion: "2016-03-23", Sql: !Sub "SELECT * FROM 'a/${Stage}+/b'", Actions: []}}`, nil},
		{"from nothing", rule, `{TopicRulePayload: {AwsIotSqlVersion: "2016-03-23", Sql: "SELECT *", Actions: []}}`, nil},
		{"publishes again", rule, `{TopicRulePayload: {AwsIotSqlVersion: "2016-03-23", Sql: "SELECT * FROM 'a'", Actions: [{Republish: {Topic: "b/${topic(2)}"}}]}}`, []string{"rule-error-action"}},
		{"publishes to AWS's", rule, `{TopicRulePayload: {AwsIotSqlVersion: "2016-03-23", Sql: "SELECT * FROM 'a'", Actions: [{Republish: {Topic: "$aws/things/x/shadow/update"}}]}}`,
			[]string{"rule-error-action", "rule-republish"}},
		{"and so after an error", rule, `{TopicRulePayload: {AwsIotSqlVersion: "2016-03-23", Sql: "SELECT * FROM 'a'", ErrorAction: {Republish: {Topic: "$aws/x"}}}}`,
			[]string{"rule-republish"}},
		{"SAM's rule", "AWS::Serverless::Function", `{Events: {In: {Type: IoTRule, Properties: {AwsIotSqlVersion: "2016-03-23", Sql: "SELECT * FROM 'a/*/b'"}}, Other: {Type: Api}}}`,
			[]string{"rule-filter"}},
		{"anything else", "AWS::S3::Bucket", "{BucketName: x}", nil},
		{"no properties", authorizer, "!Ref P", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text := "Resources:\n  X:\n    Type: " + tt.kind + "\n    Properties: " + tt.properties + "\n"
			if all := Text("t.yaml", []byte(text), Options{}); !slices.Equal(ids(all), tt.want) {
				t.Errorf("got %+v, want %q\n%s", all, tt.want, text)
			}
			nested := "service: x\nresources:\n  " + strings.ReplaceAll(text, "\n", "\n  ")
			if all := Text("serverless.yml", []byte(nested), Options{}); !slices.Equal(ids(all), tt.want) {
				t.Errorf("in serverless.yml: got %+v, want %q", all, tt.want)
			}
		})
	}
}

// TestExportedTemplate: in what suback export writes of fixtures/suback.yaml nothing is
// found but what is found in that.
func TestExportedTemplate(t *testing.T) {
	c, err := config.Load("../../fixtures/suback.yaml")
	if err != nil {
		t.Fatal(err)
	}
	r, err := c.Registry(config.InGo{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	if err := cloudformation.Write(&text, r); err != nil {
		t.Fatal(err)
	}
	all := Text("exported.yaml", text.Bytes(), Options{})
	want := []string{"broad-connect", "broad-publish", "authorizer-inactive"} // app, and signed
	slices.Sort(want)
	got := ids(all)
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("got %+v, want %q", all, want)
	}
}

// Policies that are attached to one principal are judged together [B-130].
func TestTemplateAttachments(t *testing.T) {
	const policies = `
  C: {Type: AWS::IoT::Policy, Properties: {PolicyName: connects, PolicyDocument: {Version: "2012-10-17", Statement:
    {Effect: Allow, Action: iot:Connect, Resource: !Sub "arn:aws:iot:${R}:${A}:client/pump-7"}}}}
  S: {Type: AWS::IoT::Policy, Properties: {PolicyDocument: {Version: "2012-10-17", Statement:
    {Effect: Allow, Action: iot:Subscribe, Resource: !Sub "arn:aws:iot:${R}:${A}:topicfilter/a"}}}}
  R: {Type: AWS::IoT::Policy, Properties: {PolicyName: !Sub "${Stage}-receives", PolicyDocument: {Version: "2012-10-17", Statement:
    {Effect: Allow, Action: iot:Receive, Resource: !Sub "arn:aws:iot:${R}:${A}:topic/a"}}}}`
	alone := []string{"connect-missing", "receive-missing", "connect-missing", "subscribe-missing"}
	tests := []struct {
		name        string
		attachments [][2]string // policy and principal
		want        []string
	}{
		{"to nobody", nil, alone},
		{"to one", [][2]string{{"!Ref C", "!GetAtt Cert.Arn"}, {"!Ref S", "!GetAtt Cert.Arn"}, {"!Ref R", "!GetAtt Cert.Arn"}}, nil},
		{"in the long form", [][2]string{{"{Ref: C}", `{"Fn::GetAtt": [Cert, Arn]}`}, {"!Ref S", "!GetAtt Cert.Arn"}, {"!Ref R", "!GetAtt [Cert, Arn]"}}, nil},
		{"by name", [][2]string{{"connects", "!Ref Arn"}, {"!Ref S", "!Ref Arn"}, {"!Sub '${Stage}-receives'", "!Ref Arn"}}, nil},
		{"one twice", [][2]string{{"!Ref C", "!Ref Arn"}, {"!Ref C", "!Ref Arn"}, {"connects", "!Ref Arn"}, {"!Ref S", "!Ref Arn"},
			{"!Ref R", "!Ref Arn"}}, nil},
		{"to two", [][2]string{{"!Ref C", "!Ref Arn"}, {"!Ref S", "!Ref Arn"}, {"!Ref C", "!Ref Other"}, {"!Ref R", "!Ref Other"}},
			[]string{"receive-missing", "subscribe-missing"}},
		{"to one that is complete, and one that is not", [][2]string{{"!Ref C", "!Ref Arn"}, {"!Ref S", "!Ref Arn"}, {"!Ref R", "!Ref Arn"},
			{"!Ref C", "!Ref Other"}, {"!Ref S", "!Ref Other"}}, []string{"receive-missing"}},
		{"beside one of another stack", [][2]string{{"!Ref S", "!Ref Arn"}, {"!ImportValue others", "!Ref Arn"}, {"!Ref R", "!Ref Arn"}}, nil},
		{"to who is not known", [][2]string{{"!Ref C", "!ImportValue x"}, {"!Ref S", "!ImportValue x"}, {"!Ref R", "!ImportValue x"}}, alone},
	}
	for _, tt := range tests {
		text := "Resources:" + policies + "\n"
		for i, a := range tt.attachments {
			text += fmt.Sprintf("  A%d: {Type: AWS::IoT::PolicyPrincipalAttachment, Properties: {PolicyName: %s, Principal: %s}}\n", i, a[0], a[1])
		}
		if all := Text("t.yaml", []byte(text), Options{}); !slices.Equal(ids(all), tt.want) {
			t.Errorf("%s: got %+v, want %q\n%s", tt.name, all, tt.want, text)
		}
	}
}

// However many principals have however many of a template's policies, what is compared is bounded.
func TestTemplateOfManyPrincipals(t *testing.T) {
	const policies, each = 25, 80 // resources
	var text strings.Builder
	text.WriteString("Resources:\n")
	for i := range policies {
		fmt.Fprintf(&text, "  P%d: {Type: AWS::IoT::Policy, Properties: {PolicyDocument: {Version: '2012-10-17', Statement: {Effect: Allow, "+
			"Action: iot:Publish, Resource: [%s]}}}}\n", i, strings.Repeat("'arn:aws:iot:us-east-1:123456789012:topic/a', ", each))
	}
	for i := range policies { // each pair has a principal
		for j := range i {
			for _, p := range []int{i, j} {
				fmt.Fprintf(&text, "  A%d-%d-%d: {Type: AWS::IoT::PolicyPrincipalAttachment, Properties: "+
					"{PolicyName: !Ref P%[3]d, Principal: a%[1]d-%[2]d}}\n", i, j, p)
			}
		}
	}
	l := newLinter("t.yaml", []byte(text.String()), Options{}, actionNames)
	l.checkText(false)
	if got := l.compared; got > maxComparisons || got < maxComparisons*9/10 {
		t.Errorf("got %d comparisons, want %d at most, and nearly that", got, maxComparisons)
	}
	left := slices.IndexFunc(l.done(), func(f Finding) bool { return strings.Contains(f.Text, "were not compared") })
	if left < 0 || l.done()[left].Severity != Warning {
		t.Errorf("got %+v, want a warning that says that not all was compared", ids(l.done()))
	}
}

// What many have is looked at once.
func TestTemplateOfManyAlike(t *testing.T) {
	text := "Resources:\n  P: {Type: AWS::IoT::Policy, Properties: {PolicyDocument: {Version: '2012-10-17', Statement: " +
		"{Effect: Allow, Action: iot:Publish, Resource: '*'}}}}\n"
	for i := range 100 {
		text += fmt.Sprintf("  A%d: {Type: AWS::IoT::PolicyPrincipalAttachment, Properties: {PolicyName: !Ref P, Principal: a%[1]d}}\n", i)
	}
	l := newLinter("t.yaml", []byte(text), Options{}, actionNames)
	if l.checkText(false); l.compared != 1 {
		t.Errorf("got %d comparisons of one resource, want 1", l.compared)
	}
}
