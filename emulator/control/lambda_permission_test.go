package control

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	lambdasdk "github.com/aws/aws-sdk-go-v2/service/lambda"

	"github.com/suback/suback/emulator/registry"
)

func TestAddPermission(t *testing.T) {
	const source = "arn:aws:iot:us-east-1:000000000000:authorizer/test"
	b := newLambdaBench(t)
	for _, tt := range []struct {
		name   string
		in     lambdasdk.AddPermissionInput
		want   string
		bad    refusal
		source string
	}{
		{"seed 002", lambdasdk.AddPermissionInput{StatementId: str("Id-123"), Principal: str("iot.amazonaws.com"), SourceArn: str(source)},
			`{"Sid":"Id-123","Effect":"Allow","Principal":{"Service":"iot.amazonaws.com"},"Action":"lambda:InvokeFunction","Resource":"` +
				lambdaARN + `named",` +
				`"Condition":{"ArnLike":{"AWS:SourceArn":"` + source + `"}}}`, good, "S2"},
		{"account too", lambdasdk.AddPermissionInput{StatementId: str("account"), Principal: str("iot.amazonaws.com"), SourceArn: str(source),
			SourceAccount: str("000000000000")},
			`"Condition":{"StringEquals":{"AWS:SourceAccount":"000000000000"},"ArnLike":{"AWS:SourceArn":"` + source + `"}}}`, good,
			"D:access-control-resource-based"},
		{"no condition", lambdasdk.AddPermissionInput{StatementId: str("none"), Principal: str("sns.amazonaws.com")},
			`{"Sid":"none","Effect":"Allow","Principal":{"Service":"sns.amazonaws.com"},"Action":"lambda:InvokeFunction","Resource":"` + lambdaARN +
				`named"}`, good, "D:access-control-resource-based"},
		{"an account", lambdasdk.AddPermissionInput{StatementId: str("a"), Principal: str("123456789012")},
			`"Principal":{"AWS":"arn:aws:iam::123456789012:root"}`, good, "D:access-control-resource-based"},
		{"a role", lambdasdk.AddPermissionInput{StatementId: str("r"), Principal: str("arn:aws:iam::123456789012:role/x")},
			`"Principal":{"AWS":"arn:aws:iam::123456789012:role/x"}`, good, "D:access-control-resource-based"},
		{"everybody of an organisation",
			lambdasdk.AddPermissionInput{StatementId: str("o"), Principal: str("*"), PrincipalOrgID: str("o-abcdefghij")},
			`"Principal":"*","Action":"lambda:InvokeFunction","Resource":"` + lambdaARN +
				`named","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-abcdefghij"}}}`, good, "D:access-control-resource-based"},
		{"the id again", lambdasdk.AddPermissionInput{StatementId: str("Id-123"), Principal: str("*")}, "",
			refusal{409, "ResourceConflictException",
				"The statement id (Id-123) provided already exists. Please provide a new statement id, or remove the existing statement."}, "A-356"},
		{"no principal", lambdasdk.AddPermissionInput{StatementId: str("x"), Principal: str("nobody")}, "",
			bad400("InvalidParameterValueException", "The provided principal was invalid"), "A-356"},
		{"action", lambdasdk.AddPermissionInput{StatementId: str("x"), Principal: str("*"), Action: str("iot:Publish")}, "",
			bad400("ValidationException", "Value at 'action' failed"), "A-355"},
		{"no function", lambdasdk.AddPermissionInput{FunctionName: str("other"), StatementId: str("x"), Principal: str("*")}, "",
			unknown("other"), "A-356"},
		{"$LATEST", lambdasdk.AddPermissionInput{Qualifier: str("$LATEST"), StatementId: str("x"), Principal: str("*")}, "",
			bad400("InvalidParameterValueException", "$LATEST"), "API:AddPermission"},
		{"another revision", lambdasdk.AddPermissionInput{RevisionId: str("x"), StatementId: str("x"), Principal: str("*")}, "",
			refusal{412, "PreconditionFailedException", "RevisionId"}, "API:AddPermission"},
	} {
		if tt.in.FunctionName == nil {
			tt.in.FunctionName = str("named")
		}
		if tt.in.Action == nil {
			tt.in.Action = str("lambda:InvokeFunction")
		}
		out, err := b.AddPermission(ctx, &tt.in)
		wants(t, tt.name, err, tt.bad, tt.source)
		if err == nil && !strings.Contains(*out.Statement, tt.want) {
			t.Errorf("%s: got %s, want %s (%s)", tt.name, *out.Statement, tt.want, tt.source)
		}
	}
	f, _ := b.registry.Function("named")
	is(t, "AWS IoT may invoke it", b.registry.MayInvoke(f, source), true, "A-138")
	is(t, "for another authorizer too", b.registry.MayInvoke(f, source+"2"), false, "A-138")
	long := strings.Repeat("x", 100)
	var err error
	for i := 0; err == nil && i < 100; i++ {
		_, err = b.AddPermission(ctx, &lambdasdk.AddPermissionInput{FunctionName: str("named"), Action: str("lambda:InvokeFunction"),
			Principal:   str("arn:aws:iam::000000000000:role/" + long),
			StatementId: str(fmt.Sprint("s", i)), SourceArn: str("arn:aws:s3:::" + long)})
	}
	wants(t, "many", err, bad400("PolicyLengthExceededException", "is bigger than the limit (20480)"), "API:AddPermission")
}

