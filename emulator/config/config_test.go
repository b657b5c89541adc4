package config

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/suback/suback/emulator/functions"
	"github.com/suback/suback/emulator/lambda"
	"github.com/suback/suback/emulator/registry"
)

const awsFunction = "arn:aws:lambda:eu-west-1:123456789012:function:auth"

func TestConfigErrorsNameFileAndLine(t *testing.T) {
	code := t.TempDir()
	if err := os.WriteFile(filepath.Join(code, "index.js"), []byte("exports.handler = async () => ({})"), 0o600); err != nil {
		t.Fatal(err)
	}
	function := "functions:\n  f:\n    runtime: nodejs\n    code: " + code + "\n    handler: index.handler\n"
	tests := []struct {
		name, text string
		want       []string
	}{
		{"unknown key", "region: eu-west-1\nregoin: x\n",
			[]string{`suback.yaml:2: unknown key "regoin", is "region" meant? fixtures/suback.yaml shows every key`}},
		{"unknown key below a resource", "authorizers:\n  - authorizerName: a\n    nmae: x\n",
			[]string{`suback.yaml:3: unknown key "nmae", want one of `, "authorizerFunctionArn"}},
		{"wrong type", "authorizers:\n  - authorizerName: a\n    signingDisabled: maybe\n",
			[]string{`suback.yaml:3: the value is "maybe", want true or false`}},
		{"list instead of mapping", "functions: [a]\n", []string{"suback.yaml:1: ", "want keys and values"}},
		{"broken YAML", "region: [\n", []string{"suback.yaml:1: did not find"}},
		{"a second document", "region: eu-west-1\n---\nregion: us-east-1\n", []string{"suback.yaml:3: a second document begins"}},
		{"keys and values instead of a list", "things: {thingName: a}\n",
			[]string{"suback.yaml:1: the value is keys and values, want a list"}},
		{"an alias in its anchor", "things: []\npolicies: [{policyName: a, policyDocument: &d {Statement: *d}}]\n",
			[]string{"suback.yaml:2: &d has *d in it"}},
		{"a list instead of anything's keys", "topicRules: [{ruleName: a, actions: [[]]}]\n",
			[]string{"suback.yaml:1: the value is a list, want keys and values"}},
		{"a tag", "credentials:\n  - accessKeyId: a\n    secretAccessKey: !!int s3cret\n",
			[]string{"suback.yaml: a value has the tag !!int and is none"}},
		{"an empty item", "things:\n  - thingName: a\n  -\n", []string{"suback.yaml:3: things[1] is empty"}},
		{"one role twice", "roles:\n  - {roleName: a}\n  - {roleName: a, policies: [p]}\n",
			[]string{`suback.yaml:3: roles: roleName "a" is there twice, want it once: see line 2`}},
		{"one access key twice, in an account", "accounts:\n  b:\n    credentials:\n      - {accessKeyId: k, secretAccessKey: x}\n" +
			"      - {accessKeyId: k, secretAccessKey: y}\n", []string{`suback.yaml:5: credentials: accessKeyId "k" is there twice`}},
		{"a listener's port alone", "listeners:\n  mqtt: 1883\n", []string{`suback.yaml:2: listeners.mqtt is "1883", want host:port`}},
		{"a listener's port", "listeners: {http: \":99999\"}\n", []string{`suback.yaml:1: listeners.http is ":99999"`}},
		{"an endpoint with its port", "endpointAddress: http://localhost:8883\n",
			[]string{`suback.yaml:1: endpointAddress is "http://localhost:8883", want a host name`}},
		{"a group below its child", "thingGroups:\n  - thingGroupName: a\n    parentGroupName: b\n  - thingGroupName: b\n",
			[]string{`suback.yaml:3: thing group "a": parentGroupName is "b", want a group above this one`}},
		{"files without an end", "policies: [{policyName: a, policyDocument: /dev/zero}]\ncertificates: [{certificatePem: /dev/zero}]\n" +
			"authorizers: [{authorizerName: a, authorizerFunctionArn: f, tokenSigningPublicKeys: {k: /dev/zero}}]\n",
			[]string{"suback.yaml:1: ", "suback.yaml:2: ", "suback.yaml:3: ", "/dev/zero is a device and no file, want a policy or"}},
		{"no authorizer", "defaultAuthorizerName: x\n", []string{"want an authorizer that exists: there is none"}},
		{"a long value", "region: " + strings.Repeat("x", 1<<20) + "\n", []string{`xxx…`}},
		{"two mistakes", "regoin: x\nacount: y\n", []string{"suback.yaml:1: ", "suback.yaml:2: "}},
		{"runtime", "functions:\n  f:\n    runtime: ruby\n",
			[]string{`suback.yaml:3: function "f": runtime is "ruby", want nodejs, python or provided`}},
		{"code", "functions:\n  f:\n    runtime: python\n", []string{`suback.yaml:2: function "f": code is missing`}},
		{"code that is not there", "functions:\n  f:\n    runtime: nodejs\n    code: ./nowhere\n    handler: index.handler\n",
			[]string{`suback.yaml:2: function "f": `, "nowhere"}},
		{"timeout", function + "    timeout: 901\n", []string{`suback.yaml:6: function "f": timeout is 901, want 1 to 900 seconds`}},
		{"no time, no memory", function + "    timeout: 0\n    memorySize: 0\n", []string{
			`suback.yaml:6: function "f": timeout is 0, want 1 to 900 seconds`,
			`suback.yaml:7: function "f": memorySize is 0, want 128 to 10240 MB`}},
		{"credentials that have expired", "roleAliases:\n  - {roleAlias: a, roleArn: 'arn:aws:iam::000000000000:role/r', " +
			"credentialDurationSeconds: 0}\n", []string{`suback.yaml:2: role alias "a": credentialDurationSeconds is 0, want 900 to 43200`}},
		{"memory", function + "    memorySize: 64\n", []string{`suback.yaml:6: function "f": memorySize is 64, want 128 to 10240 MB`}},
		{"concurrency", function + "    reservedConcurrentExecutions: -1\n",
			[]string{`suback.yaml:6: function "f": reservedConcurrentExecutions is -1, want 0 or more`}},
		{"handler", "functions:\n  f:\n    runtime: nodejs22.x\n    code: .\n", []string{`suback.yaml:2: function "f": handler is missing`}},
		{"no way to run", "functions:\n  f: {}\n",
			[]string{`suback.yaml:2: function "f": nothing says how it runs, want runtime and code, or endpoint, or arn`}},
		{"code and endpoint", function + "    endpoint: http://localhost:9001\n",
			[]string{`suback.yaml:3: function "f": runtime is for functions that run here, want none beside endpoint`}},
		{"arn with a timeout", "functions:\n  f:\n    arn: " + awsFunction + "\n    timeout: 3\n",
			[]string{`suback.yaml:4: function "f": timeout is for functions that run here, want none beside arn`}},
		{"code and zipFile", "functions:\n  f:\n    runtime: python\n    code: a\n    zipFile: UEs=\n",
			[]string{`suback.yaml:5: function "f": there is a code and a zipFile, want one of them`}},
		{"endpoint and arn", "functions:\n  f:\n    endpoint: http://localhost:9001\n    arn: " + awsFunction + "\n",
			[]string{`suback.yaml:4: function "f": there is an endpoint and an arn, want one of them`}},
		{"endpoint", "functions:\n  f:\n    endpoint: localhost:9001\n",
			[]string{`suback.yaml:3: function "f": endpoint "localhost:9001", want http://<host>:<port>`}},
		{"arn", "functions:\n  f:\n    arn: arn:aws:lambda:eu-west-1:1:function:auth\n",
			[]string{`suback.yaml:3: function "f": arn is "arn:aws:lambda:eu-west-1:1:function:auth", want `}},
		{"the same arn twice", "functions:\n  f: {arn: \"" + awsFunction + "\"}\n  g: {arn: \"" + awsFunction + "\"}\n",
			[]string{`suback.yaml:3: function "g": arn is the ARN of function "f", want another`}},
		{"executable", "functions:\n  f:\n    runtime: provided.al2023\n    code: " + code + "/index.js\n",
			[]string{`suback.yaml:2: function "f": code "`, "index.js is not executable, want chmod +x"}},
		{"no executable", "functions:\n  f:\n    runtime: provided\n    code: " + code + "\n",
			[]string{`suback.yaml:2: function "f": code "`, "has no executable bootstrap"}},
		{"lambdaPermissions", "lambdaPermissions: deny\n", []string{`suback.yaml:1: lambdaPermissions is "deny", want warn or enforce`}},
		{"enforce", "region: eu-west-1\nenforce: warn\n", []string{`suback.yaml:2: enforce is "warn", want deny or log`}},
		{"limits", "limits: {protocol: aws, rate: \"on\"}\n", []string{`suback.yaml:1: limits.rate is "on", want aws or off`}}, // B-1202
		{"limits on a line", "limits:\n  rate: off\n  protocol: strict\n",
			[]string{`suback.yaml:3: limits.protocol is "strict", want aws or off`}},
		{"limits of a group that is none", "limits:\n  size: off\n", []string{`suback.yaml:2: unknown key "size", want one of protocol, rate`}},
		{"disorder", "disorder: true\n", []string{`suback.yaml:1: the value is "true", want keys and values`}}, // B-699
		{"disorder of what has none", "disorder:\n  seed: 1\n  puback: true\n",
			[]string{`suback.yaml:3: unknown key "puback", is "pubacks" meant?`}},
		{"disorder, neither on nor off", "disorder:\n  pubacks: maybe\n  shadows: 1\n",
			[]string{`suback.yaml:2: the value is "maybe", want true or false`, `suback.yaml:3: the value is "1", want true or false`}},
		{"disorder's seed", "disorder: {pubacks: true,\n  seed: often}\n", []string{`suback.yaml:2: the value is "often", want a whole number`}},
		{"account", "region: eu-west-1\naccountId: \"123\"\n", []string{"suback.yaml:2: ", "12 digits"}},
		{"authorizer name", function + "authorizers:\n  - authorizerName: a b\n    authorizerFunctionArn: f\n",
			[]string{"suback.yaml:7: ", "authorizerName has ' '"}},
		{"authorizer status", function +
			"authorizers:\n  - authorizerName: a\n    authorizerFunctionArn: f\n    signingDisabled: true\n    status: active\n",
			[]string{"suback.yaml:10: ", `"active", want ACTIVE or INACTIVE`}},
		{"key file that is not there", function +
			"authorizers:\n  - authorizerName: a\n    authorizerFunctionArn: f\n    tokenKeyName: t\n    tokenSigningPublicKeys: {k: ./none.pem}\n",
			[]string{"suback.yaml:10: ", "none.pem", "want a PEM text or the path of one"}},
		{"default authorizer", "defaultAuthorizerName: nobody\n", []string{"suback.yaml:1: ", `"nobody", want an authorizer that exists`}},
		{"domain's authorizer", "domainConfigurations:\n  - domainConfigurationName: d\n    domainName: a.test\n    authorizerConfig:\n      " +
			"defaultAuthorizerName: nobody\n      allowAuthorizerOverride: true\n", []string{"suback.yaml:5: ", `"nobody"`}},
		//
		{"override is required", function +
			"authorizers: [{authorizerName: a, authorizerFunctionArn: f, signingDisabled: true}]\ndomainConfigurations:\n  - " +
			"domainConfigurationName: d\n    domainName: a.test\n    authorizerConfig:\n      defaultAuthorizerName: a\n",
			[]string{"suback.yaml:10: ", "allowAuthorizerOverride is missing"}},
		{"permission", function + "    permissions: [{principal: iot.amazonaws.com}]\n", []string{"suback.yaml:6: ", "no action"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := loadAndBuild(t, tt.text)
			if err == nil {
				t.Fatalf("got no error, want %q", tt.want)
			}
			for _, want := range tt.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("got %q, want it to hold %q", err, want)
				}
			}
			if strings.Contains(err.Error(), "s3cret") || len(err.Error()) > 3000 {
				t.Errorf("got %d bytes of error: %.100q", len(err.Error()), err)
			}
		})
	}
}

