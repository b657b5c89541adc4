package endorse

import (
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// verify does what jwt.verify(token, pem) of the seed's function does: signature,
// exp and nbf, nothing else.
func verify(token, publicKey string, now time.Time) (*jwt.Token, error) {
	return jwt.Parse(token, func(*jwt.Token) (any, error) { return jwt.ParseRSAPublicKeyFromPEM([]byte(publicKey)) },
		jwt.WithTimeFunc(func() time.Time { return now }))
}

func TestKey(t *testing.T) {
	open, err := openKey("")
	if err != nil {
		t.Fatal(err)
	}
	key := open()
	if open() != key {
		t.Error("got another key the second time, want one for all tokens")
	}
	if !regexp.MustCompile(`^v1-[0-9a-f]{32}-x509\.pem$`).MatchString(key.kid) {
		t.Errorf("got kid %q, want v1-<32 hex>-x509.pem (A-282)", key.kid)
	}
	block, rest := pem.Decode(key.public)
	if block == nil || block.Type != "PUBLIC KEY" || len(rest) != 0 {
		t.Fatalf("got %s, want one PUBLIC KEY (A-294)", key.public)
	}
	if _, err := x509.ParsePKIXPublicKey(block.Bytes); err != nil {
		t.Errorf("got %v, want a public key in PKIX form (A-294)", err)
	}
	if n := key.private.N.BitLen(); n != 2048 {
		t.Errorf("got %d bits, want 2048", n)
	}
}

func TestDamagedKey(t *testing.T) {
	for name, content := range map[string]string{
		"no PEM": "x", "no key": "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
		"not RSA": "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\n-----END PRIVATE KEY-----\n",
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			file := filepath.Join(dir, "endorse-key.pem")
			if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := openKey(dir); err == nil || !strings.Contains(err.Error(), file) {
				t.Errorf("got %v, want an error that names %s", err, file)
			}
		})
	}
}