func TestRemovePermission(t *testing.T) {
	b := newLambdaBench(t)
	remove := func(function, id string, revision *string) error {
		_, err := b.RemovePermission(ctx, &lambdasdk.RemovePermissionInput{FunctionName: &function, StatementId: &id, RevisionId: revision})
		return err
	}
	policy := func() (string, error) {
		out, err := b.GetPolicy(ctx, &lambdasdk.GetPolicyInput{FunctionName: str("named")})
		if err != nil {
			return "", err
		}
		return *out.Policy, nil
	}
	wants(t, "no policy", remove("named", "a", nil), none404("No policy is associated with the given resource."), "A-356")
	_, err := policy()
	wants(t, "get no policy", err, none404("The resource you requested does not exist."), "A-356")
	for _, id := range []string{"a", "b"} {
		must[*lambdasdk.AddPermissionOutput](t)(b.AddPermission(ctx, &lambdasdk.AddPermissionInput{
			FunctionName: str("named"), Action: str("lambda:InvokeFunction"), Principal: str("iot.amazonaws.com"), StatementId: &id}))
	}
	text, err := policy()
	wants(t, "get", err, good, "API:GetPolicy")
	if !json.Valid([]byte(text)) ||
		!strings.HasPrefix(text, `{"Version":"2012-10-17","Id":"default","Statement":[{"Sid":"a","Effect":"Allow",`) {
		t.Errorf("policy: got %s, want one with Version, Id and statements (API:GetPolicy)", text)
	}
	wants(t, "no such statement", remove("named", "c", nil), none404("Statement c is not found in resource policy."), "A-356")
	wants(t, "another revision", remove("named", "a", str("x")), refusal{412, "PreconditionFailedException", ""}, "API:RemovePermission")
	wants(t, "no function", remove("other", "a", nil), unknown("other"), "A-356")
	wants(t, "id", remove("named", "a b", nil), bad400("ValidationException", "statementId"), "A-355")
	f, _ := b.registry.Function("named")
	wants(t, "this revision", remove("named", "a", aws.String(f.Configuration.RevisionID)), good, "API:RemovePermission")
	wants(t, "the other", remove("named", "b", nil), good, "API:RemovePermission")
	_, err = policy()
	wants(t, "get none", err, none404("The resource you requested does not exist."), "A-356")
	f, _ = b.registry.Function("named")
	is(t, "AWS IoT may invoke it", b.registry.MayInvoke(f, "arn:aws:iot:us-east-1:000000000000:authorizer/x"), false, "A-138")
	_, err = b.GetPolicy(ctx, &lambdasdk.GetPolicyInput{FunctionName: str("other")})
	wants(t, "policy of none", err, unknown("other"), "A-356")
	_, err = b.GetPolicy(ctx, &lambdasdk.GetPolicyInput{FunctionName: str("a b")})
	wants(t, "policy by a bad name", err, bad400("ValidationException", "functionName"), "A-355")
}

// Permissions of the configuration file are told as if the API had made them.
func TestConfiguredPermission(t *testing.T) {
	b := newLambdaBench(t)
	must[registry.Function](t)(b.registry.PutFunction(registry.Function{FunctionName: "filed",
		Permissions: []registry.Permission{{Principal: "iot.amazonaws.com", Action: "lambda:InvokeFunction"}}}))
	out := must[*lambdasdk.GetPolicyOutput](t)(b.GetPolicy(ctx, &lambdasdk.GetPolicyInput{FunctionName: str("filed")}))
	if !strings.Contains(*out.Policy, `"Sid":"permission-1"`) || *out.RevisionId == "" {
		t.Errorf("got %s of revision %s, want statement permission-1 and a revision (design)", *out.Policy, *out.RevisionId)
	}
}
