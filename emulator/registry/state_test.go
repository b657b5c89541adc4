package registry

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/suback/suback/emulator/policy"
)

// full is a registry with one of everything at least, and no field of any of
// them empty that can be set.
func full(t *testing.T) *Registry {
	t.Helper()
	return fullWith(t, Options{Region: "eu-west-1", Account: "123456789012", EnforcePermissions: true})
}

func fullWith(t *testing.T, o Options) *Registry {
	t.Helper()
	r := must(New(o))(t)
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(r.PutFunction(Function{FunctionName: "f",
		Permissions: []Permission{{StatementID: "s", Principal: "iot.amazonaws.com", Action: "lambda:InvokeFunction",
			SourceArn: "arn:aws:iot:*:*:authorizer/*", SourceAccount: "123456789012", EventSourceToken: "t", PrincipalOrgID: "o-1",
			FunctionURLAuthType: "NONE"}},
		Configuration: FunctionConfiguration{Runtime: "nodejs", Handler: "a.b", Role: "r", Description: "d", Timeout: 1, MemorySize: 128,
			Environment: map[string]string{"A": "b"},
			Code:        "/c", CodeSha256: "x", CodeSize: 1, LastModified: r.now(), RevisionID: "v",
			Other: map[string]json.RawMessage{"Layers": []byte("[]")}}}))(t)
	must(r.CreateAuthorizer(Authorizer{AuthorizerName: "a", AuthorizerFunctionArn: "f", Status: Active, TokenKeyName: "t",
		TokenSigningPublicKeys: map[string]string{"k": publicPEM(t, &must(rsa.GenerateKey(rand.Reader, minRSA))(t).PublicKey)},
		EnableCachingForHttp:   true, SigningDisabled: true}))(t)
	ok(r.SetDefaultAuthorizer("a"))

	ca := newCA(t, "ca")
	template := newTemplate("iot.example.test")
	template.DNSNames, template.ExtKeyUsage = []string{"iot.example.test"}, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	server := sign(t, template, &ca)
	sc := must(r.PutServerCertificate(ServerCertificate{PEM: server.pem, ChainPEM: ca.pem, Request: CertificateRequest{"t", "DNS", "ENABLED"}},
		server.keyPEM))(t)
	yes := true
	must(r.CreateDomainConfiguration(DomainConfiguration{DomainConfigurationName: "d", DomainName: "iot.example.test",
		ServerCertificateArns:    []string{sc.CertificateArn},
		ValidationCertificateArn: sc.CertificateArn, AuthorizerConfig: &AuthorizerConfig{"a", &yes}, AuthenticationType: CustomAuthX509,
		ApplicationProtocol:     SecureMQTT,
		TLSConfig:               &TLSConfig{"IoTSecurityPolicy_TLS13_1_3_2022_10"},
		ServerCertificateConfig: &ServerCertificateConfig{true, "l", "o"}, ClientCertificateConfig: &ClientCertificateConfig{"f"}}))(t)

	must(r.CreatePolicy("p", allow))(t)
	must(r.CreatePolicyVersion("p", allow, true))(t)
	ok(r.DeletePolicyVersion("p", "1"))
	must(r.CreatePolicyVersion("p", allow, false))(t)
	must(r.CreateThingType(ThingType{ThingTypeName: "old", Description: "d", SearchableAttributes: []string{"x"},
		PropagatingAttributes: []PropagatingAttribute{{"x", "x", ""}, {"id", "", PropagatesClientID}}}))(t)
	ok(r.DeprecateThingType("old"))
	must(r.CreateThingType(ThingType{ThingTypeName: "pump"}))(t)
	must(r.CreateBillingGroup(BillingGroup{BillingGroupName: "b", Description: "d"}))(t)
	must(r.CreateThing(Thing{ThingName: "t", ThingTypeName: "pump", BillingGroupName: "b", Attributes: map[string]string{"x": "y"}}))(t)
	must(r.CreateThingGroup(ThingGroup{ThingGroupName: "all"}))(t)
	must(r.CreateThingGroup(ThingGroup{ThingGroupName: "g", ParentGroupName: "all", Description: "d",
		Attributes: map[string]string{"x": "y"}}))(t)
	ok(r.AddThingToThingGroup("t", "g"))

	must(r.RegisterCACertificate(CACertificate{CertificatePem: ca.pem, Status: Active, AutoRegistrationStatus: Enable,
		RegistrationConfig: &RegistrationConfig{TemplateBody: "{}", RoleArn: "r"}}))(t)
	other := newCA(t, "other")
	must(r.RegisterCACertificate(CACertificate{CertificatePem: other.pem, RegistrationConfig: &RegistrationConfig{TemplateName: "n"}}))(t)
	c := must(r.RegisterCertificate(sign(t, newTemplate("device"), &ca).pem, Active, ""))(t)
	ok(r.AttachPolicy("p", c.CertificateArn))
	ok(r.AttachThingPrincipal("t", c.CertificateArn, ExclusiveThing))

	must(r.PutRole(Role{RoleName: "r", Policies: []string{"p"}, AssumeRolePolicyDocument: "{}"}))(t)
	must(r.PutUser(User{UserName: "u", Policies: []string{"p"}}))(t)
	must(r.PutCredential(Credential{AccessKeyID: "AKIA1", SecretAccessKey: "secret", UserName: "u"}))(t)
	must(r.AddRootKey())(t)
	session := must(policy.Parse("session", []byte(allow)))(t)
	must(r.PutIdentityPool(IdentityPool{IdentityPoolID: somePool, IdentityPoolName: "n", UnauthenticatedRole: "r", AuthenticatedRole: "r",
		AllowClassicFlow: true}))(t)
	i := must(r.NewIdentity(somePool, map[string]string{"login.example.test": "me"}))(t)
	r.IssueCredential(Credential{RoleName: "r", RoleSessionName: "s", SessionPolicies: []*policy.Document{session},
		Values: policy.Values{"credentials-iot:ThingName": {"t"}}, IdentityID: i.IdentityID, IdentityPoolID: somePool, Authenticated: true},
		time.Hour)
	must(r.CreateRoleAlias(RoleAlias{RoleAlias: "ra", RoleArn: "r"}))(t)
	again := RuleAction{"republish": {"topic": "c/d", "roleArn": "r", "qos": 1}}
	must(r.CreateTopicRule(TopicRule{RuleName: "tr", SQL: "SELECT * FROM 'a/b'", Description: "d", RuleDisabled: true,
		Actions: []RuleAction{again}, ErrorAction: again}))(t)
	must(r.CreateTopicRuleDestination(TopicRuleDestination{HttpUrlProperties: &HTTPDestination{"https://a.example/x"}}))(t)
	vpc := must(r.CreateTopicRuleDestination(TopicRuleDestination{VpcProperties: &VPCDestination{[]string{"subnet-1"}, []string{"sg-1"},
		"vpc-1", "arn:aws:iam::123456789012:role/r"}}))(t)
	ok(r.UpdateTopicRuleDestination(vpc.Arn, DestinationDisabled))

	ok(r.TagResource(r.arn("iot", "thinggroup/g"), map[string]string{"a key": "v"}))
	r.RegistrationCode()
	ok(r.DeleteRegistrationCode())
	r.RegistrationCode()
	ok(r.SetV1Logging(V1Logging{RoleArn: "r", LogLevel: LogInfo}))
	ok(r.SetLoggingOptions(LoggingOptions{RoleArn: logRole, DefaultLogLevel: LogWarn, DisableAllLogs: true,
		EventConfigurations: []EventLogging{{"Connect", LogDebug, "group"}}}))
	ok(r.SetLogLevel(LogTarget{TargetThingGroup, "g"}, LogDebug))
	ok(r.UpdateEventConfigurations(map[string]bool{"THING": true}))
	ok(r.UpdateIndexing(&ThingIndexing{ThingIndexingMode: IndexRegistry, ThingConnectivityIndexingMode: IndexConnectivity,
		NamedShadowIndexingMode:    IndexingOn,
		DeviceDefenderIndexingMode: IndexViolations, CustomFields: []IndexedField{{"attributes.x", "String"}}, Filter: IndexingFilter{
			NamedShadowNames: []string{"s"}, GeoLocations: []GeoLocation{{"g", "LonLat"}},
			Connectivity: ConnectivityFilter{[]string{SocketsOfConnectivity}}}},
		&ThingGroupIndexing{IndexingOn, []IndexedField{{"attributes.x", "String"}}}))
	r.Advance(time.Minute)
	return r
}

