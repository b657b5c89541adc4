package main

import (
	"crypto/ecdsa"
	"crypto/tls"
	"net"
	"path/filepath"
	"testing"

	"github.com/suback/suback/emulator"
)

// The other brokers' certificate has a key of the kind that Suback's has.
func TestServerCertificate(t *testing.T) {
	folder := t.TempDir()
	if err := writeServerCertificate(folder); err != nil {
		t.Fatal(err)
	}
	pair, err := tls.LoadX509KeyPair(filepath.Join(folder, serverCertificate), filepath.Join(folder, serverKey))
	if err != nil {
		t.Fatal(err)
	}
	e := emulator.Run(t, emulator.Embedded())
	conn, err := net.Dial("tcp", e.Addr(emulator.HTTPS))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	client := tls.Client(conn, &tls.Config{InsecureSkipVerify: true, ServerName: "localhost", NextProtos: []string{"mqtt"}})
	if err := client.Handshake(); err != nil {
		t.Fatal(err)
	}
	key, isECDSA := pair.Leaf.PublicKey.(*ecdsa.PublicKey)
	others, sameKind := client.ConnectionState().PeerCertificates[0].PublicKey.(*ecdsa.PublicKey)
	if !isECDSA || !sameKind || key.Curve != others.Curve {
		t.Errorf("got a key %T, want one as Suback's, %T", pair.Leaf.PublicKey, client.ConnectionState().PeerCertificates[0].PublicKey)
	}
	if len(pair.Certificate) != len(client.ConnectionState().PeerCertificates) {
		t.Errorf("got a chain of %d, want %d as Suback's", len(pair.Certificate), len(client.ConnectionState().PeerCertificates))
	}
}
