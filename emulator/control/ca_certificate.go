package control

import (
	"context"
	"errors"

	"github.com/suback/suback/emulator/registry"
)

// CA certificates
//
//   - in mode DEFAULT a verification certificate proves that the CA's key is
//     there, in mode SNI_ONLY there is none
//   - the list is sorted by creation, newest first

func (s *service) caCertificateOperations() operations {
	return operations{
		"RegisterCACertificate": register(s.registerCACertificate),
		"DescribeCACertificate": register(s.describeCACertificate),
		"UpdateCACertificate":   register(s.updateCACertificate),
		"DeleteCACertificate":   register(s.deleteCACertificate),
		"ListCACertificates":    register(s.listCACertificates),
	}
}

type registerCAInput struct {
	activation
	CACertificate           string                       `json:"caCertificate"`
	VerificationCertificate string                       `json:"verificationCertificate"`
	AllowAutoRegistration   bool                         `json:"allowAutoRegistration"`
	RegistrationConfig      *registry.RegistrationConfig `json:"registrationConfig"`
	Tags                    []tag                        `json:"tags"`
	CertificateMode         string                       `json:"certificateMode"`
}

func (s *service) registerCACertificate(
	_ context.Context, in registerCAInput,
) (registeredCertificate, error) {
	if err := s.checkPossession(in); err != nil {
		return registeredCertificate{}, err
	}
	ca := registry.CACertificate{
		CertificatePem: in.CACertificate, Status: in.status(), CertificateMode: in.CertificateMode,
		RegistrationConfig: in.RegistrationConfig,
	}
	if in.AllowAutoRegistration {
		ca.AutoRegistrationStatus = registry.Enable
	}
	ca, err := s.registry.RegisterCACertificate(ca)
	if err != nil {
		return registeredCertificate{}, err
	}
	return registeredCertificate{ca.CertificateArn, ca.CertificateID},
		s.tagNew(ca.CertificateArn, in.Tags, func() error { return s.withdrawCA(ca.CertificateID) })
}

// checkPossession is A-338.
func (s *service) checkPossession(in registerCAInput) error {
	switch proved, sniOnly := in.VerificationCertificate != "", in.CertificateMode == registry.ModeSNIOnly; {
	case sniOnly && proved:
		return refuse(invalidRequest, "verificationCertificate must be empty with certificateMode SNI_ONLY")
	case sniOnly:
		return nil
	case !proved:
		return refuse(invalidRequest, "verificationCertificate must not be empty with certificateMode DEFAULT")
	}
	return s.registry.VerifyCA(in.CACertificate, in.VerificationCertificate)
}

// withdrawCA removes a CA that was just registered.
func (s *service) withdrawCA(id string) error {
	_, err := s.registry.UpdateCACertificate(id, registry.CACertificateUpdate{Status: registry.Inactive})
	return errors.Join(err, s.registry.DeleteCACertificate(id))
}

type caDescription struct {
	CertificateArn         string              `json:"certificateArn"`
	CertificateID          string              `json:"certificateId"`
	Status                 string              `json:"status"`
	CertificatePem         string              `json:"certificatePem"`
	OwnedBy                string              `json:"ownedBy"`
	CreationDate           date                `json:"creationDate"`
	AutoRegistrationStatus string              `json:"autoRegistrationStatus"`
	LastModifiedDate       date                `json:"lastModifiedDate"`
	CustomerVersion        int                 `json:"customerVersion"`
	GenerationID           string              `json:"generationId"`
	Validity               certificateValidity `json:"validity"`
	CertificateMode        string              `json:"certificateMode"`
}

type describeCAOutput struct {
	CertificateDescription caDescription                `json:"certificateDescription"`
	RegistrationConfig     *registry.RegistrationConfig `json:"registrationConfig,omitempty"`
}

func (s *service) describeCACertificate(_ context.Context, in certificateID) (describeCAOutput, error) {
	c, ok := s.registry.CACertificate(in.CertificateID)
	if !ok {
		return describeCAOutput{}, missing("CA certificate", in.CertificateID)
	}
	return describeCAOutput{caDescription{
		CertificateArn: c.CertificateArn, CertificateID: c.CertificateID, Status: c.Status,
		CertificatePem: c.CertificatePem,
		OwnedBy:        s.registry.Account(), CreationDate: date{c.CreationDate},
		LastModifiedDate:       date{c.LastModifiedDate},
		AutoRegistrationStatus: c.AutoRegistrationStatus, CustomerVersion: firstVersion,
		GenerationID: generationOf(c.CertificateArn),
		Validity:     certificateValidity{date{c.NotBefore}, date{c.NotAfter}}, CertificateMode: c.CertificateMode,
	}, c.RegistrationConfig}, nil
}

type updateCAInput struct {
	CertificateID             string                       `json:"certificateId"`
	NewStatus                 string                       `json:"newStatus"`
	NewAutoRegistrationStatus string                       `json:"newAutoRegistrationStatus"`
	RegistrationConfig        *registry.RegistrationConfig `json:"registrationConfig"`
	RemoveAutoRegistration    bool                         `json:"removeAutoRegistration"`
}

func (s *service) updateCACertificate(_ context.Context, in updateCAInput) (none, error) {
	_, err := s.registry.UpdateCACertificate(in.CertificateID, registry.CACertificateUpdate{
		Status: in.NewStatus, AutoRegistrationStatus: in.NewAutoRegistrationStatus,
		RegistrationConfig: in.RegistrationConfig, RemoveAutoRegistration: in.RemoveAutoRegistration,
	})
	return none{}, err
}

func (s *service) deleteCACertificate(_ context.Context, in certificateID) (none, error) {
	return none{}, s.registry.DeleteCACertificate(in.CertificateID)
}

type listCAsInput struct {
	listing
	TemplateName string `json:"templateName"`
}

type caSummary struct {
	CertificateArn string `json:"certificateArn"`
	CertificateID  string `json:"certificateId"`
	Status         string `json:"status"`
	CreationDate   date   `json:"creationDate"`
}

type listCAsOutput struct {
	Certificates []caSummary `json:"certificates"`
	NextMarker   string      `json:"nextMarker,omitempty"`
}

func (s *service) listCACertificates(_ context.Context, in listCAsInput) (listCAsOutput, error) {
	var all []registry.CACertificate
	for _, c := range s.registry.CACertificates() {
		if in.TemplateName == "" || c.RegistrationConfig != nil &&
			c.RegistrationConfig.TemplateName == in.TemplateName {
			all = append(all, c)
		}
	}
	key := func(c registry.CACertificate) string { return byCreation(c.CreationDate, c.CertificateID) }
	part, next, err := page("ListCACertificates", in.listing, all, key, newestFirst)
	out := listCAsOutput{[]caSummary{}, next}
	for _, c := range part {
		out.Certificates = append(out.Certificates,
			caSummary{c.CertificateArn, c.CertificateID, c.Status, date{c.CreationDate}})
	}
	return out, err
}
