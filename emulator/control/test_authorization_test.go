package control

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iot"
	"github.com/aws/aws-sdk-go-v2/service/iot/types"
	"github.com/suback/suback/emulator/authn"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/registry"
)

const arns = "arn:aws:iot:us-east-1:000000000000:"

func document(effect, action, resource string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"` + effect + `","Action":"` + action + `","Resource":"` + arns + resource + `"}]}`
}

func TestTestAuthorization(t *testing.T) {
	grant := &authn.Grant{PrincipalID: "user42", Authorizer: "password", Documents: []*policy.Document{
		must[*policy.Document](t)(policy.Parse("LambdaPolicy[0]", []byte(document("Allow", "iot:Publish", "topic/custom/*")))),
	}}
	b := newBench(t, func(o *Options) {
		o.Granted = func(principal, clientID string) (*authn.Grant, bool) {
			return grant, principal == "user42" && (clientID == "" || clientID == "pump")
		}
	})
	certificate := b.anyCertificate()
	b.group("g", "")
	b.inGroup("pump", certificate, "g")
	b.policy("connect", document("Allow", "iot:Connect", "client/${iot:Connection.Thing.ThingName}"))
	b.policy("publish", document("Allow", "iot:Publish", "topic/${iot:Connection.Thing.Attributes[site]}/*"))
	b.policy("deny", document("Deny", "iot:Publish", "topic/osaka/secret"))
	b.policy("role", document("Allow", "iot:Subscribe", "topicfilter/a/*"))
	b.policy("receive", document("Allow", "iot:Receive", "topic/*"))
	for _, name := range []string{"connect", "publish", "deny"} {
		b.attach(name, certificate)
	}
	b.attach("role", identity)
	b.attach("receive", identity)
	must[registry.Role](t)(b.registry.PutRole(registry.Role{RoleName: "app", Policies: []string{"role"}}))
	pool := must[registry.IdentityPool](t)(b.registry.PutIdentityPool(registry.IdentityPool{
		IdentityPoolID: "us-east-1:aaaaaaaa-2222-3333-4444-555555555555", AuthenticatedRole: "app"})).IdentityPoolID

	type call = iot.TestAuthorizationInput
	client := func(id string, in call) call {
		in.ClientId = &id
		return in
	}
	of := func(principal string) call { return call{Principal: &principal} }
	tests := []struct {
		name                      string
		in                        call
		action                    types.ActionType
		resources                 string
		want                      types.AuthDecision
		allowed, silent, explicit string
		missing                   string
		source                    string
	}{
		{"connect as the thing", client("pump", of(certificate)), "CONNECT", "client/pump", "ALLOWED", "connect", "deny publish", "", "",
			"A-194, A-233"},
		{"connect as another", client("other", of(certificate)), "CONNECT", "client/other", "IMPLICIT_DENY", "", "connect deny publish", "",
			"iot:Connection.Thing.ThingName", "A-194, A-233"},
		{"an attribute", client("pump", of(certificate)), "PUBLISH", "topic/osaka/1", "ALLOWED", "publish", "connect deny", "", "", "B-324"},
		{"denied", client("pump", of(certificate)), "PUBLISH", "topic/osaka/secret", "EXPLICIT_DENY", "publish", "connect", "deny", "", "B-131"},
		{"all must be allowed", client("pump", of(certificate)), "PUBLISH", "topic/osaka/1 topic/tokyo/1", "IMPLICIT_DENY", "publish",
			"connect deny", "", "", "A-335, guess"},
		{"without a client id", of(certificate), "CONNECT", "client/pump", "IMPLICIT_DENY", "", "connect deny publish", "",
			"iot:Connection.Thing.ThingName", "A-194"},
		{"a policy more", call{Principal: &certificate, PolicyNamesToAdd: []string{"role", "deny"}}, "SUBSCRIBE", "topicfilter/a/b", "ALLOWED",
			"role", "connect deny publish", "", "", "A-194"},
		{"a policy less", client("pump", call{Principal: &certificate, PolicyNamesToSkip: []string{"deny"}}), "PUBLISH", "topic/osaka/secret",
			"ALLOWED", "publish", "connect", "", "", "A-194"},
		{"policies alone", call{PolicyNamesToAdd: []string{"receive"}}, "RECEIVE", "topic/x", "ALLOWED", "receive", "", "", "", "A-194"},
		{"identity", of(identity), "RECEIVE", "topic/x", "ALLOWED", "receive", "role", "", "", "A-218"},
		{"identity within its role", call{Principal: aws.String(identity), CognitoIdentityPoolId: &pool}, "RECEIVE", "topic/x", "IMPLICIT_DENY",
			"", "receive role", "", "", "B-135"},
		{"identity and role", call{Principal: aws.String(identity), CognitoIdentityPoolId: &pool}, "SUBSCRIBE", "topicfilter/a/b", "ALLOWED",
			"role", "receive", "", "", "B-135"},
		{"group", of("arn:aws:iot:us-east-1:000000000000:thinggroup/g"), "CONNECT", "client/x", "IMPLICIT_DENY", "", "", "", "", "A-194"},
		{"admitted by an authorizer", of("user42"), "PUBLISH", "topic/custom/1", "ALLOWED", "LambdaPolicy-0", "", "", "", "A-335"},
		{"refused by its answer", client("pump", of("user42")), "PUBLISH", "topic/other", "IMPLICIT_DENY", "", "LambdaPolicy-0", "", "", "A-335"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var resources []string
			for _, r := range strings.Fields(tt.resources) {
				resources = append(resources, arns+r)
			}
			tt.in.AuthInfos = []types.AuthInfo{{ActionType: tt.action, Resources: resources}}
			out, err := b.TestAuthorization(ctx, &tt.in)
			wants(t, "TestAuthorization", err, good, tt.source)
			if err != nil {
				return
			}
			r := out.AuthResults[0]
			is(t, "decision", r.AuthDecision, tt.want, tt.source)
			is(t, "allowed", namesOf(r.Allowed.Policies), tt.allowed, tt.source)
			is(t, "implicit deny", namesOf(r.Denied.ImplicitDeny.Policies), tt.silent, tt.source)
			is(t, "explicit deny", namesOf(r.Denied.ExplicitDeny.Policies), tt.explicit, tt.source)
			is(t, "missing", strings.Join(r.MissingContextValues, " "), tt.missing, tt.source)
			is(t, "resources", strings.Join(r.AuthInfo.Resources, " "), strings.Join(resources, " "), "API")
		})
	}
	for _, tt := range []struct {
		name   string
		in     call
		want   refusal
		source string
	}{
		{"no certificate", of(noCert), noSuch, "API"},
		{"nobody", of("somebody"), noPrincipal, "A-331"},
		{"no policy to add", call{PolicyNamesToAdd: []string{"x"}}, noSuch, "API"},
		{"no pool", call{Principal: aws.String(identity), CognitoIdentityPoolId: aws.String("us-east-1:x")}, noSuch, "guess"},
	} {
		tt.in.AuthInfos = []types.AuthInfo{{ActionType: "CONNECT", Resources: []string{"*"}}}
		_, err := b.TestAuthorization(ctx, &tt.in)
		wants(t, tt.name, err, tt.want, tt.source)
	}
	_, err := b.TestAuthorization(ctx, &call{AuthInfos: []types.AuthInfo{{ActionType: "FLY", Resources: []string{"*"}}}})
	wants(t, "unknown action", err, refusal{400, "InvalidRequestException", "enum"}, "A-326")
}

// TestTestAuthorizationOfCertificate: the answer is what the gateway would say.
func TestTestAuthorizationOfCertificate(t *testing.T) {
	b := newBench(t)
	certificate, exclusive := b.anyCertificate(), b.anyCertificate()
	b.group("g", "")
	b.inGroup("pump", certificate, "g")
	b.policy("group", document("Allow", "iot:Connect", "client/*"))
	b.attach("group", arns+"thinggroup/g")
	b.policy("subject", document("Allow", "iot:Publish", "topic/${iot:Certificate.Subject.CommonName}"))
	b.policy("thing", document("Allow", "iot:Subscribe", "topicfilter/${iot:Connection.Thing.ThingName}"))
	for _, c := range []string{certificate, exclusive} {
		b.attach("subject", c)
		b.attach("thing", c)
	}
	must[registry.Thing](t)(b.registry.CreateThing(registry.Thing{ThingName: "only"}))
	if err := b.registry.AttachThingPrincipal("only", exclusive, registry.ExclusiveThing); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, principal, client string
		action                  types.ActionType
		resource                string
		want                    types.AuthDecision
		source                  string
	}{
		{"group of the thing", certificate, "pump", "CONNECT", "client/pump", "ALLOWED", "A-232"},
		{"group of a thing it is not", certificate, "other", "CONNECT", "client/other", "IMPLICIT_DENY", "A-232, B-134"},
		{"any thing of it", certificate, "", "CONNECT", "client/pump", "ALLOWED", "A-194"},
		{"subject", certificate, "", "PUBLISH", "topic/device", "ALLOWED", "A-234"},
		{"another subject", certificate, "", "PUBLISH", "topic/x", "IMPLICIT_DENY", "A-234"},
		{"exclusive thing", exclusive, "other", "SUBSCRIBE", "topicfilter/only", "ALLOWED", "B-325"},
		{"exclusive thing, without a client id", exclusive, "", "SUBSCRIBE", "topicfilter/only", "ALLOWED", "B-325"},
	} {
		out, err := b.TestAuthorization(ctx, &iot.TestAuthorizationInput{Principal: &tt.principal, ClientId: optional(tt.client),
			AuthInfos: []types.AuthInfo{{ActionType: tt.action, Resources: []string{arns + tt.resource}}}})
		wants(t, tt.name, err, good, tt.source)
		if err == nil {
			is(t, tt.name, out.AuthResults[0].AuthDecision, tt.want, tt.source)
		}
	}
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func namesOf(policies []types.Policy) string {
	var names []string
	for _, p := range policies {
		names = append(names, *p.PolicyName)
	}
	return strings.Join(names, " ")
}
