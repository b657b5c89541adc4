package control

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iot"
)

func TestPolicyVersions(t *testing.T) {
	b := newBench(t)
	b.policy("p", allowAll)
	create := func(policy, document string, setDefault bool) error {
		_, err := b.CreatePolicyVersion(ctx,
			&iot.CreatePolicyVersionInput{PolicyName: &policy, PolicyDocument: &document, SetAsDefault: setDefault})
		return err
	}
	remove := func(id string) error {
		_, err := b.DeletePolicyVersion(ctx, &iot.DeletePolicyVersionInput{PolicyName: aws.String("p"), PolicyVersionId: &id})
		return err
	}
	setDefault := func(id string) error {
		_, err := b.SetDefaultPolicyVersion(ctx, &iot.SetDefaultPolicyVersionInput{PolicyName: aws.String("p"), PolicyVersionId: &id})
		return err
	}
	missing := refusal{404, "ResourceNotFoundException", ""}
	wants(t, "second", create("p", allowAll, false), good, "B-129")
	wants(t, "third, default", create("p", allowAll, true), good, "B-129")
	wants(t, "malformed", create("p", "{", false), refusal{400, "MalformedPolicyException", "Malformed"}, "B-113")
	wants(t, "a variable of another case",
		create("p", strings.ReplaceAll(allowAll, `"*"`, `"arn:aws:iot:us-east-1:000000000000:client/${iot:clientid}"`), false),
		refusal{400, "MalformedPolicyException", "Malformed"}, "B-338")
	wants(t, "of no policy", create("x", allowAll, false), missing, "API")
	wants(t, "fourth", create("p", allowAll, false), good, "B-129")
	wants(t, "fifth", create("p", allowAll, false), good, "B-129")
	wants(t, "sixth", create("p", allowAll, false),
		refusal{409, "VersionsLimitExceededException", "The policy p already has the maximum number of versions (5)"}, "B-129, A-331")
	wants(t, "delete the default", remove("3"), refusal{409, "DeleteConflictException", "default"}, "API")
	wants(t, "delete another", remove("2"), good, "API")
	wants(t, "delete it again", remove("2"), missing, "API")
	wants(t, "no number", remove("two"), refusal{400, "InvalidRequestException", "[0-9]+"}, "A-326")
	wants(t, "another default", setDefault("1"), good, "API")
	wants(t, "a default that is gone", setDefault("2"), missing, "API")
	wants(t, "a default that is no number", setDefault("x"), refusal{400, "InvalidRequestException", "[0-9]+"}, "A-326")

	get := func(policy, id string) (*iot.GetPolicyVersionOutput, error) {
		return b.GetPolicyVersion(ctx, &iot.GetPolicyVersionInput{PolicyName: &policy, PolicyVersionId: &id})
	}
	v := must[*iot.GetPolicyVersionOutput](t)(get("p", "1"))
	is(t, "default", v.IsDefaultVersion, true, "API")
	is(t, "document", *v.PolicyDocument, allowAll, "API")
	_, err := get("p", "2")
	wants(t, "get what is gone", err, missing, "API")
	_, err = get("x", "1")
	wants(t, "get of no policy", err, missing, "API")
	_, err = get("p", "v1")
	wants(t, "get no number", err, refusal{400, "InvalidRequestException", "[0-9]+"}, "A-326")

	list := must[*iot.ListPolicyVersionsOutput](t)(b.ListPolicyVersions(ctx, &iot.ListPolicyVersionsInput{PolicyName: aws.String("p")}))
	var ids []string
	for _, v := range list.PolicyVersions {
		ids = append(ids, *v.VersionId)
		is(t, "default "+*v.VersionId, v.IsDefaultVersion, *v.VersionId == "1", "B-129")
	}
	is(t, "versions", strings.Join(ids, ""), "5431", "guess")
	_, err = b.ListPolicyVersions(ctx, &iot.ListPolicyVersionsInput{PolicyName: aws.String("x")})
	wants(t, "list of no policy", err, missing, "API")
	_, err = b.ListPolicyVersions(ctx, &iot.ListPolicyVersionsInput{PolicyName: aws.String("x y")})
	wants(t, "list of a bad name", err, refusal{400, "InvalidRequestException", "policyName"}, "A-326")
}
