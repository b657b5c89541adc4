package suback

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"

	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/wait"
)

// The listeners of the image.
const (
	MQTT  = "1883/tcp" // plain MQTT, which AWS does not have
	MQTTS = "8883/tcp" // stands for AWS's 8883
	HTTPS = "8443/tcp" // stands for AWS's 443: by ALPN MQTT, else HTTPS and WebSocket
	HTTP  = "4566/tcp" // AWS's APIs, ws://, the admin API
)

const mostWords = 64 << 10 // bytes

// A Container is a running gateway, and its first account.
type Container struct {
	testcontainers.Container
	Account *Account // the first
}

// Run starts a gateway and waits until it is healthy. img is an image of the project's Dockerfile: it is
// published nowhere yet, so docker build -t suback makes it. If Run fails the container may be there
// nevertheless, as with all of Testcontainers' modules: testcontainers.CleanupContainer ends it.
func Run(ctx context.Context, img string, opts ...testcontainers.ContainerCustomizer) (*Container, error) {
	all := append([]testcontainers.ContainerCustomizer{
		testcontainers.WithExposedPorts(MQTT, MQTTS, HTTPS, HTTP),
		testcontainers.WithWaitStrategy(wait.ForHTTP("/_suback/health").WithPort(HTTP)),
	}, opts...)
	made, err := testcontainers.Run(ctx, img, all...)
	if made == nil {
		return nil, fmt.Errorf("suback: %w", err)
	}
	c := &Container{Container: made}
	if err != nil {
		return c, fmt.Errorf("suback: %w%s", err, c.words(ctx))
	}
	addr, err := c.Addr(ctx, HTTP)
	if err != nil {
		return c, err
	}
	c.Account, err = firstOf(ctx, "http://"+addr)
	return c, err
}

// words is what the gateway said, if it started at all.
func (c *Container) words(ctx context.Context) string {
	logs, err := c.Logs(ctx)
	if err != nil {
		return ""
	}
	defer logs.Close()
	text, err := io.ReadAll(io.LimitReader(logs, mostWords))
	if err != nil || len(text) == 0 {
		return ""
	}
	return "\n" + string(text)
}

// Addr is host:port of a listener, as it is reached from the tests.
func (c *Container) Addr(ctx context.Context, listener string) (string, error) {
	host, err := c.Host(ctx)
	if err != nil {
		return "", fmt.Errorf("suback: %w", err)
	}
	port, err := c.MappedPort(ctx, listener)
	if err != nil {
		return "", fmt.Errorf("suback: listener %s: %w", listener, err)
	}
	return net.JoinHostPort(host, port.Port()), nil
}

// ClientTLS is a configuration that trusts the gateway, for a client of an account; nil is its first. A
// device adds its certificate, or the ALPN that it asks for.
func (c *Container) ClientTLS(ctx context.Context, a *Account) (*tls.Config, error) {
	if a == nil {
		a = c.Account
	}
	pem, err := c.Account.CA(ctx)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, errors.New("suback: ca.pem is no certificate")
	}
	return &tls.Config{RootCAs: roots, ServerName: a.ServerName}, nil
}
