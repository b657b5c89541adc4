package control

import (
	"cmp"
	"context"

	"github.com/suback/suback/emulator/pki"
	"github.com/suback/suback/emulator/registry"
)

// Client certificates that are made, or made known
//
//   - CreateKeysAndCertificate and CreateCertificateFromCsr issue them;
//     the private key is in the answer and nowhere else
//   - RegisterCertificate wants a registered issuer, RegisterCertificateWithoutCA
//     none
//   - they are INACTIVE unless it is said otherwise

func (s *service) newCertificateOperations() operations {
	return operations{
		"CreateKeysAndCertificate":     register(s.createKeysAndCertificate),
		"CreateCertificateFromCsr":     register(s.createCertificateFromCSR),
		"RegisterCertificate":          register(s.registerCertificate),
		"RegisterCertificateWithoutCA": register(s.registerCertificateWithoutCA),
	}
}

// An activation is the flag that most of these operations have.
type activation struct {
	SetAsActive bool `json:"setAsActive"`
}

func (a activation) status() string {
	if a.SetAsActive {
		return registry.Active
	}
	return registry.Inactive
}

type issuedCertificate struct {
	CertificateArn string `json:"certificateArn"`
	CertificateID  string `json:"certificateId"`
	CertificatePem string `json:"certificatePem"`
}

// A keyPair has capital letters, unlike most of AWS IoT.
type keyPair struct {
	PublicKey  string `json:"PublicKey"`
	PrivateKey string `json:"PrivateKey"`
}

type createKeysOutput struct {
	issuedCertificate
	KeyPair keyPair `json:"keyPair"`
}

func (s *service) createKeysAndCertificate(_ context.Context, in activation) (createKeysOutput, error) {
	keys, err := pki.NewDeviceKeys()
	if err != nil {
		return createKeysOutput{}, err
	}
	pem, err := s.CA.DeviceCertificate(keys.Public)
	if err != nil {
		return createKeysOutput{}, err
	}
	c, err := s.issued(pem, in)
	return createKeysOutput{c, keyPair{string(keys.PublicPEM), string(keys.PrivatePEM)}}, err
}

type createFromCSRInput struct {
	activation
	CertificateSigningRequest string `json:"certificateSigningRequest"`
}

func (s *service) createCertificateFromCSR(
	_ context.Context, in createFromCSRInput,
) (issuedCertificate, error) {
	pem, err := s.CA.DeviceCertificateFromCSR([]byte(in.CertificateSigningRequest))
	if err != nil {
		return issuedCertificate{}, refuse(invalidRequest, "certificateSigningRequest: %v", err)
	}
	return s.issued(pem, in.activation)
}

// issued makes a new certificate known.
func (s *service) issued(pem []byte, a activation) (issuedCertificate, error) {
	c, err := s.registry.CreateCertificate(string(pem), a.status())
	return issuedCertificate{c.CertificateArn, c.CertificateID, c.CertificatePem}, err
}

type registerCertificateInput struct {
	activation
	CertificatePem   string `json:"certificatePem"`
	CACertificatePem string `json:"caCertificatePem"`
	Status           string `json:"status"`
}

// A registeredCertificate is also what RegisterCACertificate answers.
type registeredCertificate struct {
	CertificateArn string `json:"certificateArn"`
	CertificateID  string `json:"certificateId"`
}

// registerCertificate lets status go before setAsActive, which is deprecated
// [guess].
func (s *service) registerCertificate(
	_ context.Context, in registerCertificateInput,
) (registeredCertificate, error) {
	c, err := s.registry.RegisterCertificate(in.CertificatePem, cmp.Or(in.Status, in.status()),
		in.CACertificatePem)
	return registeredCertificate{c.CertificateArn, c.CertificateID}, err
}

type registerWithoutCAInput struct {
	CertificatePem string `json:"certificatePem"`
	Status         string `json:"status"`
}

func (s *service) registerCertificateWithoutCA(
	_ context.Context, in registerWithoutCAInput,
) (registeredCertificate, error) {
	c, err := s.registry.RegisterCertificateWithoutCA(in.CertificatePem, in.Status)
	return registeredCertificate{c.CertificateArn, c.CertificateID}, err
}
