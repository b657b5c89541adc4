package authn

import (
	"strings"
	"testing"

	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/transport"
)

// What SDKs sign that Go's does not: user-agent, the Date header, a body that is
// not signed.
func TestSignedHeaders(t *testing.T) {
	const scope = "20260102/us-east-1/iotdata/aws4_request"
	sign := func(headers, names, payload string) transport.Field {
		signature := handSign(longSecret, scope, "POST\n/topics/a\n\n"+headers+"\n"+names+"\n"+payload)
		return transport.Field{Name: "authorization", Value: "AWS4-HMAC-SHA256 Credential=" + longKey + "/" + scope + ",SignedHeaders=" + names + ",Signature=" + signature}
	}
	date := transport.Field{Name: "x-amz-date", Value: signedAt}
	hello := hashed([]byte("hello"))
	tests := []struct {
		name   string
		header []transport.Field
		want   string // "" for verified
		source string
	}{
		{"user-agent", []transport.Field{sign("host:localhost\nuser-agent:aws-sdk-java/1.12 Linux\nx-amz-date:"+signedAt+"\n", "host;user-agent;x-amz-date", hello), date,
			{Name: "User-Agent", Value: "aws-sdk-java/1.12  Linux"}}, "", "A-210"},
		{"Date in place of X-Amz-Date", []transport.Field{sign("date:Fri, 02 Jan 2026 03:04:05 GMT\nhost:localhost\n", "date;host", hello),
			{Name: "Date", Value: "Fri, 02 Jan 2026 03:04:05 GMT"}}, "", "A-210"},
		{"the hash in a header", []transport.Field{sign("host:localhost\nx-amz-content-sha256:"+hello+"\nx-amz-date:"+signedAt+"\n", "host;x-amz-content-sha256;x-amz-date", hello), date,
			{Name: "X-Amz-Content-Sha256", Value: hello}}, "", "A-210"},
		{"a body that is not signed", []transport.Field{sign("host:localhost\nx-amz-content-sha256:UNSIGNED-PAYLOAD\nx-amz-date:"+signedAt+"\n", "host;x-amz-content-sha256;x-amz-date", "UNSIGNED-PAYLOAD"), date,
			{Name: "X-Amz-Content-Sha256", Value: "UNSIGNED-PAYLOAD"}}, "", "guess"},
		{"the hash of another body", []transport.Field{sign("host:localhost\nx-amz-content-sha256:"+emptyHash+"\nx-amz-date:"+signedAt+"\n", "host;x-amz-content-sha256;x-amz-date", emptyHash), date,
			{Name: "X-Amz-Content-Sha256", Value: emptyHash}}, "the client signed another body", "A-206"},
		{"a header that does not come", []transport.Field{sign("host:localhost\nx-amz-date:"+signedAt+"\nx-trace:1\n", "host;x-amz-date;x-trace", hello), date},
			`x-amz-date:20260102T030405Z\nx-trace:…`, "A-206"},
	}
	for _, tt := range tests {
		_, _, err := newSigners(t).verify(factsFor(t, "POST", "https://localhost/topics/a", tt.header...), []byte("hello"), gatewayServices)
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %q (%s)", tt.name, err, tt.want, tt.source)
		}
	}
}

func TestSignedHosts(t *testing.T) {
	tests := []struct {
		name, signed, host, sni string
		note                    bool
		want                    bool
		source                  string
	}{
		{"as sent", "localhost:8443", "localhost:8443", "", false, true, "A-202"},
		{"upper case sent", gatewayHost, strings.ToUpper(gatewayHost), "", false, true, "A-201"},
		{"without the port", "localhost", "localhost:8443", "", false, true, "A-202, E-10: AWS has no such port"},
		{"without the port, upper case", "localhost", "LOCALHOST:8443", "", false, true, "A-202, E-10"},
		{"without the port, with SNI", gatewayHost, gatewayHost + ":8443", gatewayHost, false, true, "A-202, E-10"},
		{"port 443", gatewayHost, gatewayHost + ":443", "", true, true, "A-201, D-41"},
		{"SNI", gatewayHost, "proxy.example.test", gatewayHost, true, true, "A-202, D-41"},
		{"a domain configuration's", "iot.example.test", "localhost:8443", "", true, true, "A-202, D-41"},
		{"an endpoint's", gatewayHost, "localhost:8443", "localhost", true, true, "A-202, D-41"},
		{"another", "elsewhere.example.test", "localhost:8443", "", false, false, "A-202"},
	}
	for _, tt := range tests {
		a := newSigners(t)
		if _, err := a.Registry.CreateDomainConfiguration(registry.DomainConfiguration{DomainConfigurationName: "own", DomainName: "iot.example.test"}); err != nil {
			t.Fatal(err)
		}
		a.Setting = func() Setting { return Setting{Endpoints: []string{gatewayHost}} }
		f := factsFor(t, "GET", blogURL(longKey, longSecret, "", "us-east-1", "iotdevicegateway", tt.signed, "/mqtt"))
		f.HTTP.Host, f.ServerName = tt.host, tt.sni
		_, notes, err := a.verify(f, nil, gatewayServices)
		if (err == nil) != tt.want || (len(notes) == 1 && notes[0].Rule == "D-41" && strings.Contains(notes[0].Text, `"`+tt.signed+`"`)) != tt.note {
			t.Errorf("%s: got %v, notes %v, want verified %v, a note %v (%s)", tt.name, err, notes, tt.want, tt.note, tt.source)
		}
	}
}
