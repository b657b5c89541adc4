package emulator_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	paho "github.com/eclipse/paho.mqtt.golang"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/trace"
)

// WebSockets signed by the SDK's signer: the upgrade, the CONNECT, and what the
// trace says of either.
func TestSignedWebSocket(t *testing.T) {
	const document = `{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iot:*", "Resource": "*"}}`
	const mismatch = "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and " +
		"signing method. Consult the service documentation for details."
	tests := []struct {
		name, key, secret, region string
		age                       time.Duration
		message                   string // of the 403; "" for 101
		connects                  bool
		cause                     cause
		source                    string
	}{
		{"signed", "AKIALOCAL", "secret", "us-east-1", 0, "", true, cause{}, "A-196"},
		{"another secret", "AKIALOCAL", "wrong", "us-east-1", 0, mismatch, false,
			cause{operation: trace.AuthNError, reason: "SECURITY_TOKEN_SIGNATURE_MISMATCH", detail: "is not that of", saw: "403"}, "A-206"},
		{"another region", "AKIALOCAL", "secret", "eu-west-1", 0, "Credential should be scoped to a valid region, not 'eu-west-1'. ", false,
			cause{operation: trace.AuthNError, reason: "SECURITY_TOKEN_SIGNATURE_MISMATCH", rules: []string{"D-42"}}, "A-206, D-42"},
		{"an old URL", "AKIALOCAL", "secret", "us-east-1", 10 * time.Minute, "Signature expired: ", false,
			cause{operation: trace.AuthNError, rules: []string{"D-39", "D-40"}}, "A-204, D-40"},
		{"unknown key", "AKIANOBODY", "secret", "us-east-1", 0, "The security token included in the request is invalid.", false,
			cause{operation: trace.AuthNError, reason: "SECURITY_TOKEN_INVALID"}, "A-206"},
		{"without iot:Connect", "AKIAMUTE", "secret", "us-east-1", 0, "", false,
			cause{operation: trace.Connect, action: policy.Connect, reason: "AUTHORIZATION_FAILURE", rules: []string{"D-44"}}, "A-211, D-44"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := emulator.Run(t, emulator.Options{Config: &emulator.Config{
				Policies: []emulator.Policy{{PolicyName: "all", PolicyDocument: document}},
				Credentials: []emulator.Credential{
					{AccessKeyID: "AKIALOCAL", SecretAccessKey: "secret", Policies: []string{"all"}},
					{AccessKeyID: "AKIAMUTE", SecretAccessKey: "secret"},
				}}})
			r, err := http.NewRequest("GET", "https://"+e.Addr(emulator.HTTPS)+"/mqtt", nil)
			if err != nil {
				t.Fatal(err)
			}
			address, _, err := v4.NewSigner().PresignHTTP(context.Background(), aws.Credentials{AccessKeyID: tt.key, SecretAccessKey: tt.secret}, r,
				"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "iotdevicegateway", tt.region, time.Now().Add(-tt.age))
			if err != nil {
				t.Fatal(err)
			}
			options := paho.NewClientOptions().AddBroker(strings.Replace(address, "https", "wss", 1)).SetClientID("page").SetProtocolVersion(4).
				SetTLSConfig(e.ClientTLS()).SetAutoReconnect(false).SetConnectTimeout(patience)
			client := paho.NewClient(options)
			token := client.Connect()
			if token.WaitTimeout(patience); (token.Error() == nil) != tt.connects {
				t.Errorf("got %v, want connected %v (%s)", token.Error(), tt.connects, tt.source)
			}
			client.Disconnect(0)
			if tt.cause.operation != "" {
				_, signature, _ := strings.Cut(address, "X-Amz-Signature=")
				if text := explained(t, e, tt.cause).Text(); strings.Contains(text, signature) {
					t.Errorf("got %s, want no signature (design)", text)
				}
			}
			checkUpgrade(t, e, address, tt.message, tt.source)
		})
	}
}

// TestSignedForTheBareHost: Paho connects at an address that is signed for the host
// without its port. AWS has no other port than 443, so there is nothing to say but
// where Host names that [A-202, E-10].
func TestSignedForTheBareHost(t *testing.T) {
	e := signedAccount(t)
	for _, tt := range []struct {
		id, host string // the Host header; "" is the client's own
		noted    bool
	}{{"own-port", "", false}, {"named-443", "localhost:443", true}} {
		for _, version := range []uint{4, 3} { // 3.1.1 and 3.1, both over WebSocket
			r, err := http.NewRequest("GET", "https://localhost/mqtt", nil)
			must(t, err)
			address, _, err := v4.NewSigner().PresignHTTP(t.Context(), aws.Credentials{AccessKeyID: "AKIALOCAL", SecretAccessKey: "secret"}, r,
				"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "iotdevicegateway", "us-east-1", time.Now())
			must(t, err)
			id := fmt.Sprint(tt.id, version)
			options := paho.NewClientOptions().SetClientID(id).SetProtocolVersion(version).SetTLSConfig(e.ClientTLS()).SetAutoReconnect(false).
				AddBroker(strings.Replace(address, "https://localhost", "wss://localhost:"+portOf(t, e, emulator.HTTPS), 1))
			if tt.host != "" {
				options.SetHTTPHeaders(http.Header{"Host": {tt.host}})
			}
			client := paho.NewClient(options)
			mustBe(t, "connect", outcome3(client.Connect()), "ok")
			if tt.noted {
				noted(t, e, id, "D-41", `the signature is for host "localhost", and the request has Host "localhost:443"`,
					"sign for the host that the request is sent to")
			}
			client.Disconnect(0)
			for _, ev := range e.Trace().Events(trace.Filter{Client: id}) {
				if ev.Outcome != trace.Allowed && !tt.noted {
					t.Errorf("got a record, want none for a client that AWS lets in (E-10):\n%s", ev.Text())
				}
			}
		}
	}
}

// checkUpgrade sends the upgrade by hand and reads the answer, 101 or 403.
func checkUpgrade(t *testing.T, e *emulator.Emulator, address, message, source string) {
	t.Helper()
	host := e.Addr(emulator.HTTPS)
	conn, err := tls.Dial("tcp", host, e.ClientTLS())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(patience))
	_, target, _ := strings.Cut(address, host)
	fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: "+
		"13\r\nSec-WebSocket-Protocol: mqtt\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", target, host)
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	if message == "" {
		if response.StatusCode != http.StatusSwitchingProtocols {
			t.Errorf("got %s, want 101 (%s)", response.Status, source)
		}
		return
	}
	body, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != http.StatusForbidden || response.Header.Get("X-Amzn-Errortype") != "ForbiddenException:" ||
		!strings.HasPrefix(string(body), `{"message":"`+message) {
		t.Errorf("got %s, %s, %v, want 403 %q (A-163, %s)", response.Status, body, err, message, source)
	}
	if !strings.HasSuffix(message, ": ") && len(body) != 63+len(message) {
		t.Errorf("got %d bytes, want %d (A-164)", len(body), 63+len(message))
	}
}
