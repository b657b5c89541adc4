package tokens_test

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/suback/suback/emulator/authn"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/tokens"
	"github.com/suback/suback/emulator/transport"
)

const providerHost = "x.credentials.iot.us-east-1.amazonaws.com"

// https puts a TLS listener in front of the handler that asks for client
// certificates under the credential provider's name, and returns its address.
func (a *account) https(t *testing.T) string {
	t.Helper()
	l, err := transport.New(transport.Options{Name: "https", Address: "127.0.0.1:0", CA: a.ca, Handler: tokens.New(a.options),
		ServerNames: func() []string { return []string{providerHost} },
		Domain: func(name string) transport.Domain {
			if name != providerHost {
				return transport.Domain{}
			}
			return transport.Domain{Configured: true, Protocol: "HTTPS", AuthenticationType: authn.X509, ClientCertificate: true}
		}})
	must(t, err)
	must(t, l.Init(nil))
	done := make(chan struct{})
	go func() {
		l.Serve(nil)
		close(done)
	}()
	t.Cleanup(func() {
		l.Close(func(string) {})
		<-done
	})
	return l.Address()
}

// as is a client with a certificate; none is one without.
func (a *account) as(t *testing.T, certificates ...tls.Certificate) *http.Client {
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: a.ca.Pool(), ServerName: providerHost, Certificates: certificates}}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, Timeout: patience}
}

func ask(t *testing.T, client *http.Client, address, alias, thing string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, "https://"+address+"/role-aliases/"+alias+"/credentials", nil)
	must(t, err)
	r.Host = providerHost
	if thing != "" {
		r.Header.Set("x-amzn-iot-thingname", thing)
	}
	return do(t, client, r)
}

func TestCredentialProvider(t *testing.T) {
	a := start(t)
	address := a.https(t)
	device := a.as(t, a.device)
	id := registry.CertificateIDOf(leaf(t, a.device))
	tests := []struct {
		thing  string
		values policy.Values
		source string
	}{
		{"", policy.Values{"credentials-iot:AwsCertificateId": {id}}, "A-252: the header is optional"},
		{"camera-1", policy.Values{"credentials-iot:AwsCertificateId": {id}, "credentials-iot:ThingName": {"camera-1"},
			"credentials-iot:ThingTypeName": {"cam"}}, "A-253, authorizing-direct-aws"},
	}
	for _, tt := range tests {
		response, body := ask(t, device, address, "camera", tt.thing)
		if got, want := golden(body), `{"credentials":{"accessKeyId":"ASIA","secretAccessKey":"SECRET","sessionToken":"TOKEN","expiration":"TIME"}}`; got != want || response.StatusCode != http.StatusOK {
			t.Fatalf("got %d %s, want 200 %s (A-252)", response.StatusCode, got, want)
		}
		var out struct {
			Credentials struct {
				AccessKeyID string
				Expiration  time.Time
			}
		}
		must(t, json.Unmarshal([]byte(body), &out))
		if life := time.Until(out.Credentials.Expiration); life > 900*time.Second || life < 890*time.Second {
			t.Errorf("got keys for %v, want the alias's 900 s (A-253)", life)
		}
		k, _ := a.Credential(out.Credentials.AccessKeyID)
		if k.RoleName != "device" || k.RoleSessionName != id || !reflect.DeepEqual(k.Values, tt.values) {
			t.Errorf("got role %s, session %s, values %v, want device, %s, %v (%s)", k.RoleName, k.RoleSessionName, k.Values, id, tt.values,
				tt.source)
		}
	}
}

func TestCredentialProviderRefusals(t *testing.T) {
	a := start(t)
	address := a.https(t)
	device := a.as(t, a.device)
	stranger, err := a.ca.ClientCertificate("stranger")
	must(t, err)
	powerless := a.register(t, "powerless", "publish")
	tests := []struct {
		name         string
		client       *http.Client
		alias, thing string
		status       int
		kind, body   string
		traced       string
		source       string
	}{
		{"no certificate", a.as(t), "camera", "", 403, "AccessDeniedException", "Certificate is invalid on this endpoint", "sent no certificate",
			"A-252"},
		{"unknown certificate", a.as(t, stranger), "camera", "", 403, "AccessDeniedException", "Certificate is invalid on this endpoint",
			"403 AccessDeniedException", "A-252"},
		{"thing of another", device, "camera", "camera-2", 403, "AccessDeniedException", "Invalid thing name passed",
			`"camera-2", which is not attached`, "A-252"},
		{"no such thing, no such alias", device, "none", "camera-3", 403, "AccessDeniedException", "Invalid thing name passed", "not attached",
			"A-252: the thing is asked first"},
		{"no policy", a.as(t, powerless), "camera", "", 403, "AccessDeniedException", "Access Denied",
			"DENY (implicit) iot:AssumeRoleWithCertificate rolealias/camera", "A-253"},
		{"no such alias", device, "none", "", 404, "ResourceNotFoundException", "Role alias does not exist", "rolealias/none", "A-253"},
		{"no such role", device, "lost", "", 400, "InvalidRequestException", "Unable to assume the role, or the role to assume does not exist",
			"role/nobody", "A-253"},
		{"role does not trust it", device, "wrong", "", 400, "InvalidRequestException",
			"Unable to assume the role, or the role to assume does not exist", "names no Principal", "A-253"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			response, body := ask(t, tt.client, address, tt.alias, tt.thing)
			want := `{"message":"` + tt.body + `"}`
			if response.StatusCode != tt.status || body != want || response.Header.Get("x-amzn-ErrorType") != tt.kind {
				t.Errorf("got %d %s %s, want %d %s %s (%s)", response.StatusCode, response.Header.Get("x-amzn-ErrorType"), body, tt.status, tt.kind,
					want, tt.source)
			}
			a.refused(t, tt.source, tt.kind, tt.traced, "iot:AssumeRoleWithCertificate", "rolealias/"+tt.alias)
		})
	}
}

// A deactivated certificate gets nothing any more.
func TestCredentialProviderInactive(t *testing.T) {
	a := start(t)
	_, err := a.UpdateCertificateStatus(registry.CertificateIDOf(leaf(t, a.device)), registry.Inactive)
	must(t, err)
	response, body := ask(t, a.as(t, a.device), a.https(t), "camera", "")
	if response.StatusCode != http.StatusForbidden {
		t.Errorf("got %d %s, want 403 (A-224)", response.StatusCode, body)
	}
}

func TestCredentialProviderRequests(t *testing.T) {
	a := start(t)
	address := a.https(t)
	for _, tt := range []struct {
		method, path string
		status       int
	}{{"POST", "/role-aliases/camera/credentials", 405}, {"GET", "/", 404}} {
		r, err := http.NewRequestWithContext(context.Background(), tt.method, "https://"+address+tt.path, strings.NewReader(""))
		must(t, err)
		r.Host = providerHost
		if response, body := do(t, a.as(t, a.device), r); response.StatusCode != tt.status {
			t.Errorf("%s %s: got %d %s, want %d (A-252)", tt.method, tt.path, response.StatusCode, body, tt.status)
		}
	}
}
