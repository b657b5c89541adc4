package control

import (
	"cmp"
	"context"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/registry"
)

// What ACM says of certificates
//
//   - key algorithms with a dash, as RSA-2048, although requests and the service
//     model have RSA_2048
//   - a requested certificate was validated, by a CNAME or an e-mail that nobody
//     looked at
//   - ListCertificates has RSA keys of 1024 and 2048 bits alone, unless others
//     are asked for

type acmDetail struct {
	CertificateArn          string             `json:"CertificateArn"`
	DomainName              string             `json:"DomainName"`
	SubjectAlternativeNames []string           `json:"SubjectAlternativeNames"`
	DomainValidationOptions []domainValidation `json:"DomainValidationOptions,omitempty"`
	Serial                  string             `json:"Serial"`
	Subject                 string             `json:"Subject"`
	Issuer                  string             `json:"Issuer"`
	CreatedAt               date               `json:"CreatedAt"`
	IssuedAt                date               `json:"IssuedAt,omitzero"`
	ImportedAt              date               `json:"ImportedAt,omitzero"`
	Status                  string             `json:"Status"`
	NotBefore               date               `json:"NotBefore"`
	NotAfter                date               `json:"NotAfter"`
	KeyAlgorithm            string             `json:"KeyAlgorithm"`
	SignatureAlgorithm      string             `json:"SignatureAlgorithm"`
	InUseBy                 []string           `json:"InUseBy"`
	Type                    string             `json:"Type"`
	KeyUsages               []named            `json:"KeyUsages"`
	ExtendedKeyUsages       []namedOID         `json:"ExtendedKeyUsages"`
	RenewalEligibility      string             `json:"RenewalEligibility"`
	Options                 requestOptions     `json:"Options"`
}

type named struct {
	Name string `json:"Name"`
}

type namedOID struct {
	Name string `json:"Name"`
	OID  string `json:"OID"`
}

type domainValidation struct {
	DomainName       string          `json:"DomainName"`
	ValidationDomain string          `json:"ValidationDomain,omitempty"`
	ValidationStatus string          `json:"ValidationStatus"`
	ResourceRecord   *resourceRecord `json:"ResourceRecord,omitempty"`
	ValidationMethod string          `json:"ValidationMethod"`
}

type resourceRecord struct {
	Name  string `json:"Name"`
	Type  string `json:"Type"`
	Value string `json:"Value"`
}

type describeServerCertificateOutput struct {
	Certificate acmDetail `json:"Certificate"`
}

func (a *api) describeServerCertificate(
	_ context.Context, in serverCertificateARN,
) (describeServerCertificateOutput, error) {
	c, err := a.serverCertificate(in.CertificateArn)
	if err != nil {
		return describeServerCertificateOutput{}, err
	}
	return describeServerCertificateOutput{a.detail(c)}, nil
}

func (a *api) detail(c registry.ServerCertificate) acmDetail {
	x := c.X509()
	d := acmDetail{
		CertificateArn: c.CertificateArn, DomainName: c.DomainName,
		SubjectAlternativeNames: c.SubjectAlternativeNames,
		Serial:                  colons(x.SerialNumber.Bytes()), Subject: x.Subject.String(),
		Issuer:    issuerOf(x.Issuer),
		CreatedAt: date{c.CreatedAt}, Status: c.Status, NotBefore: date{x.NotBefore}, NotAfter: date{x.NotAfter},
		KeyAlgorithm: keyAlgorithm(x), SignatureAlgorithm: signatureAlgorithm(x),
		InUseBy: a.inUseBy(c.CertificateArn),
		Type:    c.Type, KeyUsages: keyUsages(x), ExtendedKeyUsages: extendedKeyUsages(x),
		RenewalEligibility: "INELIGIBLE",
		Options:            requestOptions{cmp.Or(c.Request.TransparencyLogging, "ENABLED")},
	}
	if a.registry.Now().After(x.NotAfter) {
		d.Status = "EXPIRED"
	}
	if c.Type == registry.Imported {
		d.ImportedAt, d.Options.CertificateTransparencyLoggingPreference = date{c.CreatedAt}, "DISABLED"
		return d
	}
	d.IssuedAt = date{c.CreatedAt}
	if len(d.InUseBy) > 0 {
		d.RenewalEligibility = "ELIGIBLE"
	}
	for _, name := range c.SubjectAlternativeNames {
		d.DomainValidationOptions = append(d.DomainValidationOptions,
			validationOf(name, cmp.Or(c.Request.ValidationMethod, "EMAIL")))
	}
	return d
}

