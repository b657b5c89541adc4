package emulator_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	paho3 "github.com/eclipse/paho.mqtt.golang"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/policy"
	"github.com/suback/suback/emulator/trace"
)

// Every row of the table of what a refused client sees, from clients that
// others wrote: paho for Go, AWS's IoT Device SDK v2 for JavaScript, mosquitto,
// curl. Each is refused in its protocol's way, for the cause that the trace tells.

// A failure is how a client asks for trouble: with an authorizer, as MQTT user
// name or URL query has it, at a server name, with a certificate.
type failure struct {
	query       string // of x-amz-customauthorizer-…
	clientID    string // default device
	serverName  string // default localhost
	certificate string // of fixtures/certificates
}

func (f failure) username() string { return strings.TrimSuffix("me?"+f.query, "?") }

// A failingClient tries a failure and returns what it saw.
type failingClient struct {
	name string
	try  func(t *testing.T, e *emulator.Emulator, id string, f failure) string
	want string
}

const closed, notAuthorized, forbidden = "closed", "0x87", `403 {"message":"Forbidden","traceId":"`

// The clients of custom authorizers, on the https listener.
var customClients = []failingClient{
	{"paho, TLS, MQTT 3.1.1", failingPaho(4, "tls", emulator.HTTPS, "mqtt"), closed},
	{"paho, TLS, MQTT 5", failingPaho(5, "tls", emulator.HTTPS, "mqtt"), notAuthorized},
	{"paho, WSS, MQTT 3.1.1", failingPaho(4, "wss", emulator.HTTPS), closed},
	{"paho, WSS, MQTT 5", failingPaho(5, "wss", emulator.HTTPS), notAuthorized},
	{"Device SDK, WSS, MQTT 3.1.1", failingSDK("--protocol", "4", "--websocket"), "refused - " + hangup},
	{"Device SDK, TLS, MQTT 5", failingSDK("--protocol", "5"), "refused " + refused},
	{"curl, HTTPS", failingCurl, forbidden},
}

// The clients with certificates, as on AWS's ports 8883 and 443.
var certificateClients = []failingClient{
	{"paho, 8883, MQTT 3.1.1", failingPaho(4, "tls", emulator.MQTTS), closed},
	{"paho, 8883, MQTT 5", failingPaho(5, "tls", emulator.MQTTS), notAuthorized},
	{"paho, 443, MQTT 3.1.1", failingPaho(4, "tls", emulator.HTTPS, "x-amzn-mqtt-ca"), closed},
	{"paho, 443, MQTT 5", failingPaho(5, "tls", emulator.HTTPS, "x-amzn-mqtt-ca"), notAuthorized},
	{"Device SDK, MQTT 3.1.1", failingSDK("--protocol", "4"), "refused - " + hangup},
	{"Device SDK, MQTT 5", failingSDK("--protocol", "5"), "refused " + refused},
	{"net/http, HTTPS", failingRequest, forbidden},
}

