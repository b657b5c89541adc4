package control

import (
	"cmp"
	"context"

	"github.com/google/uuid"
	"github.com/suback/suback/emulator/registry"
)

// Client certificates that exist
//
//   - transferData is there and empty: nothing is transferred
//   - an ACTIVE one cannot be deleted, one with policies only by force
//   - lists are sorted by creation, newest first, 25 to a page

func (s *service) certificateOperations() operations {
	return operations{
		"DescribeCertificate":  register(s.describeCertificate),
		"UpdateCertificate":    register(s.updateCertificate),
		"DeleteCertificate":    register(s.deleteCertificate),
		"ListCertificates":     register(s.listCertificates),
		"ListCertificatesByCA": register(s.listCertificatesByCA),
	}
}

type certificateID struct {
	CertificateID string `json:"certificateId"`
}

type certificateValidity struct {
	NotBefore date `json:"notBefore"`
	NotAfter  date `json:"notAfter"`
}

type certificateDescription struct {
	CertificateArn   string              `json:"certificateArn"`
	CertificateID    string              `json:"certificateId"`
	CACertificateID  string              `json:"caCertificateId,omitempty"`
	Status           string              `json:"status"`
	CertificatePem   string              `json:"certificatePem"`
	OwnedBy          string              `json:"ownedBy"`
	CreationDate     date                `json:"creationDate"`
	LastModifiedDate date                `json:"lastModifiedDate"`
	CustomerVersion  int                 `json:"customerVersion"`
	TransferData     struct{}            `json:"transferData"`
	GenerationID     string              `json:"generationId"`
	Validity         certificateValidity `json:"validity"`
	CertificateMode  string              `json:"certificateMode"`
}

type describeCertificateOutput struct {
	CertificateDescription certificateDescription `json:"certificateDescription"`
}

// firstVersion is that of every certificate: what makes AWS count is not known
// [A-337, guess].
const firstVersion = 1

func (s *service) describeCertificate(
	_ context.Context, in certificateID,
) (describeCertificateOutput, error) {
	c, ok := s.registry.Certificate(in.CertificateID)
	if !ok {
		return describeCertificateOutput{}, missing("certificate", in.CertificateID)
	}
	return describeCertificateOutput{certificateDescription{
		CertificateArn: c.CertificateArn, CertificateID: c.CertificateID, CACertificateID: c.CACertificateID,
		Status: c.Status, CertificatePem: c.CertificatePem, OwnedBy: s.registry.Account(),
		CreationDate: date{c.CreationDate}, LastModifiedDate: date{c.LastModifiedDate},
		CustomerVersion: firstVersion, GenerationID: generationOf(c.CertificateArn),
		Validity: certificateValidity{date{c.NotBefore}, date{c.NotAfter}}, CertificateMode: c.CertificateMode,
	}}, nil
}

// generationOf is a UUID that belongs to an ARN.
func generationOf(arn string) string {
	return uuid.NewSHA1(uuid.NameSpaceURL, []byte(arn)).String()
}

type updateCertificateInput struct {
	CertificateID string `json:"certificateId"`
	NewStatus     string `json:"newStatus"`
}

func (s *service) updateCertificate(_ context.Context, in updateCertificateInput) (none, error) {
	_, err := s.registry.UpdateCertificateStatus(in.CertificateID, in.NewStatus)
	return none{}, err
}

type deleteCertificateInput struct {
	CertificateID string `json:"certificateId"`
	ForceDelete   bool   `json:"forceDelete"`
}

func (s *service) deleteCertificate(_ context.Context, in deleteCertificateInput) (none, error) {
	return none{}, s.registry.DeleteCertificate(in.CertificateID, in.ForceDelete)
}

// A certificateSummary is AWS's type Certificate.
type certificateSummary struct {
	CertificateArn  string `json:"certificateArn"`
	CertificateID   string `json:"certificateId"`
	Status          string `json:"status"`
	CertificateMode string `json:"certificateMode"`
	CreationDate    date   `json:"creationDate"`
}

type certificatesOutput struct {
	Certificates []certificateSummary `json:"certificates"`
	NextMarker   string               `json:"nextMarker,omitempty"`
}

func (s *service) listCertificates(_ context.Context, in listing) (certificatesOutput, error) {
	return pageOfCertificates("ListCertificates", in, s.registry.Certificates())
}

type listCertificatesByCAInput struct {
	listing
	CACertificateID string `json:"caCertificateId"`
}

// listCertificatesByCA has nothing to say about a CA that does not exist: there
// is no exception for that [A-339, guess].
func (s *service) listCertificatesByCA(
	_ context.Context, in listCertificatesByCAInput,
) (certificatesOutput, error) {
	ca, ok := s.registry.CACertificate(in.CACertificateID)
	var issued []registry.Certificate
	for _, c := range s.registry.Certificates() {
		if ok && c.CACertificateID == ca.CertificateID {
			issued = append(issued, c)
		}
	}
	return pageOfCertificates("ListCertificatesByCA", in.listing, issued)
}

// certificatesOfPage is how many there are if nobody says how many.
const certificatesOfPage = 25

func pageOfCertificates(operation string, l listing, all []registry.Certificate) (certificatesOutput, error) {
	l.PageSize = cmp.Or(l.PageSize, certificatesOfPage)
	key := func(c registry.Certificate) string { return byCreation(c.CreationDate, c.CertificateID) }
	part, next, err := page(operation, l, all, key, newestFirst)
	out := certificatesOutput{[]certificateSummary{}, next}
	for _, c := range part {
		out.Certificates = append(out.Certificates,
			certificateSummary{c.CertificateArn, c.CertificateID, c.Status, c.CertificateMode, date{c.CreationDate}})
	}
	return out, err
}
