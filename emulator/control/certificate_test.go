package control

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iot"
	"github.com/aws/aws-sdk-go-v2/service/iot/types"
	"github.com/suback/suback/emulator/registry"
)

var unknownID = strings.Repeat("ab", 32)

func (b *bench) certificate(status string) registry.Certificate {
	b.t.Helper()
	return must[registry.Certificate](b.t)(b.registry.RegisterCertificateWithoutCA(newCA(b.t, "device").pem, status))
}

func TestDescribeCertificate(t *testing.T) {
	b := newBench(t)
	ca := newCA(t, "ca")
	leaf := ca.issue(t, "leaf")
	registered := must[registry.CACertificate](t)(b.registry.RegisterCACertificate(registry.CACertificate{CertificatePem: ca.pem}))
	c := must[registry.Certificate](t)(b.registry.RegisterCertificate(leaf.pem, registry.Active, ""))
	out := must[*iot.DescribeCertificateOutput](t)(b.DescribeCertificate(ctx, &iot.DescribeCertificateInput{CertificateId: &c.CertificateID}))
	d := out.CertificateDescription
	is(t, "description", []string{*d.CertificateArn, *d.CertificateId, *d.CaCertificateId, string(d.Status), *d.CertificatePem, *d.OwnedBy,
		string(d.CertificateMode)},
		[]string{c.CertificateArn, c.CertificateID, registered.CertificateID, "ACTIVE", leaf.pem, "000000000000", "DEFAULT"},
		"API:CertificateDescription")
	is(t, "versions", []any{*d.CustomerVersion, len(*d.GenerationId), d.TransferData != nil, d.PreviousOwnedBy == nil},
		[]any{int32(1), 36, true, true}, "A-337")
	is(t, "validity", []time.Time{d.Validity.NotBefore.UTC(), d.Validity.NotAfter.UTC()}, []time.Time{leaf.x509.NotBefore, leaf.x509.NotAfter},
		"A-337")
	is(t, "dates", d.CreationDate.UnixMilli(), c.CreationDate.UnixMilli(), "A-327")

	for _, tt := range []struct {
		name, id string
		want     refusal
		source   string
	}{
		{"in capitals", strings.ToUpper(c.CertificateID), good, "model: pattern"},
		{"unknown", unknownID, refusal{404, notFound, unknownID}, "API:DescribeCertificate"},
		{"odd", "abc", refusal{400, invalidRequest,
			"'certificateId' failed to satisfy constraint: Member must have length greater than or equal to 64"}, "A-326"},
	} {
		_, err := b.DescribeCertificate(ctx, &iot.DescribeCertificateInput{CertificateId: &tt.id})
		wants(t, tt.name, err, tt.want, tt.source)
	}
}

func TestUpdateCertificate(t *testing.T) {
	b := newBench(t)
	c := b.certificate(registry.Active)
	tests := []struct {
		id     string
		status types.CertificateStatus
		want   refusal
		source string
	}{
		{c.CertificateID, "INACTIVE", good, "API:UpdateCertificate"},
		{c.CertificateID, "REVOKED", good, "API:UpdateCertificate"},
		{c.CertificateID, "ACTIVE", good, "guess: a revoked one too"},
		{c.CertificateID, "PENDING_TRANSFER", refusal{406, "CertificateStateException", "PENDING_TRANSFER"}, "API:UpdateCertificate"},
		{c.CertificateID, "PENDING_ACTIVATION", refusal{406, "CertificateStateException", "PENDING_ACTIVATION"}, "API:UpdateCertificate"},
		{c.CertificateID, "DELETED", refusal{400, invalidRequest, "'newStatus'"}, "A-326"},
		{unknownID, "ACTIVE", refusal{404, notFound, unknownID}, "API:UpdateCertificate"},
	}
	for _, tt := range tests {
		_, err := b.UpdateCertificate(ctx, &iot.UpdateCertificateInput{CertificateId: &tt.id, NewStatus: tt.status})
		wants(t, string(tt.status), err, tt.want, tt.source)
		if now, _ := b.registry.Certificate(tt.id); err == nil && now.Status != string(tt.status) {
			t.Errorf("got %s, want %s (%s)", now.Status, tt.status, tt.source)
		}
	}
}

