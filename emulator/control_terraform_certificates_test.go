package emulator_test

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iot"
	"github.com/aws/aws-sdk-go-v2/service/iot/types"
)

// terraformCertificates come after aws_iot_policy.
var terraformCertificates = []resource{
	{
		name: "aws_iot_certificate",
		create: func(s stack) (string, error) {
			out, err := s.CreateKeysAndCertificate(s, &iot.CreateKeysAndCertificateInput{SetAsActive: true})
			return idOf(err, func() *string { return out.CertificateId })
		},
		read: func(s stack, id string) (string, error) {
			out, err := s.DescribeCertificate(s, &iot.DescribeCertificateInput{CertificateId: &id})
			if err != nil {
				return "", err
			}
			c := out.CertificateDescription
			return fmt.Sprint(c.Status, " ", *c.CertificateArn, " ", c.CaCertificateId == nil, " ",
				strings.HasPrefix(*c.CertificatePem, "-----BEGIN CERTIFICATE-----")), nil
		},
		update: func(s stack, id string) error {
			_, err := s.UpdateCertificate(s, &iot.UpdateCertificateInput{CertificateId: &id, NewStatus: types.CertificateStatusInactive})
			return err
		},
		remove: func(s stack, id string) error {
			_, err := s.DeleteCertificate(s, &iot.DeleteCertificateInput{CertificateId: &id})
			return err
		},
		made: "ACTIVE " + terraformARN + "cert/%s true true", changed: "INACTIVE " + terraformARN + "cert/%s true true",
	},
	{
		name: "aws_iot_policy_attachment",
		create: func(s stack) (string, error) {
			target := terraformARN + "cert/" + s.ids["aws_iot_certificate"]
			_, err := s.AttachPolicy(s, &iot.AttachPolicyInput{PolicyName: aws.String("pump"), Target: &target})
			return target, err
		},
		read: func(s stack, id string) (text string, err error) {
			out, err := s.ListAttachedPolicies(s, &iot.ListAttachedPoliciesInput{Target: &id, PageSize: aws.Int32(250)})
			if err == nil && len(out.Policies) > 0 {
				text = *out.Policies[0].PolicyName
			}
			return text, err
		},
		remove: func(s stack, id string) error {
			_, err := s.DetachPolicy(s, &iot.DetachPolicyInput{PolicyName: aws.String("pump"), Target: &id})
			return err
		},
		made: "pump",
	},
	{
		name: "aws_iot_ca_certificate, aws_iot_registration_code",
		create: func(s stack) (string, error) {
			code, err := s.GetRegistrationCode(s, &iot.GetRegistrationCodeInput{})
			must(s.t, err)
			ca := newIssuer(s.t)
			proof := certified(s.t, &x509.Certificate{Subject: pkix.Name{CommonName: *code.RegistrationCode}}, ca)
			out, err := s.RegisterCACertificate(s, &iot.RegisterCACertificateInput{
				CaCertificate: aws.String(pemText(ca.Certificate)), VerificationCertificate: aws.String(pemText(proof)),
				CertificateMode: types.CertificateModeDefault, AllowAutoRegistration: true, SetAsActive: true, Tags: team})
			return idOf(err, func() *string { return out.CertificateId })
		},
		read: func(s stack, id string) (string, error) {
			out, err := s.DescribeCACertificate(s, &iot.DescribeCACertificateInput{CertificateId: &id})
			if err != nil {
				return "", err
			}
			c := out.CertificateDescription
			return fmt.Sprint(c.Status, " ", c.AutoRegistrationStatus, " ", *c.CertificateArn, " ", c.CertificateMode, " ", *c.CustomerVersion, " ",
				len(*c.GenerationId), " ", s.tagsOf(c.CertificateArn)), nil
		},
		update: func(s stack, id string) error {
			_, err := s.UpdateCACertificate(s,
				&iot.UpdateCACertificateInput{CertificateId: &id, NewStatus: types.CACertificateStatusInactive,
					NewAutoRegistrationStatus: types.AutoRegistrationStatusDisable})
			return err
		},
		remove: func(s stack, id string) error {
			_, err := s.DeleteCACertificate(s, &iot.DeleteCACertificateInput{CertificateId: &id})
			return err
		},
		made:    "ACTIVE ENABLE " + terraformARN + "cacert/%s DEFAULT 1 36 team=pumps",
		changed: "INACTIVE DISABLE " + terraformARN + "cacert/%s DEFAULT 1 36 team=pumps",
	},
}
