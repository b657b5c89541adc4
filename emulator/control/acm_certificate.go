package control

import (
	"context"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/registry"
)

type serverCertificateARN struct {
	CertificateArn string `json:"CertificateArn"`
}

// serverCertificate finds a certificate, or says that there is none.
func (a *api) serverCertificate(arn string) (registry.ServerCertificate, error) {
	c, ok := a.registry.ServerCertificate(arn)
	switch {
	case ok:
		return c, nil
	case !strings.Contains(arn, ":certificate/"):
		return c, refuse("InvalidArnException",
			"Invalid ARN: %s, want arn:aws:acm:<region>:<account>:certificate/<id>", arn)
	}
	return c, refuse(notFound, "Could not find certificate %s.", arn)
}

// inUseBy lists the ARNs of the domain configurations that have a certificate.
func (a *api) inUseBy(arn string) []string {
	by := []string{}
	for _, d := range a.registry.DomainConfigurations() {
		if slices.Contains(d.ServerCertificateArns, arn) {
			by = append(by, d.DomainConfigurationArn)
		}
	}
	return by
}

type getServerCertificateOutput struct {
	Certificate      string `json:"Certificate"`
	CertificateChain string `json:"CertificateChain,omitempty"`
}

func (a *api) getServerCertificate(
	_ context.Context, in serverCertificateARN,
) (getServerCertificateOutput, error) {
	c, err := a.serverCertificate(in.CertificateArn)
	return getServerCertificateOutput{strings.TrimSpace(c.PEM), strings.TrimSpace(c.ChainPEM)}, err
}

func (a *api) deleteServerCertificate(_ context.Context, in serverCertificateARN) (none, error) {
	if _, err := a.serverCertificate(in.CertificateArn); err != nil {
		return none{}, err
	}
	err := a.registry.DeleteServerCertificate(in.CertificateArn)
	if codeOf(err) == "ResourceInUseException" {
		return none{}, refuse("ResourceInUseException", "Certificate %s in account %s is in use.",
			in.CertificateArn, a.registry.Account())
	}
	return none{}, err
}
