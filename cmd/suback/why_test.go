package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/suback/suback/emulator"
)

const (
	whyPolicy = `{"Version": "2012-10-17", "Statement": [
  {"Effect": "Allow", "Action": "iot:Connect", "Resource": "arn:aws:iot:eu-west-1:123456789012:client/${iot:ClientId}"},
  {"Effect": "Allow", "Action": "iot:Subscribe", "Resource": "arn:aws:iot:eu-west-1:123456789012:topic/a/#"},
  {"Effect": "Allow", "Action": "iot:Publish",
	"Resource": "arn:aws:iot:eu-west-1:123456789012:topic/${iot:Connection.Thing.ThingName}/x"}]}`
	whyDeny = `{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "iot:Publish", "Resource": "*",
  "Condition": {"StringEquals": {"iot:DomainName": "old.example"}}}}`
)

// whyFiles are what is asked about, by name.
func whyFiles(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	policies, _ := json.Marshal([]string{whyPolicy})
	for name, text := range map[string]string{
		"p.json": whyPolicy, "deny.json": whyDeny, "broken.json": `{"Statement": 1}`,
		"answer.json":  `{"isAuthenticated": true, "principalId": "me", "policyDocuments": [` + whyPolicy + `], "refreshAfterInSeconds": 300}`,
		"tested.json":  `{"isAuthenticated": true, "principalId": "me", "policyDocuments": ` + string(policies) + `, "disconnectAfterInSeconds": 300}`,
		"hyphen.json":  `{"isAuthenticated": true, "principalId": "pump-7", "policyDocuments": []}`,
		"suback.yaml":  "region: eu-west-1\naccountId: \"123456789012\"\npolicies:\n  - policyName: devices\n    policyDocument: p.json\n",
		"elsewhere.ym": "region: us-west-2\npolicies:\n  - policyName: devices\n    policyDocument: p.json\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir + string(filepath.Separator)
}

func TestWhyOffline(t *testing.T) {
	t.Parallel()
	dir := whyFiles(t)
	tests := []struct {
		name   string
		args   string // file names begin with @
		code   int
		stdout string // lines of it, in order; each a part
		stderr string
	}{
		{"allowed", "--policy @p.json --client pump-7 --connect", exitYes, `ALLOW iot:Connect client/pump-7
by        @p.json.Statement[0], Allow on client/pump-7
used      iot:ClientId`, ""},
		{"several, in their order", "--policy @p.json --client pump-7 --receive a/b --connect", exitNo, `DENY (implicit) iot:Receive topic/a/b
hint      no statement allows iot:Receive
repair    @p.json: add /Statement/- {"Effect":"Allow","Action":"iot:Receive","Resource":"arn:aws:iot:eu-west-1:123456789012:topic/a/b"}
ALLOW iot:Connect`, ""},
		{"a near miss", "--policy @p.json --client pump-7 --subscribe a/#", exitNo, `DENY (implicit) iot:Subscribe topicfilter/a/#
asked     topicfilter/a/#
allowed   topic/a/#
     ^
repair    @p.json: replace /Statement/1/Resource "arn:aws:iot:eu-west-1:123456789012:topicfilter/a/#"`, ""},
		{"a variable without a value", "--policy @p.json --client pump-7 --publish pump-7/x", exitNo, `DENY (implicit) iot:Publish
missing   iot:Connection.Thing.ThingName`, ""},
		{"a thing", "--policy @p.json --client pump-7 --thing t --publish t/x", exitYes, "ALLOW iot:Publish topic/t/x", ""},
		{"a variable", "--policy @p.json --client pump-7 --var iot:Connection.Thing.ThingName=v --publish v/x", exitYes,
			"ALLOW iot:Publish topic/v/x", ""},
		{"two policies", "--policy @p.json --policy @deny.json --client pump-7 --thing t --var iot:DomainName=old.example --publish t/x", exitNo,
			`DENY (explicit) iot:Publish topic/t/x
by        @deny.json.Statement[0], Deny on *
warning   @deny.json.Statement[0] denies iot:Publish`, ""},
		{"an answer", "--answer @answer.json --client pump-7 --connect", exitYes, "by        LambdaPolicy[0].Statement[0]", ""},
		{"TestInvokeAuthorizer's output", "--answer @tested.json --client pump-7 --connect", exitYes, "by        LambdaPolicy[0].Statement[0]",
			""},
		{"an answer that AWS refuses", "--answer @hyphen.json --client pump-7 --connect", exitNo, "",
			`AWS refuses this answer, and with it the client: CUSTOM_AUTHORIZER_LAMBDA_EXECUTION_ERROR: principalId "pump-7": character 5`},
		{"by name", "--config @suback.yaml --policy-name devices --client pump-7 --connect", exitYes, "by        devices.Statement[0]", ""},
		{"the configuration is elsewhere", "--config @elsewhere.ym --policy-name devices --client pump-7 --connect", exitNo,
			`the region here is "us-west-2", not "eu-west-1"`, ""},
		{"no such name", "--config @suback.yaml --policy-name devises --client pump-7 --connect", exitNo, "",
			`there is no policy "devises" in the configuration, is "devices" meant?`},
		{"another account", "--policy @p.json --account 999999999999 --client pump-7 --connect", exitNo,
			`the account here is "999999999999", not "123456789012"`, ""},
		{"an answer as a policy", "--policy @answer.json --client pump-7 --connect", exitNo, "", "this is an authorizer's answer: --answer"},
		{"no policy", "--policy @broken.json --client pump-7 --connect", exitNo, "", "Statement is a number"},
		{"no file", "--policy @none.json --client pump-7 --connect", exitNo, "", "--policy: open"},
		{"no client", "--policy @p.json --connect", exitUsage, "", "want --client"},
		{"a filter as a topic", "--policy @p.json --client pump-7 --publish a/#", exitUsage, "", "for flag -publish: want a topic, in which"},
		{"no filter", "--policy @p.json --client pump-7 --subscribe a#", exitUsage, "", "want a topic or a filter as a/+/c"},
		{"no request", "--policy @p.json --client pump-7", exitUsage, "", "want a request: --connect"},
		{"no policy to ask", "--client pump-7 --publish a", exitUsage, "", "there is no policy to judge --publish by"},
		{"a topic", "--policy @p.json --client pump-7 --topic a --connect", exitUsage, "", "want --receive a"},
		{"a variable without =", "--policy @p.json --client pump-7 --connect --var x", exitUsage, "", `--var is "x", want name=value`},
		{"nothing", "", exitUsage, "", "want the id of a message, --client of a running gateway, or --policy"},
		{"too much", "id --client pump-7", exitUsage, "", `unexpected argument "id"`},
		{"nobody there", "--client pump-7 --http 127.0.0.1:1", exitNo, "", "no gateway at http://127.0.0.1:1"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			r := call(t, nil, append([]string{"why"}, strings.Fields(strings.ReplaceAll(tt.args, "@", dir))...)...)
			if r.code != tt.code || !strings.Contains(r.stderr, tt.stderr) {
				t.Errorf("got %d %s, want %d %s", r.code, r.stderr, tt.code, tt.stderr)
			}
			rest := r.stdout
			for line := range strings.SplitSeq(strings.ReplaceAll(tt.stdout, "@", dir), "\n") {
				_, after, found := strings.Cut(rest, line)
				if !found {
					t.Fatalf("got\n%swant there, in this order\n%s", r.stdout, tt.stdout)
				}
				rest = after
			}
		})
	}
}

// TestWhyLive: what is printed, for a person and for a program.
func TestWhyLive(t *testing.T) {
	t.Parallel()
	e := emulator.Run(t, emulator.Options{})
	r := call(t, nil, "why", "--client", "pump-7", "--http", e.Addr(emulator.HTTP))
	if r.code != exitNo || !strings.HasPrefix(r.stdout, `Nobody has connected as "pump-7", nor tried to`) ||
		!strings.Contains(r.stdout, "\nhint: see that the device connects") {
		t.Errorf("got %+v", r)
	}
	r = call(t, nil, "why", "--client", "pump-7", "--topic", "a", "--json", "--http", e.Addr(emulator.HTTP))
	if r.code != exitNo || !strings.Contains(r.stdout, `"found": "never-connected"`) || !strings.Contains(r.stdout, `"topic": "a"`) {
		t.Errorf("got %+v", r)
	}
	r = call(t, nil, "why", "--client", "x", "--account", "none", "--http", e.Addr(emulator.HTTP))
	if r.code != exitNo || !strings.Contains(r.stderr, `there is no account "none"`) {
		t.Errorf("got %+v", r)
	}
}
