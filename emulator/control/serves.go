package control

import (
	"net/http"
	"net/netip"
	"strings"

	"github.com/suback/suback/emulator/sigv4"
)

// Which requests are for this package
//
//   - the credential scope of a signature decides, if there is one; older SDKs
//     sign for AWS IoT as execute-api
//   - X-Amz-Target CertificateManager.…
//   - the host: iot.<region>…, lambda.<region>…, acm.<region>…
//   - /2015-03-31/functions/…, /confirmdestination/…
//   - without all that, and sent to an address or to a name without dots: a method
//     and path of AWS IoT's, which answers that the signature is missing
//
// The data plane's hosts and services have other names.

// The services, by their names in signatures.
const (
	iotService    = "iot"
	lambdaService = "lambda"
	acmService    = "acm"

	oldIoTService = "execute-api"
)

// Serves says whether a request is for this package: the control plane of AWS
// IoT, Lambda or AWS Certificate Manager.
func (h *Handler) Serves(r *http.Request) bool {
	return serviceOf(r) != "" || h.isUnsigned(r)
}

// IsLambda says whether a request that a Handler serves is for Lambda.
func IsLambda(r *http.Request) bool { return serviceOf(r) == lambdaService }

// HasPath says whether the control plane or Lambda has an operation at a path,
// whoever it is sent to: that is all a browser tells before a request.
func (h *Handler) HasPath(method, path string) bool {
	_, _, known := h.service().routes.find(method, path)
	return known || isLambdaPath(path)
}

func isLambdaPath(path string) bool {
	return path == lambdaPath || strings.HasPrefix(path, lambdaPath+"/")
}

// isUnsigned tells a call of AWS IoT's that nobody signed. The data plane has
// other paths.
func (h *Handler) isUnsigned(r *http.Request) bool {
	host := sigv4.IdentityOf(r).Host
	if _, err := netip.ParseAddr(strings.Trim(host, "[]")); err != nil && strings.Contains(host, ".") ||
		r.Header.Get("Authorization") != "" {
		return false
	}
	_, _, known := h.service().routes.find(r.Method, r.URL.EscapedPath())
	return known
}

// serviceOf returns the service that a request is for, "" if it is none of this
// package. It does not look at the body.
func serviceOf(r *http.Request) string {
	id := sigv4.IdentityOf(r)
	if id.InHeader && id.IsScoped { // a signature in the query is none here
		return oneOfOurs(id.Scope.Service)
	}
	name, rest, _ := strings.Cut(id.Host, ".")
	switch {
	case strings.HasPrefix(id.Target, acmTarget):
		return acmService
	case isAWS(rest) && oneOfOurs(name) != "":
		return oneOfOurs(name)
	case isLambdaPath(r.URL.Path):
		return lambdaService
	case isConfirmation(r):
		return iotService
	}
	return ""
}

// isAWS tells what follows the service in the name of an AWS host. A domain
// configuration may be called iot.example.com.
func isAWS(host string) bool {
	for _, suffix := range []string{".amazonaws.com", ".amazonaws.com.cn", ".api.aws"} {
		if region, ok := strings.CutSuffix(host, suffix); ok && !strings.Contains(region, ".") {
			return true
		}
	}
	return false
}

// oneOfOurs returns the service of a name in a signature or a host, "" if it is
// none of this package.
func oneOfOurs(name string) string {
	switch name {
	case oldIoTService:
		return iotService
	case iotService, lambdaService, acmService:
		return name
	}
	return ""
}

// isConfirmation tells a visit to the enableUrl of a topic rule destination, which nobody signs,
// wherever the server that got it finds the gateway.
func isConfirmation(r *http.Request) bool {
	return r.Method == http.MethodGet && strings.HasPrefix(r.URL.EscapedPath(), "/confirmdestination/")
}

// lambdaPath is what the functions of Lambda are under.
const lambdaPath = "/2015-03-31/functions"

const acmTarget = "CertificateManager."