func TestFailures(t *testing.T) {
	t.Parallel()
	const execution = "CUSTOM_AUTHORIZER_LAMBDA_EXECUTION_ERROR"
	of := func(name string) failure { return failure{query: "x-amz-customauthorizer-name=" + name} }
	signed := func(more string) failure { return of("signed" + more) }
	byName := customClients[:4:4] // those that need no name server
	withCurl := append(byName, customClients[6])
	tests := []struct {
		row, name string
		failure   failure
		clients   []failingClient
		cause     cause // operation Connection.AuthNError
		source    string
		closes    bool // MQTT 5 too, without a CONNACK
	}{
		{"no authorizer", "", failure{}, customClients,
			cause{reason: "CUSTOM_AUTHORIZER_NOT_FOUND", rules: []string{"A-160"}, hint: "set defaultAuthorizerName"}, "A-160", false},
		{"authorizer", "missing", of("goood"), customClients,
			cause{reason: "CUSTOM_AUTHORIZER_NOT_FOUND", rules: []string{"D-7"}, hint: `is "good" meant?`}, "A-75", false},
		{"authorizer", "INACTIVE", of("asleep"), customClients,
			cause{reason: "CUSTOM_AUTHORIZER_NOT_FOUND", rules: []string{"D-7"}, hint: "set its status to ACTIVE"}, "A-75", false},
		{"signature", "token missing", signed(""), customClients,
			cause{reason: "CUSTOM_AUTHORIZER_PARAMETER_INVALID", rules: []string{"D-8", "A-97"}}, "A-97", false},
		{"signature", "wrong", signed("&token=a&x-amz-customauthorizer-signature=" + strings.Repeat("A", 342)), withCurl,
			cause{reason: "NOT_AUTHENTICATED", rules: []string{"D-8", "A-92"}, hint: "sign the bare token"}, "A-92", false},
		{"function", "throws", of("throws"), customClients, cause{reason: execution, rules: []string{"A-140"}, detail: "no database"}, "A-140",
			false},
		{"function", "over 5 s", of("slow"), withCurl, cause{reason: execution, rules: []string{"A-137", "D-21"}, detail: "5s"}, "A-137", false},
		{"function", "no permission", of("forbidden"), customClients,
			cause{reason: execution, rules: []string{"D-6"}, hint: "lambda:InvokeFunction"}, "A-138", false},
		{"function", "throttled", of("throttled"), customClients, cause{reason: execution, rules: []string{"A-140"}, detail: "throttled"},
			"A-140", false},
		{"answer", "principalId", of("principal"), customClients, cause{reason: execution, rules: []string{"D-10"}, hint: "letters and digits"},
			"A-123", false},
		{"answer", "policyDocuments", of("policies"), customClients, cause{reason: execution, rules: []string{"D-20"}, detail: "policyDocuments"},
			"A-125", false},
		{"isAuthenticated false", "", of("no"), customClients, cause{reason: "NOT_AUTHENTICATED", detail: "isAuthenticated false"}, "A-121",
			false},
		{"iot:Connect", "", failure{query: of("good").query, clientID: "other"}, customClients[:6],
			cause{operation: trace.Connect, reason: "AUTHORIZATION_FAILURE",
				action: policy.Connect, resource: "arn:aws:iot:us-east-1:123456789012:client/other", rules: []string{"D-9"},
				hint: "the device connects as client/other"}, "A-160", false},
		{"certificate", "unknown", failure{certificate: "pump-8"}, certificateClients,
			cause{reason: "DEVICE_CERTIFICATE_NOT_REGISTERED", rules: []string{"D-30"}}, "A-226", true},
		{"certificate", "INACTIVE", failure{certificate: "pump-7"}, certificateClients,
			cause{reason: "DEVICE_CERTIFICATE_INACTIVE", rules: []string{"D-30"}, hint: "set its status to ACTIVE"}, "A-224", true},
		{"domain DISABLED", "", failure{query: of("good").query, serverName: "off.localhost"}, withCurl,
			cause{reason: "DOMAIN_CONFIGURATION_DISABLED", rules: []string{"A-273"}}, "A-273", false},
		{"another account's endpoint", "", failure{query: of("good").query, serverName: "a1b2c3d4e5f6g7-ats.iot.eu-west-1.amazonaws.com"},
			withCurl,
			cause{reason: "SNI_MISUSED", rules: []string{"A-28"}, hint: "the endpoint of this account"}, "A-28", true},
	}
	shared := runFile(t, "testdata/failures/suback.yaml", emulator.Options{}) // by all that the trace tells apart
	for i, tt := range tests {
		for j, c := range tt.clients {
			t.Run(tt.row+" "+tt.name+", "+c.name, func(t *testing.T) {
				t.Parallel()
				e, id := shared, fmt.Sprintf("device-%d-%d", i, j)
				want := tt.cause
				if strings.HasSuffix(c.name, "HTTPS") {
					e = runFile(t, "testdata/failures/suback.yaml", emulator.Options{})
				} else {
					want.client = id
				}
				if tt.failure.clientID != "" { // no other row has it
					id = fmt.Sprint(tt.failure.clientID, j)
					want.client, want.resource, want.hint = id, want.resource+fmt.Sprint(j), want.hint+fmt.Sprint(j)
				}
				wire := c.want
				if tt.closes && wire == notAuthorized {
					wire = closed
				}
				if tt.closes && strings.HasPrefix(wire, "refused ") {
					wire = "refused - "
				}
				if got := c.try(t, e, id, tt.failure); !strings.HasPrefix(got, wire) {
					t.Errorf("got %s, want %s (A-160, %s)", got, wire, tt.source)
				}
				if want.operation == "" {
					want.operation = trace.AuthNError
				}
				explained(t, e, want)
			})
		}
	}
}

