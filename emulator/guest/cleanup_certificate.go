package guest

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"net/http"
	"strings"
)

// findTargets notes the certificates of ours that a policy is attached to.
func (a *Account) findTargets(ctx context.Context, name string, ours func(string) bool) error {
	r := request{operation: "ListTargetsForPolicy", method: http.MethodPost,
		path: "/policy-targets/" + name + "?pageSize=250"}
	return a.pages(ctx, r, "marker", "nextMarker", func(body []byte) error {
		var page struct{ Targets []string }
		if err := json.Unmarshal(body, &page); err != nil {
			return err
		}
		for _, target := range page.Targets {
			id, is := strings.CutPrefix(target, a.arn("cert/"))
			if !is {
				continue
			}
			it, err := a.findCertificate(ctx, id, ours)
			if err != nil {
				return err
			}
			if it != nil {
				it.policies = append(it.policies, name)
			}
		}
		return nil
	})
}

// findCertificate notes a certificate, if it bears our name; nil if it does not.
func (a *Account) findCertificate(ctx context.Context, id string, ours func(string) bool) (*item, error) {
	for _, it := range a.made {
		if it.kind == certificate && it.name == id {
			return it, nil
		}
	}
	answer, err := a.call(ctx, request{operation: "DescribeCertificate", path: "/certificates/" + id})
	if err != nil {
		return nil, unless(err, gone)
	}
	var out struct {
		CertificateDescription struct{ CertificatePem string }
	}
	if err := json.Unmarshal(answer.Body, &out); err != nil {
		return nil, err
	}
	block, _ := pem.Decode([]byte(out.CertificateDescription.CertificatePem))
	if block == nil {
		return nil, nil
	}
	c, err := x509.ParseCertificate(block.Bytes)
	if err != nil || !ours(c.Subject.CommonName) {
		return nil, nil // somebody else's, of whatever form
	}
	it := a.note(&item{kind: certificate, name: id})
	it.things, err = a.thingsOf(ctx, id)
	return it, err
}

func (a *Account) thingsOf(ctx context.Context, id string) ([]string, error) {
	answer, err := a.call(ctx, request{operation: "ListPrincipalThings",
		path:   "/principals/things?maxResults=250",
		header: map[string][]string{"X-Amzn-Principal": {a.certificateARN(id)}}})
	if err != nil {
		return nil, unless(err, gone)
	}
	var page struct{ Things []string }
	err = json.Unmarshal(answer.Body, &page)
	return page.Things, err
}

func (a *Account) findInactive(ctx context.Context, ours func(string) bool) error {
	r := request{operation: "ListCertificates", path: "/certificates?pageSize=250"}
	return a.pages(ctx, r, "marker", "nextMarker", func(body []byte) error {
		var page struct {
			Certificates []struct{ CertificateID, Status string }
		}
		if err := json.Unmarshal(body, &page); err != nil {
			return err
		}
		for _, c := range page.Certificates {
			if c.Status != "INACTIVE" {
				continue
			}
			if _, err := a.findCertificate(ctx, c.CertificateID, ours); err != nil {
				return err
			}
		}
		return nil
	})
}
