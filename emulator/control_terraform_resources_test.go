package emulator_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/acm"
	"github.com/aws/aws-sdk-go-v2/service/iot"
	"github.com/aws/aws-sdk-go-v2/service/iot/types"
)

// terraform are the resources, each after those that it refers to.
var terraform = []resource{
	{
		name: "aws_iot_authorizer",
		create: func(s stack) (string, error) {
			out, err := s.CreateAuthorizer(s, &iot.CreateAuthorizerInput{
				AuthorizerName: aws.String("door"), AuthorizerFunctionArn: aws.String("arn:aws:lambda:us-east-1:000000000000:function:door"),
				EnableCachingForHttp: aws.Bool(false), SigningDisabled: aws.Bool(true), Status: types.AuthorizerStatusActive, Tags: team})
			return idOf(err, func() *string { return out.AuthorizerName })
		},
		read: func(s stack, id string) (string, error) {
			out, err := s.DescribeAuthorizer(s, &iot.DescribeAuthorizerInput{AuthorizerName: &id})
			if err != nil {
				return "", err
			}
			a := out.AuthorizerDescription
			return fmt.Sprint(*a.AuthorizerArn, " ", a.Status, " ", *a.EnableCachingForHttp, " ", *a.SigningDisabled, " ", a.TokenKeyName == nil,
				" ", len(a.TokenSigningPublicKeys), " ", s.tagsOf(a.AuthorizerArn)), nil
		},
		update: func(s stack, id string) error {
			_, err := s.UpdateAuthorizer(s, &iot.UpdateAuthorizerInput{AuthorizerName: &id, EnableCachingForHttp: aws.Bool(true)})
			return errors.Join(err, s.retag(terraformARN+"authorizer/door"))
		},
		remove: func(s stack, id string) error {
			_, err := s.UpdateAuthorizer(s, &iot.UpdateAuthorizerInput{AuthorizerName: &id, Status: types.AuthorizerStatusInactive})
			if err == nil {
				_, err = s.DeleteAuthorizer(s, &iot.DeleteAuthorizerInput{AuthorizerName: &id})
			}
			return err
		},
		made:    terraformARN + "authorizer/door ACTIVE false true true 0 team=pumps",
		changed: terraformARN + "authorizer/door ACTIVE true true true 0 site=north",
	},
	{
		name: "aws_iot_domain_configuration",
		create: func(s stack) (string, error) {
			certificate, err := s.acm.RequestCertificate(s, &acm.RequestCertificateInput{DomainName: aws.String("iot.example.test")})
			must(s.t, err)
			out, err := s.CreateDomainConfiguration(s, &iot.CreateDomainConfigurationInput{
				DomainConfigurationName: aws.String("own"), DomainName: aws.String("iot.example.test"),
				ServerCertificateArns: []string{*certificate.CertificateArn},
				ServiceType:           types.ServiceTypeData,
				AuthorizerConfig:      &types.AuthorizerConfig{AllowAuthorizerOverride: aws.Bool(false), DefaultAuthorizerName: aws.String("door")}})
			return idOf(err, func() *string { return out.DomainConfigurationName })
		},
		read: func(s stack, id string) (string, error) {
			out, err := s.DescribeDomainConfiguration(s, &iot.DescribeDomainConfigurationInput{DomainConfigurationName: &id})
			if err != nil {
				return "", err
			}
			authorizer := "none"
			if c := out.AuthorizerConfig; c != nil {
				authorizer = fmt.Sprint(*c.DefaultAuthorizerName, " ", *c.AllowAuthorizerOverride)
			}
			return fmt.Sprint(*out.DomainName, " ", out.DomainType, " ", len(out.ServerCertificates), " ", out.ServiceType, " ",
				out.DomainConfigurationStatus, " ", authorizer, s.tagsOf(out.DomainConfigurationArn)), nil
		},
		update: func(s stack, id string) error {
			_, err := s.UpdateDomainConfiguration(s, &iot.UpdateDomainConfigurationInput{DomainConfigurationName: &id, RemoveAuthorizerConfig: true})
			return err
		},
		remove: func(s stack, id string) error {
			_, err := s.UpdateDomainConfiguration(s,
				&iot.UpdateDomainConfigurationInput{DomainConfigurationName: &id, DomainConfigurationStatus: types.DomainConfigurationStatusDisabled})
			if err == nil {
				_, err = s.DeleteDomainConfiguration(s, &iot.DeleteDomainConfigurationInput{DomainConfigurationName: &id})
			}
			return err
		},
		made:    "iot.example.test CUSTOMER_MANAGED 1 DATA ENABLED door false",
		changed: "iot.example.test CUSTOMER_MANAGED 1 DATA ENABLED none",
	},
	{
		name: "aws_iot_policy",
		create: func(s stack) (string, error) {
			out, err := s.CreatePolicy(s, &iot.CreatePolicyInput{PolicyName: aws.String("pump"), PolicyDocument: aws.String(shutPolicy), Tags: team})
			return idOf(err, func() *string { return out.PolicyName })
		},
		read: func(s stack, id string) (string, error) {
			out, err := s.GetPolicy(s, &iot.GetPolicyInput{PolicyName: &id})
			if err != nil {
				return "", err
			}
			return fmt.Sprint(*out.PolicyArn, " ", *out.DefaultVersionId, " ", *out.PolicyDocument == shutPolicy, " ", s.tagsOf(out.PolicyArn)), nil
		},
		update: func(s stack, id string) error { // five times: the sixth version needs the oldest one's place
			for range 5 {
				in := iot.CreatePolicyVersionInput{PolicyName: &id, PolicyDocument: aws.String(thingPolicy), SetAsDefault: true}
				_, err := s.CreatePolicyVersion(s, &in)
				var full *types.VersionsLimitExceededException
				if errors.As(err, &full) {
					err = s.prune(id)
					if err == nil {
						_, err = s.CreatePolicyVersion(s, &in)
					}
				}
				if err != nil {
					return err
				}
			}
			return nil
		},
		remove: func(s stack, id string) error {
			out, err := s.ListPolicyVersions(s, &iot.ListPolicyVersionsInput{PolicyName: &id})
			must(s.t, err)
			for range len(out.PolicyVersions) - 1 {
				must(s.t, s.prune(id))
			}
			_, err = s.DeletePolicy(s, &iot.DeletePolicyInput{PolicyName: &id})
			return err
		},
		made:    terraformARN + "policy/pump 1 true team=pumps",
		changed: terraformARN + "policy/pump 6 false team=pumps",
	},
	{
		name: "aws_iot_role_alias",
		create: func(s stack) (string, error) {
			out, err := s.CreateRoleAlias(s,
				&iot.CreateRoleAliasInput{RoleAlias: aws.String("camera"), RoleArn: aws.String("arn:aws:iam::000000000000:role/camera"),
					CredentialDurationSeconds: aws.Int32(3600)})
			return idOf(err, func() *string { return out.RoleAlias })
		},
		read: func(s stack, id string) (string, error) {
			out, err := s.DescribeRoleAlias(s, &iot.DescribeRoleAliasInput{RoleAlias: &id})
			if err != nil {
				return "", err
			}
			a := out.RoleAliasDescription
			return fmt.Sprint(*a.RoleAliasArn, " ", *a.RoleArn, " ", *a.CredentialDurationSeconds, s.tagsOf(a.RoleAliasArn)), nil
		},
		update: func(s stack, id string) error {
			_, err := s.UpdateRoleAlias(s, &iot.UpdateRoleAliasInput{RoleAlias: &id, CredentialDurationSeconds: aws.Int32(900)})
			_, other := s.UpdateRoleAlias(s, &iot.UpdateRoleAliasInput{RoleAlias: &id, RoleArn: aws.String("arn:aws:iam::000000000000:role/other")})
			return errors.Join(err, other)
		},
		remove: func(s stack, id string) error {
			_, err := s.DeleteRoleAlias(s, &iot.DeleteRoleAliasInput{RoleAlias: &id})
			return err
		},
		made:    terraformARN + "rolealias/camera arn:aws:iam::000000000000:role/camera 3600",
		changed: terraformARN + "rolealias/camera arn:aws:iam::000000000000:role/other 900",
	},
}

// idOf returns an id, if there was no error.
func idOf(err error, id func() *string) (string, error) {
	if err != nil {
		return "", err
	}
	return *id(), nil
}

// prune deletes the oldest version of a policy.
func (s stack) prune(policy string) error {
	out, err := s.ListPolicyVersions(s, &iot.ListPolicyVersionsInput{PolicyName: &policy})
	must(s.t, err)
	oldest := slices.MinFunc(out.PolicyVersions, func(a, b types.PolicyVersion) int {
		if a.IsDefaultVersion != b.IsDefaultVersion { // which cannot be deleted
			return map[bool]int{true: 1, false: -1}[a.IsDefaultVersion]
		}
		return strings.Compare(*a.VersionId, *b.VersionId)
	})
	_, err = s.DeletePolicyVersion(s, &iot.DeletePolicyVersionInput{PolicyName: &policy, PolicyVersionId: oldest.VersionId})
	return err
}
