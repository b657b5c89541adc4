package control

import (
	"context"
	"slices"
	"strings"

	"github.com/suback/suback/emulator/registry"
)

type listServerCertificatesInput struct {
	CertificateStatuses []string                 `json:"CertificateStatuses"`
	Includes            serverCertificateFilters `json:"Includes"`
	NextToken           string                   `json:"NextToken"`
	MaxItems            int                      `json:"MaxItems"`
	SortBy              string                   `json:"SortBy"`
	SortOrder           string                   `json:"SortOrder"`
}

// serverCertificateFilters have values of which a certificate must have one.
type serverCertificateFilters struct {
	ExtendedKeyUsage []string `json:"extendedKeyUsage"`
	KeyUsage         []string `json:"keyUsage"`
	KeyTypes         []string `json:"keyTypes"`
}

type acmSummary struct {
	CertificateArn                       string   `json:"CertificateArn"`
	DomainName                           string   `json:"DomainName"`
	SubjectAlternativeNameSummaries      []string `json:"SubjectAlternativeNameSummaries"`
	HasAdditionalSubjectAlternativeNames bool     `json:"HasAdditionalSubjectAlternativeNames"`
	Status                               string   `json:"Status"`
	Type                                 string   `json:"Type"`
	KeyAlgorithm                         string   `json:"KeyAlgorithm"`
	KeyUsages                            []string `json:"KeyUsages"`
	ExtendedKeyUsages                    []string `json:"ExtendedKeyUsages"`
	InUse                                bool     `json:"InUse"`
	RenewalEligibility                   string   `json:"RenewalEligibility"`
	NotBefore                            date     `json:"NotBefore"`
	NotAfter                             date     `json:"NotAfter"`
	CreatedAt                            date     `json:"CreatedAt"`
	IssuedAt                             date     `json:"IssuedAt,omitzero"`
	ImportedAt                           date     `json:"ImportedAt,omitzero"`
}

const maxNamesListed = 100

func (a *api) summary(c registry.ServerCertificate) acmSummary {
	d := a.detail(c)
	s := acmSummary{
		CertificateArn: d.CertificateArn, DomainName: d.DomainName,
		SubjectAlternativeNameSummaries: d.SubjectAlternativeNames[:min(len(d.SubjectAlternativeNames),
			maxNamesListed)],
		HasAdditionalSubjectAlternativeNames: len(d.SubjectAlternativeNames) > maxNamesListed,
		Status:                               d.Status, Type: d.Type, KeyAlgorithm: d.KeyAlgorithm,
		InUse: len(d.InUseBy) > 0, RenewalEligibility: d.RenewalEligibility,
		NotBefore: d.NotBefore, NotAfter: d.NotAfter, CreatedAt: d.CreatedAt, IssuedAt: d.IssuedAt,
		ImportedAt: d.ImportedAt,
		KeyUsages:  []string{}, ExtendedKeyUsages: []string{},
	}
	for _, u := range d.KeyUsages {
		s.KeyUsages = append(s.KeyUsages, u.Name)
	}
	for _, u := range d.ExtendedKeyUsages {
		s.ExtendedKeyUsages = append(s.ExtendedKeyUsages, u.Name)
	}
	return s
}

// wants tells the certificates that were asked for.
func (in listServerCertificatesInput) wants(s acmSummary) bool {
	types := in.Includes.KeyTypes
	if len(types) == 0 {
		types = []string{"RSA_1024", "RSA_2048"}
	}
	return (len(in.CertificateStatuses) == 0 || slices.Contains(in.CertificateStatuses, s.Status)) &&
		slices.Contains(types, strings.Replace(s.KeyAlgorithm, "-", "_", 1)) &&
		shares(in.Includes.KeyUsage, s.KeyUsages) && shares(in.Includes.ExtendedKeyUsage, s.ExtendedKeyUsages)
}

// shares says whether a certificate has one of what is wanted; nothing and ANY
// want no particular one.
func shares(wanted, has []string) bool {
	return len(wanted) == 0 || slices.ContainsFunc(wanted,
		func(w string) bool { return w == "ANY" || slices.Contains(has, w) })
}

type listServerCertificatesOutput struct {
	NextToken              string       `json:"NextToken,omitempty"`
	CertificateSummaryList []acmSummary `json:"CertificateSummaryList"`
}

func (a *api) listServerCertificates(
	_ context.Context, in listServerCertificatesInput,
) (listServerCertificatesOutput, error) {
	if (in.SortBy == "") != (in.SortOrder == "") {
		return listServerCertificatesOutput{},
			refuse("InvalidArgsException", "SortBy and SortOrder belong together, want both or neither")
	}
	all := []acmSummary{}
	for _, c := range a.registry.ServerCertificates() {
		if s := a.summary(c); in.wants(s) {
			all = append(all, s)
		}
	}
	o := ascending
	if in.SortOrder == "DESCENDING" {
		o = newestFirst
	}
	key := func(s acmSummary) string { return byCreation(s.CreatedAt.Time, s.CertificateArn) }
	part, next, err := page("ListCertificates", listing{MaxResults: in.MaxItems, NextToken: in.NextToken}, all,
		key, o)
	return listServerCertificatesOutput{next, part}, err
}
