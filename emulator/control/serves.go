package control

import (
	"net"
	"net/http"
	"strings"
)

// Which requests are for this package
//
//   - the credential scope of a signature decides, if there is one; older SDKs
//     sign for AWS IoT as execute-api
//   - X-Amz-Target CertificateManager.…
//   - the host: iot.<region>…, lambda.<region>…, acm.<region>…
//   - /2015-03-31/functions/…
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
func Serves(r *http.Request) bool { return serviceOf(r) != "" }

// serviceOf returns the service that a request is for, "" if it is none of this
// package. It does not look at the body.
func serviceOf(r *http.Request) string {
	if service, signed := scopeOf(r); signed {
		return oneOfOurs(service)
	}
	host := strings.ToLower(r.Host)
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	name, _, isAWS := strings.Cut(host, ".")
	switch {
	case strings.HasPrefix(r.Header.Get("X-Amz-Target"), acmTarget):
		return acmService
	case isAWS && oneOfOurs(name) != "":
		return oneOfOurs(name)
	case r.URL.Path == lambdaPath || strings.HasPrefix(r.URL.Path, lambdaPath+"/"):
		return lambdaService
	}
	return ""
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

// scopeOf returns the service that a signature names.
func scopeOf(r *http.Request) (service string, signed bool) {
	_, credential, found := strings.Cut(r.Header.Get("Authorization"), "Credential=")
	scope := strings.Split(strings.SplitN(credential, ",", 2)[0], "/")
	if !found || len(scope) < 5 {
		return "", false
	}
	return scope[len(scope)-2], true
}

// lambdaPath is what the functions of Lambda are under.
const lambdaPath = "/2015-03-31/functions"
