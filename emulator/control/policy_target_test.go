package control

//lint:file-ignore SA1019 what is deprecated is still served

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iot"
	"github.com/suback/suback/emulator/registry"
)

const (
	identity = "us-east-1:11111111-2222-3333-4444-555555555555"
	noCert   = "arn:aws:iot:us-east-1:000000000000:cert/0000000000000000000000000000000000000000000000000000000000000000"
)

// anyCertificate registers one and returns its ARN.
func (b *bench) anyCertificate() string {
	b.t.Helper()
	key := must[*ecdsa.PrivateKey](b.t)(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "device"}, NotAfter: time.Now().Add(time.Hour)}
	der := must[[]byte](b.t)(x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key))
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return must[registry.Certificate](b.t)(b.registry.RegisterCertificateWithoutCA(string(text), registry.Active)).CertificateArn
}

// group makes a thing group and returns its ARN.
func (b *bench) group(name, parent string) string {
	b.t.Helper()
	return must[registry.ThingGroup](b.t)(b.registry.CreateThingGroup(registry.ThingGroup{ThingGroupName: name, ParentGroupName: parent})).
		ThingGroupArn
}

// inGroup makes a thing of a principal, and puts it into a group.
func (b *bench) inGroup(thing, principal, group string) {
	b.t.Helper()
	must[registry.Thing](b.t)(b.registry.CreateThing(registry.Thing{ThingName: thing, Attributes: map[string]string{"site": "osaka"}}))
	if err := b.registry.AttachThingPrincipal(thing, principal, ""); err != nil {
		b.t.Fatal(err)
	}
	if err := b.registry.AddThingToThingGroup(thing, group); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) attach(policy, target string) {
	b.t.Helper()
	must[*iot.AttachPolicyOutput](b.t)(b.AttachPolicy(ctx, &iot.AttachPolicyInput{PolicyName: &policy, Target: &target}))
}

var (
	noSuch      = refusal{404, "ResourceNotFoundException", ""}
	noPrincipal = refusal{400, "InvalidRequestException", "Invalid principal type"}

	notCert = refusal{400, "InvalidRequestException", "The given ARN does not represent a cert"}
	badName = refusal{400, "InvalidRequestException", "policyName"}
)

func TestAttachAndDetachPolicy(t *testing.T) {
	b := newBench(t)
	b.policy("p", allowAll)
	certificate, group := b.anyCertificate(), b.group("g", "")
	tests := []struct {
		name, policy, target string
		attach, detach       refusal
		legacy               refusal // of the older operation that attaches
		source               string
	}{
		{"certificate", "p", certificate, good, good, good, "A-218"},
		{"again", "p", certificate, good, good, good, "guess"},
		{"thing group", "p", group, good, good, notCert, "A-218, A-331"},
		{"identity", "p", identity, good, good, good, "A-218"},
		{"no policy", "x", certificate, noSuch, noSuch, noSuch, "API"},
		{"no certificate", "p", noCert, noSuch, good, noSuch, "API"},
		{"no thing group", "p", "arn:aws:iot:us-east-1:000000000000:thinggroup/x", noSuch, good, notCert, "API, A-331"},
		{"a thing", "p", "arn:aws:iot:us-east-1:000000000000:thing/x", noPrincipal, good, noPrincipal, "A-331"},
		{"another account", "p", strings.Replace(certificate, "000000000000", "123456789012", 1), noPrincipal, good, noPrincipal, "A-331"},
		{"bad name", "a b", certificate, badName, badName, badName, "A-326"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := b.AttachPolicy(ctx, &iot.AttachPolicyInput{PolicyName: &tt.policy, Target: &tt.target})
			wants(t, "AttachPolicy", err, tt.attach, tt.source)
			_, err = b.DetachPolicy(ctx, &iot.DetachPolicyInput{PolicyName: &tt.policy, Target: &tt.target})
			wants(t, "DetachPolicy", err, tt.detach, tt.source)
			_, err = b.AttachPrincipalPolicy(ctx, &iot.AttachPrincipalPolicyInput{PolicyName: &tt.policy, Principal: &tt.target})
			wants(t, "AttachPrincipalPolicy", err, tt.legacy, tt.source)
			_, err = b.DetachPrincipalPolicy(ctx, &iot.DetachPrincipalPolicyInput{PolicyName: &tt.policy, Principal: &tt.target})
			if tt.legacy == notCert {
				tt.legacy = noPrincipal
			}
			wants(t, "DetachPrincipalPolicy", err, tt.legacy, tt.source)
		})
	}
	is(t, "left", len(b.registry.TargetsOf("p")), 0, "API")
}

func TestAtMostTenPolicies(t *testing.T) {
	b := newBench(t)
	for i := range 11 {
		name := string(rune('a' + i))
		b.policy(name, allowAll)
		_, err := b.AttachPolicy(ctx, &iot.AttachPolicyInput{PolicyName: &name, Target: aws.String(identity)})
		want := good
		if i == 10 {
			want = refusal{410, "LimitExceededException", "10"}
		}
		wants(t, name, err, want, "B-128, A-69")
	}
}

