package control

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iot"
	"github.com/aws/aws-sdk-go-v2/service/iot/types"
)

const roleARN = "arn:aws:iam::000000000000:role/device"

func TestCreateRoleAlias(t *testing.T) {
	tests := []struct {
		name   string
		in     iot.CreateRoleAliasInput
		want   refusal
		source string
	}{
		{"plain", iot.CreateRoleAliasInput{RoleAlias: aws.String("camera"), RoleArn: aws.String(roleARN)}, good, "API:CreateRoleAlias"},
		{"all", iot.CreateRoleAliasInput{RoleAlias: aws.String("a=,@-_"), RoleArn: aws.String(roleARN),
			CredentialDurationSeconds: aws.Int32(43200),
			Tags:                      []types.Tag{{Key: aws.String("x"), Value: aws.String("y")}}}, good, "API:CreateRoleAlias"},
		{"too short", iot.CreateRoleAliasInput{RoleAlias: aws.String("camera"), RoleArn: aws.String(roleARN),
			CredentialDurationSeconds: aws.Int32(899)},
			refusal{400, invalidRequest, "'credentialDurationSeconds' failed to satisfy constraint: Member must have value greater than or equal " +
				"to 900"}, "A-253"},
		{"odd role", iot.CreateRoleAliasInput{RoleAlias: aws.String("camera"), RoleArn: aws.String("arn:aws:s3:::somewhere-else")},
			refusal{400, invalidRequest, "roleArn"}, "API:CreateRoleAlias"},
		{"odd name", iot.CreateRoleAliasInput{RoleAlias: aws.String("a b"), RoleArn: aws.String(roleARN)},
			refusal{400, invalidRequest, "'roleAlias'"}, "A-326"},
		{"odd tag", iot.CreateRoleAliasInput{RoleAlias: aws.String("camera"), RoleArn: aws.String(roleARN),
			Tags: []types.Tag{{Key: aws.String("aws:x"), Value: aws.String("y")}}},
			refusal{400, invalidRequest, "aws:"}, "A-71"},
	}
	for _, tt := range tests {
		b := newBench(t)
		out, err := b.CreateRoleAlias(ctx, &tt.in)
		wants(t, tt.name, err, tt.want, tt.source)
		if err != nil {
			is(t, tt.name, len(b.registry.RoleAliases()), 0, tt.source)
			continue
		}
		arn := "arn:aws:iot:us-east-1:000000000000:rolealias/" + *tt.in.RoleAlias
		is(t, tt.name, []string{*out.RoleAlias, *out.RoleAliasArn}, []string{*tt.in.RoleAlias, arn}, tt.source)
		tags := must[map[string]string](t)(b.registry.Tags(arn))
		is(t, "tags", len(tags), len(tt.in.Tags), "A-71")
		_, err = b.CreateRoleAlias(ctx, &tt.in)
		wants(t, tt.name+" twice", err, refusal{409, alreadyExists, ""}, "API:CreateRoleAlias")
	}
}

func TestRoleAliasLimit(t *testing.T) {
	b := newBench(t)
	for i := range 101 {
		want := good
		if i == 100 {
			want = refusal{410, "LimitExceededException", "want at most 100"}
		}
		_, err := b.CreateRoleAlias(ctx, &iot.CreateRoleAliasInput{RoleAlias: aws.String(fmt.Sprint(i)), RoleArn: aws.String(roleARN)})
		wants(t, fmt.Sprint(i+1), err, want, "Q")
	}
}

