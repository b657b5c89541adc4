package emulator_test

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mochi-mqtt/server/v2/packets"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/mqtttest"
	"github.com/suback/suback/emulator/registry"
)

// How the tests of shadows ask: as devices over MQTT of both versions, or over HTTP,
// beside one who listens to all that the shadows of all things say.

// shadowWays are MQTT's versions, and HTTP.
var shadowWays = []string{"3.1.1", "5", "HTTP"}

// A shadowAt is where a shadow is; name is empty for the classic one.
type shadowAt struct{ thing, name string }

// prefix is that of its topics [S-1].
func (at shadowAt) prefix() string {
	if at.name == "" {
		return "$aws/things/" + at.thing + "/shadow/"
	}
	return "$aws/things/" + at.thing + "/shadow/name/" + at.name + "/"
}

// path is that of its requests over HTTP [S-80].
func (at shadowAt) path() string {
	if at.name == "" {
		return "/things/" + at.thing + "/shadow"
	}
	return "/things/" + at.thing + "/shadow?name=" + at.name
}

// label is its name in the text of a 404 [S-71].
func (at shadowAt) label() string {
	if at.name == "" {
		return at.thing
	}
	return at.name
}

// shadowCalls ask for shadows, one request after the other.
type shadowCalls struct {
	*emulator.Emulator
	t        *testing.T
	devices  map[string]*mqtttest.Client // by way
	listener *mqtttest.Client
	client   *http.Client
	ahead    time.Duration // the emulator's clock, of the machine's
}

// pass lets time pass for shadows, and moves what they are dated with.
func (s *shadowCalls) pass(d time.Duration) {
	s.ahead += d
	s.Advance(d)
}

func newShadowCalls(t *testing.T) *shadowCalls {
	t.Helper()
	e := emulator.Run(t, emulator.Options{Listeners: free})
	r := emulator.RegistryOf(e)
	certificate, err := os.ReadFile(shadowCertificate)
	must(t, err)
	registered, err := r.RegisterCertificateWithoutCA(string(certificate), registry.Active)
	must(t, err)
	_, err = r.CreatePolicy("all", shadowPolicies)
	must(t, err)
	must(t, r.AttachPolicy("all", registered.CertificateArn))
	transport := &http.Transport{TLSClientConfig: shadowTLS(t, e)}
	transport.TLSClientConfig.NextProtos = []string{"x-amzn-http-ca"}
	t.Cleanup(transport.CloseIdleConnections)
	s := &shadowCalls{Emulator: e, t: t, client: &http.Client{Transport: transport}}
	s.devices = map[string]*mqtttest.Client{"3.1.1": s.device(4, "three"), "5": s.device(5, "five")}
	s.listener = s.device(5, "listener")
	if suback, err := s.listener.Subscribe("$aws/things/+/shadow/#", mqtttest.QoS(0)); err != nil || suback.ReasonCodes[0] != 0 {
		t.Fatalf("got SUBACK %v, %v, want 0", suback.ReasonCodes, err)
	}
	return s
}

// shadowPolicies grants all, but publishing for the thing shut.
const shadowPolicies = `{"Version": "2012-10-17", "Statement": [
  {"Effect": "Allow", "Action": "iot:*", "Resource": "*"},
  {"Effect": "Deny", "Action": "iot:Publish", "Resource": "arn:aws:iot:*:*:topic/$aws/things/shut/*"}]}`

const shadowCertificate, shadowKey = "../fixtures/certificates/pump-7.pem", "../fixtures/certificates/pump-7.key"

func shadowTLS(t *testing.T, e *emulator.Emulator) *tls.Config {
	t.Helper()
	pair, err := tls.LoadX509KeyPair(shadowCertificate, shadowKey)
	must(t, err)
	config := e.ClientTLS()
	config.Certificates = []tls.Certificate{pair}
	return config
}

// device connects with a certificate, so that it stays however far the clock moves.
func (s *shadowCalls) device(version byte, id string) *mqtttest.Client {
	s.t.Helper()
	c, err := mqtttest.Dial(s.t.Context(), "mqtts://"+s.Addr(emulator.MQTTS), shadowTLS(s.t, s.Emulator))
	must(s.t, err)
	s.t.Cleanup(func() { _ = c.Close() })
	c.Patience = patience
	if connack, err := c.Connect(version, id); err != nil || connack.ReasonCode != 0 {
		s.t.Fatalf("%s: got CONNACK %#x, %v, want 0", id, connack.ReasonCode, err)
	}
	return c
}

// A shadowHeard is what came of a request: what whoever asked was told, and what
// everybody was.
type shadowHeard struct {
	code   int // 200, or that of the refusal
	answer any // nil for a refusal over HTTP
	text   string
	said   []shadowSaid
}