func TestDeleteCertificate(t *testing.T) {
	b := newBench(t)
	c := b.certificate(registry.Active)
	must[registry.Thing](t)(b.registry.CreateThing(registry.Thing{ThingName: "pump"}))
	must[registry.Policy](t)(b.registry.CreatePolicy("p",
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:*","Resource":"*"}]}`))
	wants(t, "thing", b.registry.AttachThingPrincipal("pump", c.CertificateArn, ""), good, "API")
	wants(t, "policy", b.registry.AttachPolicy("p", c.CertificateArn), good, "API")
	is(t, "attached", len(b.registry.TargetsOf("p")), 1, "API")
	steps := []struct {
		name   string
		before func() error
		force  bool
		want   refusal
		source string
	}{
		{"ACTIVE", nil, true, refusal{406, "CertificateStateException", "Certificate must be deactivated (not ACTIVE) before deletion. Id: " +
			c.CertificateID}, "A-244, A-336"},
		{"a thing", func() error {
			_, err := b.registry.UpdateCertificateStatus(c.CertificateID, registry.Revoked)
			return err
		}, true,
			refusal{409, "DeleteConflictException", "Things must be detached before deletion (arn: " + c.CertificateArn + ")"}, "A-336"},
		{"a policy", func() error { return b.registry.DetachThingPrincipal("pump", c.CertificateArn) }, false,
			refusal{409, "DeleteConflictException", "Certificate policies must be detached before deletion (arn: " + c.CertificateArn + ")"},
			"A-244, A-336"},
		{"by force", nil, true, good, "A-244"},
		{"again", nil, true, refusal{404, notFound, c.CertificateID}, "API:DeleteCertificate"},
	}
	for _, step := range steps {
		if step.before != nil {
			wants(t, step.name, step.before(), good, "API")
		}
		_, err := b.DeleteCertificate(ctx, &iot.DeleteCertificateInput{CertificateId: &c.CertificateID, ForceDelete: step.force})
		wants(t, step.name, err, step.want, step.source)
	}
	_, err := b.DeleteCertificate(ctx, &iot.DeleteCertificateInput{CertificateId: aws.String("abc")})
	wants(t, "odd", err, refusal{400, invalidRequest, "'certificateId'"}, "A-326")
	is(t, "targets", len(b.registry.TargetsOf("p")), 0, "A-244")
}

func TestListCertificates(t *testing.T) {
	b := newBench(t)
	var ids []string
	for range 3 {
		ids = append(ids, b.certificate(registry.Active).CertificateID)
		b.later()
	}
	for _, tt := range []struct {
		ascending bool
		want      []string
		source    string
	}{
		{true, ids, "A-339"},
		{false, []string{ids[2], ids[1], ids[0]}, "A-339, guess"},
	} {
		var got []string
		pages := iot.NewListCertificatesPaginator(b, &iot.ListCertificatesInput{AscendingOrder: tt.ascending, PageSize: aws.Int32(2)})
		for pages.HasMorePages() {
			out := must[*iot.ListCertificatesOutput](t)(pages.NextPage(ctx))
			for _, c := range out.Certificates {
				got = append(got, *c.CertificateId)
				is(t, "entry", fmt.Sprint(c.Status, *c.CertificateArn == "arn:aws:iot:us-east-1:000000000000:cert/"+*c.CertificateId, c.CertificateMode,
					c.CreationDate != nil), "ACTIVEtrueSNI_ONLYtrue", "API:Certificate")
			}
		}
		is(t, "order", got, tt.want, tt.source)
	}
	for _, tt := range []struct {
		name string
		in   iot.ListCertificatesInput
		text string
	}{
		{"marker", iot.ListCertificatesInput{Marker: aws.String("AAAA")}, "Invalid/Malformed marker passed for listCertificates"},
		{"size", iot.ListCertificatesInput{PageSize: aws.Int32(251)}, "'pageSize'"},
	} {
		_, err := b.ListCertificates(ctx, &tt.in)
		wants(t, tt.name, err, refusal{400, invalidRequest, tt.text}, "A-328, A-326")
	}
}

func TestPageOfCertificates(t *testing.T) {
	b := newBench(t)
	for range certificatesOfPage + 1 {
		b.anyCertificate()
	}
	out := must[*iot.ListCertificatesOutput](t)(b.ListCertificates(ctx, &iot.ListCertificatesInput{}))
	is(t, "page", len(out.Certificates), 25, "A-339")
	rest := must[*iot.ListCertificatesOutput](t)(b.ListCertificates(ctx, &iot.ListCertificatesInput{Marker: out.NextMarker}))
	is(t, "next page", fmt.Sprint(len(rest.Certificates), rest.NextMarker == nil), "1 true", "A-339")
	all := must[*iot.ListCertificatesOutput](t)(b.ListCertificates(ctx, &iot.ListCertificatesInput{PageSize: aws.Int32(250)}))
	is(t, "larger page", len(all.Certificates), 26, "A-339")
}

func TestListCertificatesByCA(t *testing.T) {
	b := newBench(t)
	ca := newCA(t, "ca")
	registered := must[registry.CACertificate](t)(b.registry.RegisterCACertificate(registry.CACertificate{CertificatePem: ca.pem}))
	c := must[registry.Certificate](t)(b.registry.RegisterCertificate(ca.issue(t, "leaf").pem, "", ""))
	b.certificate(registry.Active)
	tests := []struct {
		id     string
		want   []string
		fault  refusal
		source string
	}{
		{registered.CertificateID, []string{c.CertificateID}, good, "API:ListCertificatesByCA"},
		{unknownID, nil, good, "A-339, guess"},
		{"abc", nil, refusal{400, invalidRequest, "'caCertificateId'"}, "A-326"},
	}
	for _, tt := range tests {
		out, err := b.ListCertificatesByCA(ctx, &iot.ListCertificatesByCAInput{CaCertificateId: &tt.id})
		wants(t, tt.id, err, tt.fault, tt.source)
		if err != nil {
			continue
		}
		var got []string
		for _, c := range out.Certificates {
			got = append(got, *c.CertificateId)
		}
		is(t, tt.id, got, tt.want, tt.source)
	}
}
