package stack

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestStays: what is left out takes nothing with it but what needs it, and leaves nothing that does.
func TestStays(t *testing.T) {
	t.Parallel()
	pem := done(os.ReadFile("../../fixtures/certificates/pump-7.pem"))(t)
	const unclear = "{Version: '2012-10-17', Statement: [{Effect: Allow, Action: 'iot:*', Resource: !Ref Nobody}]}"
	certificate := "C: {Type: AWS::IoT::Certificate, Properties: {Status: ACTIVE, CertificatePem: " + strconv.Quote(string(pem)) + "}}\n"
	tests := []struct {
		name, resources, said string
		stays, gone           string
	}{
		{"the certificate of a policy", certificate + "  P: {Type: AWS::IoT::Policy, Properties: {PolicyDocument: " + unclear + "}}\n" +
			"  A: {Type: AWS::IoT::PolicyPrincipalAttachment, Properties: {PolicyName: !Ref P, Principal: !GetAtt C.Arn}}\n",
			"A: PolicyName: policy P is not in the result; left out", "certificatePem", "policies"},
		{"the certificate of a thing", certificate + "  T: {Type: AWS::IoT::Thing, Properties: {ThingName: !Ref Nobody}}\n" +
			"  A: {Type: AWS::IoT::ThingPrincipalAttachment, Properties: {ThingName: T, Principal: !GetAtt C.Arn}}\n",
			"A: ThingName: thing T is not in the result; left out", "certificatePem", "things"},
		{"the role of a managed policy", "M: {Type: AWS::IAM::ManagedPolicy, Properties: {PolicyDocument: " + unclear + "}}\n" +
			"  R: {Type: AWS::IAM::Role, Properties: {ManagedPolicyArns: [!Ref M]}}\n",
			"R: has policies M, which is not in the result; left out", "roleName: R", "- M"},
		{"a pool without guests", "R: {Type: AWS::IAM::Role}\n" +
			"  P: {Type: AWS::Cognito::IdentityPool, Properties: {AllowUnauthenticatedIdentities: false}}\n" +
			"  X: {Type: AWS::Cognito::IdentityPoolRoleAttachment, Properties: {IdentityPoolId: !Ref P, " +
			"Roles: {authenticated: !GetAtt R.Arn, unauthenticated: !GetAtt R.Arn}}}\n", "lets no guest in", "\n    authenticatedRole: R", "unauthenticatedRole"},
		{"an event's rule", "F: {Type: AWS::Serverless::Function, Properties: {Handler: a.b, Runtime: nodejs20.x, CodeUri: nowhere, " +
			"Events: {E: {Type: IoTRule, Properties: {Sql: SELECT * FROM 'a'}}}}}\n", "F: code \"nowhere\": no such file", "region", "topicRules"},
	}
	for _, tt := range tests {
		text := "Resources:\n  " + tt.resources
		result, err := Import(t.Context(), []File{{Name: "t.yaml", Text: []byte(text)}}, Options{})
		if got := string(result.Text); err != nil || !strings.Contains(got, tt.stays) || strings.Contains(got, tt.gone) {
			t.Errorf("%s: got %s and %v, want %s, without %s", tt.name, got, err, tt.stays, tt.gone)
		}
		if said := fmt.Sprint(result.Notes); !strings.Contains(said, tt.said) {
			t.Errorf("%s: got %s, want %s", tt.name, said, tt.said)
		}
	}
}

// TestSecret: no note has the value of a parameter that is NoEcho, nor what it may be.
func TestSecret(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, parameter, value string
		given                  map[string]string
		isSecret               bool
	}{
		{"one that is used", "{Default: hunter22, NoEcho: true}", "hunter22", nil, true},
		{"one in text", "{Default: hunter22, NoEcho: 'true'}", "hunter22", nil, true},
		{"one that is given", "{NoEcho: true}", "hunter22", map[string]string{"P": "hunter22"}, true},
		{"one that is quoted", `{NoEcho: true}`, "hunter22", map[string]string{"P": "hunter22\n\"x"}, true},
		{"one that is clipped", "{NoEcho: true}", "hunter22", map[string]string{"P": strings.Repeat("hunter22", 30)}, true},
		{"one that is not allowed", "{Default: hunter22, NoEcho: true, AllowedValues: [other33]}", "hunter22", nil, false},
		{"one that is allowed", "{Default: hunter22, NoEcho: true, AllowedValues: [other33]}", "other33", nil, false},
		{"one for all", "{Default: hunter22}", "", nil, false},
	}
	for _, tt := range tests {
		text := "Parameters: {P: " + tt.parameter + "}\nResources: {X: {Type: AWS::IoT::Certificate, Properties: {CertificatePem: !Ref P}}}\n"
		result, err := Import(t.Context(), []File{{Name: "t.yaml", Text: []byte(text)}}, Options{Parameters: tt.given})
		said := fmt.Sprint(result.Notes)
		if err != nil || result.IsSecret != tt.isSecret || len(result.Notes) == 0 || tt.value != "" && strings.Contains(said, tt.value) {
			t.Errorf("%s: got %v, secret %v and %s, want secret %v and nothing of %s", tt.name, err, result.IsSecret, said, tt.isSecret, tt.value)
		}
	}
}

