package control

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iot"
	"github.com/aws/aws-sdk-go-v2/service/iot/types"
	"github.com/aws/smithy-go"

	"github.com/suback/suback/emulator/cause"
	"github.com/suback/suback/emulator/registry"
)

// TestAWSWordsAlone: who calls is told what AWS tells, and the trace what AWS keeps to itself.
func TestAWSWordsAlone(t *testing.T) {
	type told struct {
		status int
		cause.Cause
	}
	var heard []told
	b := newBench(t, func(o *Options) {
		o.Refused = func(_ *http.Request, status int, why cause.Cause) { heard = append(heard, told{status, why}) }
	})
	const syntax, role = "Policy document is Malformed: Invalid policy syntax.", "arn:aws:iam::000000000000:role/lambda"
	must[registry.Role](t)(b.registry.PutRole(registry.Role{RoleName: "lambda", AssumeRolePolicyDocument: `{"Version":"2012-10-17",
		"Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}`}))
	const client = "arn:aws:iot:us-east-1:000000000000:client/"
	b.policy("p", allowAll)
	create := func(document string) error {
		_, err := b.CreatePolicy(ctx, &iot.CreatePolicyInput{PolicyName: aws.String("new"), PolicyDocument: &document})
		return err
	}
	for _, tt := range []struct {
		name   string
		call   func() error
		says   string // on the wire, all of it
		status int
		why    string // in the trace; "" for nothing
		rule   string
	}{
		{"no policy", func() error {
			_, err := b.GetPolicy(ctx, &iot.GetPolicyInput{PolicyName: aws.String("x")})
			return err
		}, "Policy not found", 404, `policy "x" does not exist`, "A-331"},
		{"tags of a thing", func() error {
			arn := "arn:aws:iot:us-east-1:000000000000:thing/pump:7"
			_, err := b.TagResource(ctx, &iot.TagResourceInput{ResourceArn: &arn, Tags: []types.Tag{{Key: aws.String("k")}}})
			return err
		}, `resource "arn:aws:iot:us-east-1:000000000000:thing/pump:7" does not exist`, 404, "AWS IoT has no tags on a thing", "A-71"},
		{"a policy that is none", func() error { return create(strings.ReplaceAll(allowAll, "Allow", "allow")) }, syntax, 400,
			`Statement[0].Effect is "allow"`, "A-331"},
		{"one that is too large", func() error {
			return create(strings.ReplaceAll(allowAll, `"*"`, `"`+client+strings.Repeat("*", 2048)+`"`))
		},
			syntax, 400, "2048", "A-331"},
		{"a variable of another case", func() error { return create(strings.ReplaceAll(allowAll, `"*"`, `"`+client+`${iot:clientId}"`)) },
			syntax, 400, "want such as ${iot:ClientId}", "A-331"},
		{"a role for another service", func() error {
			action := types.Action{Republish: &types.RepublishAction{RoleArn: aws.String(role), Topic: aws.String("b")}}
			_, err := b.CreateTopicRule(ctx, &iot.CreateTopicRuleInput{RuleName: aws.String("r"), TopicRulePayload: &types.TopicRulePayload{
				Sql: aws.String("SELECT 1"), Actions: []types.Action{action}}})
			return err
		}, "AWS IoT (iot.amazonaws.com) is unable to assume role (sts:AssumeRole) on resource: " + role +
			". If the role was just created or updated, please try again in a few seconds.", 400,
			`topic rule r: the trust policy of role ` + role + ` names no Principal {"Service": "iot.amazonaws.com"}`, "R-8a"},
		{"a key that is none", func() error {
			_, err := b.CreateAuthorizer(ctx, &iot.CreateAuthorizerInput{AuthorizerName: aws.String("a"), TokenKeyName: aws.String("t"),
				AuthorizerFunctionArn:  aws.String("arn:aws:lambda:us-east-1:000000000000:function:f"),
				TokenSigningPublicKeys: map[string]string{"k": "none"}})
			return err
		}, "Authorizer a public key for key name k not a valid RSA key", 400, "tokenSigningPublicKeys[k]", "A-330"},
		{"what AWS says itself", func() error {
			_, err := b.CreatePolicy(ctx, &iot.CreatePolicyInput{PolicyName: aws.String("p"), PolicyDocument: aws.String(allowAll)})
			return err
		}, "Policy cannot be created - name already exists (name=p)", 409, "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			heard = nil
			var got smithy.APIError
			if err := tt.call(); !errors.As(err, &got) || got.ErrorMessage() != tt.says {
				t.Errorf("got %v, want %q", err, tt.says)
			}
			switch {
			case len(heard) == 0 && tt.why == "":
			case len(heard) != 1 || heard[0].status != tt.status || heard[0].Reason != got.ErrorCode() ||
				!strings.Contains(heard[0].Detail, tt.why) || heard[0].Hint == "" || heard[0].Rules[0] != tt.rule:
				t.Errorf("the trace got %+v, want one with %d %s, %q, a hint and %s", heard, tt.status, got.ErrorCode(), tt.why, tt.rule)
			}
		})
	}
}
