package control

import (
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iot"
	"github.com/aws/aws-sdk-go-v2/service/iot/types"
	"github.com/suback/suback/emulator/registry"
)

func TestRegisterCACertificate(t *testing.T) {
	b := newBench(t)
	code := *must[*iot.GetRegistrationCodeOutput](t)(b.GetRegistrationCode(ctx, &iot.GetRegistrationCodeInput{})).RegistrationCode
	ca, sni := newCA(t, "ca"), newCA(t, "sni")
	proof, wrong, foreign, device := ca.issue(t, code), ca.issue(t, "x"), sni.issue(t, code), ca.issue(t, "device")
	tests := []struct {
		name   string
		in     iot.RegisterCACertificateInput
		want   refusal
		source string
	}{
		{"without proof", iot.RegisterCACertificateInput{CaCertificate: &ca.pem},
			refusal{400, invalidRequest, "verificationCertificate must not be empty"}, "A-338, guess"},
		{"another code", iot.RegisterCACertificateInput{CaCertificate: &ca.pem, VerificationCertificate: &wrong.pem},
			refusal{400, "RegistrationCodeValidationException", ""}, "A-338"},
		{"another CA's", iot.RegisterCACertificateInput{CaCertificate: &ca.pem, VerificationCertificate: &foreign.pem},
			refusal{400, "CertificateValidationException", ""}, "A-338, guess"},
		{"proof with SNI_ONLY", iot.RegisterCACertificateInput{CaCertificate: &ca.pem, VerificationCertificate: &proof.pem,
			CertificateMode: types.CertificateModeSniOnly},
			refusal{400, invalidRequest, "verificationCertificate must be empty"}, "A-338, guess"},
		{"no CA", iot.RegisterCACertificateInput{CaCertificate: &device.pem, CertificateMode: types.CertificateModeSniOnly},
			refusal{400, "CertificateValidationException", "want basicConstraints CA:TRUE"}, "API:RegisterCACertificate"},
		{"no PEM", iot.RegisterCACertificateInput{CaCertificate: aws.String("x"), CertificateMode: types.CertificateModeSniOnly},
			refusal{400, "CertificateValidationException", ""}, "API:RegisterCACertificate"},
		{"odd mode", iot.RegisterCACertificateInput{CaCertificate: &ca.pem, CertificateMode: "SNI"},
			refusal{400, invalidRequest, "'certificateMode'"}, "A-326"},
		{"odd tag", iot.RegisterCACertificateInput{CaCertificate: &ca.pem, VerificationCertificate: &proof.pem, SetAsActive: true,
			Tags: []types.Tag{{Key: aws.String("aws:x"), Value: aws.String("y")}}},
			refusal{400, invalidRequest, "aws:"}, "A-71"},
		{"with proof", iot.RegisterCACertificateInput{CaCertificate: &ca.pem, VerificationCertificate: &proof.pem,
			Tags: []types.Tag{{Key: aws.String("x"), Value: aws.String("y")}}}, good, "A-338: what an odd tag undid"},
		{"twice", iot.RegisterCACertificateInput{CaCertificate: &ca.pem, VerificationCertificate: &proof.pem}, refusal{409, alreadyExists, ""},
			"API:RegisterCACertificate"},
		{"SNI_ONLY", iot.RegisterCACertificateInput{CaCertificate: &sni.pem, CertificateMode: types.CertificateModeSniOnly, SetAsActive: true,
			AllowAutoRegistration: true}, good, "A-236, A-338"},
	}
	for _, tt := range tests {
		out, err := b.RegisterCACertificate(ctx, &tt.in)
		wants(t, tt.name, err, tt.want, tt.source)
		if err != nil {
			continue
		}
		c, _ := b.registry.CACertificate(*out.CertificateId)
		active := map[bool]string{true: registry.Active, false: registry.Inactive}[tt.in.SetAsActive]
		auto := map[bool]string{true: registry.Enable, false: registry.Disable}[tt.in.AllowAutoRegistration]
		is(t, tt.name, []string{c.Status, c.AutoRegistrationStatus, *out.CertificateArn},
			[]string{active, auto, "arn:aws:iot:us-east-1:000000000000:cacert/" + c.CertificateID}, tt.source)
	}
	_, err := b.DeleteRegistrationCode(ctx, &iot.DeleteRegistrationCodeInput{})
	wants(t, "delete the code", err, good, "API")
	more := newCA(t, "more")
	late := more.issue(t, code)
	_, err = b.RegisterCACertificate(ctx, &iot.RegisterCACertificateInput{CaCertificate: &more.pem, VerificationCertificate: &late.pem})
	wants(t, "old code", err, refusal{400, "RegistrationCodeValidationException", ""}, "A-338")
}

