package control

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iot"
	"github.com/aws/aws-sdk-go-v2/service/iot/types"
)

const (
	allowAll   = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:*","Resource":"*"}]}`
	allowEmpty = `{"Version":"2012-10-17","Statement":[]}`
)

func (b *bench) policy(name, document string) *iot.CreatePolicyOutput {
	b.t.Helper()
	return must[*iot.CreatePolicyOutput](b.t)(b.CreatePolicy(ctx, &iot.CreatePolicyInput{PolicyName: &name, PolicyDocument: &document}))
}

func TestCreatePolicy(t *testing.T) {
	const syntax = "Policy document is Malformed: Invalid policy syntax."
	b := newBench(t)
	b.policy("there", allowAll)
	large := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:*","Resource":"arn:aws:iot:us-east-1:000000000000:topic/` +
		strings.Repeat("x", 2048) + `"}]}`
	tests := []struct {
		name, policy, document string
		want                   refusal
		source                 string
	}{
		{"good", "p", allowAll, good, "API"},
		{"white space is kept", "w", "  " + allowAll + strings.Repeat(" ", 3000), good, "B-127"},
		{"duplicate", "there", allowAll,
			refusal{409, "ResourceAlreadyExistsException", "Policy cannot be created - name already exists (name=there)"}, "A-331"},
		{"no JSON", "n", "file.json", refusal{400, "MalformedPolicyException", syntax},
			"B-113, A-331"},
		{"lower case effect", "n", strings.ReplaceAll(allowAll, "Allow", "allow"),
			refusal{400, "MalformedPolicyException", syntax}, "B-104, B-113"},
		{"no ARN", "n", strings.ReplaceAll(allowAll, `"*"`, `"client/a"`),
			refusal{400, "MalformedPolicyException", "Policy document is Malformed: The resource client/a is not in valid ARN format"}, "A-331"},
		{"a list as text", "n", strings.ReplaceAll(allowAll, `"*"`, `"[\"arn:aws:iot:us-east-1:000000000000:client/a\"]"`),
			refusal{400, "MalformedPolicyException",
				`Policy document is Malformed: The resource ["arn:aws:iot:us-east-1:000000000000:client/a"] is not in valid ARN format`}, "A-331"},
		{"a variable", "v", strings.ReplaceAll(allowAll, `"*"`, `"arn:aws:iot:us-east-1:000000000000:client/${iot:ClientId}"`), good, "B-320"},
		{"a variable of another case", "n", strings.ReplaceAll(allowAll, `"*"`, `"arn:aws:iot:us-east-1:000000000000:client/${iot:clientId}"`),
			refusal{400, "MalformedPolicyException", syntax}, "B-338"},
		{"no variable of AWS IoT's", "n", strings.ReplaceAll(allowAll, `"*"`, `"arn:aws:iot:us-east-1:000000000000:client/${iot:Nonsense}"`),
			refusal{400, "MalformedPolicyException", syntax}, "B-338, guess"},
		{"too large", "n", large, refusal{400, "MalformedPolicyException", syntax}, "B-127"},
		{"name", "a b", allowAll, refusal{400, "InvalidRequestException", `pattern: [\w+=,.@-]+`}, "A-326"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out, err := b.CreatePolicy(ctx, &iot.CreatePolicyInput{PolicyName: &tt.policy, PolicyDocument: &tt.document})
			wants(t, "CreatePolicy", err, tt.want, tt.source)
			if err == nil {
				is(t, "ARN", *out.PolicyArn, "arn:aws:iot:us-east-1:000000000000:policy/"+tt.policy, "API")
				is(t, "document", *out.PolicyDocument, tt.document, "API")
				is(t, "version", *out.PolicyVersionId, "1", "API")
			}
		})
	}
	tagged := &iot.CreatePolicyInput{PolicyName: aws.String("t"), PolicyDocument: aws.String(allowAll),
		Tags: []types.Tag{{Key: aws.String("aws:x")}}}
	_, err := b.CreatePolicy(ctx, tagged)
	wants(t, "tag of AWS", err, refusal{400, "InvalidRequestException", "aws:"}, "A-71")
	_, stored := b.registry.Policy("t")
	is(t, "stored in spite of its tag", stored, false, "A-71")
}

