package control

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iot"
	"github.com/aws/aws-sdk-go-v2/service/iot/types"
	"github.com/suback/suback/emulator/registry"
)

// attached has the things pump-1 and pump-2, both with one certificate, and pump-1
// with an identity exclusively.
func attached(t *testing.T) (b *bench, certificateARN string) {
	t.Helper()
	b = newBench(t)
	certificateARN = b.certificate(registry.Active).CertificateArn
	for _, name := range []string{"pump-2", "pump-1"} {
		must[registry.Thing](t)(b.registry.CreateThing(registry.Thing{ThingName: name}))
		_, err := b.AttachThingPrincipal(ctx, &iot.AttachThingPrincipalInput{ThingName: &name, Principal: &certificateARN})
		wants(t, name, err, good, "API:AttachThingPrincipal")
	}
	_, err := b.AttachThingPrincipal(ctx,
		&iot.AttachThingPrincipalInput{ThingName: aws.String("pump-1"), Principal: aws.String(identity),
			ThingPrincipalType: types.ThingPrincipalTypeExclusiveThing})
	wants(t, "identity", err, good, "B-325")
	return b, certificateARN
}

func TestAttachThingPrincipal(t *testing.T) {
	b, arn := attached(t)
	unknown := "arn:aws:iot:us-east-1:000000000000:cert/" + unknownID
	tests := []struct {
		name, thing, principal string
		kind                   types.ThingPrincipalType
		want                   refusal
		source                 string
	}{
		{"again", "pump-1", arn, "", good, "API:AttachThingPrincipal"},
		{"otherwise", "pump-1", arn, "EXCLUSIVE_THING", refusal{400, invalidRequest, "pump-2"}, "B-325"},
		{"what another has to itself", "pump-2", identity, "", refusal{400, invalidRequest, `attached exclusively to thing "pump-1"`}, "B-325"},
		{"no such thing", "pump-3", arn, "", refusal{404, notFound, "pump-3"}, "API:AttachThingPrincipal"},
		{"no such certificate", "pump-1", unknown, "", refusal{404, notFound, unknownID}, "API:AttachThingPrincipal"},
		{"no principal", "pump-1", "somebody", "", refusal{400, invalidRequest, "Invalid principal type"}, "A-331"},
		{"odd type", "pump-1", arn, "EXCLUSIVE", refusal{400, invalidRequest, "'thingPrincipalType'"}, "A-326"},
		{"odd thing", "pump 1", arn, "", refusal{400, invalidRequest, "'thingName'"}, "A-326"},
	}
	for _, tt := range tests {
		_, err := b.AttachThingPrincipal(ctx,
			&iot.AttachThingPrincipalInput{ThingName: &tt.thing, Principal: &tt.principal, ThingPrincipalType: tt.kind})
		wants(t, tt.name, err, tt.want, tt.source)
	}
}

func TestDetachThingPrincipal(t *testing.T) {
	b, arn := attached(t)
	tests := []struct {
		name, thing, principal string
		want                   refusal
		source                 string
	}{
		{"attached", "pump-1", arn, good, "API:DetachThingPrincipal"},
		{"again", "pump-1", arn, good, "guess"},
		{"no such thing", "pump-3", arn, refusal{404, notFound, "pump-3"}, "API:DetachThingPrincipal"},
		{"no principal", "pump-1", "somebody", refusal{400, invalidRequest, "Invalid principal type"}, "A-331"},
	}
	for _, tt := range tests {
		_, err := b.DetachThingPrincipal(ctx, &iot.DetachThingPrincipalInput{ThingName: &tt.thing, Principal: &tt.principal})
		wants(t, tt.name, err, tt.want, tt.source)
	}
	is(t, "things", b.registry.ThingsOf(arn), map[string]string{"pump-2": registry.NonExclusiveThing}, "API:DetachThingPrincipal")
}