// hear is the next message that the listener gets.
func (s *shadowCalls) hear() packets.Packet {
	s.t.Helper()
	m, err := s.listener.Receive()
	if err != nil {
		s.t.Fatalf("the listener: %v, want what a shadow says", err)
	}
	return m
}

// ask sends a request and waits for all that comes of it. What should not come is
// heard with the next one.
func (s *shadowCalls) ask(way, op string, at shadowAt, body string) shadowHeard {
	s.t.Helper()
	if way == "HTTP" {
		return s.call(op, at, body)
	}
	device := s.devices[way]
	if _, err := device.Publish(at.prefix()+op, body); err != nil {
		s.t.Fatalf("%s of %+v over %s: %v", op, at, way, err)
	}
	h := shadowHeard{code: 200}
	if request := s.hear(); request.TopicName != at.prefix()+op || string(request.Payload) != body {
		s.t.Fatalf("%s of %+v: the listener has %q on %s, want the request first (S-11)", op, at, request.Payload, request.TopicName)
	}
	h.said = s.until(at, op+"/rejected", lastOf(op))
	for _, said := range h.said {
		switch said.topic {
		case op + "/accepted":
			h.answer = said.body
		case op + "/rejected":
			h.answer = said.body
			fields, _ := said.body.(map[string]any)
			h.text, _ = fields["message"].(string)
			_, _ = fmt.Sscan(fmt.Sprint(fields["code"]), &h.code)
		}
	}
	return h
}

// lastOf is the last message of a request that is served [S-58].
func lastOf(op string) string {
	if op == "update" {
		return "update/documents"
	}
	return op + "/accepted"
}

var shadowMethods = map[string]string{"get": http.MethodGet, "update": http.MethodPost, "delete": http.MethodDelete}

// call asks over HTTP, where only an update has a body [S-80, S-84].
func (s *shadowCalls) call(op string, at shadowAt, body string) shadowHeard {
	s.t.Helper()
	if op != "update" {
		body = ""
	}
	status, _, text := s.http(shadowMethods[op], at.path(), body)
	h := shadowHeard{code: status}
	if status != http.StatusOK {
		var refusal struct{ Message string }
		if err := json.Unmarshal([]byte(text), &refusal); err != nil {
			s.t.Errorf("%s of %+v: got %d %q, want JSON", op, at, status, text)
		}
		h.text = refusal.Message
		return h
	}
	h.answer = s.decode([]byte(text))
	if op != "get" {
		h.said = s.until(at, lastOf(op))
	}
	return h
}

// http returns status, x-amzn-errortype and body.
func (s *shadowCalls) http(method, path, body string) (int, string, string) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, "https://"+s.Addr(emulator.HTTPS)+path, strings.NewReader(body))
	must(s.t, err)
	answer, err := s.client.Do(r)
	must(s.t, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	must(s.t, err)
	return answer.StatusCode, strings.TrimSuffix(answer.Header.Get("x-amzn-errortype"), ":"), string(text)
}

// until hears what a shadow says, to one of these topics.
func (s *shadowCalls) until(at shadowAt, last ...string) []shadowSaid {
	s.t.Helper()
	var all []shadowSaid
	for {
		m := s.hear()
		name, own := strings.CutPrefix(m.TopicName, at.prefix())
		if !own {
			s.t.Fatalf("%+v: got %q on %s, want nothing of another shadow", at, m.Payload, m.TopicName)
		}
		all = append(all, shadowSaid{name, s.decode(m.Payload)})
		if slices.Contains(last, name) {
			return all
		}
	}
}

func (s *shadowCalls) decode(text []byte) any {
	s.t.Helper()
	v, err := decodeNumbers(text)
	if err != nil {
		s.t.Fatalf("got %q, want JSON: %v", text, err)
	}
	return v
}

// decodeNumbers decodes JSON, and leaves numbers as they are written.
func decodeNumbers(text []byte) (v any, err error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err = d.Decode(&v); err == nil && d.More() {
		err = fmt.Errorf("more after offset %d", d.InputOffset())
	}
	return v, err
}

// canonical is a value as JSON, its keys sorted, its numbers as they are written.
func canonical(v any) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err)
	}
	return strings.TrimSpace(b.String())
}

var shadowStamps = regexp.MustCompile(`"timestamp":\d+`)

// undated is canonical, whenever it was.
func undated(v any) string { return shadowStamps.ReplaceAllString(canonical(v), `"timestamp":0`) }

// stampOf is the timestamp of an answer. It must be of now, by the emulator's clock.
func (s *shadowCalls) stampOf(answer any) int64 {
	s.t.Helper()
	fields, _ := answer.(map[string]any)
	number, _ := fields["timestamp"].(json.Number)
	at, err := number.Int64()
	if now := time.Now().Add(s.ahead).Unix(); err != nil || at > now || at < now-int64(patience/time.Second) {
		s.t.Errorf("got timestamp %q, want about %d, in seconds (S-45)", number, now)
	}
	return at
}
