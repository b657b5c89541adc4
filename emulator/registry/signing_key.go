package registry

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
)

// parsePublicKey returns the key, or what is wrong with the text; the text
// itself is not repeated.
func parsePublicKey(text string) (key *rsa.PublicKey, problem string) {
	if p := wantAtMost(text, maxPEM); p != "" {
		return nil, p
	}
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, "is no PEM, want -----BEGIN PUBLIC KEY-----"
	}
	if block.Type != "PUBLIC KEY" {
		return nil, fmt.Sprintf("is a %s, want a PUBLIC KEY", block.Type)
	}
	parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, "cannot be read, want a public key as openssl rsa -pubout writes it"
	}
	key, ok := parsed.(*rsa.PublicKey)
	if !ok {
		return nil, "is no RSA key, want one" // [A-62, guess]
	}
	if n := key.N.BitLen(); n < minRSA {
		return nil, fmt.Sprintf("has %d bits, want %d or more", n, minRSA)
	}
	return key, ""
}
