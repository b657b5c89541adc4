package config

import (
	"cmp"
	"fmt"

	"github.com/google/uuid"

	"github.com/suback/suback/emulator/registry"
)

// Server certificates in suback.yaml.

func serverCertificateKind() kind {
	return kind{key: "serverCertificates", put: (*Config).putServerCertificates,
		read: func(x *exporting, c *Config) { c.ServerCertificates = x.serverCertificates() }}
}

// A ServerCertificate is one that domain configurations serve.
type ServerCertificate struct {
	// as AWS Certificate Manager's; default: one made of the certificate
	CertificateArn   string `yaml:"certificateArn"`
	Type             string `yaml:"type"` // IMPORTED, the default, or AMAZON_ISSUED
	Certificate      PEM    `yaml:"certificate"`
	CertificateChain PEM    `yaml:"certificateChain"`
	PrivateKey       PEM    `yaml:"privateKey"`
}

func (c *Config) putServerCertificates(r *registry.Registry) error {
	return each(c.ServerCertificates, func(i int, s ServerCertificate) error {
		at := []any{"serverCertificates", i}
		cert, err1 := s.Certificate.text(c)
		chain, err2 := s.CertificateChain.text(c)
		key, err3 := s.PrivateKey.text(c)
		if err := cmp.Or(err1, err2, err3); err != nil {
			return c.Errorf(at, "server certificate %q: %v, want PEM texts or the paths of them", s.CertificateArn,
				err)
		}
		made := registry.ServerCertificate{CertificateArn: s.CertificateArn, Type: s.Type, PEM: cert,
			ChainPEM: chain}
		if made.CertificateArn == "" { // the same after each reload
			made.CertificateArn = fmt.Sprintf("arn:%s:acm:%s:%s:certificate/%s", r.Partition(), r.Region(),
				r.Account(), uuid.NewSHA1(uuid.NameSpaceOID, []byte(cert)))
		}
		_, err := r.PutServerCertificate(made, key)
		return c.refused(at, err)
	})
}

func (x *exporting) serverCertificates() (all []ServerCertificate) {
	for _, c := range x.ServerCertificates() {
		if !x.secrets {
			x.notes = append(x.notes, "server certificate "+c.CertificateArn+
				", whose private key --secrets would write")
			continue
		}
		all = append(all, ServerCertificate{CertificateArn: c.CertificateArn, Type: c.Type,
			Certificate: PEM(c.PEM), CertificateChain: PEM(c.ChainPEM), PrivateKey: PEM(c.PrivateKeyPEM())})
	}
	return all
}
