package tokens_test

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/trace"
)

func TestAssumeRole(t *testing.T) {
	a := start(t)
	session, err := a.IssueCredential(registry.Credential{RoleName: "app", RoleSessionName: "s"}, 1e12)
	must(t, err)
	document, err := policy.Parse("session", []byte(allow("iot:*")))
	must(t, err)
	limited, err := a.IssueCredential(registry.Credential{RoleName: "app", RoleSessionName: "s",
		SessionPolicies: []*policy.Document{document}}, 1e12)
	must(t, err)
	denied := func(who, role string) string {
		return "User: " + who + " is not authorized to perform: sts:AssumeRole on resource: " + role
	}
	const assumed = "arn:aws:sts::000000000000:assumed-role/app/s"
	tests := []struct {
		name, key, form string
		code, message   string // "": it succeeds
		traced          string
		source          string
	}{
		{"no trust policy", "AKIAANN", role + "app", "", "", "", "A-258"},
		{"trusts the account", "AKIAANN", role + "anyone", "", "", "", "IAM trust policies"},
		{"trusts with an external id", "AKIAANN", role + "picky&ExternalId=secret-id", "", "", "", "IAM trust policies"},
		{"wrong external id", "AKIAANN", role + "picky&ExternalId=1", "AccessDenied", denied(user+"ann", role+"picky"),
			"on a condition that fails", "A-260"},
		{"trusts somebody else", session.AccessKeyID, role + "picky", "AccessDenied", denied(assumed, role+"picky"), "names no Principal",
			"A-260"},
		{"no such role", "AKIAANN", role + "nobody", "AccessDenied", denied(user+"ann", role+"nobody"), "there is no role " + role +
			"nobody; there are " + role + "anyone", "A-260"},
		{"another account", "AKIAANN", "arn:aws:iam::111111111111:role/app", "AccessDenied",
			denied(user+"ann", "arn:aws:iam::111111111111:role/app"), "there is no role", "A-260"},
		{"a policy denies it", "AKIABOB", role + "app", "AccessDenied", denied(user+"bob", role+"app") + " with an explicit deny",
			"denies sts:AssumeRole", "A-260"},
		{"a session policy does not allow it", limited.AccessKeyID, role + "app", "AccessDenied", denied(assumed, role+"app") +
			" because no session policy allows", "issued with a session policy", "A-262"},
		{"chained", session.AccessKeyID, role + "app&DurationSeconds=3600", "", "", "", "A-258"},
		{"chained for too long", session.AccessKeyID, role + "app&DurationSeconds=3601", "ValidationError", "exceeds the 1 hour session limit",
			"", "STS's text"},
		{"twelve hours", "AKIAANN", role + "app&DurationSeconds=43200", "", "", "", "A-258"},
		{"too long", "AKIAANN", role + "app&DurationSeconds=43201", "ValidationError", "less than or equal to 43200", "", "A-258"},
		{"no number", "AKIAANN", role + "app&DurationSeconds=1h", "ValidationError", "durationSeconds", "", "A-260"},
		{"a user's ARN", "AKIAANN", user + "ann", "ValidationError", user + "ann is invalid", "RoleArn is arn:aws:iam", "A-260"},
		{"a name", "AKIAANN", "app", "ValidationError", "greater than or equal to 20", "", "A-260"},
		{"bad session policy", "AKIAANN", role + "app&Policy={}", "MalformedPolicyDocument", "Statement is missing", "", "botocore sts"},
		{"session policy too long", "AKIAANN", role + "app&Policy=" + strings.Repeat("x", 2049), "ValidationError", "less than or equal to 2048",
			"", "botocore sts"},
		{"unknown session policy", "AKIAANN", role + "app&PolicyArns.member.1.arn=arn:aws:iam::aws:policy/None", "ValidationError",
			"does not exist", `add "None" to policies`, "guess"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, body := a.form(t, tt.key, "Action=AssumeRole&RoleSessionName=s1&RoleArn="+tt.form)
			if tt.code == "" {
				if !strings.Contains(body, "<AccessKeyId>ASIA") {
					t.Errorf("got %s, want keys (%s)", body, tt.source)
				}
				return
			}
			if !strings.Contains(body, "<Code>"+tt.code+"</Code>") || !strings.Contains(body, tt.message) {
				t.Errorf("got %s, want %s with %q (%s)", body, tt.code, tt.message, tt.source)
			}
			a.refused(t, tt.source, tt.code, tt.traced, "sts:AssumeRole")
		})
	}
}

