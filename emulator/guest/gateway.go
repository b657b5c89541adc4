package guest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Where devices connect: at AWS by the name of the account's endpoint, and by the system's
// authorities; elsewhere where the user says, or where a suback says of itself.

type gateway struct {
	host         string // of the endpoint: the name in SNI
	mqtts, https string // host:port
	ca           *x509.CertPool
	by           string // the control plane's URL
}

// MQTTS is where devices connect with a certificate, as host:port.
func (a *Account) MQTTS() string { return a.gateway.mqtts }

// HTTPS is where devices call the data plane with a certificate, as host:port; "" if nobody
// said it.
func (a *Account) HTTPS() string { return a.gateway.https }

// TLS is the configuration of a client with a certificate.
func (a *Account) TLS(c Certificate) *tls.Config {
	return &tls.Config{ServerName: a.gateway.host, RootCAs: a.gateway.ca, MinVersion: tls.VersionTLS12,
		Certificates: []tls.Certificate{c.TLS}}
}

func (a *Account) find(ctx context.Context, o Options, host string) (gateway, error) {
	g := gateway{host: host, mqtts: o.MQTTS}
	if a.Own {
		g.https = net.JoinHostPort(host, "443")
		if g.mqtts == "" {
			g.mqtts = net.JoinHostPort(host, "8883")
		}
		return g, nil
	}
	base, by, err := a.services.Find(ctx, "iot")
	if err != nil {
		return g, err
	}
	g.by = base
	ca := o.CA
	if g.mqtts == "" || ca == nil {
		said, err := g.ask(ctx, base)
		if err != nil && g.mqtts == "" {
			return g, fmt.Errorf("%s does not say where devices connect, which %s names: %w; want --mqtts-url", base, by, err)
		}
		if ca == nil {
			ca = said
		}
	}
	if ca != nil {
		g.ca = x509.NewCertPool()
		if !g.ca.AppendCertsFromPEM(ca) {
			return g, errors.New("the authority of the gateway is no certificate, want PEM")
		}
	}
	return g, nil
}

// ask asks a suback where its listeners are, and which authority it has.
func (g *gateway) ask(ctx context.Context, base string) (ca []byte, err error) {
	u, err := url.Parse(base)
	if err != nil {
		return nil, err
	}
	text, err := fetch(ctx, u.Scheme+"://"+u.Host+"/_suback/accounts")
	if err != nil {
		return nil, err
	}
	var all []struct {
		EndpointAddress string            `json:"endpointAddress"`
		Listeners       map[string]string `json:"listeners"`
	}
	if err := json.Unmarshal(text, &all); err != nil {
		return nil, fmt.Errorf("it is no suback: %w", err)
	}
	for _, account := range all {
		if !strings.EqualFold(account.EndpointAddress, g.host) {
			continue
		}
		if g.mqtts == "" {
			g.mqtts = reached(u.Hostname(), account.Listeners["mqtts"])
		}
		g.https = reached(u.Hostname(), account.Listeners["https"])
		if g.mqtts == "" {
			return nil, errors.New("it has no mqtts listener")
		}
		return fetch(ctx, u.Scheme+"://"+u.Host+"/_suback/ca.pem")
	}
	return nil, fmt.Errorf("it has no account with the endpoint %s", g.host)
}

// reached is a listener's address as who knows the machine by a host reaches it.
func reached(host, listener string) string {
	address, port, err := net.SplitHostPort(listener)
	if err != nil {
		return ""
	}
	if ip := net.ParseIP(address); ip == nil || !ip.IsLoopback() {
		return net.JoinHostPort(host, port)
	}
	return listener
}

// fetch reads what a suback says of itself.
func fetch(ctx context.Context, address string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answers %s", address, answer.Status)
	}
	return io.ReadAll(io.LimitReader(answer.Body, 1<<20))
}
