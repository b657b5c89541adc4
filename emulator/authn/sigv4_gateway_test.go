package authn

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/sigv4/sigv4test"
	"github.com/suback/suback/emulator/transport"
)

func TestUpgrade(t *testing.T) {
	good := sigv4test.URL(longKey, longSecret, "", "us-east-1", "iotdevicegateway", gatewayHost, "/mqtt")
	bad := sigv4test.URL(longKey, "another", "", "us-east-1", "iotdevicegateway", gatewayHost, "/mqtt")
	plain := "wss://" + gatewayHost + "/mqtt"
	bearer := transport.Field{Name: "Authorization", Value: "Bearer abc"}
	longWebSocketKey := transport.Field{Name: "sec-websocket-key", Value: strings.Repeat("QUJD", 43)}
	tests := []struct {
		name, address  string
		authentication string // of the domain
		defaultName    string // of the account's authorizer
		header         []transport.Field
		message        string // "" for 101
		code, kind     string
		rule           string // among those behind it
		source         string
	}{
		{"signed", good, "", "", nil, "", "", "", "", "A-52"},
		{"signed wrong", bad, "", "", nil, mismatchMessage, "SECURITY_TOKEN_SIGNATURE_MISMATCH", SigV4, "A-206", "A-163, A-206"},
		{"signed wrong, with a default authorizer", bad, "", "pumps", nil, mismatchMessage, "SECURITY_TOKEN_SIGNATURE_MISMATCH", SigV4, "A-206",
			"A-52"},
		{"signed wrong, and an authorizer named", bad + "&x-amz-customauthorizer-name=pumps", "", "", nil, mismatchMessage,
			"SECURITY_TOKEN_SIGNATURE_MISMATCH", SigV4, "D-25", "A-52, D-25"},
		{"by AWSIoTPythonSDK", bad, "", "", []transport.Field{longWebSocketKey}, mismatchMessage, "SECURITY_TOKEN_SIGNATURE_MISMATCH", SigV4,
			"D-49", "A-209, D-49"},
		{"unknown key", sigv4test.URL("AKIANOBODY", "x", "", "us-east-1", "iotdata", gatewayHost, "/mqtt"), "", "", nil,
			"The security token included in the request is invalid.", "SECURITY_TOKEN_INVALID", SigV4, "A-206", "A-178, A-206"},
		{"nothing", plain, "", "", nil, "", "", "", "", "A-53"},
		{"nothing, the domain wants a signature", plain, SigV4, "", nil, "Missing Authentication Token", notAuthenticated, SigV4, "A-54",
			"A-54, A-206"},
		{"signed, the domain wants that", good, SigV4, "", nil, "", "", "", "", "A-49"},
		{"signed, the domain wants an authorizer", bad, Custom, "", nil, "", "", "", "", "A-49"},
		{"another Authorization header", plain, "", "", []transport.Field{bearer},
			"Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. Authorization header " +
				"requires 'SignedHeaders' parameter. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. " +
				"Authorization=Bearer abc",
			notAuthenticated, Custom, "A-167", "A-167"},
		{"another Authorization header, with a default authorizer", plain, "", "pumps", []transport.Field{bearer}, "", "", "", "", "A-168"},
		{"another Authorization header, and an authorizer named", plain + "?X-Amz-CustomAuthorizer-Name=pumps", "", "", []transport.Field{bearer},
			"", "", "", "", "A-168"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := newGateway(t, yesAnswer)
			addSigners(t, g.Registry)
			if tt.defaultName != "" {
				if err := g.Registry.SetDefaultAuthorizer(tt.defaultName); err != nil {
					t.Fatal(err)
				}
			}
			domain := registry.DomainConfiguration{DomainConfigurationName: "d", DomainName: gatewayHost, AuthenticationType: tt.authentication}
			if tt.authentication != "" {
				domain.ApplicationProtocol = "MQTT_WSS"
			}
			if _, err := g.Registry.CreateDomainConfiguration(domain); err != nil {
				t.Fatal(err)
			}
			answer, err := g.Upgrade(factsFor(t, "GET", tt.address, tt.header...))
			if tt.message == "" {
				if answer != nil || err != nil {
					t.Errorf("got %v, %v, want 101 (%s)", answer, err, tt.source)
				}
				return
			}
			var refused *Error
			if !errors.As(err, &refused) || answer == nil ||
				*answer != (transport.Answer{Status: 403, Type: "ForbiddenException", Message: tt.message}) {
				t.Fatalf("got %+v, %v, want 403 %q (%s)", answer, err, tt.message, tt.source)
			}
			if refused.Reason != tt.code || refused.AuthenticationType != tt.kind || !slices.Contains(refused.Rules, tt.rule) {
				t.Errorf("got %+v, want %s of %s for %s (%s)", refused, tt.code, tt.kind, tt.rule, tt.source)
			}
			checkNoSecret(t, refused, longSecret, "abc")
		})
	}
}

