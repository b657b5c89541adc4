package authn

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"

	"github.com/suback/suback/emulator/registry"
)

// describe names a certificate for people.
func describe(c *x509.Certificate) string {
	return fmt.Sprintf("certificate %s (%s)", short(registry.CertificateIDOf(c)), shorten(c.Subject.String()))
}

// short is the beginning of a certificate's id, enough to find it.
func short(id string) string { return id[:min(len(id), 16)] + "…" }

// shorten cuts a name that a client sent to a length for a message.
func shorten(name string) string {
	const limit = 128 // characters; no authorizer's name is longer
	if r := []rune(name); len(r) > limit {
		return string(r[:limit]) + "…"
	}
	return name
}

func pemOf(c *x509.Certificate) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}))
}
