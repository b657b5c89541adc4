package dataplane_test

import (
	"bytes"
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

	"github.com/suback/suback/emulator/authn"
	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/hooks"
)

// Requests signed by the SDK's signer, body and all.
func TestSignedRequests(t *testing.T) {
	b := newBroker(t, hooks.Options{})
	r, err := registry.New(registry.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.CreatePolicy("all",
		`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:*","Resource":"*"}]}`); err != nil {
		t.Fatal(err)
	}
	if _, err := r.PutUser(registry.User{UserName: "ann", Policies: []string{"all"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := r.PutCredential(registry.Credential{AccessKeyID: "AKIALOCAL", SecretAccessKey: "secret", UserName: "ann"}); err != nil {
		t.Fatal(err)
	}
	b.handler.Authenticate = (&authn.Authenticator{Registry: r}).Authenticate
	const mismatch = "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and " +
		"signing method. Consult the service documentation for details."
	tests := []struct {
		name, method, target, service string
		signed, sent                  string // the body
		secret, header                string
		status                        int
		message                       string // "" for whatever success says
		source                        string
	}{
		{"publish", "POST", "/topics/a%2Fb?qos=1&retain=true", "iotdata", "hello", "hello", "secret", "", 200, "", "A-200, B-805"},
		{"publish, the other service", "POST", "/topics/a/b", "iotdevicegateway", "hello", "hello", "secret", "", 200, "", "A-200, guess"},
		{"another body", "POST", "/topics/a", "iotdata", "hello", "hallo", "secret", "", 403, mismatch, "A-206"},
		{"another secret", "GET", "/retainedMessage", "iotdata", "", "", "wrong", "", 403, mismatch, "A-206"},
		{"retained message", "GET", "/retainedMessage/a%2Fb", "iotdata", "", "", "secret", "", 200, "", "A-200, B-811"},
		{"control plane's service", "GET", "/retainedMessage", "iot", "", "", "secret", "", 403,
			"Credential should be scoped to correct service: 'iotdevicegateway'. ", "A-200, D-50"},
		{"too long", "POST", "/topics/a", "iotdata", strings.Repeat("x", 1<<18), strings.Repeat("x", 1<<18), "secret", "", 413,
			"Request entity too large", "B-808"},
		{"too long a direct message", "POST", "/connections/d/messages?topic=t", "iotdata", strings.Repeat("x", 1<<18),
			strings.Repeat("x", 1<<18), "secret", "", 413, "Request entity too large", "B-808, B-817"},
		{"no signature, no authorizer", "POST", "/topics/a", "", "", "hello", "", "", 403, "Forbidden", "A-160"},
		{"another Authorization header", "POST", "/topics/a", "", "", "hello", "", "Bearer abc", 403,
			"Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header " +
				"requires 'SignedHeaders' parameter. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. " +
				"Authorization=Bearer abc", "A-167"},
	}
	for _, tt := range tests {
		req, err := http.NewRequest(tt.method, "http://"+b.addr["http"]+tt.target, bytes.NewReader([]byte(tt.sent)))
		if err != nil {
			t.Fatal(err)
		}
		if tt.service != "" {
			sum := sha256.Sum256([]byte(tt.signed))
			keys := aws.Credentials{AccessKeyID: "AKIALOCAL", SecretAccessKey: tt.secret}
			if err := v4.NewSigner().SignHTTP(context.Background(), keys, req, hex.EncodeToString(sum[:]), tt.service, "us-east-1",
				time.Now()); err != nil {
				t.Fatal(err)
			}
		}
		if tt.header != "" {
			req.Header.Set("Authorization", tt.header)
		}
		resp, err := b.client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		got := response{status: resp.StatusCode, body: string(text)}
		if err != nil || got.status != tt.status || tt.message != "" && got.message() != tt.message {
			t.Errorf("%s: got %d %s, %v, want %d %q (%s)", tt.name, got.status, got.body, err, tt.status, tt.message, tt.source)
		}
	}
}
