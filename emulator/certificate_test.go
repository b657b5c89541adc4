package emulator_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	paho3 "github.com/eclipse/paho.mqtt.golang"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/trace"
)

// Client certificates, with the paho clients for Go over mutual TLS: on mqtts, as
// AWS's port 8883, and on https with ALPN x-amzn-mqtt-ca, as its port 443.

// devicePolicy lets a device be the thing it is, and use the topics that its
// certificate names.
const devicePolicy = `{
  "Version": "2012-10-17",
  "Statement": [
    {"Effect": "Allow", "Action": "iot:Connect", "Resource": "arn:aws:iot:us-east-1:000000000000:client/${iot:Connection.Thing.ThingName}",
     "Condition": {"Bool": {"iot:Connection.Thing.IsAttached": "true"}}},
    {"Effect": "Allow", "Action": ["iot:Publish", "iot:Receive"], "Resource": "arn:aws:iot:us-east-1:000000000000:topic/${iot:Certificate.Subject.Organization}/*"},
    {"Effect": "Allow", "Action": "iot:Subscribe", "Resource": "arn:aws:iot:us-east-1:000000000000:topicfilter/${iot:Certificate.Subject.Organization}/*"}
  ]
}`

// An issuer signs certificates of devices.
type issuer struct{ tls.Certificate }

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	return &issuer{certified(t, &x509.Certificate{Subject: pkix.Name{CommonName: "factory"}, IsCA: true, BasicConstraintsValid: true}, nil)}
}

// device is a certificate for pump-7, of an organization.
func (i *issuer) device(t *testing.T, organization string) tls.Certificate {
	t.Helper()
	return certified(t, &x509.Certificate{Subject: pkix.Name{CommonName: "pump-7", Organization: []string{organization}}}, i)
}

func certified(t *testing.T, template *x509.Certificate, by *issuer) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template.SerialNumber, _ = rand.Int(rand.Reader, big.NewInt(1<<62))
	template.NotBefore, template.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	parent, signer := template, any(key)
	if by != nil {
		parent, signer = by.Leaf, by.PrivateKey
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}

func pemText(c tls.Certificate) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Certificate[0]}))
}

// A fleet is an account with policy "device" and thing "pump-7".
type fleet struct {
	*emulator.Emulator
	*registry.Registry
}

func newFleet(t *testing.T, o emulator.Options) fleet {
	t.Helper()
	o.Listeners = free
	e := emulator.Run(t, o)
	f := fleet{e, emulator.RegistryOf(e)}
	_, err := f.CreatePolicy("device", devicePolicy)
	must(t, err)
	_, err = f.CreateThing(registry.Thing{ThingName: "pump-7"})
	must(t, err)
	return f
}

// join registers a certificate with policy and thing.
func (f fleet) join(t *testing.T, c tls.Certificate) registry.Certificate {
	t.Helper()
	r, err := f.RegisterCertificateWithoutCA(pemText(c), registry.Active)
	must(t, err)
	f.permit(t, r)
	return r
}