func TestCAsOfOneSubject(t *testing.T) {
	b := newBench(t)
	for i := range 11 {
		ca, want := newCA(t, "one name"), good
		if i == 10 {
			want = refusal{410, "LimitExceededException", "Limit reached for number of CA Certificates with same subject"}
		}
		_, err := b.RegisterCACertificate(ctx,
			&iot.RegisterCACertificateInput{CaCertificate: &ca.pem, CertificateMode: types.CertificateModeSniOnly})
		wants(t, fmt.Sprint(i+1), err, want, "A-336")
	}
}

func (b *bench) ca(c registry.CACertificate) registry.CACertificate {
	b.t.Helper()
	c.CertificatePem = newCA(b.t, "ca").pem
	return must[registry.CACertificate](b.t)(b.registry.RegisterCACertificate(c))
}

func TestDescribeCACertificate(t *testing.T) {
	b := newBench(t)
	template := &registry.RegistrationConfig{TemplateBody: "{}", RoleArn: "arn:aws:iam::000000000000:role/provisioning"}
	c := b.ca(registry.CACertificate{Status: registry.Active, AutoRegistrationStatus: registry.Enable, RegistrationConfig: template})
	out := must[*iot.DescribeCACertificateOutput](t)(b.DescribeCACertificate(ctx,
		&iot.DescribeCACertificateInput{CertificateId: &c.CertificateID}))
	d := out.CertificateDescription
	is(t, "description", []string{*d.CertificateArn, *d.CertificateId, string(d.Status), *d.CertificatePem, *d.OwnedBy,
		string(d.AutoRegistrationStatus), string(d.CertificateMode)},
		[]string{c.CertificateArn, c.CertificateID, "ACTIVE", c.CertificatePem, "000000000000", "ENABLE", "DEFAULT"},
		"API:CACertificateDescription")
	is(t, "versions", []any{*d.CustomerVersion, len(*d.GenerationId)}, []any{int32(1), 36}, "A-337")
	is(t, "validity", []time.Time{d.Validity.NotBefore.UTC(), d.Validity.NotAfter.UTC()}, []time.Time{c.NotBefore.UTC(), c.NotAfter.UTC()},
		"A-337")
	is(t, "template", []string{*out.RegistrationConfig.TemplateBody, *out.RegistrationConfig.RoleArn},
		[]string{template.TemplateBody, template.RoleArn}, "A-243")
	for id, want := range map[string]refusal{unknownID: {404, notFound, unknownID}, "abc": {400, invalidRequest, "'certificateId'"}} {
		_, err := b.DescribeCACertificate(ctx, &iot.DescribeCACertificateInput{CertificateId: &id})
		wants(t, id, err, want, "API:DescribeCACertificate")
	}
}

