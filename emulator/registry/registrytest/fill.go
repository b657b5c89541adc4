// Package registrytest fills registries, for tests alone.
package registrytest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/suback/suback/emulator/registry"
)

// AllowAll is a policy that does.
const AllowAll = `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iot:*", "Resource": "*"}]}`

const (
	pool    = "us-east-1:11111111-2222-3333-4444-555555555555"
	unknown = "us-east-1:77777777-2222-3333-4444-555555555555"
)

// done wants no error.
func done[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// Fill does by the registry's methods all that the API can do: there is one of each kind.
func Fill(t *testing.T, r *registry.Registry) {
	t.Helper()
	f := &filling{T: t, r: r}
	for _, put := range []func(){
		f.functions, f.rules, f.domains, f.policies, f.things, f.certificates, f.users, f.settings,
	} {
		put()
	}
}

type filling struct {
	*testing.T
	r   *registry.Registry
	acm string // ARN of the server certificate
}

func (f *filling) arn(service, resource string) string {
	return fmt.Sprintf("arn:aws:%s:%s:%s:%s", service, f.r.Region(), f.r.Account(), resource)
}

func (f *filling) ok(errs ...error) {
	f.Helper()
	for _, err := range errs {
		if err != nil {
			f.Fatal(err)
		}
	}
}

// functions puts functions and authorizers.
func (f *filling) functions() {
	t, r := f.T, f.r
	done(r.PutFunction(registry.Function{FunctionName: "made", Permissions: []registry.Permission{
		{Principal: "iot.amazonaws.com", Action: "lambda:InvokeFunction",
			SourceArn: f.arn("iot", "authorizer/made"), SourceAccount: r.Account()}},
		Configuration: registry.FunctionConfiguration{Runtime: "provided", Code: t.TempDir(), Handler: "h",
			Environment: map[string]string{"A": "1"}}}))(t)
	done(r.PutFunction(registry.Function{FunctionName: "forbidden", Permissions: []registry.Permission{},
		Configuration: registry.FunctionConfiguration{Runtime: "provided", Code: t.TempDir()}}))(t)
	done(r.CreateAuthorizer(registry.Authorizer{AuthorizerName: "made", AuthorizerFunctionArn: "made",
		Status: "ACTIVE", TokenKeyName: "t",
		TokenSigningPublicKeys: map[string]string{"1": tokenKey(t), "2": tokenKey(t)},
		EnableCachingForHttp:   true}))(t)
	if r.DefaultAuthorizer() == "" {
		f.ok(r.SetDefaultAuthorizer("made"))
	}
}

// rules puts topic rules, one with what is not the same in all forms that a rule can have.
func (f *filling) rules() {
	role := "arn:aws:iam::000000000000:role/app"
	done(f.r.CreateTopicRule(registry.TopicRule{RuleName: "made", Description: "d: #", RuleDisabled: true,
		SQL: "SELECT temp AS t, topic(2) AS x FROM 'a/+/b' WHERE temp > 20\n", AwsIotSqlVersion: "2016-03-23",
		Actions: []registry.RuleAction{
			{"republish": {"topic": "$$aws/things/${topic(2)}/shadow/update", "roleArn": role, "qos": 1,
				"headers": map[string]any{
					"contentType": "true", "userProperties": []any{map[string]any{"key": "1", "value": "null"}}}}},
			{"sqs": {"queueUrl": "http://127.0.0.1:9324/q", "roleArn": role, "useBase64": false}},
			{"lambda": {"functionArn": f.arn("lambda", "function:made")}},
			{"kafka": {"destinationArn": f.arn("iot", "ruledestination/vpc/1"), "topic": "t",
				"clientProperties": map[string]any{"bootstrap.servers": "b:9094"}}},
			{"http": {"url": "https://made.example/${topic()}", "confirmationUrl": "https://made.example",
				"headers":        []any{map[string]any{"key": "X-Room", "value": "${topic(2)}"}},
				"enableBatching": true, "batchConfig": map[string]any{"maxBatchSize": 5}}}},
		ErrorAction: registry.RuleAction{"s3": {"roleArn": role, "bucketName": "b",
			"key": "${topic()}/${timestamp()}"}}}))(f.T)
	done(f.r.CreateTopicRule(registry.TopicRule{RuleName: "ingest", SQL: "SELECT *"}))(f.T)
	for _, d := range []registry.TopicRuleDestination{
		{HttpUrlProperties: &registry.HTTPDestination{ConfirmationURL: "http://localhost:8080/in?progress=true"}},
		{Status: registry.DestinationDisabled,
			HttpUrlProperties: &registry.HTTPDestination{ConfirmationURL: "https://off.example/"}},
		{VpcProperties: &registry.VPCDestination{SubnetIDs: []string{"subnet-1"}, SecurityGroups: []string{"sg-1"},
			VpcID: "vpc-1", RoleArn: role}},
	} {
		done(f.r.CreateTopicRuleDestination(d))(f.T)
	}
}

// domains puts a server certificate and domain configurations.
func (f *filling) domains() {
	t, r := f.T, f.r
	cert, key := issued(t, "made.example.test", false)
	acm := registry.ServerCertificate{PEM: cert, Type: registry.AmazonIssued}
	f.acm = done(r.PutServerCertificate(acm, key))(t).CertificateArn
	no := false
	done(r.CreateDomainConfiguration(registry.DomainConfiguration{DomainConfigurationName: "made",
		DomainName:            "made.example.test",
		ServerCertificateArns: []string{f.acm}, ValidationCertificateArn: f.acm,
		AuthorizerConfig: &registry.AuthorizerConfig{DefaultAuthorizerName: "made",
			AllowAuthorizerOverride: &no},
		AuthenticationType:  registry.CustomAuthX509,
		ApplicationProtocol: registry.SecureMQTT,
		TLSConfig:           &registry.TLSConfig{SecurityPolicy: "IoTSecurityPolicy_TLS13_1_2_2022_10"},
		ServerCertificateConfig: &registry.ServerCertificateConfig{EnableOCSPCheck: true,
			OCSPLambdaArn: f.arn("lambda", "function:ocsp")},
		ClientCertificateConfig: &registry.ClientCertificateConfig{ClientCertificateCallbackArn: "made"}}))(t)
	done(r.CreateDomainConfiguration(registry.DomainConfiguration{DomainConfigurationName: "managed",
		DomainConfigurationStatus: "DISABLED"}))(t)
}

// policies puts policies.
func (f *filling) policies() {
	t, r := f.T, f.r
	done(r.CreatePolicy("one", "  "+AllowAll+"\n\t"))(t)
	done(r.CreatePolicy("many", AllowAll))(t)
	done(r.CreatePolicyVersion("many", strings.ReplaceAll(AllowAll, `"*"`,
		`"arn:aws:iot:us-east-1:000000000000:client/${iot:ClientId}"`),
		true))(t)
	f.ok(r.DeletePolicyVersion("many", "1"))
	done(r.CreatePolicyVersion("many", strings.ReplaceAll(AllowAll, ", ", ",\n"), false))(t)
}

// things puts things, their types, groups and billing groups.
func (f *filling) things() {
	t, r := f.T, f.r
	done(r.CreateThingType(registry.ThingType{ThingTypeName: "old", Description: "no: longer #",
		SearchableAttributes: []string{"a", "b"},
		PropagatingAttributes: []registry.PropagatingAttribute{{UserPropertyKey: "a", ThingAttribute: "a"},
			{UserPropertyKey: "$id", ConnectionAttribute: registry.PropagatesClientID}}}))(t)
	done(r.CreateThingType(registry.ThingType{ThingTypeName: "tagged"}))(t)
	done(r.CreateBillingGroup(registry.BillingGroup{BillingGroupName: "bills", Description: "d"}))(t)
	done(r.CreateThing(registry.Thing{ThingName: "lamp", ThingTypeName: "old", BillingGroupName: "bills",
		Attributes: map[string]string{"a": "1", "b": "true"}}))(t)
	done(r.CreateThing(registry.Thing{ThingName: "123"}))(t)
	f.ok(r.DeprecateThingType("old"))
	done(r.CreateThingGroup(registry.ThingGroup{ThingGroupName: "zone"}))(t)
	done(r.CreateThingGroup(registry.ThingGroup{ThingGroupName: "attic", ParentGroupName: "zone",
		Description: "d",
		Attributes:  map[string]string{"a": "b"}}))(t)
	f.ok(r.AddThingToThingGroup("lamp", "attic"), r.AddThingToThingGroup("123", "zone"), r.AttachPolicy("one",
		f.arn("iot", "thinggroup/attic")))
}

// certificates puts certificates, attached to things.
func (f *filling) certificates() {
	t, r := f.T, f.r
	caPEM, _ := issued(t, "ca", true)
	ca := done(r.RegisterCACertificate(registry.CACertificate{CertificatePem: caPEM,
		CertificateMode:        registry.ModeSNIOnly,
		AutoRegistrationStatus: registry.Enable,
		RegistrationConfig: &registry.RegistrationConfig{TemplateBody: "{\n}",
			RoleArn: "arn:aws:iam::000000000000:role/provision"}}))(t)
	var certs []registry.Certificate
	for _, status := range []string{"ACTIVE", "INACTIVE", "REVOKED", "PENDING_ACTIVATION"} {
		text, _ := issued(t, status, false)
		certs = append(certs, done(r.AddCertificate(registry.Certificate{CertificatePem: text, Status: status,
			CACertificateID: ca.CertificateID}))(t))
	}
	f.ok(r.AttachThingPrincipal("lamp", certs[0].CertificateArn, registry.ExclusiveThing),
		r.AttachThingPrincipal("lamp", certs[1].CertificateArn, ""), r.AttachThingPrincipal("123",
			certs[1].CertificateArn, ""),
		r.AttachPolicy("one", certs[0].CertificateArn), r.AttachPolicy("many", certs[0].CertificateArn))
}

// users puts roles, users, keys and identities.
func (f *filling) users() {
	t, r := f.T, f.r
	done(r.PutRole(registry.Role{RoleName: "app-2", Policies: []string{"one"},
		AssumeRolePolicyDocument: AllowAll}))(t)
	done(r.PutUser(registry.User{UserName: "me", Policies: []string{"many", "one"}}))(t)
	done(r.PutCredential(registry.Credential{AccessKeyID: "AKIAMADE", SecretAccessKey: "very secret",
		UserName: "me"}))(t)
	if _, exists := r.IdentityPool(pool); !exists {
		done(r.PutIdentityPool(registry.IdentityPool{IdentityPoolID: pool, IdentityPoolName: "p",
			UnauthenticatedRole: "app-2",
			AllowClassicFlow:    true}))(t)
	}
	id := done(r.NewIdentity(pool, map[string]string{"login": "me"}))(t)
	done(r.NewIdentity(pool, nil))(t)
	f.ok(r.AttachPolicy("one", id.IdentityID), r.AttachPolicy("many", unknown), r.AttachThingPrincipal("123",
		id.IdentityID, ""))
	r.IssueCredential(registry.Credential{RoleName: "app-2"}, time.Hour)
	done(r.CreateRoleAlias(registry.RoleAlias{RoleAlias: "alias", RoleArn: "app-2",
		CredentialDurationSeconds: 900}))(t)
}

// settings puts logging, events, indexing and tags.
func (f *filling) settings() {
	r := f.r
	f.ok(r.SetLoggingOptions(registry.LoggingOptions{RoleArn: "arn:aws:iam::000000000000:role/log",
		DefaultLogLevel:     "WARN",
		DisableAllLogs:      true,
		EventConfigurations: []registry.EventLogging{{EventType: "Connect", LogLevel: "DEBUG"}}}),
		r.SetLogLevel(registry.LogTarget{TargetType: "CLIENT_ID", TargetName: "lamp"}, "DEBUG"),
		r.SetLogLevel(registry.LogTarget{TargetType: "THING_GROUP", TargetName: "attic"}, "ERROR"),
		r.SetV1Logging(registry.V1Logging{RoleArn: "arn:aws:iam::000000000000:role/log", LogLevel: "INFO"}),
		r.UpdateEventConfigurations(map[string]bool{"THING": true, "JOB": true}),
		r.UpdateIndexing(&registry.ThingIndexing{ThingIndexingMode: "REGISTRY",
			ThingConnectivityIndexingMode: "STATUS",
			CustomFields:                  []registry.IndexedField{{Name: "attributes.a", Type: "Number"}},
			Filter: registry.IndexingFilter{Connectivity: registry.ConnectivityFilter{
				IncludeSocketInformation: []string{registry.SocketsOfConnectivity}}}},
			&registry.ThingGroupIndexing{ThingGroupIndexingMode: "ON"}),
		r.TagResource(f.acm, map[string]string{"n": "y"}),
		r.TagResource(f.arn("iot", "policy/one"), map[string]string{"a key": "a: value", "1": "2"}),
		r.TagResource(f.arn("iot", "thingtype/tagged"), map[string]string{"a": ""}))
	r.RegistrationCode()
	r.Advance(time.Hour)
}