// TestFunctionsOfSAM: what SAM makes of a function is the function, and Globals are for those that
// do not ignore them.
func TestFunctionsOfSAM(t *testing.T) {
	t.Parallel()
	const head = "Globals: {Function: {Timeout: 9, MemorySize: 300}}\n" +
		"Resources:\n  F: {Type: AWS::Serverless::Function, %Properties: {InlineCode: x, AutoPublishAlias: live, Runtime: nodejs20.x, Handler: a.b}}\n"
	authorizer := func(function string) string {
		return strings.ReplaceAll(head, "%", "") + "  P: {Type: AWS::Lambda::Permission, Properties: {Action: 'lambda:InvokeFunction', " +
			"Principal: iot.amazonaws.com, FunctionName: " + function + "}}\n" +
			"  A: {Type: AWS::IoT::Authorizer, Properties: {AuthorizerFunctionArn: " + function + ", Status: ACTIVE, SigningDisabled: true}}\n"
	}
	const shortened = "authorizerFunctionArn: F\n"
	tests := []struct{ name, text, want, without string }{
		{"its alias", authorizer("!Ref F.Alias"), shortened, ""},
		{"its version", authorizer("!Ref F.Version"), shortened, ""},
		{"its alias by its id", authorizer("!Ref FAliaslive"), shortened, ""},
		{"its alias in a text", authorizer(`!Sub "${F.Arn}:live"`), shortened, ""},
		{"globals", strings.ReplaceAll(head, "%", ""), "timeout: 9", ""},
		{"no globals", strings.ReplaceAll(head, "%", "IgnoreGlobals: '*', "), "runtime", "timeout: 9"},
		{"not all globals", strings.ReplaceAll(head, "%", "IgnoreGlobals: [Timeout], "), "memorySize: 300", "timeout: 9"},
	}
	for _, tt := range tests {
		result, err := Import(t.Context(), []File{{Name: "t.yaml", Text: []byte(tt.text)}}, Options{})
		got := string(result.Text)
		if err != nil || !strings.Contains(got, tt.want) || tt.without != "" && strings.Contains(got, tt.without) {
			t.Errorf("%s: got %s, %v and %v, want %s, without %q", tt.name, got, err, result.Notes, tt.want, tt.without)
		}
		if tt.want == shortened && (!strings.Contains(got, "permissions") || result.LeftOut()) {
			t.Errorf("%s: got %s and %v, want the permission with its function", tt.name, got, result.Notes)
		}
	}
}

// TestArchives: no more of the archives of functions is read than a file may have.
func TestArchives(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), ".serverless")
	if err := errors.Join(os.Mkdir(dir, 0o755), os.WriteFile(filepath.Join(dir, "f.zip"), make([]byte, 100), 0o644)); err != nil {
		t.Fatal(err)
	}
	const text = "Resources: {F: {Type: AWS::Lambda::Function, Properties: {Runtime: nodejs20.x, Handler: a.b, " +
		"Code: {S3Bucket: b, S3Key: c/f.%s}}}}"
	tests := []struct {
		name, ending string
		had          int64
		want         string
	}{
		{"the last", "zip", maxArchives - 100, ""},
		{"one too many", "zip", maxArchives - 99, "archives of all functions have more than 16777216 bytes; left out"},
		{"no archive", "txt", 0, "has no a.js"},
	}
	for _, tt := range tests {
		out := newOutput(t.Context().Err, Options{Account: "000000000000"})
		out.archives = tt.had
		file := File{Name: filepath.Join(dir, "t.yaml"), Text: []byte(strings.ReplaceAll(text, "%s", tt.ending))}
		template := done(readTemplate(file, out))(t)
		template.take(makes)
		if said := fmt.Sprint(out.notes); !strings.Contains(said, tt.want) || (tt.want == "") != (len(out.entries[byNameKey]) == 1) {
			t.Errorf("%s: got %s, want %q", tt.name, said, tt.want)
		}
	}
}