func TestUpdateCACertificate(t *testing.T) {
	b := newBench(t)
	id := b.ca(registry.CACertificate{}).CertificateID
	template := &types.RegistrationConfig{TemplateName: aws.String("fleet")}
	tests := []struct {
		name   string
		in     iot.UpdateCACertificateInput
		want   refusal
		state  []string
		source string
	}{
		{"activate", iot.UpdateCACertificateInput{CertificateId: &id, NewStatus: "ACTIVE"}, good, []string{"ACTIVE", "DISABLE", ""},
			"API:UpdateCACertificate"},
		{"automatic", iot.UpdateCACertificateInput{CertificateId: &id, NewAutoRegistrationStatus: "ENABLE", RegistrationConfig: template}, good,
			[]string{"ACTIVE", "ENABLE", "fleet"}, "A-239, A-243"},
		{"remove", iot.UpdateCACertificateInput{CertificateId: &id, RemoveAutoRegistration: true}, good, []string{"ACTIVE", "DISABLE", ""},
			"API:UpdateCACertificate"},
		{"odd status", iot.UpdateCACertificateInput{CertificateId: &id, NewStatus: "REVOKED"}, refusal{400, invalidRequest, "'newStatus'"}, nil,
			"A-326"},
		{"odd template", iot.UpdateCACertificateInput{CertificateId: &id,
			RegistrationConfig: &types.RegistrationConfig{TemplateBody: aws.String("{")}},
			refusal{400, invalidRequest, "templateBody that is no JSON"}, nil, "A-243"},
		{"unknown", iot.UpdateCACertificateInput{CertificateId: &unknownID, NewStatus: "ACTIVE"}, refusal{404, notFound, unknownID}, nil,
			"API:UpdateCACertificate"},
	}
	for _, tt := range tests {
		_, err := b.UpdateCACertificate(ctx, &tt.in)
		wants(t, tt.name, err, tt.want, tt.source)
		if err != nil {
			continue
		}
		c, _ := b.registry.CACertificate(id)
		name := ""
		if c.RegistrationConfig != nil {
			name = c.RegistrationConfig.TemplateName
		}
		is(t, tt.name, []string{c.Status, c.AutoRegistrationStatus, name}, tt.state, tt.source)
	}
}

func TestDeleteCACertificate(t *testing.T) {
	b := newBench(t)
	active, inactive := b.ca(registry.CACertificate{Status: registry.Active}).CertificateID, b.ca(registry.CACertificate{}).CertificateID
	for _, tt := range []struct {
		id   string
		want refusal
	}{
		{active, refusal{406, "CertificateStateException", "is ACTIVE"}},
		{inactive, good},
		{inactive, refusal{404, notFound, inactive}},
		{"abc", refusal{400, invalidRequest, "'certificateId'"}},
	} {
		_, err := b.DeleteCACertificate(ctx, &iot.DeleteCACertificateInput{CertificateId: &tt.id})
		wants(t, tt.id, err, tt.want, "API:DeleteCACertificate")
	}
}

func TestListCACertificates(t *testing.T) {
	b := newBench(t)
	old := b.ca(registry.CACertificate{}).CertificateID
	b.later()
	fleet := b.ca(registry.CACertificate{RegistrationConfig: &registry.RegistrationConfig{TemplateName: "fleet"}}).CertificateID
	tests := []struct {
		name   string
		in     iot.ListCACertificatesInput
		want   []string
		fault  refusal
		source string
	}{
		{"all", iot.ListCACertificatesInput{}, []string{fleet, old}, good, "A-339, guess"},
		{"ascending", iot.ListCACertificatesInput{AscendingOrder: true}, []string{old, fleet}, good, "A-339"},
		{"of a template", iot.ListCACertificatesInput{TemplateName: aws.String("fleet")}, []string{fleet}, good, "API:ListCACertificates"},
		{"of no template", iot.ListCACertificatesInput{TemplateName: aws.String("other")}, nil, good, "API:ListCACertificates"},
		{"odd template", iot.ListCACertificatesInput{TemplateName: aws.String("a b")}, nil, refusal{400, invalidRequest, "'templateName'"},
			"A-326"},
	}
	for _, tt := range tests {
		out, err := b.ListCACertificates(ctx, &tt.in)
		wants(t, tt.name, err, tt.fault, tt.source)
		if err != nil {
			continue
		}
		var got []string
		for _, c := range out.Certificates {
			got = append(got, *c.CertificateId)
		}
		is(t, tt.name, got, tt.want, tt.source)
	}
	first := must[*iot.ListCACertificatesOutput](t)(b.ListCACertificates(ctx, &iot.ListCACertificatesInput{PageSize: aws.Int32(1)}))
	second := must[*iot.ListCACertificatesOutput](t)(b.ListCACertificates(ctx,
		&iot.ListCACertificatesInput{PageSize: aws.Int32(1), Marker: first.NextMarker}))
	is(t, "pages", []any{*first.Certificates[0].CertificateId, *second.Certificates[0].CertificateId, second.NextMarker == nil},
		[]any{fleet, old, true}, "API:ListCACertificates")
}