func (f fleet) permit(t *testing.T, r registry.Certificate) {
	t.Helper()
	must(t, f.AttachPolicy("device", r.CertificateArn))
	must(t, f.AttachThingPrincipal("pump-7", r.CertificateArn, ""))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// mutual is how a device with this certificate reaches a listener.
func (f fleet) mutual(listener string, c tls.Certificate) *tls.Config {
	config := f.ClientTLS()
	config.Certificates = []tls.Certificate{c}
	if listener == emulator.HTTPS {
		config.NextProtos = []string{"x-amzn-mqtt-ca"}
	}
	return config
}

// dial returns a device that has not connected yet.
func (f fleet) dial(t *testing.T, version int, listener, id string, config *tls.Config) device {
	t.Helper()
	if version == 5 {
		d := &device5{inbox: newInbox(), id: id}
		d.open = func() (net.Conn, error) {
			return tls.Dial("tcp", f.Addr(listener), config)
		}
		t.Cleanup(d.disconnect)
		return d
	}
	d := &device3{inbox: newInbox()}
	d.client = paho3.NewClient(paho3.NewClientOptions().AddBroker("tls://" + f.Addr(listener)).SetTLSConfig(config).SetProtocolVersion(4).
		SetClientID(id).SetAutoReconnect(false).SetConnectTimeout(patience).
		SetConnectionLostHandler(func(paho3.Client, error) { d.lost("closed") }).
		SetDefaultPublishHandler(func(_ paho3.Client, m paho3.Message) { d.messages <- m.Topic() + " " + string(m.Payload()) }))
	t.Cleanup(d.disconnect)
	return d
}

// bothWays runs a test for each version of MQTT on each listener.
func bothWays(t *testing.T, run func(t *testing.T, version int, listener string)) {
	for _, version := range []int{4, 5} {
		for _, listener := range []string{emulator.MQTTS, emulator.HTTPS} {
			t.Run(fmt.Sprintf("MQTT %d %s", version, listener), func(t *testing.T) {
				t.Parallel()
				run(t, version, listener)
			})
		}
	}
}

func TestCertificate(t *testing.T) {
	bothWays(t, func(t *testing.T, version int, listener string) {
		f := newFleet(t, emulator.Options{})
		c := newIssuer(t).device(t, "acme")
		registered := f.join(t, c)
		d := f.dial(t, version, listener, "pump-7", f.mutual(listener, c))
		mustBe(t, "connect", d.connect(), "ok")
		mustBe(t, "subscribe", d.subscribe("acme/#"), "ok")
		mustBe(t, "publish", d.publish("acme/a", 1, false, "1"), "ok")
		mustBe(t, "arrives", d.receive(t), "acme/a 1")                 //
		if got := f.Clients()[0]; got.PrincipalID != registered.CertificateID || got.AuthenticationType != "AWS_X509" ||
			got.ThingName != "pump-7" {
			t.Errorf("got %+v, want the certificate and the thing (A-183, A-233)", got)
		}
		refused := map[int]string{4: "closed", 5: "0x87"}[version]
		mustBe(t, "publish elsewhere", d.publish("other/a", 1, false, "1"), refused)
		explained(t, f.Emulator, cause{client: "pump-7", operation: trace.PublishIn, action: policy.Publish, rules: []string{"D-11"}})
	})
}

// TestCertificateRefused: the handshake succeeds, the CONNECT is refused.
func TestCertificateRefused(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		prepare func(t *testing.T, f fleet, c tls.Certificate)
		id      string
		cause   cause
		source  string
	}{
		{"unknown", func(*testing.T, fleet, tls.Certificate) {}, "pump-7",
			cause{operation: trace.AuthNError, reason: "DEVICE_CERTIFICATE_NOT_REGISTERED", rules: []string{"D-30", "A-226"},
				hint: "register the device's certificate"}, "A-226, A-160"},
		{"inactive", func(t *testing.T, f fleet, c tls.Certificate) {
			_, err := f.UpdateCertificateStatus(f.join(t, c).CertificateID, registry.Inactive)
			must(t, err)
		}, "pump-7", cause{operation: trace.AuthNError, reason: "DEVICE_CERTIFICATE_INACTIVE", rules: []string{"D-30", "A-224"},
			hint: "set its status to ACTIVE"}, "A-224, A-160"},
		{"revoked", func(t *testing.T, f fleet, c tls.Certificate) {
			_, err := f.UpdateCertificateStatus(f.join(t, c).CertificateID, registry.Revoked)
			must(t, err)
		}, "pump-7", cause{operation: trace.AuthNError, reason: "DEVICE_CERTIFICATE_REVOKED", rules: []string{"D-30"}}, "A-224"},
		{"expired", func(t *testing.T, f fleet, c tls.Certificate) {
			f.join(t, c)
			f.Emulator.Advance(2 * time.Hour)
		}, "pump-7", cause{operation: trace.AuthNError, reason: "NOT_AUTHENTICATED", rules: []string{"D-31", "A-230"}, detail: "has expired"},
			"A-230"},
		{"without a policy", func(t *testing.T, f fleet, c tls.Certificate) {
			must(t, f.DetachPolicy("device", f.join(t, c).CertificateArn))
		}, "pump-7", cause{operation: trace.Connect, reason: "AUTHORIZATION_FAILURE", rules: []string{"D-30", "A-228"},
			hint: "no policy is attached to certificate"}, "A-228"},
		{"not by the name of its thing", func(t *testing.T, f fleet, c tls.Certificate) { f.join(t, c) }, "pump-8",
			cause{operation: trace.Connect, reason: "AUTHORIZATION_FAILURE", rules: []string{"D-34"},
				hint: `there is no thing "pump-8", as the client id is; it is attached to: pump-7`}, "A-233"},
	}
	bothWays(t, func(t *testing.T, version int, listener string) {
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				f := newFleet(t, emulator.Options{})
				c := newIssuer(t).device(t, "acme")
				tt.prepare(t, f, c)
				config := f.mutual(listener, c)
				handshakes := 0
				config.VerifyConnection = func(tls.ConnectionState) error { handshakes++; return nil }
				got := f.dial(t, version, listener, tt.id, config).connect()
				want := map[int]string{4: "closed", 5: "0x87"}[version]
				if strings.HasPrefix(tt.cause.reason, "DEVICE_CERTIFICATE_") {
					want = "closed"
				}
				if got != want || handshakes != 1 {
					t.Errorf("got %s after %d handshakes, want %s after 1 (%s)", got, handshakes, want, tt.source)
				}
				tt.cause.client = tt.id
				explained(t, f.Emulator, tt.cause)
			})
		}
	})
}

