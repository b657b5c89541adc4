package control

import (
	"context"
	"encoding/pem"
	"slices"
	"strings"
	"time"

	"github.com/suback/suback/emulator/registry"
)

// How certificates come into ACM
//
//   - a requested one is issued at once, by the emulator's CA, without looking at
//     DNS; keys are RSA_2048
//   - the same IdempotencyToken for the same names within an hour is the same
//     request
//   - an imported one replaces another if it names its ARN, and then has no tags

const idempotent = time.Hour

type importCertificateInput struct {
	CertificateArn   string           `json:"CertificateArn"`
	Certificate      []byte           `json:"Certificate"`
	PrivateKey       []byte           `json:"PrivateKey"`
	CertificateChain []byte           `json:"CertificateChain"`
	Tags             []certificateTag `json:"Tags"`
}

func (a *api) importCertificate(_ context.Context, in importCertificateInput) (serverCertificateARN, error) {
	if err := a.checkImport(in); err != nil {
		return serverCertificateARN{}, err
	}
	c, err := a.registry.PutServerCertificate(registry.ServerCertificate{
		CertificateArn: in.CertificateArn, PEM: string(in.Certificate), ChainPEM: string(in.CertificateChain),
	}, string(in.PrivateKey))
	if err != nil || len(in.Tags) == 0 {
		return serverCertificateARN{c.CertificateArn}, err
	}
	return serverCertificateARN{c.CertificateArn}, a.registry.TagResource(c.CertificateArn, tagsByKey(in.Tags))
}

func (a *api) checkImport(in importCertificateInput) error {
	if in.CertificateArn != "" {
		old, err := a.serverCertificate(in.CertificateArn)
		switch {
		case err != nil:
			return err
		case old.Type != registry.Imported:
			return refuse("ValidationException", "Certificate %s was not imported, want the ARN of one that was",
				in.CertificateArn)
		case len(in.Tags) > 0:
			return refuse("InvalidParameterException", "Tags cannot be given when a certificate is imported again")
		}
	}
	if block, _ := pem.Decode(in.CertificateChain); len(in.CertificateChain) > 0 &&
		(block == nil || block.Type != "CERTIFICATE") {
		return refuse("ValidationException", "The certificate chain is no PEM, want -----BEGIN CERTIFICATE-----")
	}
	return tagRefusal(registry.CheckTags(in.CertificateArn, tagsByKey(in.Tags)))
}

type requestOptions struct {
	CertificateTransparencyLoggingPreference string `json:"CertificateTransparencyLoggingPreference,omitempty"`
}

type requestCertificateInput struct {
	DomainName              string           `json:"DomainName"`
	ValidationMethod        string           `json:"ValidationMethod"`
	SubjectAlternativeNames []string         `json:"SubjectAlternativeNames"`
	IdempotencyToken        string           `json:"IdempotencyToken"`
	Options                 requestOptions   `json:"Options"`
	CertificateAuthorityArn string           `json:"CertificateAuthorityArn"`
	Tags                    []certificateTag `json:"Tags"`
	KeyAlgorithm            string           `json:"KeyAlgorithm"`
}

// names are all of the request, each once, in lower case.
func (in requestCertificateInput) names() []string {
	var names []string
	for _, name := range append([]string{in.DomainName}, in.SubjectAlternativeNames...) {
		if name = strings.ToLower(name); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

func (a *api) requestCertificate(
	_ context.Context, in requestCertificateInput,
) (serverCertificateARN, error) {
	if err := a.checkRequest(in); err != nil {
		return serverCertificateARN{}, err
	}
	if c, ok := a.requested(in); ok {
		return serverCertificateARN{c.CertificateArn}, nil
	}
	cert, chain, key, err := a.CA.ServerCertificateFor(in.names())
	if err != nil {
		return serverCertificateARN{}, refuse("ValidationException", "%v", err)
	}
	c, err := a.registry.PutServerCertificate(registry.ServerCertificate{
		PEM: string(cert), ChainPEM: string(chain), Type: registry.AmazonIssued,
		Request: registry.CertificateRequest{
			IdempotencyToken: in.IdempotencyToken, ValidationMethod: in.ValidationMethod,
			TransparencyLogging: in.Options.CertificateTransparencyLoggingPreference,
		},
	}, string(key))
	if err != nil || len(in.Tags) == 0 {
		return serverCertificateARN{c.CertificateArn}, err
	}
	return serverCertificateARN{c.CertificateArn}, a.registry.TagResource(c.CertificateArn, tagsByKey(in.Tags))
}

func (a *api) checkRequest(in requestCertificateInput) error {
	switch {
	case len(in.DomainName) > 64:
		return refuse("InvalidDomainValidationOptionsException",
			"The first domain name can be no longer than 64 characters.")
	case in.CertificateAuthorityArn != "":
		return refuse("InvalidParameterException",
			"CertificateAuthorityArn names a private CA, which the emulator has not, want none")
	case in.KeyAlgorithm != "" && in.KeyAlgorithm != "RSA_2048":
		return refuse("InvalidParameterException",
			"KeyAlgorithm is %s, want RSA_2048, the only one that the emulator issues", in.KeyAlgorithm)
	}
	return tagRefusal(registry.CheckTags(in.DomainName, tagsByKey(in.Tags)))
}

// requested finds the certificate of the same request.
func (a *api) requested(in requestCertificateInput) (registry.ServerCertificate, bool) {
	for _, c := range a.registry.ServerCertificates() {
		if in.IdempotencyToken != "" && c.Request.IdempotencyToken == in.IdempotencyToken &&
			slices.Equal(c.SubjectAlternativeNames, in.names()) && a.registry.Now().
			Before(c.CreatedAt.Add(idempotent)) {
			return c, true
		}
	}
	return registry.ServerCertificate{}, false
}
