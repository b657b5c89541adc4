package scenario

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
	"math/big"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/suback/suback/emulator"
	"github.com/suback/suback/emulator/config"
	"github.com/suback/suback/emulator/mqtttest"
)

// Emulator is the target that needs nothing: each case has an emulator of its own in this
// process, on free ports of this machine. A client's policy is what an authorizer answers, and
// the policy of its certificate.
type Emulator struct{}

// Transports implements [Target].
func (Emulator) Transports() []Transport { return AllTransports() }

// Lacks implements [Target].
func (Emulator) Lacks(*Scenario) string { return "" }

// Crowd implements [Target].
func (Emulator) Crowd() int { return 0 }

// emulated is the place of one case.
type emulated struct {
	e            *emulator.Emulator
	certificates map[string]tls.Certificate // by client

	mu      sync.Mutex
	answers map[string][]byte // of the authorizer, by client id
	other   []byte            // to whoever has none
}

// Open implements [Target].
func (Emulator) Open(ctx context.Context, c Case) (Place, error) {
	conf, err := c.config()
	if err != nil {
		return nil, err
	}
	p := &emulated{certificates: map[string]tls.Certificate{}, answers: map[string][]byte{}}
	p.other = answerOf(c.policyOf(&Client{}))
	o := emulator.Options{Config: conf, Stories: 1000}
	if conf.DefaultAuthorizerName == "" {
		o.Authorizer = p.authorize
	}
	if err := p.register(c, conf); err != nil {
		return nil, err
	}
	if p.e, err = emulator.New(o); err == nil {
		err = p.e.Start(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("emulator: %w", err)
	}
	return p, nil
}

// config is what the resources say.
func (s *Scenario) config() (*config.Config, error) {
	if s.Resources.text == nil {
		return &config.Config{}, nil
	}
	return config.Parse(s.file, s.Resources.text)
}

// register gives clients certificates, where a case has a use for them.
func (p *emulated) register(c Case, conf *config.Config) error {
	for _, name := range c.withCertificate() {
		client := c.client(name)
		cert, text, err := newCertificate(name)
		if err != nil {
			return err
		}
		p.certificates[name] = cert
		of := config.Certificate{CertificatePem: config.PEM(text), Things: client.Things}
		for i, document := range c.policyOf(client) {
			policy := fmt.Sprintf("client-%d-%d", len(p.certificates), i)
			conf.Policies = append(conf.Policies,
				config.Policy{PolicyName: policy, PolicyDocument: config.PolicyDocument(document)})
			of.Policies = append(of.Policies, policy)
		}
		for _, thing := range client.Things {
			if !slices.ContainsFunc(conf.Things, func(t config.Thing) bool { return t.ThingName == thing }) {
				conf.Things = append(conf.Things, config.Thing{ThingName: thing})
			}
		}
		conf.Certificates = append(conf.Certificates, of)
	}
	return nil
}

// withCertificate are the clients that may show one.
func (c Case) withCertificate() []string {
	if c.Transport == TLS {
		names := c.names()
		slices.Sort(names)
		return slices.Compact(names)
	}
	var names []string
	for name, client := range c.Clients {
		if client.Transport == TLS {
			names = append(names, name)
		}
	}
	for _, step := range c.Steps {
		if step.HTTP != nil && step.HTTP.Client != "" {
			names = append(names, step.HTTP.Client)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// newCertificate makes one that signs itself: AWS takes any that is registered.
func newCertificate(name string) (cert tls.Certificate, text []byte, err error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return cert, nil, err
	}
	now := time.Now()
	template := &x509.Certificate{SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: name},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(30, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return cert, nil, err
	}
	text = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, text, nil
}

// authorize is the authorizer of every client.
func (p *emulated) authorize(_ context.Context, event []byte) ([]byte, error) {
	var in struct {
		ProtocolData struct {
			MQTT struct {
				ClientID string `json:"clientId"`
			} `json:"mqtt"`
		} `json:"protocolData"`
	}
	if err := json.Unmarshal(event, &in); err != nil {
		return nil, fmt.Errorf("event: %w", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if answer, ok := p.answers[in.ProtocolData.MQTT.ClientID]; ok {
		return answer, nil
	}
	return p.other, nil
}

// answerOf grants documents for a day.
func answerOf(documents []json.RawMessage) []byte {
	if documents == nil {
		documents = []json.RawMessage{}
	}
	answer, _ := json.Marshal(map[string]any{"isAuthenticated": true, "principalId": "scenario",
		"policyDocuments": documents, "disconnectAfterInSeconds": 86400, "refreshAfterInSeconds": 86400})
	return answer // of JSON, which cannot fail
}

// Dial implements [Place].
func (p *emulated) Dial(
	ctx context.Context, name string, settings *Client, t Transport,
) (*mqtttest.Client, error) {
	p.mu.Lock()
	p.answers[settings.id(name)] = settings.answer
	p.mu.Unlock()
	config := p.e.ClientTLS()
	switch t {
	case TLS:
		config.Certificates = []tls.Certificate{p.certificates[name]}
		return mqtttest.Dial(ctx, "mqtts://"+p.e.Addr(emulator.MQTTS), config)
	case ALPN:
		config.NextProtos = []string{"mqtt"}
		return mqtttest.Dial(ctx, "mqtts://"+p.e.Addr(emulator.HTTPS), config)
	case WS:
		return mqtttest.Dial(ctx, "ws://"+p.e.Addr(emulator.HTTP)+"/mqtt", nil)
	case WSS:
		return mqtttest.Dial(ctx, "wss://"+p.e.Addr(emulator.HTTPS)+"/mqtt", config)
	}
	return mqtttest.Dial(ctx, "mqtt://"+p.e.Addr(emulator.MQTT), nil)
}

// Do implements [Place].
func (p *emulated) Do(client string, r *http.Request) (*http.Response, error) {
	r.URL.Scheme, r.URL.Host = "http", p.e.Addr(emulator.HTTP)
	transport := &http.Transport{DisableKeepAlives: true}
	if client != "" {
		config := p.e.ClientTLS()
		config.Certificates = []tls.Certificate{p.certificates[client]}
		config.NextProtos = []string{"x-amzn-http-ca"}
		transport.TLSClientConfig = config
		r.URL.Scheme, r.URL.Host = "https", p.e.Addr(emulator.HTTPS)
	}
	return transport.RoundTrip(r)
}

// Account implements [Place].
func (p *emulated) Account() *emulator.Account { return p.e.Account("") }

// Close implements [Place]. What takes longer than an emulator waits at its end, on a machine
// with too much to do, says nothing about the scenario.
func (p *emulated) Close() error {
	_ = p.e.Close()
	return nil
}
