package scenario

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
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

// Tries implements [Target].
func (Emulator) Tries() int { return 1 }

// emulated is the place of one case.
type emulated struct {
	e            *emulator.Emulator
	certificates map[string]*made // by client
	functions
}

// Open implements [Target].
func (Emulator) Open(ctx context.Context, c Case) (Place, error) {
	conf, err := c.config()
	if err != nil {
		return nil, err
	}
	p := &emulated{certificates: map[string]*made{}}
	p.other = answerOf(c.policyOf(&Client{}))
	o := emulator.Options{Config: conf, Stories: 1000, Functions: p.inGo(conf)}
	if conf.DefaultAuthorizerName == "" && len(conf.Authorizers) == 0 {
		o.Authorizer = p.function("")
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
		kind := cmp.Or(client.Certificate, &Certificate{})
		m, err := kind.newCertificate(name)
		if err != nil {
			return err
		}
		p.certificates[name] = m
		if kind.CA != nil {
			conf.CACertificates = append(conf.CACertificates, kind.CA.registered(m))
		}
		of, known := kind.registered(m)
		if !known {
			continue
		}
		of.Things = client.Things
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
		if client != nil && (client.Transport == TLS || client.Certificate != nil) {
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

// Dial implements [Place].
func (p *emulated) Dial(
	ctx context.Context, name string, settings *Client, t Transport,
) (*mqtttest.Client, error) {
	p.answers(settings.id(name), p.certificates[name], settings)
	config := settings.tls(p.e.ClientTLS(), t)
	if t == TLS || settings.Certificate != nil {
		config.Certificates = p.certificates[name].shown()
	}
	path := cmp.Or(settings.Path, "/mqtt")
	switch t {
	case TLS:
		return mqtttest.Dial(ctx, "mqtts://"+p.e.Addr(emulator.MQTTS), config)
	case ALPN:
		return mqtttest.Dial(ctx, "mqtts://"+p.e.Addr(emulator.HTTPS), config)
	case WS:
		return settings.upgrade(ctx, "ws://"+p.e.Addr(emulator.HTTP)+path, nil)
	case WSS:
		return settings.upgrade(ctx, "wss://"+p.e.Addr(emulator.HTTPS)+path, config)
	}
	return mqtttest.Dial(ctx, "mqtt://"+p.e.Addr(emulator.MQTT), nil)
}

// Do implements [Place].
func (p *emulated) Do(client string, r *http.Request) (*http.Response, error) {
	if client == "" && r.URL.Scheme == "http" {
		r.URL.Host = p.e.Addr(emulator.HTTP)
		return (&http.Transport{DisableKeepAlives: true}).RoundTrip(r)
	}
	settings := &Client{}
	if r.URL.Scheme == "https" {
		settings.ServerName = r.Host
	}
	config := settings.tls(p.e.ClientTLS(), WSS)
	if client != "" {
		config.Certificates = p.certificates[client].shown()
		config.NextProtos = []string{"x-amzn-http-ca"}
	}
	r.URL.Scheme, r.URL.Host = "https", p.e.Addr(emulator.HTTPS)
	return (&http.Transport{DisableKeepAlives: true, TLSClientConfig: config}).RoundTrip(r)
}

// value is what a client's certificate is called, for {{client.certificateId}}.
func (p *emulated) value(name string) (string, bool) {
	client, ok := strings.CutSuffix(name, ".certificateId")
	m := p.certificates[client]
	if !ok || m == nil {
		return "", false
	}
	return m.id(), true
}

// Witness implements [Place].
func (p *emulated) Witness() Witness { return local{p.e.Account("")} }

// Shadow implements [Place].
func (p *emulated) Shadow(_ context.Context, thing, name string) ([]byte, error) {
	return p.e.Account("").Shadow(thing, name), nil
}

// Names implements [Place].
func (p *emulated) Names() *names { return nil }

// Quiet implements [Place].
func (p *emulated) Quiet() time.Duration { return 0 }

// Close implements [Place]. What takes longer than an emulator waits at its end, on a machine
// with too much to do, says nothing about the scenario.
func (p *emulated) Close() error {
	_ = p.e.Close()
	return nil
}