func TestEmptyConfigRefusesEverybody(t *testing.T) {
	for _, text := range []string{"", "\n", "# nothing\n", "{}\n"} {
		r, err := loadAndBuild(t, text)
		if err != nil {
			t.Fatalf("config %q: %v", text, err)
		}
		if got := r.DefaultAuthorizer(); got != "" {
			t.Errorf("config %q: got default authorizer %q, want none", text, got)
		}
	}
}

func TestConfigDefaults(t *testing.T) {
	r, err := loadAndBuild(t, "")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := r.Region()+" "+r.Account(), "us-east-1 000000000000"; got != want {
		t.Errorf("got %q, want %q (docs/design.md)", got, want)
	}
}

// loadAndBuild writes a suback.yaml and does with it what a start does.
func loadAndBuild(t *testing.T, text string) (*registry.Registry, error) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "suback.yaml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Load(file)
	if err != nil {
		return nil, err
	}
	code := done(functions.OpenCode(""))(t)
	c, r, err := c.Build(InGo{}, code, nil)
	if err == nil {
		var runners map[string]lambda.Runner
		runners, err = c.Runners(InGo{}, r, nil, func(registry.Function) lambda.Runner { return nil })
		t.Cleanup(func() { _ = functions.CloseAll(slices.Collect(maps.Values(runners))) })
	}
	t.Cleanup(func() { _ = code.Close() })
	return r, err
}

