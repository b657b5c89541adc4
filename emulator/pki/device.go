package pki

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"time"
)

// Device certificates, as AWS IoT issues them
//
//   - subject CN=AWS IoT Certificate, or the one of the CSR
//   - issuer OU=Amazon Web Services O=Amazon.com Inc. L=Seattle ST=Washington C=US,
//     which is a single OU; it has the key of this CA
//   - valid until the end of 2049
//   - not a CA, for digital signatures, with both key identifiers
//   - a CSR's key is RSA of 2048 bits or more, or P-256, P-384, P-521
//
// AWS signs with SHA-256 and RSA, this CA with SHA-256 and ECDSA. Nobody builds a
// chain to such a certificate: the registry knows it by its fingerprint.

const (
	deviceSubject = "AWS IoT Certificate"
	deviceIssuer  = "Amazon Web Services O=Amazon.com Inc. L=Seattle ST=Washington C=US"
	deviceKeyBits = 2048
)

// DeviceKeys are what CreateKeysAndCertificate makes besides a certificate.
type DeviceKeys struct {
	// Public is the key to be certified.
	Public crypto.PublicKey
	// PublicPEM is a PUBLIC KEY block, PrivatePEM an RSA PRIVATE KEY block.
	// PrivatePEM is a secret: it is handed out once and kept nowhere.
	PublicPEM, PrivatePEM []byte
}

// NewDeviceKeys makes an RSA key of 2048 bits. It takes tens of
// milliseconds, and varies.
func NewDeviceKeys() (DeviceKeys, error) {
	key, err := rsa.GenerateKey(rand.Reader, deviceKeyBits)
	if err != nil {
		return DeviceKeys{}, err
	}
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return DeviceKeys{}, err
	}
	return DeviceKeys{
		Public:    key.Public(),
		PublicPEM: pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public}),
		PrivatePEM: pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY",
			Bytes: x509.MarshalPKCS1PrivateKey(key)}),
	}, nil
}

// DeviceCertificate returns a new certificate for public, in PEM.
func (ca *CA) DeviceCertificate(public crypto.PublicKey) ([]byte, error) {
	return ca.device(&x509.Certificate{Subject: pkix.Name{CommonName: deviceSubject}}, public)
}

// DeviceCertificateFromCSR returns a new certificate for the key of a
// certificate signing request, with its subject; what else it asks for is left
// out. The error says what is wrong with the request.
func (ca *CA) DeviceCertificateFromCSR(csrPEM []byte) ([]byte, error) {
	block, _ := pem.Decode(csrPEM)
	if block == nil || block.Type != "CERTIFICATE REQUEST" && block.Type != "NEW CERTIFICATE REQUEST" {
		return nil, errors.New("no CERTIFICATE REQUEST block in it")
	}
	csr, err := x509.ParseCertificateRequest(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("certificate signing request: %w", err)
	}
	if err := csr.CheckSignature(); err != nil {
		return nil, fmt.Errorf("signature of the certificate signing request: %w", err)
	}
	if err := checkDeviceKey(csr.PublicKey); err != nil {
		return nil, err
	}
	return ca.device(&x509.Certificate{RawSubject: csr.RawSubject}, csr.PublicKey)
}

// checkDeviceKey is A-230.
func checkDeviceKey(public crypto.PublicKey) error {
	switch key := public.(type) {
	case *rsa.PublicKey:
		if key.N.BitLen() < deviceKeyBits {
			return fmt.Errorf("the key is RSA of %d bits, want %d or more", key.N.BitLen(), deviceKeyBits)
		}
		return nil
	case *ecdsa.PublicKey:
		if key.Curve.Params().BitSize < 256 {
			return fmt.Errorf("the key is on curve %s, want P-256, P-384 or P-521", key.Curve.Params().Name)
		}
		return nil
	}
	return fmt.Errorf("the key is %T, want RSA or ECDSA", public)
}

func (ca *CA) device(t *x509.Certificate, public crypto.PublicKey) ([]byte, error) {
	spki, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return nil, err
	}
	id := sha1.Sum(spki) // a name, no more
	t.SerialNumber = serial()
	t.SubjectKeyId = id[:]
	t.NotBefore = time.Now().Add(-skew)
	t.NotAfter = time.Date(2049, 12, 31, 23, 59, 59, 0, time.UTC)
	t.KeyUsage = x509.KeyUsageDigitalSignature
	t.BasicConstraintsValid = true
	issuer := &x509.Certificate{
		Subject:      pkix.Name{OrganizationalUnit: []string{deviceIssuer}},
		SubjectKeyId: ca.cert.SubjectKeyId,
		PublicKey:    ca.key.Public(),
	}
	der, err := x509.CreateCertificate(rand.Reader, t, issuer, public, ca.key)
	if err != nil {
		return nil, fmt.Errorf("device certificate: %w", err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), nil
}
