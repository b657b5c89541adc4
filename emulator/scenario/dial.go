package scenario

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/mqtttest"
)

// How a client's connection is opened: TLS, and the upgrade of a WebSocket.

// tls is how a client does TLS over a transport, with a target's CA.
func (c *Client) tls(config *tls.Config, t Transport) *tls.Config {
	if t == ALPN {
		config.NextProtos = []string{"mqtt"}
	}
	if c.ALPN != nil {
		config.NextProtos = c.ALPN
	}
	if v := tlsVersions()[c.TLSVersion]; v != 0 {
		config.MinVersion, config.MaxVersion = tls.VersionTLS10, v
	}
	if c.ServerName != "" {
		config.ServerName = c.ServerName
		config.InsecureSkipVerify = true // of the name alone: one of no account is a client's mistake, too
		config.VerifyConnection = signedBy(config.RootCAs)
	}
	return config
}

func tlsVersions() map[string]uint16 {
	return map[string]uint16{"1.0": tls.VersionTLS10, "1.1": tls.VersionTLS11, "1.2": tls.VersionTLS12,
		"1.3": tls.VersionTLS13}
}

// signedBy checks a server's certificate but for its name.
func signedBy(roots *x509.CertPool) func(tls.ConnectionState) error {
	return func(s tls.ConnectionState) error {
		between := x509.NewCertPool()
		for _, c := range s.PeerCertificates[1:] {
			between.AddCert(c)
		}
		_, err := s.PeerCertificates[0].Verify(x509.VerifyOptions{Roots: roots, Intermediates: between})
		return err
	}
}

// upgrade opens a WebSocket at a target's address.
func (c *Client) upgrade(ctx context.Context, url string, config *tls.Config) (*mqtttest.Client, error) {
	headers := http.Header{}
	for name, value := range c.Headers {
		headers[http.CanonicalHeaderKey(name)] = []string{value}
	}
	if c.ServerName != "" {
		headers.Set("Host", c.ServerName)
	}
	if c.Sign != nil {
		var err error
		if url, err = c.Sign.upgrade(ctx, url, headers); err != nil {
			return nil, err
		}
	}
	return mqtttest.DialHeaders(ctx, url, config, headers)
}

// unopened judges that there is no connection; err is nil if there is one.
func (o *Outcome) unopened(err error) error {
	refusal := new(mqtttest.Refusal)
	isRefusal := errors.As(err, &refusal)
	switch {
	case o.Word == unopened && err != nil && !isRefusal:
		return nil
	case isRefusal && refusal.Status == o.Status && strings.Contains(string(refusal.Body), o.Reason):
		return nil
	case err == nil:
		return fmt.Errorf("the connection opened, want %s", o.opening())
	case o.Word == unopened || o.Status != 0:
		return fmt.Errorf("got %w, want %s", err, o.opening())
	}
	return err
}

func (o *Outcome) opening() string {
	if o.Word == unopened {
		return "none, since TLS fails"
	}
	text := fmt.Sprintf("status %d", o.Status)
	if o.Reason != "" {
		text += fmt.Sprintf(" with %q", o.Reason)
	}
	return text
}

// problem is what no client can be like.
func (c *Client) problem() string {
	switch {
	case c == nil:
		return ""
	case c.TLSVersion != "" && tlsVersions()[c.TLSVersion] == 0:
		return fmt.Sprintf("the tlsVersion is %q, want one of %s", c.TLSVersion,
			strings.Join(slices.Sorted(maps.Keys(tlsVersions())), ", "))
	case c.Path != "" && !strings.HasPrefix(c.Path, "/"):
		return fmt.Sprintf("the path is %q, want one that begins with /", c.Path)
	}
	if _, err := hexadecimal(c.Bytes); err != nil {
		return fmt.Sprintf("the bytes are %q, want hexadecimal as c0 01 00", c.Bytes)
	}
	if problem := c.Will.problem(); problem != "" {
		return "its will: " + problem
	}
	return c.Certificate.problem()
}
