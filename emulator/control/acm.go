package control

import (
	"net/http"
	"strings"

	"github.com/suback/suback/emulator/registry"
)

// AWS Certificate Manager
//
//   - JSON 1.1: X-Amz-Target CertificateManager.<operation>; what has no value
//     is left out; dates are numbers of seconds
//   - errors have status 400 and {"__type", "message"}
//   - the certificates are the registry's: those of domain configurations
//   - the key of a certificate is never told

func newACM(s *service) *api {
	a := newAPI(s, acmService)
	a.table = operations{
		"ImportCertificate":         register(a.importCertificate),
		"RequestCertificate":        register(a.requestCertificate),
		"DescribeCertificate":       register(a.describeServerCertificate),
		"ListCertificates":          register(a.listServerCertificates),
		"GetCertificate":            register(a.getServerCertificate),
		"DeleteCertificate":         register(a.deleteServerCertificate),
		"AddTagsToCertificate":      register(a.addTagsToCertificate),
		"RemoveTagsFromCertificate": register(a.removeTagsFromCertificate),
		"ListTagsForCertificate":    register(a.listTagsForCertificate),
	}
	return a
}

// serveACM answers one call.
func (a *api) serveACM(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	answer, err := a.acm(w, r)
	if err != nil {
		a.report(r, err)
		writeACMError(w, err)
		return
	}
	w.Write(answer) // an error means that the client has gone
}

func (a *api) acm(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	body, err := a.read(w, r, MaxBody)
	if err != nil {
		return nil, err
	}
	op, call, err := a.operation(strings.TrimPrefix(r.Header.Get("X-Amz-Target"), acmTarget))
	if err != nil {
		return nil, err
	}
	in, err := a.model.readBody(a.model.input(op), body)
	if err != nil {
		return nil, err
	}
	out, err := a.do(r.Context(), op, call, in)
	if err != nil || op.Output == "" {
		return nil, err
	}
	return encode(out)
}

// acmNames are ACM's names of the registry's errors.
var acmNames = map[string]string{
	registry.InvalidRequest:        "ValidationException",
	registry.CertificateValidation: "ValidationException",
	"InternalFailureException":     "InternalFailure",
}

func writeACMError(w http.ResponseWriter, err error) {
	e := renamed(err, acmNames)
	status := http.StatusBadRequest
	if s := statusOutsideModel(e.name); s == http.StatusNotImplemented || e.name == "InternalFailure" {
		status = s
	}
	w.WriteHeader(status)
	body, _ := encode(map[string]string{"__type": e.name, "message": e.message}) // never fails
	w.Write(body)
}