// TestHandshakeAloneRegistersNothing: it is the CONNECT that is judged.
func TestHandshakeAloneRegistersNothing(t *testing.T) {
	t.Parallel()
	f := newFleet(t, emulator.Options{})
	factory := newIssuer(t)
	_, err := f.RegisterCACertificate(registry.CACertificate{CertificatePem: pemText(factory.Certificate), Status: registry.Active,
		AutoRegistrationStatus: registry.Enable})
	must(t, err)
	conn, err := tls.Dial("tcp", f.Addr(emulator.MQTTS), f.mutual(emulator.MQTTS, factory.device(t, "acme")))
	must(t, err)
	defer conn.Close()
	must(t, conn.SetReadDeadline(time.Now().Add(300*time.Millisecond)))
	if _, err := conn.Read(make([]byte, 1)); err == nil || !strings.Contains(err.Error(), "timeout") {
		t.Errorf("got %v, want the connection to stay open (A-225, A-240)", err)
	}
	if n := len(f.Certificates()); n != 0 {
		t.Errorf("got %d certificates, want none (A-240)", n)
	}
}

// TestCertificateChanges: what becomes of a connection when its certificate does
// not count any more, or may do less.
func TestCertificateChanges(t *testing.T) {
	tests := []struct {
		name   string
		change func(t *testing.T, f fleet, c registry.Certificate)
		reason string // "" if the connection stays
		source string
	}{
		{"deactivated", func(t *testing.T, f fleet, c registry.Certificate) {
			_, err := f.UpdateCertificateStatus(c.CertificateID, registry.Inactive)
			must(t, err)
		}, "DEVICE_CERTIFICATE_INACTIVE", "A-161, A-229"},
		{"revoked", func(t *testing.T, f fleet, c registry.Certificate) {
			_, err := f.UpdateCertificateStatus(c.CertificateID, registry.Revoked)
			must(t, err)
		}, "DEVICE_CERTIFICATE_REVOKED", "A-161, A-229"},
		{"policy detached", func(t *testing.T, f fleet, c registry.Certificate) {
			must(t, f.DetachPolicy("device", c.CertificateArn))
		}, "", "A-222"},
	}
	bothWays(t, func(t *testing.T, version int, listener string) {
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				f := newFleet(t, emulator.Options{})
				c := newIssuer(t).device(t, "acme")
				registered := f.join(t, c)
				d := f.dial(t, version, listener, "pump-7", f.mutual(listener, c))
				mustBe(t, "connect", d.connect(), "ok")
				tt.change(t, f, registered)
				if tt.reason == "" {
					refused := map[int]string{4: "closed", 5: "0x87"}[version]
					eventually(t, "a refused publish", func() bool { return d.publish("acme/a", 1, false, "1") == refused })
					explained(t, f.Emulator, cause{client: "pump-7", operation: trace.PublishIn, action: policy.Publish, rules: []string{"A-228", "D-30"}})
					return
				}
				mustBe(t, "end", d.end(t), map[int]string{4: "closed", 5: "DISCONNECT 0x87"}[version])
				explained(t, f.Emulator, cause{client: "pump-7", operation: trace.AuthNError, reason: tt.reason, rules: []string{"A-229"}})
			})
		}
	})
}

