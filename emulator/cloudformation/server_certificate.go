package cloudformation

import "strings"

// Server certificates: a template has none.

// noteServerCertificates lists them: ACM issues them, or they are imported.
func (t *template) noteServerCertificates() {
	for _, c := range t.ServerCertificates() {
		t.note("server certificate %s for %s: import it into ACM, or request one", c.CertificateArn,
			strings.Join(c.SubjectAlternativeNames, ", "))
	}
}