// What was accepted at the upgrade is accepted at CONNECT, whatever user name
// and password say.
func TestSignedConnect(t *testing.T) {
	a := newSigners(t)
	username := "?SDK=Python"
	r := Request{Facts: factsFor(t, "GET", sigv4test.URL(longKey, longSecret, "", "us-east-1", "iotdata", gatewayHost, "/mqtt")),
		ClientID: "pump-7", Username: &username, Password: []byte("x")}
	grant, err := a.Authenticate(t.Context(), r)
	if err != nil || grant.AuthenticationType != SigV4 || !strings.HasPrefix(grant.PrincipalID, "AIDA") {
		t.Fatalf("got %+v, %v, want a grant to AIDA… (A-183, A-212)", grant, err)
	}
	if grant.RefreshAfter != 0 || grant.DisconnectAfter != 0 || len(grant.Notes) > 0 {
		t.Errorf("got refresh %v, disconnect %v, notes %v, want none (A-32, A-34)", grant.RefreshAfter, grant.DisconnectAfter, grant.Notes)
	}
	a.Registry.Advance(25 * time.Hour)
	again, err := a.Review(r, grant)
	if err != nil || again.PrincipalID != grant.PrincipalID || again.AuthenticationType != SigV4 {
		t.Errorf("got %+v, %v, want the grant, though the signature is old (A-34)", again, err)
	}
	r.Facts.HTTP.ReceivedAt = time.Now().Add(6 * time.Minute)
	if _, err := a.Authenticate(t.Context(), r); err == nil {
		t.Error("got a grant, want the signature expired (A-204)")
	}
}

func TestSignedOverMQTT(t *testing.T) {
	a := newSigners(t)
	if _, err := a.Registry.CreateDomainConfiguration(registry.DomainConfiguration{DomainConfigurationName: "d",
		DomainName: "iot.example.test", AuthenticationType: SigV4, ApplicationProtocol: "MQTT_WSS"}); err != nil {
		t.Fatal(err)
	}
	_, err := a.Authenticate(t.Context(), Request{Facts: &transport.Facts{Listener: "https", TLS: true, ServerName: "iot.example.test"}})
	if err == nil || !strings.Contains(err.Error(), "signed requests only") {
		t.Errorf("got %v, want it refused (A-49, A-50)", err)
	}
}

// Of HTTPS the body is signed too.
func TestSignedPublish(t *testing.T) {
	scope := "20260102/us-east-1/iotdata/aws4_request"
	signature := sigv4test.Sign(longSecret, scope, "POST\n/topics/a\nqos=1\nhost:localhost\nx-amz-date:"+sigv4test.At+"\n\nhost;x-amz-date\n"+
		sigv4test.Hash("hello"))
	header := []transport.Field{{Name: "X-Amz-Date", Value: sigv4test.At},
		{Name: "Authorization", Value: "AWS4-HMAC-SHA256 Credential=" + longKey + "/" + scope + ", SignedHeaders=host;x-amz-date, Signature=" +
			signature}}
	for body, want := range map[string]string{"hello": "", "hallo": mismatchMessage} {
		_, err := newSigners(t).Authenticate(t.Context(),
			Request{Facts: factsFor(t, "POST", "https://localhost/topics/a?qos=1", header...), Body: []byte(body)})
		var refused *Error
		if errors.As(err, &refused) != (want != "") || refused != nil && refused.Message != want {
			t.Errorf("body %q: got %v, want %q (A-200, A-210)", body, err, want)
		}
	}
	_, err := newSigners(t).Authenticate(t.Context(),
		Request{Facts: factsFor(t, "POST", "https://localhost/topics/a", transport.Field{Name: "Authorization", Value: "Basic eDp5"})})
	var refused *Error
	if !errors.As(err, &refused) || !strings.HasSuffix(refused.Message, "Authorization=Basic eDp5") {
		t.Errorf("got %v, want the message about the Authorization header (A-167)", err)
	}
}