func TestDescribeAndUpdateRoleAlias(t *testing.T) {
	b := newBench(t)
	must[*iot.CreateRoleAliasOutput](t)(b.CreateRoleAlias(ctx,
		&iot.CreateRoleAliasInput{RoleAlias: aws.String("camera"), RoleArn: aws.String(roleARN)}))
	tests := []struct {
		name   string
		in     iot.UpdateRoleAliasInput
		want   refusal
		role   string
		life   int32
		source string
	}{
		{"nothing", iot.UpdateRoleAliasInput{RoleAlias: aws.String("camera")}, good, roleARN, 3600, "A-253"},
		{"duration", iot.UpdateRoleAliasInput{RoleAlias: aws.String("camera"), CredentialDurationSeconds: aws.Int32(900)}, good, roleARN, 900,
			"API:UpdateRoleAlias"},
		{"role", iot.UpdateRoleAliasInput{RoleAlias: aws.String("camera"), RoleArn: aws.String(roleARN + "-2")}, good, roleARN + "-2", 900,
			"API:UpdateRoleAlias"},
		{"too long", iot.UpdateRoleAliasInput{RoleAlias: aws.String("camera"), CredentialDurationSeconds: aws.Int32(43201)},
			refusal{400, invalidRequest, "'credentialDurationSeconds'"}, roleARN + "-2", 900, "A-253"},
		{"unknown", iot.UpdateRoleAliasInput{RoleAlias: aws.String("other")}, refusal{404, notFound, "other"}, roleARN + "-2", 900,
			"API:UpdateRoleAlias"},
	}
	for _, tt := range tests {
		_, err := b.UpdateRoleAlias(ctx, &tt.in)
		wants(t, tt.name, err, tt.want, tt.source)
		d := must[*iot.DescribeRoleAliasOutput](t)(b.DescribeRoleAlias(ctx, &iot.DescribeRoleAliasInput{RoleAlias: aws.String("camera")})).
			RoleAliasDescription
		is(t, tt.name, []any{*d.RoleAlias, *d.RoleAliasArn, *d.RoleArn, *d.Owner, *d.CredentialDurationSeconds,
			d.LastModifiedDate.Before(*d.CreationDate)},
			[]any{"camera", "arn:aws:iot:us-east-1:000000000000:rolealias/camera", tt.role, "000000000000", tt.life, false}, tt.source)
	}
	for name, want := range map[string]refusal{"other": {404, notFound, "other"}, "a b": {400, invalidRequest, "'roleAlias'"}} {
		_, err := b.DescribeRoleAlias(ctx, &iot.DescribeRoleAliasInput{RoleAlias: &name})
		wants(t, name, err, want, "API:DescribeRoleAlias")
	}
}

func TestDeleteRoleAlias(t *testing.T) {
	b := newBench(t)
	must[*iot.CreateRoleAliasOutput](t)(b.CreateRoleAlias(ctx,
		&iot.CreateRoleAliasInput{RoleAlias: aws.String("camera"), RoleArn: aws.String(roleARN)}))
	for _, tt := range []struct {
		name string
		want refusal
	}{{"camera", good}, {"camera", refusal{404, notFound, "camera"}}, {"a b", refusal{400, invalidRequest, "'roleAlias'"}}} {
		_, err := b.DeleteRoleAlias(ctx, &iot.DeleteRoleAliasInput{RoleAlias: &tt.name})
		wants(t, tt.name, err, tt.want, "API:DeleteRoleAlias")
	}
}

func TestListRoleAliases(t *testing.T) {
	b := newBench(t)
	is(t, "none", len(must[*iot.ListRoleAliasesOutput](t)(b.ListRoleAliases(ctx, &iot.ListRoleAliasesInput{})).RoleAliases), 0,
		"API:ListRoleAliases")
	for _, name := range []string{"b", "a", "c"} {
		must[*iot.CreateRoleAliasOutput](t)(b.CreateRoleAlias(ctx, &iot.CreateRoleAliasInput{RoleAlias: &name, RoleArn: aws.String(roleARN)}))
	}
	for _, tt := range []struct {
		ascending bool
		want      []string
		source    string
	}{{true, []string{"a", "b", "c"}, "API:ListRoleAliases"}, {false, []string{"c", "b", "a"}, "A-339, guess"}} {
		var got []string
		pages := iot.NewListRoleAliasesPaginator(b, &iot.ListRoleAliasesInput{AscendingOrder: tt.ascending, PageSize: aws.Int32(2)})
		for pages.HasMorePages() {
			got = append(got, must[*iot.ListRoleAliasesOutput](t)(pages.NextPage(ctx)).RoleAliases...)
		}
		is(t, "order", got, tt.want, tt.source)
	}
	_, err := b.ListRoleAliases(ctx, &iot.ListRoleAliasesInput{PageSize: aws.Int32(0)})
	wants(t, "size", err, refusal{400, invalidRequest, "'pageSize'"}, "A-326")
}