// validationOf is how the owner of a name would have shown that it is theirs.
func validationOf(name, method string) domainValidation {
	v := domainValidation{DomainName: name, ValidationDomain: name, ValidationStatus: "SUCCESS",
		ValidationMethod: method}
	if method == "DNS" {
		owner := strings.TrimPrefix(name, "*.")
		sum := sha256.Sum256([]byte(owner))
		v.ResourceRecord = &resourceRecord{
			"_" + hex.EncodeToString(sum[:16]) + "." + owner + ".", "CNAME",
			"_" + hex.EncodeToString(sum[16:]) + ".acm-validations.aws.",
		}
	}
	return v
}

func colons(serial []byte) string {
	parts := make([]string, len(serial))
	for i, b := range serial {
		parts[i] = fmt.Sprintf("%02x", b)
	}
	return strings.Join(parts, ":")
}

func issuerOf(n pkix.Name) string { return cmp.Or(strings.Join(n.Organization, ", "), n.CommonName) }

func keyAlgorithm(c *x509.Certificate) string {
	switch key := c.PublicKey.(type) {
	case *rsa.PublicKey:
		return fmt.Sprintf("RSA-%d", key.N.BitLen())
	case *ecdsa.PublicKey:
		return "EC-" + map[int]string{256: "prime256v1", 384: "secp384r1", 521: "secp521r1"}[key.Params().BitSize]
	}
	return c.PublicKeyAlgorithm.String()
}

// signatureAlgorithm turns SHA256-RSA into SHA256WITHRSA.
func signatureAlgorithm(c *x509.Certificate) string {
	hash, key, _ := strings.Cut(strings.TrimPrefix(c.SignatureAlgorithm.String(), "ECDSA-"), "-")
	if strings.HasPrefix(c.SignatureAlgorithm.String(), "ECDSA-") {
		key = "ECDSA"
	}
	return hash + "WITH" + key
}

func keyUsages(c *x509.Certificate) []named {
	all := []string{"DIGITAL_SIGNATURE", "NON_REPUDIATION", "KEY_ENCIPHERMENT", "DATA_ENCIPHERMENT",
		"KEY_AGREEMENT",
		// in the order of x509.KeyUsage's bits
		"CERTIFICATE_SIGNING", "CRL_SIGNING", "ENCIPHER_ONLY", "DECIPHER_ONLY"}
	out := []named{}
	for i, name := range all {
		if c.KeyUsage&(1<<i) != 0 {
			out = append(out, named{name})
		}
	}
	return out
}

func extendedKeyUsages(c *x509.Certificate) []namedOID {
	known := map[x509.ExtKeyUsage]namedOID{
		x509.ExtKeyUsageAny:             {"ANY", "2.5.29.37.0"},
		x509.ExtKeyUsageServerAuth:      {"TLS_WEB_SERVER_AUTHENTICATION", "1.3.6.1.5.5.7.3.1"},
		x509.ExtKeyUsageClientAuth:      {"TLS_WEB_CLIENT_AUTHENTICATION", "1.3.6.1.5.5.7.3.2"},
		x509.ExtKeyUsageCodeSigning:     {"CODE_SIGNING", "1.3.6.1.5.5.7.3.3"},
		x509.ExtKeyUsageEmailProtection: {"EMAIL_PROTECTION", "1.3.6.1.5.5.7.3.4"},
		x509.ExtKeyUsageTimeStamping:    {"TIME_STAMPING", "1.3.6.1.5.5.7.3.8"},
		x509.ExtKeyUsageOCSPSigning:     {"OCSP_SIGNING", "1.3.6.1.5.5.7.3.9"},
	}
	out := []namedOID{}
	for _, usage := range c.ExtKeyUsage {
		if k, ok := known[usage]; ok {
			out = append(out, k)
		}
	}
	return out
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
