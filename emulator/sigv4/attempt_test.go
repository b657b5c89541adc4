package sigv4

import (
	"strings"
	"testing"

	"github.com/suback/suback/emulator/sigv4/sigv4test"
	"github.com/suback/suback/emulator/transport"
)

// What SDKs sign that Go's does not: user-agent, the Date header, a body that is
// not signed.
func TestSignedHeaders(t *testing.T) {
	const scope = "20260102/us-east-1/iotdata/aws4_request"
	sign := func(headers, names, payload string) transport.Field {
		signature := sigv4test.Sign(longSecret, scope, "POST\n/topics/a\n\n"+headers+"\n"+names+"\n"+payload)
		return transport.Field{Name: "authorization", Value: "AWS4-HMAC-SHA256 Credential=" + longKey + "/" + scope + ",SignedHeaders=" + names +
			",Signature=" + signature}
	}
	date := transport.Field{Name: "x-amz-date", Value: sigv4test.At}
	hello := sigv4test.Hash("hello")
	tests := []struct {
		name   string
		header []transport.Field
		want   string // "" for verified
		source string
	}{
		{"user-agent", []transport.Field{sign("host:localhost\nuser-agent:aws-sdk-java/1.12 Linux\nx-amz-date:"+sigv4test.At+"\n",
			"host;user-agent;x-amz-date", hello), date,
			{Name: "User-Agent", Value: "aws-sdk-java/1.12  Linux"}}, "", "A-210"},
		{"Date in place of X-Amz-Date", []transport.Field{sign("date:Fri, 02 Jan 2026 03:04:05 GMT\nhost:localhost\n", "date;host", hello),
			{Name: "Date", Value: "Fri, 02 Jan 2026 03:04:05 GMT"}}, "", "A-210"},
		{"the hash in a header", []transport.Field{sign("host:localhost\nx-amz-content-sha256:"+hello+"\nx-amz-date:"+sigv4test.At+"\n",
			"host;x-amz-content-sha256;x-amz-date", hello), date,
			{Name: "X-Amz-Content-Sha256", Value: hello}}, "", "A-210"},
		{"a body that is not signed", []transport.Field{sign("host:localhost\nx-amz-content-sha256:UNSIGNED-PAYLOAD\nx-amz-date:"+sigv4test.At+
			"\n", "host;x-amz-content-sha256;x-amz-date", "UNSIGNED-PAYLOAD"), date,
			{Name: "X-Amz-Content-Sha256", Value: "UNSIGNED-PAYLOAD"}}, "", "guess"},
		{"the hash of another body", []transport.Field{sign("host:localhost\nx-amz-content-sha256:"+sigv4test.EmptyHash+"\nx-amz-date:"+
			sigv4test.At+"\n", "host;x-amz-content-sha256;x-amz-date", sigv4test.EmptyHash), date,
			{Name: "X-Amz-Content-Sha256", Value: sigv4test.EmptyHash}}, "the client signed another body", "A-206"},
		{"a header that does not come",
			[]transport.Field{sign("host:localhost\nx-amz-date:"+sigv4test.At+"\nx-trace:1\n", "host;x-amz-date;x-trace", hello), date},
			`x-amz-date:20260102T030405Z\nx-trace:…`, "A-206"},
	}
	for _, tt := range tests {
		err := verify(requestFor(t, "POST", "https://localhost/topics/a", tt.header...), "hello")
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q (%s)", tt.name, err, tt.want, tt.source)
		}
	}
}