// TestStateHasEverything: who adds a field to content, or to what it holds, has
// to add it here and to parts.
func TestStateHasEverything(t *testing.T) {
	r := full(t)
	for name, v := range plain(r) {
		set := map[string]bool{name: !v.IsZero()}
		noteSet(set, name, v)
		for _, path := range append(fieldsOf(name, v.Type()), name) {
			if !set[path] {
				t.Errorf("%s: got it empty in the registry of this test, want it filled", path)
			}
		}
	}
	s := r.State()
	for f := range reflect.TypeFor[content]().Fields() {
		if len(s[f.Name]) == 0 {
			t.Errorf("%s: got nothing in the State, want a part for it", f.Name)
		}
	}
	loaded := must(Load(r.options, reread(t, s)))(t)
	got := plain(loaded)
	for name, want := range plain(r) {
		if !reflect.DeepEqual(got[name].Interface(), want.Interface()) {
			t.Errorf("%s: got %v, want %v as it was before State and Load", name, got[name], want)
		}
	}
	if again := loaded.State(); !reflect.DeepEqual(again, s) {
		t.Errorf("got another State after Load: %s", differences(again, s))
	}
}

// TestTagsOfEveryKind: a resource of each kind that may have tags can be tagged, by the ARN
// that it says; the tags stay in a State, and are gone with it.
func TestTagsOfEveryKind(t *testing.T) {
	r, kinds := full(t), 0
	for _, p := range r.parts {
		if p.has == nil {
			continue
		}
		kinds++
		arn := ""
		for _, text := range p.save() {
			for _, candidate := range arns.FindAllString(string(text), -1) {
				if p.has(candidate) {
					arn = candidate
				}
			}
		}
		expect(t, p.kind, r.TagResource(arn, map[string]string{"k": p.kind}), "", "", "A-71")
		if got := must(must(Load(r.options, reread(t, r.State())))(t).Tags(arn))(t); got["k"] != p.kind {
			t.Errorf("%s: got tags %v after State and Load, want them (A-71)", p.kind, got)
		}
		s := r.State()
		delete(s, p.kind)
		if without := must(Load(r.options, s))(t); len(without.tags.of(arn)) != 0 {
			t.Errorf("%s: got tags of what does not exist, want none (A-71)", p.kind)
		}
	}
	if kinds == 0 {
		t.Error("got no kind that may have tags")
	}
}

