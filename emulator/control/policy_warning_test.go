package control

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/iot"
)

// TestPolicyWarnings: CreatePolicy and CreatePolicyVersion take a document that
// hardly means what it says, as AWS does, and the log says what is odd.
func TestPolicyWarnings(t *testing.T) {
	const statement = `"Statement":[{"Effect":"Allow","Action":"iot:Connect","Resource":"arn:aws:iot:us-east-1:000000000000:client/${iot:ClientId}"}]}`
	tests := []struct{ name, document, want, rule string }{
		{"no version", `{` + statement, "has ${iot:ClientId}, which stays plain text", "B-109"},
		{"half an ARN", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:Publish","Resource":"arn:aws:iot:us-east-1:topic/a"}]}`, "5 of the 6 parts", "B-201"},
		{"sound", `{"Version":"2012-10-17",` + statement, "", ""},
	}
	for _, tt := range tests {
		var log bytes.Buffer
		b := newBench(t, func(o *Options) { o.Log = slog.New(slog.NewTextHandler(&log, nil)) })
		name, ctx := "p", context.Background()
		check := func(operation string, err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
			lines := log.String()
			if said := strings.Count(lines, "\n"); (said == 1) != (tt.want != "") || !strings.Contains(lines, tt.want) ||
				!strings.Contains(lines, tt.rule) ||
				tt.want != "" && !strings.Contains(lines, "policy=p") {
				t.Errorf("%s, %s: the log is %q, want %q (%s)", tt.name, operation, lines, tt.want, tt.rule)
			}
			log.Reset()
		}
		_, err := b.CreatePolicy(ctx, &iot.CreatePolicyInput{PolicyName: &name, PolicyDocument: &tt.document})
		check("CreatePolicy", err)
		_, err = b.CreatePolicyVersion(ctx, &iot.CreatePolicyVersionInput{PolicyName: &name, PolicyDocument: &tt.document})
		check("CreatePolicyVersion", err)
	}
}