func FuzzConfig(f *testing.F) {
	f.Add("region: us-east-1\nauthorizers:\n  - authorizerName: a\n")
	f.Add("functions: {f: {runtime: nodejs, code: ., handler: a.b}}")
	f.Add("a: &a [*a]")
	f.Add("? [x]\n: y")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := Parse("suback.yaml", []byte(text))
		if err == nil {
			_, err = c.Registry(InGo{}, nil)
		}
		if err != nil && !strings.HasPrefix(err.Error(), "suback.yaml") {
			t.Errorf("got error %q, want one that begins with the file's name", err)
		}
	})
}

// A function on AWS keeps its own region and account.
func TestFunctionsElsewhere(t *testing.T) {
	r, err := loadAndBuild(t, "region: us-east-1\nfunctions:\n  real: {arn: \""+awsFunction+
		"\"}\n  other: {endpoint: \"http://localhost:9001\"}\n"+
		"authorizers: [{authorizerName: a, authorizerFunctionArn: real, signingDisabled: true}]\n")
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"real": awsFunction, "other": "arn:aws:lambda:us-east-1:000000000000:function:other"} {
		if f, _ := r.Function(name); f.FunctionArn != want {
			t.Errorf("function %s: got %s, want %s", name, f.FunctionArn, want)
		}
	}
	if a, _ := r.Authorizer("a"); a.AuthorizerFunctionArn != awsFunction {
		t.Errorf("got authorizer's function %s, want %s", a.AuthorizerFunctionArn, awsFunction)
	}
}

// TestFunctionsSwitch: the switch stands beside the functions, and may be the name
// of one.
func TestFunctionsSwitch(t *testing.T) {
	tests := []struct{ text, api, want string }{
		{"functions: {api: off}", "off", ""},
		{"functions:\n  api: on\n  f: {endpoint: 'http://localhost:1'}", "on", ""},
		{"functions:\n  api: {endpoint: 'http://localhost:1'}", "", ""},
		{"functions: {}", "", ""},
		{"functions:\n  api: maybe", "", `:2: functions.api is "maybe", want on or off`},
		{"functions:\n  api: off\n  f: off", "", ":3: the value is"},
		{"functions:\n  api: off\n  f: {endpoin: x}", "", `:3: unknown key "endpoin"`},
	}
	for _, tt := range tests {
		c, err := Parse("suback.yaml", []byte(tt.text))
		switch {
		case tt.want == "" && (err != nil || c.FunctionsAPI != tt.api):
			t.Errorf("%q: got %v, %v, want %q", tt.text, c, err, tt.api)
		case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
			t.Errorf("%q: got %v, want an error with %q", tt.text, err, tt.want)
		}
	}
}