// TestFirstConnectRegisters is just-in-time registration, with somebody who
// listens to the event and lets the device in.
func TestFirstConnectRegisters(t *testing.T) {
	bothWays(t, func(t *testing.T, version int, listener string) {
		f := newFleet(t, emulator.Options{Authorizer: granting(json.RawMessage(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:*","Resource":"*"}]}`))})
		factory := newIssuer(t)
		ca, err := f.RegisterCACertificate(registry.CACertificate{CertificatePem: pemText(factory.Certificate), Status: registry.Active,
			AutoRegistrationStatus: registry.Enable})
		must(t, err)
		watcher := dial(t, f.Emulator, 5, "tcp", "watcher", "", "")
		mustBe(t, "connect", watcher.connect(), "ok")
		mustBe(t, "subscribe", watcher.subscribe("$aws/events/certificates/registered/+"), "ok")

		c := factory.device(t, "acme")
		for _, when := range []string{"first", "again"} {
			mustBe(t, when, f.dial(t, version, listener, "pump-7", f.mutual(listener, c)).connect(), "closed")
			topic, payload, _ := strings.Cut(watcher.receive(t), " ")
			var event struct{ CertificateID, CertificateStatus string }
			must(t, json.Unmarshal([]byte(payload), &event))
			mustBe(t, "topic", topic, "$aws/events/certificates/registered/"+ca.CertificateID)
			mustBe(t, "status", event.CertificateStatus, "PENDING_ACTIVATION")
			mustBe(t, "id", event.CertificateID, registry.CertificateIDOf(c.Leaf))
		}
		explained(t, f.Emulator, cause{client: "pump-7", operation: trace.AuthNError, reason: "DEVICE_CERTIFICATE_INACTIVE",
			rules: []string{"D-36", "A-239"}})

		r, err := f.UpdateCertificateStatus(registry.CertificateIDOf(c.Leaf), registry.Active)
		must(t, err)
		f.permit(t, r)
		mustBe(t, "once ACTIVE", f.dial(t, version, listener, "pump-7", f.mutual(listener, c)).connect(), "ok") // D-36
	})
}

// TestCertificateAndAuthorizer: a domain configuration wants both.
func TestCertificateAndAuthorizer(t *testing.T) {
	var f fleet
	c := newIssuer(t).device(t, "acme")
	f = newFleet(t, emulator.Options{Functions: map[string]emulator.LambdaFunc{"adds": func(_ context.Context, event []byte) ([]byte, error) {
		var e struct {
			ProtocolData struct {
				TLS struct{ PrincipalID, X509CertificatePem string }
			}
		}
		err := json.Unmarshal(event, &e)
		if err == nil && e.ProtocolData.TLS.X509CertificatePem != pemText(c) {
			err = fmt.Errorf("got another certificate")
		}
		return fmt.Appendf(nil, `{"isAuthenticated":true,"principalId":%q,"refreshAfterInSeconds":300,"disconnectAfterInSeconds":300,"policyDocuments":[
			{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iot:Publish","Resource":"*"}]}]}`, e.ProtocolData.TLS.PrincipalID), err
	}}})
	registered := f.join(t, c)
	_, err := f.CreateAuthorizer(registry.Authorizer{AuthorizerName: "adds", AuthorizerFunctionArn: "adds", Status: registry.Active,
		SigningDisabled: true})
	must(t, err)
	no := false
	_, err = f.CreateDomainConfiguration(registry.DomainConfiguration{
		DomainConfigurationName: "both", DomainName: "both.example.test", AuthenticationType: "CUSTOM_AUTH_X509",
		ApplicationProtocol: "SECURE_MQTT",
		AuthorizerConfig:    &registry.AuthorizerConfig{DefaultAuthorizerName: "adds", AllowAuthorizerOverride: &no},
	})
	must(t, err)
	for _, version := range []int{4, 5} {
		for _, listener := range []string{emulator.MQTTS, emulator.HTTPS} { // every port, whatever the ALPN
			config := f.mutual(emulator.MQTTS, c)
			config.ServerName = "both.example.test"
			d := f.dial(t, version, listener, "pump-7", config)
			mustBe(t, "connect", d.connect(), "ok")
			mustBe(t, "by the certificate's policy", d.subscribe("acme/#"), "ok")
			mustBe(t, "by the authorizer's", d.publish("anything", 1, false, "1"), "ok")
			if got := f.Clients()[0]; got.PrincipalID != registered.CertificateID || got.AuthenticationType != "CUSTOM_AUTH_X509" ||
				got.Authorizer != "adds" {
				t.Errorf("got %+v, want the certificate and the authorizer (A-246, A-249)", got)
			}
			d.disconnect()
		}
	}
	d := f.dial(t, 5, emulator.MQTTS, "pump-7", f.mutual(emulator.MQTTS, c))
	mustBe(t, "connect to the default endpoint", d.connect(), "ok")
	mustBe(t, "without the authorizer", d.publish("anything", 1, false, "1"), "0x87")
}

// TestHTTPSPublishWithCertificate: ALPN x-amzn-http-ca, no client id.
func TestHTTPSPublishWithCertificate(t *testing.T) {
	f := newFleet(t, emulator.Options{})
	c := newIssuer(t).device(t, "acme")
	f.join(t, c)
	tests := []struct {
		name  string
		alpn  string
		topic string
		want  int
		cause cause
	}{
		{"allowed", "x-amzn-http-ca", "acme/a", http.StatusOK, cause{}},
		{"not allowed", "x-amzn-http-ca", "other/a", http.StatusForbidden, cause{operation: trace.PublishIn, action: policy.Publish}},
		{"without ALPN", "", "acme/a", http.StatusForbidden,
			cause{operation: trace.AuthNError, rules: []string{"D-35"}, hint: "ALPN x-amzn-http-ca"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			config := f.mutual(emulator.MQTTS, c)
			config.NextProtos = nil
			if tt.alpn != "" {
				config.NextProtos = []string{tt.alpn}
			}
			conn, err := tls.Dial("tcp", f.Addr(emulator.HTTPS), config)
			must(t, err)
			client := http.Client{Transport: &http.Transport{DialTLSContext: func(context.Context, string, string) (net.Conn, error) {
				return conn,
					nil
			}}}
			defer client.CloseIdleConnections()
			resp, err := client.Post("https://localhost/topics/"+tt.topic, "", strings.NewReader("1"))
			must(t, err)
			defer resp.Body.Close()
			body, _ := io.ReadAll(resp.Body)
			if resp.StatusCode != tt.want {
				t.Errorf("got %s %s, want %d (A-245, A-9)", resp.Status, body, tt.want)
			}
			if tt.cause.operation != "" {
				explained(t, f.Emulator, tt.cause)
			}
		})
	}
}
