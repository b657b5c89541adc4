package authn

import (
	"net/url"
	"testing"
	"time"

	"github.com/suback/suback/emulator/registry"
	"github.com/suback/suback/emulator/sigv4"
	"github.com/suback/suback/emulator/sigv4/sigv4test"
	"github.com/suback/suback/emulator/transport"
)

// The keys of newSigners.
const (
	gatewayHost = "a1b2c3-ats.iot.us-east-1.amazonaws.com"
	longKey     = "AKIALOCAL"
	longSecret  = "secret/of+local"
	tempKey     = "ASIALOCAL"
	tempSecret  = "secret/of+session"
	tempToken   = "FwoGZXIvYXdzEA==/+token"
)

func moment(t *testing.T) time.Time {
	t.Helper()
	at, err := time.Parse(sigv4.TimeFormat, sigv4test.At)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// newSigners has the keys longKey and tempKey.
func newSigners(t *testing.T) *Authenticator {
	t.Helper()
	r, err := registry.New(registry.Options{})
	if err != nil {
		t.Fatal(err)
	}
	addSigners(t, r)
	return &Authenticator{Registry: r}
}

func addSigners(t *testing.T, r *registry.Registry) {
	t.Helper()
	for _, c := range []registry.Credential{
		{AccessKeyID: longKey, SecretAccessKey: longSecret},
		{AccessKeyID: tempKey, SecretAccessKey: tempSecret, SessionToken: tempToken},
	} {
		if _, err := r.PutCredential(c); err != nil {
			t.Fatal(err)
		}
	}
}

// factsFor are those of a request that came in at sigv4test.At.
func factsFor(t *testing.T, method, address string, header ...transport.Field) *transport.Facts {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return &transport.Facts{Listener: "https", TLS: true, HTTP: &transport.HTTP{
		Method: method, Path: u.EscapedPath(), RawQuery: u.RawQuery, Host: u.Host, Header: header, ReceivedAt: moment(t)}}
}
