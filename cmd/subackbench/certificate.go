package main

import (
	"bytes"
	"encoding/pem"
	"os"
	"path/filepath"

	"github.com/suback/suback/emulator/pki"
)

// The files of a broker's certificate, in its folder.
const (
	serverCertificate = "server.pem"
	serverKey         = "server.key"
)

// writeServerCertificate writes a certificate as Suback presents one to the generator,
// with an ECDSA key on P-256, so that the other brokers have the same work.
func writeServerCertificate(folder string) error {
	ca, err := pki.Open(folder)
	if err != nil {
		return err
	}
	cert, err := ca.ServerCertificate("localhost")
	if err != nil {
		return err
	}
	key, err := pki.EncodeKey(cert.PrivateKey)
	if err != nil {
		return err
	}
	var chain bytes.Buffer
	for _, der := range cert.Certificate {
		if err := pem.Encode(&chain, &pem.Block{Type: "CERTIFICATE", Bytes: der}); err != nil {
			return err
		}
	}
	if err := os.WriteFile(filepath.Join(folder, serverCertificate), chain.Bytes(), 0o600); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(folder, serverKey), key, 0o600)
}