func TestPoliciesOfATarget(t *testing.T) {
	b := newBench(t)
	for _, name := range []string{"own", "ofgroup", "above", "other"} {
		b.policy(name, allowAll)
	}
	certificate, above := b.anyCertificate(), b.group("above", "")
	group := b.group("g", "above")
	b.inGroup("pump", certificate, "g")
	b.attach("own", certificate)
	b.attach("ofgroup", group)
	b.attach("above", above)

	listed := func(target string, recursive bool) (string, error) {
		var names []string
		p := iot.NewListAttachedPoliciesPaginator(b.Client,
			&iot.ListAttachedPoliciesInput{Target: &target, Recursive: recursive, PageSize: aws.Int32(1)})
		for p.HasMorePages() {
			out, err := p.NextPage(ctx)
			if err != nil {
				return "", err
			}
			for _, p := range out.Policies {
				names = append(names, *p.PolicyName)
			}
		}
		return strings.Join(names, " "), nil
	}
	tests := []struct {
		name, target string
		recursive    bool
		want         string
		refused      refusal
		source       string
	}{
		{"certificate", certificate, false, "own", good, "API"},
		{"certificate and groups", certificate, true, "above ofgroup own", good, "A-232"},
		{"group", group, false, "ofgroup", good, "API"},
		{"group and groups above", group, true, "above ofgroup", good, "API"},
		{"identity", identity, false, "", good, "API"},
		{"no certificate", noCert, false, "", noSuch, "API"},
		{"nothing of the kind", "x", false, "", noPrincipal, "A-331"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := listed(tt.target, tt.recursive)
			wants(t, "ListAttachedPolicies", err, tt.refused, tt.source)
			is(t, "policies", got, tt.want, tt.source)
		})
	}

	legacy := func(principal string) (string, error) {
		out, err := b.ListPrincipalPolicies(ctx, &iot.ListPrincipalPoliciesInput{Principal: &principal})
		if err != nil {
			return "", err
		}
		return *out.Policies[0].PolicyName, nil
	}
	got, err := legacy(certificate)
	is(t, "ListPrincipalPolicies", got, "own", "API")
	wants(t, "ListPrincipalPolicies", err, good, "API")
	_, err = legacy(noCert)
	wants(t, "ListPrincipalPolicies of no certificate", err, noSuch, "API")
	_, err = legacy("x")
	wants(t, "ListPrincipalPolicies of nothing", err, noPrincipal, "A-331")

	effective := func(principal, thing *string) (string, error) {
		out, err := b.GetEffectivePolicies(ctx, &iot.GetEffectivePoliciesInput{Principal: principal, ThingName: thing})
		if err != nil {
			return "", err
		}
		var names []string
		for _, p := range out.EffectivePolicies {
			names = append(names, *p.PolicyName)
			is(t, "document", *p.PolicyDocument, allowAll, "API")
		}
		return strings.Join(names, " "), nil
	}
	pump, none := aws.String("pump"), (*string)(nil)
	for _, tt := range []struct {
		name             string
		principal, thing *string
		want             string
		refused          refusal
		source           string
	}{
		{"certificate", &certificate, none, "above ofgroup own", good, "A-232"},
		{"thing", none, pump, "above ofgroup", good, "API"},
		{"both", &certificate, pump, "above ofgroup own", good, "API"},
		{"identity", aws.String(identity), none, "", good, "API"},
		{"neither", none, none, "", refusal{400, "InvalidRequestException", "principal"}, "guess"},
		{"no certificate", aws.String(noCert), none, "", noSuch, "API"},
		{"no thing", none, aws.String("x"), "", noSuch, "API"},
	} {
		got, err := effective(tt.principal, tt.thing)
		wants(t, "GetEffectivePolicies "+tt.name, err, tt.refused, tt.source)
		is(t, "GetEffectivePolicies "+tt.name, got, tt.want, tt.source)
	}
}

func TestTargetsOfAPolicy(t *testing.T) {
	b := newBench(t)
	b.policy("p", allowAll)
	certificate, group := b.anyCertificate(), b.group("g", "")
	for _, target := range []string{certificate, group, identity} {
		b.attach("p", target)
	}
	var targets []string
	for p := iot.NewListTargetsForPolicyPaginator(b.Client,
		&iot.ListTargetsForPolicyInput{PolicyName: aws.String("p"), PageSize: aws.Int32(2)}); p.HasMorePages(); {
		targets = append(targets, must[*iot.ListTargetsForPolicyOutput](t)(p.NextPage(ctx)).Targets...)
	}
	is(t, "targets", strings.Join(targets, " "), strings.Join([]string{certificate, group, identity}, " "), "API")
	principals := must[*iot.ListPolicyPrincipalsOutput](t)(b.ListPolicyPrincipals(ctx,
		&iot.ListPolicyPrincipalsInput{PolicyName: aws.String("p")}))
	is(t, "principals", strings.Join(principals.Principals, " "), certificate+" "+identity, "API")

	for name, want := range map[string]refusal{"x": noSuch, "x y": badName} {
		_, err := b.ListTargetsForPolicy(ctx, &iot.ListTargetsForPolicyInput{PolicyName: &name})
		wants(t, "ListTargetsForPolicy "+name, err, want, "API")
		_, err = b.ListPolicyPrincipals(ctx, &iot.ListPolicyPrincipalsInput{PolicyName: &name})
		wants(t, "ListPolicyPrincipals "+name, err, want, "API")
	}
}