func TestGetPolicy(t *testing.T) {
	b := newBench(t)
	b.policy("p", allowAll)
	out := must[*iot.GetPolicyOutput](t)(b.GetPolicy(ctx, &iot.GetPolicyInput{PolicyName: aws.String("p")}))
	is(t, "document", *out.PolicyDocument, allowAll, "API")
	is(t, "default version", *out.DefaultVersionId, "1", "API")
	is(t, "generation", len(*out.GenerationId), 64, "API")
	is(t, "date", out.CreationDate.IsZero(), false, "API")
	_, err := b.GetPolicy(ctx, &iot.GetPolicyInput{PolicyName: aws.String("x")})
	wants(t, "missing", err, refusal{404, "ResourceNotFoundException", "Policy not found"}, "API; A-331")
	_, err = b.GetPolicy(ctx, &iot.GetPolicyInput{PolicyName: aws.String("x y")})
	wants(t, "invalid", err, refusal{400, "InvalidRequestException", "policyName"}, "A-326")
}

func TestDeletePolicy(t *testing.T) {
	b := newBench(t)
	b.policy("p", allowAll)
	name := &iot.DeletePolicyInput{PolicyName: aws.String("p")}
	must[*iot.CreatePolicyVersionOutput](t)(b.CreatePolicyVersion(ctx,
		&iot.CreatePolicyVersionInput{PolicyName: aws.String("p"), PolicyDocument: aws.String(allowAll)}))
	must[*iot.AttachPolicyOutput](t)(b.AttachPolicy(ctx, &iot.AttachPolicyInput{PolicyName: aws.String("p"), Target: aws.String(identity)}))

	_, err := b.DeletePolicy(ctx, name)
	wants(t, "two versions", err, refusal{409, "DeleteConflictException",
		"The policy cannot be deleted as versions other than than default version exist"}, "A-331")
	must[*iot.DeletePolicyVersionOutput](t)(b.DeletePolicyVersion(ctx,
		&iot.DeletePolicyVersionInput{PolicyName: aws.String("p"), PolicyVersionId: aws.String("2")}))
	_, err = b.DeletePolicy(ctx, name)
	wants(t, "attached", err, refusal{409, "DeleteConflictException", "attached to one or more principals (name=p)"}, "A-331")
	must[*iot.DetachPolicyOutput](t)(b.DetachPolicy(ctx, &iot.DetachPolicyInput{PolicyName: aws.String("p"), Target: aws.String(identity)}))
	_, err = b.DeletePolicy(ctx, name)
	wants(t, "free", err, good, "API")
	_, err = b.DeletePolicy(ctx, name)
	wants(t, "again", err, refusal{404, "ResourceNotFoundException", "Policy not found"}, "A-331")
	_, err = b.DeletePolicy(ctx, &iot.DeletePolicyInput{PolicyName: aws.String("!")})
	wants(t, "invalid", err, refusal{400, "InvalidRequestException", "policyName"}, "A-326")
}

func TestListPolicies(t *testing.T) {
	b := newBench(t)
	for _, name := range []string{"b", "c", "a"} {
		b.policy(name, allowAll)
		b.later()
	}
	list := func(in iot.ListPoliciesInput) string {
		var got []string
		for p := iot.NewListPoliciesPaginator(b.Client, &in); p.HasMorePages(); {
			for _, p := range must[*iot.ListPoliciesOutput](t)(p.NextPage(ctx)).Policies {
				got = append(got, *p.PolicyName)
			}
		}
		return strings.Join(got, "")
	}
	is(t, "newest first", list(iot.ListPoliciesInput{PageSize: aws.Int32(2)}), "acb", "A-328")
	is(t, "ascending", list(iot.ListPoliciesInput{AscendingOrder: true}), "bca", "A-328")
	_, err := b.ListPolicies(ctx, &iot.ListPoliciesInput{Marker: aws.String("garbage")})
	wants(t, "marker", err, refusal{400, "InvalidRequestException", "listPolicies"}, "A-328")
}
