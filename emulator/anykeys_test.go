package emulator_test

import (
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iot"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"

	"github.com/suback/suback/emulator"
)

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
		answer, err := sts.New(sts.Options{Region: "us-east-1", BaseEndpoint: url, Credentials: keys, RetryMaxAttempts: 1}).GetCallerIdentity(t.Context(), nil)
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
		if _, err := iot.New(iot.Options{Region: "us-east-1", BaseEndpoint: url, Credentials: keys, RetryMaxAttempts: 1}).ListThings(t.Context(), nil); err != nil {
			t.Errorf("control plane, key %s: got %v, want it to be let in (A-329)", tt.id, err)
		}
	}
}
