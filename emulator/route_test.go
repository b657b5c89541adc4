package emulator_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/trace"
	"github.com/suback/suback/emulator/transport"
)

// Calls of the data plane that go elsewhere, or are signed for another service:
// what the client reads, and what the trace says.
func TestMisdirectedDataPlane(t *testing.T) {
	const document = `{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iot:*", "Resource": "*"}}`
	const wrongService, note = "Credential should be scoped to correct service: ", "was sent to iot.us-east-1.amazonaws.com"
	tests := []struct {
		name, method, path, host, service string
		status                            int
		answer                            string
		cause                             cause // "" as operation: nothing is said
		source                            string
	}{
		{"right", "POST", "/topics/a", "", "iotdata", 200, `"message":"OK"`, cause{}, "A-200"},
		{"connections", "GET", "/connections/nobody", "", "iotdevicegateway", 404, "", cause{}, "A-200"},
		{"for iot", "POST", "/topics/a", "", "iot", 403, wrongService,
			cause{operation: trace.AuthNError, rules: []string{"D-50"}, hint: "iot is the control plane's"}, "A-199, D-50"},
		{"for execute-api", "POST", "/topics/b", "", "execute-api", 403, wrongService,
			cause{operation: trace.AuthNError, rules: []string{"D-50"}, hint: "execute-api is what"}, "D-50"},
		{"retained messages for iot", "GET", "/retainedMessage", "", "iot", 403, wrongService,
			cause{operation: trace.AuthNError, rules: []string{"D-50"}}, "D-50"},
		{"to the control plane", "POST", "/topics/a", "iot.us-east-1.amazonaws.com", "iotdata", 403, wrongService,
			cause{operation: trace.Transport, reason: transport.ProblemEndpoint, rules: []string{"D-50"}, detail: note, saw: "403 Forbidden"},
			"D-50"},
		{"to the control plane, for iot", "POST", "/topics/a", "IOT.us-east-1.amazonaws.com:443", "iot", 404, "no operation",
			cause{operation: trace.Transport, reason: transport.ProblemEndpoint, rules: []string{"D-50"}, detail: note, saw: "404 Not Found",
				hint: "DescribeEndpoint"}, "D-50"},
		{"the control plane's own", "GET", "/endpoint", "", "iot", 200, "endpointAddress", cause{}, "A-329"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := emulator.Run(t, emulator.Options{Config: &emulator.Config{
				Policies:    []emulator.Policy{{PolicyName: "all", PolicyDocument: document}},
				Credentials: []emulator.Credential{{AccessKeyID: "AKIALOCAL", SecretAccessKey: "secret", Policies: []string{"all"}}}}})
			status, body := sendSigned(t, e, tt.method, tt.path, tt.host, tt.service)
			if status != tt.status || !strings.Contains(body, tt.answer) {
				t.Errorf("got %d %s, want %d with %q (%s)", status, body, tt.status, tt.answer, tt.source)
			}
			if tt.cause.operation != "" {
				explained(t, e, tt.cause)
			}
		})
	}
}

// sendSigned sends a request without query, signed by the SDK's signer, and
// returns what came back.
func sendSigned(t *testing.T, e *emulator.Emulator, method, path, host, service string) (status int, body string) {
	t.Helper()
	r, err := http.NewRequest(method, "http://"+e.Addr(emulator.HTTP)+path, strings.NewReader("{}"))
	must(t, err)
	r.Host = host
	sum := sha256.Sum256([]byte("{}"))
	must(t, v4.NewSigner().SignHTTP(context.Background(), aws.Credentials{AccessKeyID: "AKIALOCAL", SecretAccessKey: "secret"}, r,
		hex.EncodeToString(sum[:]), service, "us-east-1", time.Now()))
	answer, err := http.DefaultClient.Do(r)
	must(t, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	must(t, err)
	return answer.StatusCode, string(text)
}
