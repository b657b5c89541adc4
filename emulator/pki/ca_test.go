package pki

import (
	"bytes"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

func open(t *testing.T, dir string) *CA {
	t.Helper()
	ca, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return ca
}

// A restart keeps the CA, and its key is nobody else's business.
func TestOpenReuses(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "state", "deep")
	first, second := open(t, dir), open(t, dir)
	if !bytes.Equal(first.PEM(), second.PEM()) {
		t.Error("the second Open made another CA")
	}
	text, err := os.ReadFile(filepath.Join(dir, certFile))
	if err != nil || !bytes.Equal(text, first.PEM()) {
		t.Errorf("ca.pem: got %q, %v, want what PEM returns", text, err)
	}
	for name, want := range map[string]os.FileMode{keyFile: 0o600, certFile: 0o644} {
		info, err := os.Stat(filepath.Join(dir, name))
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: got %v, %v, want mode %v", name, info.Mode(), err, want)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 2 {
		t.Errorf("got %v, %v, want two files", entries, err)
	}
}

func TestOpenInMemory(t *testing.T) {
	if bytes.Equal(open(t, "").PEM(), open(t, "").PEM()) {
		t.Error("two CAs in memory are the same")
	}
}

// Processes that start together end with one key: each trusts the other's
// certificates.
func TestOpenAtTheSameTime(t *testing.T) {
	dir := t.TempDir()
	cas := make([]*CA, 8)
	var wg sync.WaitGroup
	for i := range cas {
		wg.Go(func() { cas[i], _ = Open(dir) })
	}
	wg.Wait()
	for _, ca := range cas {
		if ca == nil {
			t.Fatal("Open failed")
		}
		if !bytes.Equal(ca.PEM(), cas[0].PEM()) {
			t.Error("two CAs in one directory")
		}
	}
}

// Interrupted after the key: the next start goes on with it.
func TestOpenCompletes(t *testing.T) {
	dir := t.TempDir()
	before := open(t, dir)
	if err := os.Remove(filepath.Join(dir, certFile)); err != nil {
		t.Fatal(err)
	}
	cert, err := open(t, dir).ServerCertificate("localhost")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := cert.Leaf.Verify(x509.VerifyOptions{Roots: before.Pool(), DNSName: "localhost"}); err != nil {
		t.Errorf("who trusts the old certificate: %v", err)
	}
}

func TestOpenRefuses(t *testing.T) {
	tests := []struct {
		name  string
		spoil func(t *testing.T, dir string)
		want  string
	}{
		{"no key", func(t *testing.T, dir string) { remove(t, dir, keyFile) }, "ca.pem is there without its key"},
		{"garbage key", func(t *testing.T, dir string) { put(t, dir, keyFile, []byte("x")) }, "ca-key.pem: no PRIVATE KEY block"},
		{"garbage certificate", func(t *testing.T, dir string) { put(t, dir, certFile, []byte("x")) }, "ca.pem: no CERTIFICATE block"},
		{"damaged key", func(t *testing.T, dir string) {
			put(t, dir, keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("x")}))
		}, "ca-key.pem: the PRIVATE KEY block is damaged"},
		{"other key", func(t *testing.T, dir string) {
			text, err := newKeyPEM()
			if err != nil {
				t.Fatal(err)
			}
			put(t, dir, keyFile, text)
		}, "ca.pem: does not belong to the key"},
		{"expired", func(t *testing.T, dir string) {
			resign(t, dir, &x509.Certificate{IsCA: true, NotAfter: time.Date(2020, 1, 2, 3, 0, 0, 0, time.UTC)})
		}, "ca.pem: expired on 2020-01-02"},
		{"not yet valid", func(t *testing.T, dir string) {
			resign(t, dir, &x509.Certificate{IsCA: true, NotBefore: time.Now().Add(48 * time.Hour), NotAfter: time.Now().Add(72 * time.Hour)})
		}, "ca.pem: is not valid before "},
		{"no CA", func(t *testing.T, dir string) {
			resign(t, dir, &x509.Certificate{NotAfter: time.Now().Add(time.Hour)})
		}, "ca.pem: is no CA certificate"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			open(t, dir)
			tt.spoil(t, dir)
			_, err := Open(dir)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
	if _, err := Open(filepath.Join("ca_test.go", "sub")); err == nil || !strings.Contains(err.Error(), "ca_test.go") {
		t.Errorf("no directory: got %v, want an error with its name", err)
	}
}

func remove(t *testing.T, dir, name string) {
	t.Helper()
	if err := os.Remove(filepath.Join(dir, name)); err != nil {
		t.Fatal(err)
	}
}

func put(t *testing.T, dir, name string, text []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// resign replaces the certificate by one of the same key.
func resign(t *testing.T, dir string, template *x509.Certificate) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, keyFile))
	if err != nil {
		t.Fatal(err)
	}
	key, err := parseKey(text)
	if err != nil {
		t.Fatal(err)
	}
	template.SerialNumber = serial()
	template.Subject = pkix.Name{CommonName: "spoiled"}
	template.BasicConstraintsValid = true
	der, err := x509.CreateCertificate(nil, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	put(t, dir, certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}
