package emulator_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iot"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"github.com/suback/suback/emulator"
)

// TestNearlyConfiguredKeys: who means configured keys and slips is no stranger whom
// the APIs let in [H-14].
func TestNearlyConfiguredKeys(t *testing.T) {
	e := emulator.Run(t, emulator.Options{Config: &emulator.Config{
		Credentials: []emulator.Credential{{AccessKeyID: "AKIALOCAL", SecretAccessKey: "secret"},
			{AccessKeyID: "dev", SecretAccessKey: "secret"}}}})
	tests := []struct {
		id    string
		letIn bool
	}{
		{"akialocal", false}, {"AkiaLocal", false}, {"AKIALOCAL ", false}, {" akialocal", false}, {"AKIALOCA", false}, {"AKIALOCAL2", false},
		{"AK1AL0CAL", false},
		{"DEV", false}, {"AKIALOCAL", false}, // the very key, and the signature is not its secret's
		{"test", true}, {"devs", true}, {"AKIAOTHERS", true},
	}
	for _, tt := range tests {
		for service, call := range map[string]request{
			"iot": {"GET", "/things", "", "", ""}, "lambda": {"GET", "/2015-03-31/functions/", "", "", ""},
			"acm": {"POST", "/", "", "CertificateManager.ListCertificates", "{}"},
		} {
			answer, body := call.send(t, e, emulator.HTTP,
				map[string]string{"Authorization": strings.Replace(signedBy(service), "NOBODY", tt.id, 1)})
			if (answer.StatusCode == 200) != tt.letIn {
				t.Errorf("%s, key %q: got %d %s, want let in: %v (H-14)", service, tt.id, answer.StatusCode, body, tt.letIn)
			}
		}
	}
}

// TestAnyKeys: keys that nobody configured may call the control plane; STS knows
// test/test as the account's root, and refuses ids of AWS's form.
func TestAnyKeys(t *testing.T) {
	e := emulator.Run(t, emulator.Options{})
	url := aws.String("http://" + e.Addr(emulator.HTTP))
	tests := []struct {
		id     string
		want   string // of STS
		source string
	}{
		{"test", "arn:aws:iam::000000000000:root", "A-258"},
		{"AKIAIOSFODNN7EXAMPLE", "InvalidClientTokenId", "A-260"},
		{"ASIAIOSFODNN7EXAMPLE", "InvalidClientTokenId", "A-260"},
	}
	for _, tt := range tests {
		keys := credentials.NewStaticCredentialsProvider(tt.id, "test", "")
		answer, err := sts.New(sts.Options{Region: "us-east-1", BaseEndpoint: url, Credentials: keys, RetryMaxAttempts: 1}).
			GetCallerIdentity(t.Context(), nil)
		got, refused := "", smithy.APIError(nil)
		switch {
		case err == nil:
			got = *answer.Arn
		case errors.As(err, &refused):
			got = refused.ErrorCode()
		}
		if got != tt.want {
			t.Errorf("STS, key %s: got %q, %v, want %s (%s)", tt.id, got, err, tt.want, tt.source)
		}
		if tt.id[:4] == "ASIA" {
			continue // temporary keys come from STS alone
		}
		if _, err := iot.New(iot.Options{Region: "us-east-1", BaseEndpoint: url, Credentials: keys, RetryMaxAttempts: 1}).
			ListThings(t.Context(), nil); err != nil {
			t.Errorf("control plane, key %s: got %v, want it to be let in (A-329)", tt.id, err)
		}
	}
}
