package lint

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// write writes files into a folder of the test's, and returns the path of the first.
func write(t *testing.T, files ...string) string {
	t.Helper()
	dir := t.TempDir()
	for i := 0; i < len(files); i += 2 {
		file := filepath.Join(dir, files[i])
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(files[i+1]), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return filepath.Join(dir, files[0])
}

const connects = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iot:Connect",
  "Resource":"arn:aws:iot:eu-west-1:123456789012:client/pump-7"}}`

const subscribes = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iot:Subscribe",
  "Resource":"arn:aws:iot:eu-west-1:123456789012:topicfilter/a"}}`

const receives = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iot:Receive",
  "Resource":"arn:aws:iot:eu-west-1:123456789012:topic/a"}}`

const ofThing = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iot:Connect",
  "Resource":"arn:aws:iot:eu-west-1:123456789012:client/${iot:Connection.Thing.ThingName}"}}`

// A suback.yaml says whose its policies are, what applies together, and which endpoint.
func TestConfig(t *testing.T) {
	const head = "region: eu-west-1\naccountId: \"123456789012\"\n"
	const policies = "policies:\n- {policyName: c, policyDocument: c.json}\n- {policyName: s, policyDocument: s.json}\n" +
		"- {policyName: r, policyDocument: r.json}\n"
	const certificate = "things: [{thingName: t}]\ncertificates:\n- {certificatePem: cert.pem, policies: [c], things: [t]}\n"
	pem, err := os.ReadFile("../../fixtures/certificates/pump-7.pem")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, yaml string
		want       []string // rules, in the order of files and lines
	}{
		{"each alone", head + policies, []string{"connect-missing", "subscribe-missing", "connect-missing", "receive-missing"}},
		{"together", head + policies + "roles: [{roleName: x, policies: [c, s, r]}]\n", nil},
		{"with a group's", head + policies + certificate + "thingGroups: [{thingGroupName: g, things: [t], policies: [s, r]}]\n", nil},
		{"with those of groups above", head + policies + certificate + "thingGroups: [{thingGroupName: all, policies: [s]}, " +
			"{thingGroupName: mid, parentGroupName: all, policies: [r]}, {thingGroupName: g, parentGroupName: mid, things: [t]}]\n", nil},
		{"of a group and the one above it", head + policies + "thingGroups: [{thingGroupName: all, policies: [s, c]}, " +
			"{thingGroupName: g, parentGroupName: all, policies: [r]}]\n", []string{"receive-missing"}},
		{"of a certificate alone", head + policies + "certificates: [{certificatePem: cert.pem, policies: [c, s, r]}]\n", nil},
		{"of two certificates", head + policies + "certificates: [{certificatePem: cert.pem, policies: [c, s, r]}, " +
			"{certificatePem: other.pem, policies: [c, s]}]\n", []string{"receive-missing", "suback-yaml"}}, // which is not there
		{"of a group of others", head + policies + certificate + "thingGroups: [{thingGroupName: g, policies: [s, r]}]\n",
			[]string{"connect-missing"}},
		{"another region", "accountId: \"123456789012\"\npolicies: [{policyName: c, policyDocument: c.json}]\n", []string{"region-other"}},
		{"another account", "region: eu-west-1\npolicies: [{policyName: c, policyDocument: c.json}]\n", []string{"account-other"}},
		{"an account of accounts", head + "accounts: {b: {accountId: \"210987654321\", policies: [{policyName: c, policyDocument: c.json}]}}\n",
			[]string{"account-other"}},
		{"a thing of a role", head + "policies: [{policyName: t, policyDocument: t.json}]\nroles: [{roleName: x, policies: [t]}]\n",
			[]string{"variable-principal"}},
		{"a thing of a certificate", head + "policies: [{policyName: t, policyDocument: t.json}]\n" +
			"certificates: [{certificatePem: cert.pem, policies: [t]}]\n", nil},
		{"no file", head + "policies: [{policyName: c, policyDocument: gone.json}]\n", []string{"suback-yaml"}},
		{"a broken file", head + "policies: [{policyName: c, policyDocument: broken.json}]\n", []string{"unreadable"}},
		{"a document that AWS refuses", head + "policies: [{policyName: c, policyDocument: {Version: \"2012-10-17\", Statement: []}}]\n",
			[]string{"malformed"}},
		{"a key", head + "policys: []\n", []string{"suback-yaml"}},
		{"two mistakes", head + "policys: []\nauthorizers: [{authorizerName: a}]\n", []string{"suback-yaml", "suback-yaml"}},
		{"no YAML", head + "\tpolicies: []\n", []string{"unreadable"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file := write(t, "suback.yaml", tt.yaml, "c.json", connects, "s.json", subscribes, "r.json", receives, "t.json", ofThing,
				"broken.json", "{", "cert.pem", string(pem))
			if all := lintFile(t, file, Options{}); !slices.Equal(ids(all), tt.want) {
				t.Errorf("got %+v, want %q", all, tt.want)
			}
		})
	}
}

// In a folder, a policy that a suback.yaml names is linted as part of it, and once.
func TestConfigOfAFolder(t *testing.T) {
	file := write(t, "suback.yaml", "region: eu-west-1\naccountId: \"123456789012\"\npolicies: [{policyName: s, policyDocument: policies/s.json}]\n"+
		"roles: [{roleName: x, policies: [s]}]\n", "policies/s.json", subscribes, "policies/other.json", connects, "package.json", `{"name":"x"}`,
		"tags.yaml", "tags: {}\nservices: {}\n", "trust.json", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Principal":"*"}}`,
		"broken.json", "{", "node_modules/p.json", subscribes)
	report, err := Files([]string{filepath.Dir(file)}, nil, Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"connect-missing", "receive-missing"}
	if got := ids(report.Findings); !slices.Equal(got, want) || report.Files != 2 {
		t.Errorf("got %d files and %+v, want 2 and %q", report.Files, report.Findings, want)
	}
}

// TestFixture: of the file that shows every key, only what it is meant to allow is told.
func TestFixture(t *testing.T) {
	all := lintFile(t, "../../fixtures/suback.yaml", Options{})
	if got, want := ids(all), []string{"broad-connect", "broad-publish"}; !slices.Equal(got, want) {
		t.Errorf("got %+v, want %q", all, want)
	}
}