func TestListThingPrincipals(t *testing.T) {
	b, arn := attached(t)
	out := must[*iot.ListThingPrincipalsOutput](t)(b.ListThingPrincipals(ctx, &iot.ListThingPrincipalsInput{ThingName: aws.String("pump-1")}))
	is(t, "principals", out.Principals, []string{arn, identity}, "API:ListThingPrincipals")
	first := must[*iot.ListThingPrincipalsOutput](t)(b.ListThingPrincipals(ctx,
		&iot.ListThingPrincipalsInput{ThingName: aws.String("pump-1"), MaxResults: aws.Int32(1)}))
	second := must[*iot.ListThingPrincipalsOutput](t)(b.ListThingPrincipals(ctx,
		&iot.ListThingPrincipalsInput{ThingName: aws.String("pump-1"), MaxResults: aws.Int32(1), NextToken: first.NextToken}))
	is(t, "pages", append(first.Principals, second.Principals...), []string{arn, identity}, "API:ListThingPrincipals")
	for name, want := range map[string]refusal{
		"pump-3": {404, notFound, "Failed to list principals for thing pump-3 because the thing does not exist in your account"},
		"a b":    {400, invalidRequest, "'thingName'"},
	} {
		_, err := b.ListThingPrincipals(ctx, &iot.ListThingPrincipalsInput{ThingName: &name})
		wants(t, name, err, want, "API:ListThingPrincipals")
		_, err = b.ListThingPrincipalsV2(ctx, &iot.ListThingPrincipalsV2Input{ThingName: &name})
		wants(t, name, err, want, "API:ListThingPrincipalsV2")
	}
}

func TestListThingPrincipalsV2(t *testing.T) {
	b, arn := attached(t)
	for kind, want := range map[types.ThingPrincipalType]string{
		"": arn + " NON_EXCLUSIVE_THING " + identity + " EXCLUSIVE_THING ", "EXCLUSIVE_THING": identity + " EXCLUSIVE_THING ",
		"NON_EXCLUSIVE_THING": arn + " NON_EXCLUSIVE_THING ",
	} {
		out := must[*iot.ListThingPrincipalsV2Output](t)(b.ListThingPrincipalsV2(ctx,
			&iot.ListThingPrincipalsV2Input{ThingName: aws.String("pump-1"), ThingPrincipalType: kind}))
		got := ""
		for _, o := range out.ThingPrincipalObjects {
			got += *o.Principal + " " + string(o.ThingPrincipalType) + " "
		}
		is(t, string(kind), got, want, "API:ListThingPrincipalsV2")
	}
}

func TestListPrincipalThings(t *testing.T) {
	b, arn := attached(t)
	out := must[*iot.ListPrincipalThingsOutput](t)(b.ListPrincipalThings(ctx, &iot.ListPrincipalThingsInput{Principal: &arn}))
	is(t, "things", out.Things, []string{"pump-1", "pump-2"}, "API:ListPrincipalThings")
	for principal, want := range map[string]refusal{
		"arn:aws:iot:us-east-1:000000000000:cert/" + unknownID: {404, notFound, unknownID},
		"somebody": {400, invalidRequest, "Invalid principal type"},
	} {
		_, err := b.ListPrincipalThings(ctx, &iot.ListPrincipalThingsInput{Principal: &principal})
		wants(t, principal, err, want, "API:ListPrincipalThings")
		_, err = b.ListPrincipalThingsV2(ctx, &iot.ListPrincipalThingsV2Input{Principal: &principal})
		wants(t, principal, err, want, "API:ListPrincipalThingsV2")
	}
}

func TestListPrincipalThingsV2(t *testing.T) {
	b, arn := attached(t)
	tests := []struct {
		principal string
		kind      types.ThingPrincipalType
		want      string
	}{
		{arn, "", "pump-1 NON_EXCLUSIVE_THING pump-2 NON_EXCLUSIVE_THING "},
		{arn, "EXCLUSIVE_THING", ""},
		{identity, "EXCLUSIVE_THING", "pump-1 EXCLUSIVE_THING "},
	}
	for _, tt := range tests {
		got := ""
		pages := iot.NewListPrincipalThingsV2Paginator(b,
			&iot.ListPrincipalThingsV2Input{Principal: &tt.principal, ThingPrincipalType: tt.kind, MaxResults: aws.Int32(1)})
		for pages.HasMorePages() {
			for _, o := range must[*iot.ListPrincipalThingsV2Output](t)(pages.NextPage(ctx)).PrincipalThingObjects {
				got += *o.ThingName + " " + string(o.ThingPrincipalType) + " "
			}
		}
		is(t, tt.principal+" "+string(tt.kind), got, tt.want, "API:ListPrincipalThingsV2")
	}
}