var arns = regexp.MustCompile(`arn:[^"]+`)

// reread is what a file makes of a State.
func reread(t *testing.T, s State) (out State) {
	t.Helper()
	if err := json.Unmarshal(must(json.Marshal(s))(t), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// plain are the fields of the content by name, as what they hold.
func plain(r *Registry) map[string]reflect.Value {
	all := map[string]reflect.Value{}
	for f := range reflect.TypeFor[content]().Fields() {
		field := reflect.ValueOf(&r.content).Elem().FieldByIndex(f.Index)
		holder := reflect.NewAt(field.Type(), field.Addr().UnsafePointer()).Elem().Interface().(interface{ plain() any })
		all[f.Name] = reflect.ValueOf(holder.plain())
	}
	return all
}

func (t *table[V]) plain() any { return maps.Collect(t.all()) }
func (n *relation) plain() any { return n.seconds }
func (c *cell[V]) plain() any  { return c.value }
func (l *logging) plain() any  { return plainLogging{l.options, l.v1, l.levels} }

type plainLogging struct {
	options LoggingOptions
	v1      V1Logging
	levels  map[LogTarget]string
}

// isOurs says whether a type's fields are looked at.
func isOurs(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && strings.HasSuffix(t.PkgPath(), "/registry")
}

// fieldsOf lists the paths of all fields that a content can have.
func fieldsOf(path string, t reflect.Type) (paths []string) {
	switch {
	case isOurs(t):
		for f := range t.Fields() {
			p := path + "." + f.Name
			paths = append(append(paths, p), fieldsOf(p, f.Type)...)
		}
	case t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map:
		return fieldsOf(path, t.Elem())
	}
	return paths
}

// noteSet notes the paths of the fields that are not empty somewhere.
func noteSet(set map[string]bool, path string, v reflect.Value) {
	switch {
	case isOurs(v.Type()):
		for f := range v.Type().Fields() {
			field := v.FieldByIndex(f.Index)
			if p := path + "." + f.Name; !field.IsZero() {
				set[p] = true
				noteSet(set, p, field)
			}
		}
	case v.Kind() == reflect.Pointer:
		if !v.IsNil() {
			noteSet(set, path, v.Elem())
		}
	case v.Kind() == reflect.Slice:
		for i := range v.Len() {
			noteSet(set, path, v.Index(i))
		}
	case v.Kind() == reflect.Map:
		for _, element := range v.Seq2() {
			noteSet(set, path, element)
		}
	}
}

// differences names what two states do not have in common.
func differences(a, b State) string {
	var all []string
	for _, pair := range [][2]State{{a, b}, {b, a}} {
		for kind, values := range pair[0] {
			for key, v := range values {
				if string(pair[1][kind][key]) != string(v) {
					all = append(all, kind+" "+key)
				}
			}
		}
	}
	slices.Sort(all)
	return strings.Join(slices.Compact(all), ", ")
}

// FuzzLoad: a state is loaded as it can be taken again, or refused.
func FuzzLoad(f *testing.F) {
	f.Add([]byte(`{"things": {"t": {"ThingName": "t", "ThingTypeName": "none"}}, "groupsOf": {"t g": true}, "attached": {"x p": true}}`))
	f.Add([]byte(`{"thingGroups": {"a": {"ParentGroupName": "b"}, "b": {"ParentGroupName": "a"}}, "tags": {"": "x", "a b c": "y"}}`))
	f.Add([]byte(`{"policies": {"p": {"Policy": {"Versions": [{"Document": "{}"}]}}}, "logging": {"level": {}, "options": null}, "events": {"account": null}}`))
	f.Add([]byte(`{"credentials": {"k": {"Credential": {"Expiration": "2026-01-01T00:00:00Z"}}}, "domains": {"d": {"AuthorizerConfig": {}}}, "principals": {"t c": 1}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var s State
		if json.Unmarshal(text, &s) != nil {
			return
		}
		r, err := Load(Options{}, s)
		if err != nil {
			return
		}
		again, err := Load(Options{}, r.State())
		if err != nil {
			t.Fatalf("got %v, want what was loaded to be loaded again (issue 6)", err)
		}
		if !reflect.DeepEqual(again.State(), r.State()) {
			t.Errorf("got another state: %s (issue 6)", differences(again.State(), r.State()))
		}
	})
}
