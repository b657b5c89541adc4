package pki

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/suback/suback/emulator/durable"
)

const (
	certFile = "ca.pem"
	keyFile  = "ca-key.pem"

	caName = "Suback local CA"
	caLife = 2 * 365 * 24 * time.Hour

	// caRenewal is how long before its end a CA is renewed.
	caRenewal = 90 * 24 * time.Hour

	// skew is how far a client's clock may be behind ours.
	skew = 24 * time.Hour
)

// A CA signs server and client certificates. It is safe for concurrent use.
type CA struct {
	key  crypto.Signer
	cert *x509.Certificate
	pem  []byte

	warnings []string

	rsaKey func() (*rsa.PrivateKey, error) // of server certificates, made once

	mu     sync.Mutex
	issued map[string]*tls.Certificate // server certificates by name and addresses
}

// Open loads the CA kept in dir as ca.pem and ca-key.pem, and creates what is
// missing; the directory too. An empty dir keeps the CA in memory.
//
// A certificate of this package that ends within 90 days, or has ended, is renewed
// with its key: who trusts the one before does so until that one ends. A key that
// others may read is taken from them. [CA.Warnings] tells of both.
//
// Files that cannot be read, do not belong together, are no CA or, if somebody else
// made them, have expired are an error that names the file. Several processes may
// open one directory at the same time: they end with the same CA.
func Open(dir string) (ca *CA, err error) {
	if dir == "" {
		return create()
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("state directory: %w", err)
	}
	err = durable.Alone(dir, func() error {
		ca, err = openFiles(filepath.Join(dir, certFile), filepath.Join(dir, keyFile))
		return err
	})
	return ca, err
}

func openFiles(certPath, keyPath string) (*CA, error) {
	if exists(certPath) && !exists(keyPath) {
		return nil, fmt.Errorf("%s is there without its key, want %s beside it or neither", certPath, keyFile)
	}
	mended, err := durable.KeepPrivate(keyPath)
	if err != nil {
		return nil, err
	}
	key, err := LoadOrCreate(keyPath, 0o600, newKeyPEM, parseKey)
	if err != nil {
		return nil, err
	}
	// The key comes first: whoever is interrupted here continues with the key that is
	// there, and any certificate made for it is good.
	newCert := func() ([]byte, error) { return newCertPEM(key) }
	cert, err := LoadOrCreate(certPath, 0o644, newCert, parseCert)
	if err != nil {
		return nil, err
	}
	cert, renewed, err := renew(certPath, cert, key)
	if err == nil {
		err = check(cert, key)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w; remove it together with %s to get a new one", certPath, err, keyFile)
	}
	ca := newCA(cert, key)
	if mended {
		ca.warnings = append(ca.warnings, keyPath+
			": others could read the key of the certificate authority; now they cannot, but may have")
	}
	if renewed != "" {
		ca.warnings = append(ca.warnings, certPath+": "+renewed)
	}
	return ca, nil
}

// renew replaces a certificate of this package that comes to its end, and says what
// that means. One that cannot be replaced will do until its end.
func renew(
	path string, old *x509.Certificate, key crypto.Signer,
) (cert *x509.Certificate, what string, err error) {
	public, ok := old.PublicKey.(interface{ Equal(crypto.PublicKey) bool })
	ours := old.Subject.CommonName == caName && old.CheckSignatureFrom(old) == nil
	if !ours || !ok || !public.Equal(key.Public()) || time.Until(old.NotAfter) > caRenewal {
		return old, "", nil
	}
	end := old.NotAfter.Format(time.DateOnly)
	text, err := newCertPEM(key)
	if err == nil {
		cert, err = parseCert(text)
	}
	if err == nil {
		err = durable.Replace(path, 0o644, text)
	}
	if err != nil {
		return old, "the certificate authority ends on " + end + " and could not be renewed: " + err.Error(), nil
	}
	what = "the certificate authority has been renewed: clients trust the one before until " + end +
		", give them this one"
	return cert, what, nil
}

// Warnings are what whoever runs it should know of the last Open, in whole sentences.
func (ca *CA) Warnings() []string { return ca.warnings }

// PEM returns the CA certificate, as clients need it.
func (ca *CA) PEM() []byte { return append([]byte(nil), ca.pem...) }

// Pool returns a pool that trusts this CA alone.
func (ca *CA) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(ca.cert)
	return pool
}

func newCA(cert *x509.Certificate, key crypto.Signer) *CA {
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Raw})
	rsaKey := sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })
	return &CA{key: key, cert: cert, pem: text, rsaKey: rsaKey, issued: map[string]*tls.Certificate{}}
}

func create() (*CA, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	text, err := newCertPEM(key)
	if err != nil {
		return nil, err
	}
	cert, err := parseCert(text)
	if err != nil {
		return nil, err
	}
	return newCA(cert, key), nil
}

// check says why cert cannot sign with key, today.
func check(cert *x509.Certificate, key crypto.Signer) error {
	public, ok := cert.PublicKey.(interface{ Equal(crypto.PublicKey) bool })
	switch now := time.Now(); {
	case !cert.IsCA:
		return errors.New("is no CA certificate")
	case !ok || !public.Equal(key.Public()):
		return errors.New("does not belong to the key")
	case isRoot(cert) &&
		cert.CheckSignature(cert.SignatureAlgorithm, cert.RawTBSCertificate, cert.Signature) != nil:
		return errors.New("is damaged: it is not what was signed")
	case now.After(cert.NotAfter):
		return fmt.Errorf("expired on %s", cert.NotAfter.Format(time.DateOnly))
	case now.Before(cert.NotBefore):
		return fmt.Errorf("is not valid before %s", cert.NotBefore.Format(time.DateOnly))
	}
	return nil
}

// isRoot is for a CA that has signed itself, one of this package even if a byte of one
// of its names has changed.
func isRoot(cert *x509.Certificate) bool {
	return bytes.Equal(cert.RawIssuer, cert.RawSubject) ||
		cert.Issuer.CommonName == caName || cert.Subject.CommonName == caName
}

func newKeyPEM() ([]byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	return EncodeKey(key)
}

// EncodeKey returns a private key as a PEM block PRIVATE KEY. It fails for what is
// no key.
func EncodeKey(key crypto.PrivateKey) ([]byte, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), nil
}

func newCertPEM(key crypto.Signer) ([]byte, error) {
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber:          serial(),
		Subject:               pkix.Name{CommonName: caName},
		NotBefore:             now.Add(-skew),
		NotAfter:              now.Add(caLife),
		IsCA:                  true,
		MaxPathLenZero:        true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), nil
}

func parseKey(text []byte) (crypto.Signer, error) {
	block, _ := pem.Decode(text)
	if block == nil || block.Type != "PRIVATE KEY" {
		return nil, errors.New("no PRIVATE KEY block in it")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, errors.New("the PRIVATE KEY block is damaged")
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, errors.New("the key cannot sign")
	}
	return signer, nil
}

func parseCert(text []byte) (*x509.Certificate, error) {
	block, _ := pem.Decode(text)
	if block == nil || block.Type != "CERTIFICATE" {
		return nil, errors.New("no CERTIFICATE block in it")
	}
	return x509.ParseCertificate(block.Bytes)
}

// serial is 127 random bits: positive, and never that of another certificate.
func serial() *big.Int {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[0] &= 0x7f
	return new(big.Int).SetBytes(b[:])
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist)
}