func TestSessionNames(t *testing.T) {
	a := start(t)
	for name, ok := range map[string]bool{"s": false, "s1": true, "a.b@c=d,e+f-g_h": true, "a b": false, "a/b": false,
		strings.Repeat("n", 64): true, strings.Repeat("n", 65): false} {
		_, body := a.form(t, "AKIAANN", "Action=AssumeRole&RoleArn="+role+"app&RoleSessionName="+url.QueryEscape(name))
		if got := strings.Contains(body, "ASIA"); got != ok {
			t.Errorf("%q: got %v, want %v (botocore sts, roleSessionNameType)", name, got, ok)
		}
	}
}

// Keys do what role and session policies both allow.
func TestSessionPoliciesLimit(t *testing.T) {
	a := start(t)
	tests := []struct {
		name               string
		policy             string
		arns               []string
		publish, subscribe bool
		source             string
	}{
		{"none", "", nil, true, true, "A-262"},
		{"inline", allow("iot:Publish"), nil, true, false, "A-262"},
		{"by ARN", "", []string{"publish"}, true, false, "A-262"},
		{"both together", allow("iot:Subscribe"), []string{"publish"}, true, true, "A-262: session policies are one union"},
		{"more than the role", allow("*"), nil, true, true, "A-262"},
		{"nothing the role has", allow("s3:*"), nil, false, false, "A-262"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			in := &sts.AssumeRoleInput{RoleArn: aws.String(role + "app"), RoleSessionName: aws.String("limited")}
			if tt.policy != "" {
				in.Policy = aws.String(tt.policy)
			}
			for _, name := range tt.arns {
				in.PolicyArns = append(in.PolicyArns, types.PolicyDescriptorType{Arn: aws.String("arn:aws:iam::000000000000:policy/" + name)})
			}
			out, err := a.sts("AKIAANN", "x", "").AssumeRole(context.Background(), in)
			must(t, err)
			k, ok := a.Credential(*out.Credentials.AccessKeyId)
			if !ok || k.SecretAccessKey != *out.Credentials.SecretAccessKey || k.SessionToken != *out.Credentials.SessionToken {
				t.Fatalf("got %v, %v, want the keys that were handed out", k, ok)
			}
			p := a.reach(k)
			if got := [2]bool{p.Allows(policy.Publish, "a"), p.Allows(policy.Subscribe, "a")}; got != [2]bool{tt.publish, tt.subscribe} {
				t.Errorf("got publish, subscribe %v, want %v, %v (%s)", got, tt.publish, tt.subscribe, tt.source)
			}
		})
	}
}

// Root's keys may assume roles here, and a note says that AWS differs.
func TestAssumeRoleAsRoot(t *testing.T) {
	a := start(t)
	for range 2 {
		_, body := a.form(t, "test", "Action=AssumeRole&RoleArn="+role+"app&RoleSessionName=s1&Tags.member.1.Key=a&Tags.member.1.Value=b")
		if !strings.Contains(body, "<AccessKeyId>ASIA") {
			t.Errorf("got %s, want keys (conventions: any key may call)", body)
		}
	}
	notes := fmt.Sprint(a.trace.Events(trace.Filter{Outcome: trace.Note}))
	for _, want := range []string{"Roles may not be assumed by root accounts", "Tags is not emulated"} {
		if strings.Count(notes, want) != 1 {
			t.Errorf("got notes %s, want one with %q", notes, want)
		}
	}
}

func TestAssumeRoleByGET(t *testing.T) {
	a := start(t)
	response, err := a.Client().Get(a.URL + "/?Action=AssumeRole&Version=2011-06-15&RoleSessionName=s1&RoleArn=" +
		url.QueryEscape(role+"app") +
		"&X-Amz-Credential=AKIAANN%2F20261121%2Fus-east-1%2Fsts%2Faws4_request")
	must(t, err)
	defer response.Body.Close()
	if response.StatusCode != 200 {
		t.Errorf("got %s, want 200 (A-258: the query protocol takes GET)", response.Status)
	}
}