// TestFailingActions: the rows about what a connected client does. For MQTT 5
// they have an answer, for 3.1.1 the connection ends.
func TestFailingActions(t *testing.T) {
	t.Parallel()
	const arn = "arn:aws:iot:us-east-1:123456789012:"
	publish := cause{operation: trace.PublishIn, action: policy.Publish, resource: arn + "topic/shut", rules: []string{"D-11"}}
	subscribe := cause{operation: trace.Subscribe, action: policy.Subscribe, resource: arn + "topicfilter/shut", rules: []string{"D-11"}}
	tests := []struct {
		name   string
		do     func(t *testing.T, d device) string
		v3, v5 string
		stays  bool // under MQTT 5
		cause  cause
	}{
		{"publish QoS 1", func(_ *testing.T, d device) string { return d.publish("shut", 1, false, "x") }, closed, notAuthorized, true, publish},
		{"publish QoS 0", func(t *testing.T, d device) string { d.publish("shut", 0, false, "x"); return d.end(t) }, closed, "DISCONNECT 0x87",
			false, publish},
		{"subscribe", func(_ *testing.T, d device) string { return d.subscribe("shut") }, closed, notAuthorized, true, subscribe},
	}
	e := runFile(t, "testdata/failures/suback.yaml", emulator.Options{}) // all but curl's: the trace tells clients apart
	for i, tt := range tests {
		for _, way := range []struct{ name, scheme string }{{"TLS", "tls"}, {"WSS", "wss"}} {
			for version, want := range map[int]string{4: tt.v3, 5: tt.v5} {
				t.Run(fmt.Sprintf("%s, paho, %s, MQTT %d", tt.name, way.name, version), func(t *testing.T) {
					t.Parallel()
					id := fmt.Sprintf("device-%d-%s-%d", i, way.scheme, version)
					d := dial(t, e, version, way.scheme, id, "me?x-amz-customauthorizer-name=good", "")
					mustBe(t, "connect", d.connect(), "ok")
					mustBe(t, tt.name, tt.do(t, d), want)
					want := tt.cause
					want.client, want.reason = id, "AUTHORIZATION_FAILURE"
					explained(t, e, want)
					if version == 5 && tt.stays {
						mustBe(t, "publish after it", d.publish("open/a", 1, false, "x"), "ok")
					}
				})
			}
		}
	}
	t.Run("publish, curl, HTTPS", func(t *testing.T) {
		t.Parallel()
		e := runFile(t, "testdata/failures/suback.yaml", emulator.Options{})
		if got := curl(t, e, "localhost", "/topics/shut?qos=1&x-amz-customauthorizer-name=good", "-d", "x"); !strings.HasPrefix(got, forbidden) {
			t.Errorf("got %s, want %s (A-160)", got, forbidden)
		}
		publish.reason = "AUTHORIZATION_FAILURE"
		explained(t, e, publish)
	})
	for version, code := range map[string]int{"311": mosquittoLost, "5": mosquittoNotAuthorized} {
		t.Run("will, mosquitto_pub, TLS, "+version, func(t *testing.T) {
			t.Parallel()
			needMosquitto(t)
			id := "device-will-" + version
			out, got := mosquitto(t, "mosquitto_pub", "-h", "localhost", "-p", portOf(t, e, emulator.HTTPS), "--cafile", caFile(t, e), "--tls-alpn",
				"mqtt",
				"-V", version, "-i", id, "-u", "me?x-amz-customauthorizer-name=good", "-t", "open/a", "-m", "x", "--will-topic", "shut",
				"--will-payload", "gone")
			if got != code {
				t.Errorf("got exit code %d, want %d (A-160)\n%s", got, code, out)
			}
			explained(t, e, cause{client: id, operation: trace.Connect, reason: "AUTHORIZATION_FAILURE", action: policy.Publish,
				resource: arn + "topic/shut"})
		})
	}
}

