package pki

import (
	"bytes"
	"crypto/ecdsa"
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

// [H-14] A CA that comes to its end is renewed with its key, once for all who start at
// the same time: who trusts the old one does so until that ends. One that is good
// stays, of ten years too, and so does one that somebody else made.
func TestOpenRenews(t *testing.T) {
	day := 24 * time.Hour
	tests := []struct {
		name    string
		subject string
		left    time.Duration
		renewed bool
		source  string
	}{
		{"new", caName, caLife, false, "a restart keeps the CA"},
		{"of ten years", caName, 9 * 365 * day, false, "a restart keeps the CA"},
		{"before the time", caName, 91 * day, false, "doc.go"},
		{"in its last days", caName, 89 * day, true, "doc.go"},
		{"expired", caName, -day, true, "doc.go"},
		{"of somebody else", "Example CA", 89 * day, false, "doc.go"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			open(t, dir)
			resign(t, dir, &x509.Certificate{Subject: pkix.Name{CommonName: tt.subject}, IsCA: true, KeyUsage: x509.KeyUsageCertSign,
				NotBefore: time.Now().Add(-2 * 365 * day), NotAfter: time.Now().Add(tt.left)})
			old := x509.NewCertPool()
			old.AppendCertsFromPEM(text(t, dir, certFile))
			before := text(t, dir, certFile)
			cas, warnings := make([]*CA, 4), 0
			var working sync.WaitGroup
			for i := range cas {
				working.Go(func() { cas[i], _ = Open(dir) })
			}
			working.Wait()
			for _, ca := range cas {
				if ca == nil || !bytes.Equal(ca.PEM(), text(t, dir, certFile)) {
					t.Fatalf("got another CA than the folder has (%s)", tt.source)
				}
				warnings += len(ca.Warnings())
			}
			if renewed := !bytes.Equal(before, cas[0].PEM()); renewed != tt.renewed || (warnings == 1) != tt.renewed {
				t.Errorf("got renewed %v with %d warnings, want %v and a warning then (%s)", renewed, warnings, tt.renewed, tt.source)
			}
			cert, err := cas[0].ServerCertificate("localhost")
			if err != nil {
				t.Fatal(err)
			}
			for name, roots := range map[string]*x509.CertPool{"old": old, "new": cas[0].Pool()} {
				if _, err := cert.Leaf.Verify(x509.VerifyOptions{Roots: roots, DNSName: "localhost"}); err != nil && (tt.left > 0 || name == "new") {
					t.Errorf("who trusts the %s one: %v (%s)", name, err, tt.source)
				}
			}
		})
	}
}

// One that cannot be renewed will do until its end.
func TestOpenCannotRenew(t *testing.T) {
	for left, want := range map[time.Duration]string{time.Hour: "", -time.Hour: "ca.pem: expired on "} {
		dir := t.TempDir()
		open(t, dir)
		resign(t, dir, &x509.Certificate{Subject: pkix.Name{CommonName: caName}, IsCA: true, KeyUsage: x509.KeyUsageCertSign,
			NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: time.Now().Add(left)})
		if err := os.MkdirAll(filepath.Join(dir, certFile+".next", "a"), 0o700); err != nil {
			t.Fatal(err)
		}
		ca, err := Open(dir)
		switch {
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%v: got %v, want %q", left, err, want)
		case want == "" && (err != nil || len(ca.Warnings()) != 1 || !strings.Contains(ca.Warnings()[0], "could not be renewed: ")):
			t.Errorf("%v: got %v, want the old one with a warning", left, err)
		}
	}
}

// [H-14] What is made now lives two years, and is good for TLS alone.
func TestCAForm(t *testing.T) {
	ca := open(t, "")
	if life := ca.cert.NotAfter.Sub(ca.cert.NotBefore); life > 2*366*24*time.Hour {
		t.Errorf("got a life of %v, want two years", life)
	}
	for usage, good := range map[x509.ExtKeyUsage]bool{x509.ExtKeyUsageServerAuth: true, x509.ExtKeyUsageClientAuth: true,
		x509.ExtKeyUsageCodeSigning: false, x509.ExtKeyUsageEmailProtection: false} {
		leaf, err := ca.issue(&x509.Certificate{ExtKeyUsage: []x509.ExtKeyUsage{usage}})
		if err != nil {
			t.Fatal(err)
		}
		_, err = leaf.Leaf.Verify(x509.VerifyOptions{Roots: ca.Pool(), KeyUsages: []x509.ExtKeyUsage{usage}})
		if (err == nil) != good {
			t.Errorf("usage %v: got %v, want good %v", usage, err, good)
		}
	}
}

// A key that others may read is taken from them, and that is said once.
func TestOpenMendsTheMode(t *testing.T) {
	dir := t.TempDir()
	open(t, dir)
	if err := os.Chmod(filepath.Join(dir, keyFile), 0o644); err != nil {
		t.Fatal(err)
	}
	for i, want := range []int{1, 0} {
		got := open(t, dir).Warnings()
		info, err := os.Stat(filepath.Join(dir, keyFile))
		if err != nil || info.Mode().Perm() != 0o600 || len(got) != want || want == 1 &&
			!strings.Contains(got[0], "ca-key.pem: others could read") {
			t.Errorf("start %d: got %v, %v, %q, want mode 0600 and %d warnings", i, info.Mode(), err, got, want)
		}
	}
}

// A CA that cannot be written is an error with its file, and leaves nothing half.
func TestOpenCannotWrite(t *testing.T) {
	for _, name := range []string{keyFile, certFile} {
		dir := t.TempDir()
		if name == certFile {
			open(t, dir)
			remove(t, dir, certFile)
		}
		path := filepath.Join(dir, name)
		if err := os.Symlink("nowhere/at-all", path); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: got %v, want an error that names it", name, err)
		}
		if entries, err := os.ReadDir(dir); err != nil || len(entries) > 2 {
			t.Errorf("%s: got %v, %v, want nothing half", name, entries, err)
		}
	}
}

func text(t *testing.T, dir, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return b
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
	if template.Subject.CommonName == "" {
		template.Subject = pkix.Name{CommonName: "spoiled"}
	}
	template.BasicConstraintsValid = true
	der, err := x509.CreateCertificate(nil, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	put(t, dir, certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

// A byte that has changed in either file is found, or did not matter.
func TestFlippedByte(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := open(t, dir)
	for _, name := range []string{certFile, keyFile} {
		good := text(t, dir, name)
		for i := range good {
			bad := bytes.Clone(good)
			bad[i] ^= 1
			put(t, dir, name, bad)
			if ca, err := Open(dir); err == nil &&
				(!bytes.Equal(ca.PEM(), first.PEM()) || !ca.cert.PublicKey.(*ecdsa.PublicKey).Equal(ca.key.Public())) {
				t.Fatalf("%s, byte %d: got another CA, want it refused", name, i)
			}
		}
		put(t, dir, name, good)
	}
}