// tlsOf is how a client goes where a failure sends it. It does not look whose
// certificate it gets: those that do are gone before anybody can refuse them.
func (f failure) tlsOf(t *testing.T, e *emulator.Emulator, alpn ...string) *tls.Config {
	t.Helper()
	config := e.ClientTLS()
	config.NextProtos = alpn
	if f.serverName != "" {
		config.ServerName, config.InsecureSkipVerify = f.serverName, true
	}
	if f.certificate != "" {
		pair, err := tls.LoadX509KeyPair(f.file(".pem"), f.file(".key"))
		must(t, err)
		config.Certificates = []tls.Certificate{pair}
	}
	return config
}

func (f failure) file(extension string) string {
	return "../fixtures/certificates/" + f.certificate + extension
}

func failingPaho(version int, scheme, listener string, alpn ...string) func(*testing.T, *emulator.Emulator, string, failure) string {
	return func(t *testing.T, e *emulator.Emulator, id string, f failure) string {
		config := f.tlsOf(t, e, alpn...)
		address := scheme + "://" + e.Addr(listener) + map[string]string{"wss": "/mqtt"}[scheme]
		if version == 4 {
			return outcome3(paho3.NewClient(paho3.NewClientOptions().AddBroker(address).SetTLSConfig(config).SetProtocolVersion(4).
				SetClientID(id).SetUsername(f.username()).SetAutoReconnect(false).SetConnectTimeout(patience)).Connect())
		}
		d := &device5{inbox: newInbox(), id: id, username: f.username(), open: openAt(address, config)}
		if scheme == "tls" {
			d.open = func() (net.Conn, error) {
				return tls.Dial("tcp", e.Addr(listener), config)
			}
		}
		return d.connect()
	}
}

// failingSDK runs fixtures/clients/sdk.js until it is refused.
func failingSDK(way ...string) func(*testing.T, *emulator.Emulator, string, failure) string {
	return func(t *testing.T, e *emulator.Emulator, id string, f failure) string {
		listener, args := emulator.HTTPS, append([]string{"--ca", caFile(t, e), "--client-id", id}, way...)
		query, err := url.ParseQuery(f.query)
		must(t, err)
		if name := query.Get("x-amz-customauthorizer-name"); name != "" {
			args = append(args, "--authorizer", name, "--username", "me")
		}
		if f.certificate != "" {
			listener, args = emulator.MQTTS, append(args, "--certificate", f.file(".pem"), "--key", f.file(".key"))
		}
		p := startSDK(t, append(args, "--port", portOf(t, e, listener))...)
		p.until("refused")
		return p.seen[len(p.seen)-1]
	}
}

func failingCurl(t *testing.T, e *emulator.Emulator, _ string, f failure) string {
	host, args := "localhost", []string{"-d", "x"}
	if f.serverName != "" {
		host, args = f.serverName, append(args, "--insecure")
	}
	return curl(t, e, host, strings.TrimSuffix("/topics/open/a?qos=1&"+f.query, "&"), args...)
}

func failingRequest(t *testing.T, e *emulator.Emulator, _ string, f failure) string {
	config := f.tlsOf(t, e, "x-amzn-http-ca")
	conn, err := tls.Dial("tcp", e.Addr(emulator.HTTPS), config)
	must(t, err)
	client := http.Client{Transport: &http.Transport{DialTLSContext: func(context.Context, string, string) (net.Conn, error) {
		return conn,
			nil
	}}}
	defer client.CloseIdleConnections()
	resp, err := client.Post("https://localhost/topics/open/a", "", strings.NewReader("x"))
	must(t, err)
	defer resp.Body.Close()
	body := make([]byte, 1000)
	n, _ := resp.Body.Read(body)
	return fmt.Sprint(resp.StatusCode, " ", string(body[:n]))
}
